"""A place cannot tell that two purchases are one person's: a linker tries on all that it can read.

Source: payments.md section 8. What a place reads is its files and the answers to its tills. Time,
amount and place are metadata, which a place knows of any customer: without them the linker does no
better than chance; with them it is measured, and told in docs/mechanisms/till.md.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeAlias

import numpy as np
import pytest

from caisse.kernel import clock
from caisse.kernel.ids import short_id
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.merchants import queries as merchants
from caisse.payments import formats, operations, queries
from caisse.payments.formats import Ticket

METADATA = {"at", "cents", "place", "jour", "heure", "montant"}
PAIRS = 2_000  # of one person, and as many of two
SHUFFLES = 20  # of who bought what: how far chance strays
FIRST, LAST = date(2024, 1, 2), date(2024, 1, 16)


@dataclass(frozen=True, slots=True)
class Seen:
    """A purchase as its place reads it: every field of every file; `wallet` is the truth."""

    wallet: int
    fields: dict[str, str]

    @property
    def bare(self) -> str:
        """All but the metadata."""
        return "|".join(self.fields[name] for name in sorted(self.fields) if name not in METADATA)


Score: TypeAlias = Callable[[Seen, Seen], float]


def same_places(one: str, other: str) -> float:
    """The share of signs that stand at the same place."""
    return sum(a == b for a, b in zip(one, other, strict=False)) / max(len(one), len(other), 1)


def same_parts(one: str, other: str) -> float:
    """The share of three signs in a row that both have."""
    first, second = ({text[at : at + 3] for at in range(len(text) - 2)} for text in (one, other))
    return len(first & second) / max(len(first | second), 1)


BLIND: dict[str, Score] = {
    "signs": lambda one, other: same_places(one.bare, other.bare),
    "parts": lambda one, other: same_parts(one.bare, other.bare),
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


def auc(ones: list[float], others: list[float]) -> float:
    """How often a pair of one person scores above a pair of two."""
    both = np.concatenate([ones, others])
    order = both.argsort(kind="stable")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    for value in np.unique(both):  # equal scores share their rank
        where = both == value
        ranks[where] = ranks[where].mean()
    n, m = len(ones), len(others)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def tried(score: Score, seen: list[Seen]) -> tuple[float, float]:
    """The linker on pairs of one person and pairs of two; how far it strays from a half by chance.

    Chance is the same linker when nobody knows who bought what: five standard deviations of it.
    """
    shuffled, wallets = [], [one.wallet for one in seen]
    for turn in range(SHUFFLES):
        Random(turn).shuffle(wallets)
        mixed = [Seen(wallet, one.fields) for wallet, one in zip(wallets, seen, strict=True)]
        shuffled.append(_tried(score, mixed))
    return _tried(score, seen), 5 * float(np.std(shuffled))


def _tried(score: Score, seen: list[Seen]) -> float:
    chance = Random(8)
    of: dict[int, list[Seen]] = {}
    for one in seen:
        of.setdefault(one.wallet, []).append(one)
    several = [some for some in of.values() if len(some) > 1]
    ones = [score(*chance.sample(chance.choice(several), 2)) for _ in range(PAIRS)]
    others: list[float] = []
    while len(others) < PAIRS:
        one, other = chance.sample(seen, 2)
        if one.wallet != other.wallet:
            others.append(score(one, other))
    return auc(ones, others)


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
        told.append(Seen(int(one.debit.removeprefix("wallet:")), {**fields, **line}))
    assert len(told) > 300
    yield told


def test_a_place_cannot_link_two_purchases(seen: list[Seen]) -> None:
    assert {"number", "words", "short", "libellé", "appareil", "personne", *METADATA} <= set(
        seen[0].fields
    )
    for name, score in BLIND.items():
        found, strays = tried(score, seen)
        assert abs(found - 0.5) < strays, (name, found)


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
        assert abs(found - 0.5) < strays, (name, found)
