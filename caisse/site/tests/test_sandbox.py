"""The command `sandbox`: what it prints pays over the API, where no money is real."""

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest

from caisse.accounting import checks
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.month import operations as months
from caisse.payments.tests.device import Answer, sent
from caisse.site.tests.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def copy(begun: Run, settings: SimpleNamespace, travelling: Callable[..., None]) -> Run:
    """A copy to learn on, with a month's money in it."""
    settings.TRAINING = True
    travelling(date(2024, 1, 16))
    begun("month", "freeze", "2024-02")
    begun("month", "check", "2024-02")
    months.approve(month=Month(2024, 2), by=Actor("ben", frozenset({"coordinator"})))
    travelling(date(2024, 2, 5))
    begun("grant", "receive", "1")
    begun("month", "credit", "2024-02")
    return begun


def pay(told: dict[str, str], **said: object) -> Answer:
    """As a till of others pays: with what was printed, and nothing else."""
    asked = {"id": show_id(new_id()), "cents": 3_20, **said}
    key, till = bytes.fromhex(told["key"]), told["Caisse-Till"]
    return sent("POST", "payments", asked, key=key, HTTP_CAISSE_TILL=till)


def test_what_is_printed_pays_by_code_and_by_card(copy: Run) -> None:
    told = json.loads(copy("sandbox", 1))
    by_code = {"method": "pin", "handle": told["handle"], "pin": told["pin"], "attempt": 1}
    assert pay(told, **by_code).status == 201
    by_card = {"method": "card", "card": told["card"], "pin": told["pin"], "attempt": 1}
    paid = pay(told, **by_card)
    assert (paid.status, paid.said["cents"]) == (201, 3_20)
    assert books.balance("place:1") == 6_40
    assert [one.code for one in checks.run() if one.damaged] == []


def test_another_key_pays_nothing(copy: Run) -> None:
    told = json.loads(copy("sandbox", 1))
    said = {"method": "pin", "handle": told["handle"], "pin": told["pin"], "attempt": 1}
    assert pay({**told, "key": "00" * 32}, **said).status == 401


def test_it_is_refused_where_money_is_real(begun: Run) -> None:
    assert "l’argent est vrai" in begun("sandbox", 1, code=3)
    assert books.balance("place:1") == 0


def test_a_place_that_is_none(copy: Run) -> None:
    assert "pas de lieu n° 99" in copy("sandbox", 99, code=3)


def test_nobody_has_money_yet(begun: Run, settings: SimpleNamespace) -> None:
    settings.TRAINING = True
    assert "Personne n’a d’argent" in begun("sandbox", 1, code=3)
