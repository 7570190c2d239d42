"""The same id later: another day, its act done, something newer written since."""

from collections.abc import Callable

import pytest

from caisse.accounting import operations as accounting
from caisse.accounting.operations import Order
from caisse.contributions import operations as contributions
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import FEBRUARY, go
from caisse.messages import operations as messages
from caisse.messages import queries as said
from caisse.payments import operations as payments
from caisse.people import operations as people
from tests.same_id.case import CASES, TOMORROW, Operation, everything, ground, refused, send
from tests.same_id.of_access import holder

pytestmark = pytest.mark.django_db

SECOND = Actor("tresorerie", frozenset({"treasurer"}))


def agreed(act: bytes) -> None:
    """A second person agrees to it, and it is done to its end."""
    people.agree(act_id=act, by=SECOND)


def paid(act: bytes) -> None:
    """The places of February are paid."""
    agreed(act)
    merchants.pay_redemptions(month=FEBRUARY, by=SECOND)


DONE: list[tuple[Operation, Callable[[bytes], None]]] = [
    (people.prepare_act, lambda act: people.decline(act_id=act, by=SECOND, reason="Non")),
    (contributions.prepare_import, agreed),
    (merchants.confirm_bank_details, agreed),
    (merchants.prepare_payment, paid),
    (accounting.prepare_transfer, agreed),
    (payments.prepare_gift_undo, agreed),
]


@pytest.mark.parametrize(("operation", "end"), DONE, ids=[each.__name__ for each, _ in DONE])
def test_an_act_that_is_over_still_answers_its_preparation(
    operation: Operation, end: Callable[[bytes], None]
) -> None:
    asked, id = CASES[operation](), new_id()
    end(send(operation, asked.content, id))
    before = everything()
    assert send(operation, asked.content, id) == id
    for other in asked.others:
        assert refused(operation, {**asked.content, **other}, id) == "differs", other
    assert everything() == before


def test_what_was_owed_and_is_covered_still_answers() -> None:
    CASES[contributions.cover_returns]()
    content, id = {"order": Order("return_cover")}, new_id()
    agreed(send(accounting.prepare_transfer, content, id))
    assert send(accounting.prepare_transfer, content, id) == id


@pytest.mark.parametrize(
    "operation",
    [people.note_contact, people.grant_role, people.give_role, people.stand_in],
    ids=lambda operation: operation.__name__,
)
def test_the_same_on_the_next_day_gets_the_first_answer(operation: Operation) -> None:
    asked, id = CASES[operation](), new_id()
    first = send(operation, asked.content, id)
    go(TOMORROW)
    before = everything()
    assert send(operation, asked.content, id) == first
    assert everything() == before


def test_an_older_card_sent_again_does_not_come_back() -> None:
    ground()
    rest, id = dict.fromkeys(("email", "address", "hours", "privacy"), ""), new_id()
    for phone, one in (("1", id), ("2", new_id()), ("1", id)):
        send(messages.write_card, {**rest, "phone": phone}, one)
    assert said.reach().phone == "2"


def test_an_older_contact_sent_again_is_refused_once_it_was_corrected() -> None:
    ground()
    rest = {"holder_id": holder(), "family_name": "Roux", "email": "", "phone": ""}
    ada, id = {**rest, "given_name": "Ada"}, new_id()
    send(people.change_contact, ada, id)
    send(people.change_contact, {**rest, "given_name": "Zoé"}, new_id())
    assert refused(people.change_contact, ada, id) == "differs"
