"""Who is shown what waits for a second person: only who may agree to it."""

import pytest
from django.test import Client
from django.urls import reverse

from caisse.accounting.operations import MANUAL
from caisse.kernel.actor import Actor
from caisse.kernel.ids import show_id
from caisse.kernel.tests.entering import enter
from caisse.payments import operations as payments
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.site.telling.waiting import columns
from caisse.site.tests.members import Home, home

__all__ = ["home"]  # a fixture
SECOND = "Donner un second accord"


def shown(login: str, *roles: str) -> dict[str, int]:
    """By the title of a column, how many second agreements somebody reads there."""
    found = columns(Actor(login, frozenset(roles)), {})
    counted = {one.title: sum(SECOND in task.title for task in one.tasks) for one in found}
    return {title: number for title, number in counted.items() if number}


@pytest.mark.django_db
def test_a_second_agreement_waits_for_who_may_give_it(home: Home) -> None:
    people.prepare_act(
        kind=MANUAL, subject="caisse", payload={}, by=Actor("ana", frozenset({"treasurer"}))
    )
    assert shown("ben", "coordinator") == {"Vous": 1}
    assert shown("ana", "treasurer") == {"Coordination": 1}, "not for who prepared it"
    assert shown("cleo", "administrator") == {"Coordination": 1}, "her role may not agree to it"


@pytest.mark.django_db
def test_a_word_for_a_person_is_seconded_on_the_referents_page_alone(
    client: Client, home: Home
) -> None:
    one = Actor("referent-1", frozenset({"referent"}))
    payments.confirm_holder(who="fauvette-ail", by=one)
    (act,) = registry.waiting_acts("pin.reset")
    for role in ("coordinator", "treasurer", "administrator"):
        assert shown("ben", role) == shown("ben", role, "referent") == {}, role
    enter(client, "ben", "coordinator", "referent")
    assert "Rien n’attend" in client.get(reverse("acts")).content.decode()
    address = reverse("act", args=[show_id(act.id)])
    assert client.get(address).status_code == 404
    assert client.post(reverse("act_agree", args=[show_id(act.id)])).status_code == 404
