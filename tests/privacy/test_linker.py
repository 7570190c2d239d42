"""A place cannot tell that two purchases are one person's: a linker tries on all that it can read.

Source: payments.md section 8. What a place reads is its files, the answers to its tills and what
these keep. Time, amount and place are metadata, which a place knows of any customer: without them
the linker does no better than chance; with them it is measured (docs/mechanisms/till.md). Under a
licence that is open a device has to add up what each pays: those pairs are counted.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import combinations
from operator import eq
from random import Random
from typing import TypeAlias

import numpy as np
import pytest
from pypdf import PdfReader

from caisse.kernel import clock
from caisse.kernel.ids import short_id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.merchants import queries as merchants
from caisse.merchants.pages.files import statement_csv, statement_pdf
from caisse.payments import formats, operations, queries
from caisse.payments.formats import Ticket
from caisse.payments.models import Reserve
from caisse.payments.operations.brake import BRAKE
from tests.offline.real import DAY, ground
from tests.privacy.kept import MAY_SAY, Market, constants_of, linked_pairs

METADATA = {"at", "cents", "place", "jour", "heure", "montant", "price", "asked"}
SHUFFLES = 500  # of who bought what: how far chance strays
FIRST, LAST = date(2024, 1, 2), date(2024, 1, 16)
KNOWN = METADATA | {"self", "words"}  # sums that grow; one in 2,048, that follows from the number


@dataclass(frozen=True)
class Seen:
    """A purchase as its place reads it: every field of every file; `wallet` is the truth."""

    wallet: int
    fields: dict[str, str]

    @cached_property
    def bare(self) -> str:
        """All but the metadata."""
        return "|".join(self.values.values())

    @cached_property
    def values(self) -> dict[str, str]:
        """Its fields but the metadata, by name; « row.short » is a field inside another one."""
        names = sorted(name for name in self.fields if name.rpartition(".")[2] not in METADATA)
        return {name: self.fields[name] for name in names}

    @cached_property
    def parts(self) -> set[str]:
        """All three signs in a row that stand in it."""
        return {self.bare[at : at + 3] for at in range(len(self.bare) - 2)}


Score: TypeAlias = Callable[[Seen, Seen], float]


def same_places(one: str, other: str) -> float:
    """The share of signs that stand at the same place."""
    return sum(map(eq, one, other)) / max(len(one), len(other), 1)


def same_parts(one: Seen, other: Seen) -> float:
    """The share of three signs in a row that both have."""
    return len(one.parts & other.parts) / max(len(one.parts | other.parts), 1)


def same_values(one: Seen, other: Seen) -> float:
    """How many fields say the same in both."""
    return len(one.values.items() & other.values.items())


BLIND: dict[str, Score] = {
    "values": same_values,
    "signs": lambda one, other: same_places(one.bare, other.bare),
    "parts": same_parts,
    "bits": lambda one, other: -(_number(one) ^ _number(other)).bit_count(),
    "near": lambda one, other: -abs(_number(one) - _number(other)),
}


def _number(seen: Seen) -> int:
    """What follows the instant in a receipt's number."""
    return int(seen.fields["number"].replace("-", "")[12:], 16)


def at_the_hour(one: Seen, other: Seen) -> float:
    """The linker that may use metadata: the same place, the same hour, an amount nearby."""
    hours = [int(seen.fields["heure"][:2]) for seen in (one, other)]
    cents = [int(seen.fields["cents"]) for seen in (one, other)]
    same = 3.0 * (one.fields["place"] == other.fields["place"])
    return same - abs(hours[0] - hours[1]) / 6 - abs(cents[0] - cents[1]) / 4_000


def tried(score: Score, seen: list[Seen]) -> tuple[float, float]:
    """How often a pair of one person scores above another pair, of all pairs, each person counting
    alike; how far from a half chance strays.

    Chance is the same linker on the same pairs when nobody knows who bought what: five standard
    deviations of it.
    """
    first, second = np.triu_indices(len(seen), 1)
    scores = np.array([score(*pair) for pair in combinations(seen, 2)], dtype=float)
    _scores, which, times = np.unique(scores, return_inverse=True, return_counts=True)
    above = ((np.cumsum(times) - times / 2) / len(scores))[which]  # what is equal counts half

    def linked(people: np.ndarray) -> float:
        same = people[first] == people[second]
        of = people[first][same]
        pairs = np.bincount(of)
        return float((np.bincount(of, above[same])[pairs > 0] / pairs[pairs > 0]).mean())

    truth = np.unique([one.wallet for one in seen], return_inverse=True)[1]
    chance = np.random.default_rng(8)
    shuffled = [linked(chance.permutation(truth)) for _ in range(SHUFFLES)]
    return linked(truth), 5 * float(np.std(shuffled))


def _payer(account: str) -> int:
    """The wallet that has paid, or had set the money aside for a market without network."""
    family, _colon, key = account.partition(":")
    return Reserve.objects.get(key=key).wallet if family == "reserve" else int(key)


@pytest.fixture
def seen(played: str) -> Iterator[list[Seen]]:
    """Two weeks of purchases as the places' files and the answers of the API tell them."""
    first, last = (clock.instant(day) for day in (FIRST, LAST))
    rows = Transfer.objects.filter(reason="payment", at__gte=first, at__lt=last)
    moved = books.transfers([bytes(id) for id in rows.values_list("id", flat=True)])
    told: list[Seen] = []
    of_days: dict[tuple[int, date], dict[str, dict[str, str]]] = {}
    for one in moved:
        number, day = int(one.credit.removeprefix("place:")), clock.day_of(one.at)
        if (number, day) not in of_days:
            place = merchants.place(number)
            assert place is not None
            table = operations.day_csv(place=place, on=day).lstrip("\ufeff")
            lines = csv.DictReader(io.StringIO(table), delimiter=";")
            of_days[number, day] = {line["reçu"]: line for line in lines}
        receipt = queries.receipt_of(one)
        assert receipt is not None
        fields = {name: str(value) for name, value in json.loads(receipt.for_shop()).items()}
        line = of_days[number, day][short_id(one.id)]
        told.append(Seen(_payer(one.debit), {**fields, **line}))
    assert len(told) > 300
    yield told


@pytest.fixture
def market(transactional_db: None) -> Iterator[Market]:
    """Sixteen people at a place: with network, then under two licences, one after the other."""
    BRAKE.release()
    ground(3_300_00)
    there = Market(16, Random(4))
    there.sell(160)
    there.market(80)
    there.market(80)
    yield there
    BRAKE.release()


def test_a_place_cannot_link_two_purchases(seen: list[Seen]) -> None:
    assert {"number", "words", "short", "libellé", "appareil", "personne"} <= set(seen[0].fields)
    assert {"at", "cents", "place", "jour", "heure", "montant"} <= METADATA & set(seen[0].fields)
    for name, score in BLIND.items():
        found, strays = tried(score, seen)
        assert abs(found - 0.5) <= strays, (name, found)


def test_the_linker_that_may_use_time_amount_and_place_sees_habits(seen: list[Seen]) -> None:
    """Whoever stands at the counter sees them too: measured, and no promise of ours.

    The demo's people have none; here each buys seven times in ten at her own place and hour.
    """
    chance = Random(3)
    own = {
        one.wallet: {"place": str(one.wallet % 55), "heure": f"{one.wallet % 12 + 8:02d}"}
        for one in seen
    }
    used = [
        Seen(one.wallet, {**one.fields, **(own[one.wallet] if chance.random() < 0.7 else {})})
        for one in seen
    ]
    for name, some in (("demo", seen), ("habits", used)):
        found, strays = tried(at_the_hour, some)
        assert (found > 0.5 + strays) == (name == "habits")


def test_the_linker_finds_what_can_be_found(seen: list[Seen]) -> None:
    """One sign in a number that follows from the wallet, and it is caught."""
    leaking = [
        Seen(one.wallet, {**one.fields, "short": f"{one.wallet % 1000:03d}{one.fields['short']}"})
        for one in seen
    ]
    found, strays = tried(BLIND["parts"], leaking)
    assert found > 0.5 + strays


def test_the_files_of_months_have_no_sale_in_them(played: str) -> None:
    """Sums by day, no receipt's number: they give a linker nothing."""
    month = Month.of(FIRST)
    told = [
        (place, statement)
        for place in merchants.places(at=FIRST)
        if (statement := merchants.statement(place_id=place.id, month=month)) is not None
    ]
    assert len(told) > 5
    sales = set()
    files = []
    for place, statement in told[:6]:
        for day, _taken in statement.days:
            sales |= {one.number for one in merchants.day_closed(place.id, day)[1]}
        pages = PdfReader(io.BytesIO(statement_pdf(place, statement))).pages
        files += [statement_csv(statement), *(page.extract_text() for page in pages)]
    found = set(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "\n".join(files)))
    assert len(sales) > 100 and not sales & found


def test_what_a_device_is_answered_and_keeps_is_not_linked(
    market: Market, record_property: Callable[[str, object], None]
) -> None:
    """Sales by identifier, card, telephone, its request; without network by slip, card, name."""
    _is_not_linked(market)
    _a_constant_is_found(market)
    pairs, ones = _pairs_of_open_licences(market)
    record_property("pairs of one person without network", ones)
    record_property("linkable inside one licence", pairs)


def _is_not_linked(market: Market) -> None:
    for one in market.sold:
        assert set(one.row) - MAY_SAY == set()
    closed = _closing(market.shop.place)
    seen = [Seen(one.buyer, one.fields | closed[one.row["short"]]) for one in market.sold]
    names = {name for one in seen for name in one.values}
    assert {"row.short", "paid.number", "sync.proof", "refund.number", "self.label"} <= names
    assert {"csv.libellé", "pdf"} <= names
    told = _without_what_all_say(seen)
    for name, score in BLIND.items():
        found, strays = tried(score, told)
        assert abs(found - 0.5) <= strays, (name, found)
    assert constants_of([(one.buyer, one.row | one.answers) for one in market.sold], KNOWN) == {}


def _without_what_all_say(seen: list[Seen]) -> list[Seen]:
    """The same without fields that have one value: they tell nobody from anybody."""
    values: dict[str, set[str]] = {}
    for one in seen:
        for name, said in one.fields.items():
            values.setdefault(name, set()).add(said)
    vary = {name for name, said in values.items() if len(said) > 1}
    return [
        Seen(one.wallet, {name: said for name, said in one.fields.items() if name in vary})
        for one in seen
    ]


def _closing(place: int) -> dict[str, dict[str, str]]:
    """What the closing of the day says of each sale, as a table and on paper, by its receipt."""
    row = merchants.place(place)
    assert row is not None
    text = operations.day_csv(place=row, on=DAY).lstrip("\ufeff")
    table = csv.DictReader(io.StringIO(text), delimiter=";")
    told = {line["reçu"]: {f"csv.{name}": said for name, said in line.items()} for line in table}
    pages = PdfReader(io.BytesIO(operations.day_pdf(place=row, on=DAY))).pages
    paper = "".join(page.extract_text() for page in pages)
    for number, said in told.items():
        after = re.search(rf"{number}(.*?)(?=\d\d\s*h|$)", paper, re.DOTALL)
        assert after is not None, number
        said["pdf"] = re.sub(r"[\d\s,€−-]", "", after[1])  # the amount is metadata
    return told


def _a_constant_is_found(market: Market) -> None:
    """The linker and the search both have teeth: eight signs that follow from the buyer."""
    leaking = [
        (one.buyer, {**one.row, "slip": sha256(b"%d" % one.buyer).hexdigest()[:8]})
        for one in market.sold
    ]
    found = constants_of(leaking, KNOWN)
    assert len(set(found.values())) == len({one.buyer for one in market.sold})
    seen = [Seen(who, {"row." + k: str(v) for k, v in row.items()}) for who, row in leaking]
    score, strays = tried(same_values, seen)
    assert score > 0.5 + strays


def _pairs_of_open_licences(market: Market) -> tuple[int, int]:
    """payments.md 8, claim 2 and (4): a device adds up what each slip, card and name has paid.

    How many pairs it knows to be one person's, of how many that are.
    """
    pairs = linked_pairs(market.open)
    ones = [(a, b) for a, b in combinations(market.open, 2) if a.buyer == b.buyer]
    assert pairs and all(a.buyer == b.buyer and a.licence == b.licence for a, b in pairs)
    across = [(a, b) for a, b in ones if a.licence != b.licence]
    assert len(across) > 100, "the same people came back under the next licence"
    names = {name for one in market.open for name in one.names}
    kept = json.dumps([[one.row, one.answers] for one in market.sold])
    assert not any(name in kept for name in names), "after the last word nothing of it is left"
    return len(pairs), len(ones)


def test_the_qrs_of_a_telephone_are_not_linked() -> None:
    """Claim 1: tickets, times equal, tell nothing of the telephone that shows them."""
    key, secrets = bytes(range(32)), [bytes([phone]) * 32 for phone in range(40)]
    told = []
    for phone, secret in enumerate(secrets):
        for turn in range(20):
            ticket = formats.seal_ticket(Ticket(phone + 1, 1, turn, 1_500), key)
            message = formats.member_qr(1, ticket, 3_000_000, 60_00, key=secret)
            text = formats.text_of(message)
            told.append(Seen(phone, {"number": f"{0:012x}{message[2:18].hex()}", "qr": text}))
    for name, score in BLIND.items():
        found, strays = tried(score, told)
        assert abs(found - 0.5) <= strays, (name, found)
