"""What a place's device gets and keeps of its sales: a small market over the API of tills.

Members buy in every way there is, with network and without; beside each sale stands all that the
device was answered, and the row that its browser keeps of it (static/payments/sale.js, lately.js,
market/keeping.js and market/sending.js; tests/journeys/test_market_day.py holds that against a real
browser). What it sends, a card or an identifier, is no part of it: payments.md 8.
"""

import hmac
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import combinations
from random import Random
from typing import Any

from caisse.kernel import clock
from caisse.kernel.ids import Id, new_id, short_id, show_id
from caisse.payments import formats, operations
from caisse.payments.formats import MARK, from_base45
from caisse.payments.models import Card
from caisse.payments.offline.records import CodeSale, SlipSale
from caisse.payments.tests.device import Answer, Handset, PhoneTill
from tests.offline.real import DESK, Member, Phone, Shop

SOLD = {"id", "till", "cents", "at", "is", "short"}  # what a row of a sale has
MAY_SAY = SOLD | {"price", "request", "refund", "asked", "left", "reason", "fresh"}
ONLINE = ("pin", "number", "card", "member_qr", "request")
OFFLINE = ("slip", "card", "pin")
SIGNS = 10  # so many in a row, the same in two sales of one person and in nobody else's, say who
SHORTEST = 8  # a whole value of so many does too


class Buyer(Member):
    """A member with money, a code, a card, a telephone and slips."""

    def __init__(self, number: int) -> None:
        super().__init__(number, 100_00)
        self.number = number
        self.slips = Phone(self)
        self.handset = Handset()
        phone = operations.invite_phone(
            holder_id=self.holder, label="Le mien", by=DESK, id=new_id()
        )
        code = operations.give_phone_code(phone_id=phone, by=DESK)
        assert self.handset.link(code).status == 201
        self.card_number = Card.objects.get(pk=self.holder).number
        self.counters = 0


@dataclass
class Sold:
    """A sale: whose it is, all that was answered of it, the row that is kept; `fields` has both."""

    buyer: int
    answers: dict[str, Any]
    row: dict[str, Any]

    @property
    def fields(self) -> dict[str, str]:
        """Every value by its name, however deep it lies; `number` is the sale's."""
        said = dict(_leaves("", {**self.answers, "row": self.row}))
        return {**said, "number": str(self.row["id"])}


@dataclass
class Open:
    """A sale under a licence that is open: what the device must know to add it up."""

    buyer: int
    licence: int
    names: set[str] = field(default_factory=set)  # of the slip; of card or identifier, under a key


class Market:
    """A place's device, linked, that may sell without network; its buyers."""

    def __init__(self, buyers: int, chance: Random) -> None:
        self.shop, self.chance = Shop("Halle"), chance
        self.till = PhoneTill(till=self.shop.device, generation=1, key=self.shop.key)
        self.buyers = [Buyer(n) for n in range(1, buyers + 1)]
        self.sold: list[Sold] = []
        self.open: list[Open] = []

    def sell(self, sales: int) -> None:
        """Sales with network; three in ten are given back."""
        for _sale in range(sales):
            buyer, cents = self.chance.choice(self.buyers), self.chance.randint(1, 60)
            sale = self._paid(buyer, self.chance.choice(ONLINE), cents)
            if self.chance.random() < 0.3:
                self._given_back(sale)
            sale.answers["self"] = self._asked("GET", "tills/self")
            self.sold.append(sale)

    def _paid(self, buyer: Buyer, way: str, cents: int) -> Sold:
        row: dict[str, Any] = {"till": self.shop.device, "cents": cents, "price": cents}
        if way == "request":
            request = self.shop.request(cents, self.chance.randbytes(8))
            told = buyer.handset.send("POST", "phones/requests/pay", {"request": request.hex()})
            assert told.status == 201
            number = show_id(formats.request_id(request))
            row["request"] = request.hex()
            answers = {"paid": self._asked("GET", f"payments/{number}/paid")}
        else:
            number = show_id(new_id())
            said = {"id": number, "cents": cents, **self._shown(buyer, way)}
            answers = {"paid": self._asked("POST", "payments", said)}
        receipt = answers["paid"]
        answers["again"] = self._asked("GET", f"payments/{number}")
        row |= {"id": number, "is": "paid", "at": receipt["at"], "short": receipt["short"]}
        return Sold(buyer.number, answers, row)

    def _shown(self, buyer: Buyer, way: str) -> dict[str, Any]:
        if way == "member_qr":
            return {"method": way, "qr": buyer.handset.qr()}
        typed = {"pin": buyer.pin, "attempt": 1}
        if way == "card":
            return {"method": way, "card": buyer.card, **typed}
        handle = buyer.handle if way == "pin" else buyer.card_number
        return {"method": "pin", "handle": handle, **typed}

    def _given_back(self, sale: Sold) -> None:
        number, row = show_id(new_id()), sale.row
        said = {"id": number, "of": row["id"], "cents": row["cents"]}
        sale.answers["refund"] = self._asked("POST", "refunds", said)
        row |= {"is": "undone", "refund": number, "asked": clock.now_ms()}

    def market(self, sales: int) -> None:
        """A licence from its opening to the last word, and so many sales under it."""
        got = self.shop.open(holds_nothing=self.shop.licence > 0)
        for buyer in self.buyers:
            buyer.slips = Phone(buyer, number=got.licence_id)  # none has two slips of a place
            buyer.slips.ask((self.shop.place, 10_00))
            buyer.counters = 0
        sent: list[tuple[Buyer, Id, int, dict[str, Any]]] = []
        for _sale in range(sales):
            buyer, cents = self.chance.choice(self.buyers), self.chance.randint(1, 60)
            sent.append((buyer, *self._without_network(buyer, cents, got)))
        told = self._asked("POST", "tills/sync", {"records": [record for *_, record in sent]})
        for (buyer, id, cents, _record), answer in zip(sent, told["answers"], strict=True):
            assert answer["answer"] == "posted"
            number = show_id(id)
            answers = {"sync": answer, "again": self._asked("GET", f"payments/{number}")}
            row = {
                "id": number, "cents": cents, "at": clock.now_ms(), "short": short_id(id),
                "till": self.shop.device, "is": "paid",
            }  # fmt: skip
            sale = Sold(buyer.number, answers, row)
            if self.chance.random() < 0.3:
                self._given_back(sale)
            self.sold.append(sale)
        self.shop.close()

    def _without_network(
        self, buyer: Buyer, cents: int, got: operations.Licensed
    ) -> tuple[Id, int, dict[str, Any]]:
        """A sale's number, cents and record; what the open licence knows it by is written down."""
        way, licence = self.chance.choice(OFFLINE), got.licence_id
        if way == "slip":
            buyer.counters += 1
            request = self.shop.request(cents, self.chance.randbytes(8))
            sale = buyer.slips.pay(0, buyer.counters, request)
            assert isinstance(sale, SlipSale)
            paid = formats.read_offline_payment(sale.payment)
            self.open.append(Open(buyer.number, licence, {paid.slip.slip_id.hex()}))
            said = {"request": sale.request.hex(), "payment": sale.payment.hex()}
            id = formats.offline_id(paid.slip.slip_id, paid.counter, request)
            return id, cents, {"licence": licence, **said}
        who = buyer.card if way == "card" else buyer.handle
        token = from_base45(who.removeprefix(MARK))[2:18] if way == "card" else who.encode()
        nonce = bytes.fromhex(json.loads(got.text)["nonce"])
        name = hmac.digest(self.shop.key, b"handle1" + nonce + token, sha256)[:8].hex()
        self.open.append(Open(buyer.number, licence, {name}))
        code = self.shop.code_sale(who, buyer.pin, cents, method=way)
        return code.id, cents, _as_record(code, licence)

    def _asked(self, method: str, path: str, said: Any = None) -> dict[str, Any]:
        answer: Answer = self.till.send(method, path, said)
        assert answer.status in (200, 201), answer.said
        return answer.said


def _as_record(sale: CodeSale, licence: int) -> dict[str, Any]:
    return {
        "licence": licence, "id": show_id(sale.id), "method": sale.method, "cents": sale.cents,
        "at": sale.made_at, "code": sale.sealed.hex(), "attempt": sale.attempt,
    }  # fmt: skip


def _leaves(name: str, said: Any) -> Iterator[tuple[str, str]]:
    """Every value of a document, with the names that lead to it."""
    inside = said.items() if isinstance(said, dict) else enumerate(said)
    for key, value in inside:
        path = f"{name}.{key}" if name else str(key)
        if isinstance(value, dict | list):
            yield from _leaves(path, value)
        else:
            yield path, str(value)


def linked_pairs(sales: Sequence[Open]) -> list[tuple[Open, Open]]:
    """Pairs of sales that an open licence's device knows to be one person's."""
    return [(a, b) for a, b in combinations(sales, 2) if a.names & b.names]


def constants_of(rows: Sequence[tuple[int, dict[str, Any]]], metadata: set[str]) -> dict[str, int]:
    """What two rows at least of one person say and nobody else's row does: the text, and whose."""
    said: dict[str, dict[int, set[int]]] = {}
    for number, (person, row) in enumerate(rows):
        for name, text in _leaves("", row):
            if not metadata & set(name.split(".")):
                for part in _pieces(_drawn(name, text)):
                    said.setdefault(part, {}).setdefault(person, set()).add(number)
    return {
        text: next(iter(by))
        for text, by in said.items()
        if len(by) == 1 and len(next(iter(by.values()))) > 1
    }


def _pieces(text: str) -> set[str]:
    whole = {text} if len(text) >= SHORTEST else set()
    return whole | {text[at : at + SIGNS] for at in range(len(text) - SIGNS + 1)}


def _drawn(name: str, text: str) -> str:
    """What is not metadata of a number (it begins with its instant) or of a request (its nonce)."""
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return text[15:].replace("-", "")
    return text[20:36] if name.endswith("request") else text
