"""Bank details: nothing changes before a call back and the agreement of a second person."""

import time
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, sit
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.tests.ground import OFFICE, approved, founded
from caisse.merchants.tests.test_pages import keep, op, plain, said
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.models import PreparedAct

pytestmark = pytest.mark.django_db

IBAN, OTHER = "FR76 3000 6000 0112 3456 7890 189", "DE89370400440532013000"
KEEPER = Actor("lieu-a", frozenset({"merchant"}))


@pytest.fixture
def merchant() -> int:
    founded()
    enter(Client(), "nadia", "coordinator")
    enter(Client(), "paul", "treasurer")
    place = queries.place(approved())
    assert place is not None
    return place.merchant_id


NADIA = Actor("nadia", frozenset({"coordinator"}))
PAUL = Actor("paul", frozenset({"treasurer"}))


def propose(merchant: int, iban: str = IBAN, id: bytes | None = None) -> int:
    return merchants.propose_bank_details(
        merchant_id=merchant, iban=iban, holder="GAEC du Lez", by=KEEPER, id=id
    )


def refused(act: Callable[[], object]) -> str:
    """The reason for which `act` is refused."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.reason


def masked(merchant: int) -> str:
    known = queries.bank_details(merchant)
    return "" if known is None else known.masked


def test_details_are_in_force_after_a_call_and_a_second_person(merchant: int) -> None:
    details = propose(merchant)
    assert masked(merchant) == ""
    act = merchants.confirm_bank_details(details_id=details, by=NADIA, id=new_id())
    assert refused(lambda: people.agree(act_id=act, by=NADIA)) == "same_person"
    assert masked(merchant) == ""
    people.agree(act_id=act, by=PAUL)
    people.agree(act_id=act, by=PAUL)
    assert masked(merchant) == "FR76 •••• 0189"
    assert queries.proposed_bank_details(merchant) is None


def test_new_details_replace_those_in_force(merchant: int) -> None:
    for iban in (IBAN, OTHER):
        details = propose(merchant, iban)
        act = merchants.confirm_bank_details(details_id=details, by=NADIA, id=new_id())
        people.agree(act_id=act, by=PAUL)
    assert masked(merchant) == "DE89 •••• 3000"
    assert refused(lambda: propose(merchant, OTHER)) == "same"


def test_a_proposal_sent_twice_is_one_and_the_last_one_counts(merchant: int) -> None:
    id = new_id()
    assert propose(merchant, id=id) == propose(merchant, id=id)
    assert refused(lambda: propose(merchant, OTHER, id)) == "differs"
    later = propose(merchant, OTHER)
    waiting = queries.proposed_bank_details(merchant)
    assert waiting is not None
    assert waiting.id == later
    merchants.confirm_bank_details(details_id=later, by=NADIA, id=new_id())
    assert refused(lambda: propose(merchant)) == "called"


@pytest.mark.parametrize("iban", ["FR76 3000 6000 0112 3456 7890 188", "12", "", "FR76" * 20])
def test_an_iban_with_a_wrong_sign_is_refused(merchant: int, iban: str) -> None:
    assert refused(lambda: propose(merchant, iban)) == "iban"


def test_what_was_declined_changes_nothing_and_may_be_asked_again(merchant: int) -> None:
    details = propose(merchant)

    def decline(reason: str) -> None:
        merchants.decline_bank_details(details_id=details, by=PAUL, reason=reason)

    assert refused(lambda: decline(" ")) == "reason"
    act = merchants.confirm_bank_details(details_id=details, by=NADIA, id=new_id())
    decline("Le numéro a changé aussi.")
    assert refused(lambda: people.agree(act_id=act, by=PAUL)) == "too_late"
    assert refused(lambda: decline("Encore.")) == "too_late"
    assert propose(merchant) != details


def test_an_iban_is_in_no_event_act_or_representation(merchant: int) -> None:
    details = propose(merchant)
    act = merchants.confirm_bank_details(details_id=details, by=NADIA, id=new_id())
    assert PreparedAct.objects.get(pk=act).payload == f'{{"details":{details}}}'
    assert "3000" not in repr(queries.proposed_bank_details(merchant))


def test_from_the_place_to_the_agreement_page_by_page(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    change = reverse("my_bank_change", args=[place])
    wrong = client.post(change, op() | {"holder": "GAEC du Lez", "iban": "FR76 1"})
    assert wrong.status_code == 422
    assert "Cet IBAN n’est pas exact" in plain(wrong.content)
    assert "GAEC du Lez" in wrong.content.decode(), "what was typed stays"
    form = op() | {"holder": "GAEC du Lez", "iban": IBAN}
    for _ in range(2):
        assert client.post(change, form).status_code == 302
    text = said(client, "my_bank", place)
    assert "Nous vous rappelons au numéro que nous connaissons" in text
    assert "FR76 •••• 0189" in text
    assert "30006" not in text.replace(" ", "")
    nadia, paul = sit(Client(), "nadia", "coordinator"), sit(Client(), "paul", "treasurer")
    page = reverse("place_bank", args=[place])
    assert "J’ai rappelé, tout est exact" in plain(nadia.get(page).content)
    nothing = paul.post(reverse("place_bank_agreed", args=[place]), op(), follow=True)
    assert "plus rien à accepter" in plain(nothing.content)
    called = op()
    for _ in range(2):
        answer = nadia.post(reverse("place_bank_called", args=[place]), called)
        assert answer.status_code == 302
    assert "Il manque l’accord d’une autre personne" in plain(nadia.get(page).content)
    waiting = registry.waiting_acts("bank_details.change")[0]
    act = paul.get(reverse("act", args=[uuid.UUID(bytes=waiting.id)]))
    assert "GAEC du Lez" in plain(act.content)
    alone = nadia.post(reverse("place_bank_agreed", args=[place]), op())
    assert alone.status_code == 422
    assert "Donner mon accord" in plain(paul.get(page).content)
    assert paul.post(reverse("place_bank_agreed", args=[place]), op()).status_code == 302
    assert "FR76 •••• 0189" in said(client, "my_bank", place)
    assert "en cours" not in said(client, "my_bank", place)
    assert "Sans compte bancaire" not in said(client, "my_place", place)


def test_the_office_declines_a_change_with_a_reason(client: Client) -> None:
    founded()
    place = approved()
    row = queries.place(place)
    assert row is not None
    propose(row.merchant_id)
    paul = sit(Client(), "paul", "treasurer")
    page = reverse("place_bank_declined", args=[place])
    assert paul.post(page, op() | {"reason": ""}).status_code == 422
    assert paul.post(page, op() | {"reason": "Message douteux"}).status_code == 302
    assert queries.proposed_bank_details(row.merchant_id) is None
    assert paul.post(page, op() | {"reason": "x"}).status_code == 404
    assert OFFICE.id not in plain(paul.get(reverse("place_bank", args=[place])).content)


def test_without_a_fresh_factor_the_door_asks_first(client: Client) -> None:
    founded()
    place = approved()
    enter(client, "lieu-a", "merchant")
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 3600}]
    session.save()
    merchants.give_right(place_id=place, login="lieu-a", right="manager", by=OFFICE)
    assert client.get(reverse("my_bank", args=[place])).status_code == 200
    answer = client.get(reverse("my_bank_change", args=[place]))
    assert answer.headers["Location"].startswith("/compte/reauthenticate/")
