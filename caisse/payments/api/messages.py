"""What is asked of the API and what it answers: requests as they came, JSON in, padded JSON out."""

import json
import re
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from caisse.kernel.ids import Id, parse_id
from caisse.kernel.refusing import in_words
from caisse.merchants.rules import Line
from caisse.payments import formats, operations
from caisse.payments.operations import Declined
from caisse.payments.rules import FIRST_DAY

PREFIX = "/api/v1/"
LARGEST = 4_096  # bytes of a request
LARGEST_SENDING = 262_144  # of 200 sales that were made without network
SENDINGS = frozenset({f"{PREFIX}tills/sync", f"{PREFIX}phones/sync"})
PAD = 256  # answers differ in length by whole steps only: their size tells nothing of a member
LONGEST_CODE = 40
LINES, MOST_LINES = "lines", 24  # of a purchase: the one name whose value is a list
MOST_CENTS = 1_000_000_00
STATUS = {
    "id_reused": 409,
    "abandoned": 409,
    "till_suspended": 403,
    "purchase_unknown": 404,
    "checking": 503,
}
NUMBER = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # of a payment, as people write it
_NUMBER = re.compile(NUMBER)
_NUMBER_IN_PATH = re.compile(rf"(?<=/){NUMBER}(?=/|$)")
_PAIRS = json.JSONDecoder(object_pairs_hook=list)


class Asked(NamedTuple):
    """A request: what the caisse reads of it."""

    method: str
    path: str
    body: bytes
    till: str
    mac: str
    language: str
    phone: str = ""
    query: str = ""

    @property
    def address(self) -> str:
        """What a device proves of it: the path, and what is asked behind « ? » if anything is."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Told(NamedTuple):
    """An answer: its status and its JSON."""

    status: int
    body: bytes


class WrongRequest(Exception):
    """What was sent is no request of this API; the sentence is for who writes a till."""


def read(asked: Asked, names: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of a request: these names, each once, those that it `may` say, no other."""
    return named(parts(asked), names, may)


def parts(asked: Asked) -> list[tuple[str, Any]]:
    """The names and values of a request's JSON object, as often as it says them."""
    if len(asked.body) > LARGEST:
        raise WrongRequest(f"at most {LARGEST} bytes")
    try:
        pairs = _PAIRS.decode(asked.body.decode())
    except (ValueError, RecursionError):
        raise WrongRequest("a JSON object") from None
    if not isinstance(pairs, list) or not all(
        isinstance(pair, tuple) and (isinstance(pair[1], str | int) or pair[0] == LINES)
        for pair in pairs
    ):
        raise WrongRequest("a JSON object of texts and whole numbers")
    return pairs


def named(
    pairs: list[tuple[str, Any]], names: tuple[str, ...], may: tuple[str, ...] = ()
) -> dict[str, Any]:
    """These names, each once, those that it `may` say, no other."""
    told = [name for name, _value in pairs]
    if sorted(told) != sorted({*names, *(set(may) & set(told))}):
        raise WrongRequest("these names, each once: " + ", ".join(names))
    return dict(pairs)


def asked_in_query(asked: Asked, may: tuple[str, ...]) -> dict[str, str]:
    """What stands behind « ? » of an address: of these names, each at most once, no other."""
    if not asked.query:
        return {}
    try:
        pairs = parse_qsl(asked.query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise WrongRequest("names and values behind ?") from None
    told = [name for name, _value in pairs]
    if len(told) != len(set(told)) or not set(told) <= set(may):
        raise WrongRequest("these names, each at most once: " + ", ".join(may))
    return dict(pairs)


def id_in(asked: Asked) -> Id:
    """The number of a payment that stands in the address: of version 7, or 8 of a request."""
    named_there = re.search(rf"/({NUMBER})(?=/|$)", asked.path)
    if named_there is None or named_there[1][14] not in "78":
        raise WrongRequest("an id is a UUID of version 7 or 8")
    return parse_id(named_there[1])


def request_in(asked: Asked, id: Id) -> bytes:
    """The request (M2) that follows a number of version 8: who burns the one shows the other."""
    value = read(asked, ("request",))["request"]
    request = some_bytes(value, "request", formats.SIZES[formats.REQUEST])
    if formats.request_id(request) != id:
        raise WrongRequest("request: the one of this number")
    return request


def is_of_request(id: Id) -> bool:
    """Whether a number follows from a request."""
    return id[6] >> 4 == 8


def an_id(value: Any) -> Id:
    """The number of a new payment: a UUID of version 7."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or value[14] != "7":
        raise WrongRequest("an id is a UUID of version 7")
    return bytes.fromhex(value.replace("-", ""))


def any_id(value: str) -> Id:
    """The number of something that stands, whoever made it."""
    if not _NUMBER.fullmatch(value):
        raise WrongRequest("an id is a UUID")
    return parse_id(value)


def a_sale(value: Any) -> Id:
    """The number of a sale that was made: of version 7, or 8 where it follows from a request."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or value[14] not in "78":
        raise WrongRequest("of: a UUID of version 7 or 8")
    return bytes.fromhex(value.replace("-", ""))


def some_bytes(value: Any, what: str, size: int) -> bytes:
    """So many bytes in hexadecimal."""
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-fA-F]{{{2 * size}}}", value):
        raise WrongRequest(f"{what}: {size} bytes in hexadecimal")
    return bytes.fromhex(value)


def a_number(value: Any, most: int) -> int:
    """A whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise WrongRequest(f"a whole number from 1 to {most}")
    return value


def some_lines(value: Any) -> tuple[Line, ...]:
    """What was bought: a list of `{"cents": 250, "rate": "bio"}`, the rate where products have."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LINES:
        raise WrongRequest(f"{LINES}: a list of 1 to {MOST_LINES}")
    return tuple(_a_line(pairs) for pairs in value)


def _a_line(pairs: Any) -> Line:
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise WrongRequest(f"{LINES}: a list of objects")
    said = named(pairs, ("cents",), ("rate",))
    return Line(a_number(said["cents"], MOST_CENTS), a_text(said.get("rate", ""), "rate", 30))


def a_text(value: Any, what: str, most: int) -> str:
    """A text of at most so many signs; one that nobody can type is nobody's."""
    if not isinstance(value, str) or len(value) > most:
        raise WrongRequest(f"{what}: a text of at most {most} signs")
    return value if value.isprintable() else ""


def a_day(value: Any, last: date) -> date:
    """A day as « 2024-02-29 », from FIRST_DAY until `last`."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise WrongRequest("day: YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise WrongRequest("day: one that exists") from None
    if day > last:
        raise WrongRequest("day: not after today")
    if day < FIRST_DAY:
        raise WrongRequest(f"day: not before {FIRST_DAY.isoformat()}")
    return day


def yes_or_no(value: Any, what: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise WrongRequest(f"{what}: true or false")
    return value


def shape(path: str) -> str:
    """The address with each number as `*`: a log and the table of routes know no more of it."""
    return _NUMBER_IN_PATH.sub("*", path.removeprefix(PREFIX))


def answered(answer: operations.Answer, *, tell: bool = False) -> Told:
    """The shop's receipt, or why there is none; with `tell`, as who typed her code has asked, what
    is left beside it, for her eyes: once, in the answer to the code itself. A number that was paid
    before is answered without a look at any code, so it tells nothing."""
    if isinstance(answer, Declined):
        return refused(answer)
    receipt = answer.for_member() if tell and not answer.again else answer.for_shop()
    return Told(200 if answer.again else 201, padded(receipt))


def refused(answer: Declined, status: int = 0, **more: bool) -> Told:
    """A refusal with its two sentences, and what `more` its reader may know."""
    cashier, member = in_words(answer.cashier), in_words(answer.member)
    told = {"reason": answer.reason, "cashier": cashier, "member": member, **more}
    return say(status or STATUS.get(answer.reason, 422), told)


def say(status: int, told: dict[str, Any]) -> Told:
    """An answer."""
    return Told(status, padded(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()))


def padded(body: bytes) -> bytes:
    """The same with spaces behind it, which JSON does not mind."""
    return body + b" " * (-len(body) % PAD)
