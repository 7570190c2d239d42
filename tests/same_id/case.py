"""For each operation with an `id`: how to come to it, its content, and contents that are another.

A case runs in a founded caisse on 6 February 2023, with 200 € in two wallets.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction

from caisse.contributions import operations as contributions
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, founded
from caisse.people import operations as people
from caisse.people.operations import NewHolder, NewHousehold

MARCH, APRIL = Month(2023, 3), Month(2023, 4)
TODAY, TOMORROW = date(2023, 2, 6), date(2023, 2, 7)
DESK = Actor("accueil", frozenset({"desk"}))
ZOE, ADAM = NewHolder("Zoé", "Moulin"), NewHolder("Adam", "Roche")
ALONE, PAIR = NewHousehold(holders=(ZOE,)), NewHousehold(adults=2, holders=(ZOE,))


class Asked(NamedTuple):
    """`content` as it is sent; each of `others` changes something of it."""

    content: dict[str, Any]
    others: list[dict[str, Any]]


Operation = Callable[..., Any]
CASES: dict[Operation, Callable[[], Asked]] = {}


def of(operation: Operation) -> Callable[[Callable[[], Asked]], Callable[[], Asked]]:
    """Declare the case of an operation."""

    def declare(case: Callable[[], Asked]) -> Callable[[], Asked]:
        CASES[operation] = case
        return case

    return declare


def ground(**articles: Any) -> None:
    """The caisse in which a case runs."""
    founded(TODAY, admission__capacity=None, **articles)


def member() -> int:
    """A new household's membership."""
    return people.join(household=ALONE, joined_on=TODAY, by=OFFICE).membership_id


def received(
    kind: str = "debit", desk: str | None = None, number: int | None = None, by: Actor = OFFICE
) -> int:
    """The number of a receipt of 50 €."""
    told = contributions.receive(
        membership_id=number or member(), month=FEBRUARY, cents=50_00, kind=kind, by=by, desk=desk
    )
    return told.receipt_id


def post(*lines: tuple[str, str, int, str]) -> None:
    """Lines (debit, credit, cents, reason) under one event."""
    with transaction.atomic():
        cause = events.record("test.moved", subject="test", by=OFFICE)
        ledger.post(
            [
                Transfer(
                    derived_id(cause, r), d, c, n, r, cause, unit="loss" if r == "loss" else "money"
                )
                for d, c, n, r in lines
            ]
        )


def everything() -> dict[str, Any]:
    """Every row of every table of ours: what an operation may change, and a refusal may not."""
    models = [model for model in apps.get_models() if model.__module__.startswith("caisse.")]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in models
    }


def send(operation: Operation, content: dict[str, Any], id: Id) -> Any:
    return operation(**content, by=OFFICE, id=id)


def refused(operation: Operation, content: dict[str, Any], id: Id) -> str:
    """The reason of the refusal; nothing was written."""
    before = everything()
    with pytest.raises(Refusal) as refusal:
        send(operation, content, id)
    assert everything() == before
    return refusal.value.reason
