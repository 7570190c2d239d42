"""An operation asked twice under one id answers twice the same, also when the two overlap."""

from django.db import transaction
from pytest import mark, raises

from caisse.kernel import events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal

pytestmark = mark.django_db
OFFICE = Actor("office:1")


def record(id: Id) -> None:
    with transaction.atomic():
        events.record("test.done", subject="test", by=OFFICE, id=id)


def test_refused_because_the_first_sending_just_succeeded_it_is_asked_again() -> None:
    id, asked = ids.new_id(), []

    @sent_again
    def act(*, id: Id) -> str:
        asked.append(id)
        if len(asked) == 1:
            record(id)  # the faster sender of the same id
            raise Refusal("duplicate", "Cela est déjà là.")
        return "first answer"

    assert act(id=id) == "first answer"
    assert len(asked) == 2


def test_a_refusal_of_its_own_stands() -> None:
    known = ids.new_id()
    record(known)

    @sent_again
    def act(*, id: Id | None = None) -> None:
        raise Refusal("differs", "Cela est autre chose.")

    for id in (None, ids.new_id(), known):
        with raises(Refusal):
            act(id=id)
