"""Refunds typed in the office: one person up to a sum, two above it, and their pages."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, operation, page, sit
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved, founded, go, move, owed, sell
from caisse.payments.operations import OFFICE_REFUND, refund_at_office
from caisse.people import operations as people
from caisse.people import queries as registry

pytestmark = pytest.mark.django_db

PAUL = Actor("paul", frozenset({"treasurer"}))
DAY = date(2023, 2, 6)


def bought(cents: int = 80_00, **articles: Any) -> tuple[int, Id]:
    """A place, and a purchase there by the wallet 1."""
    founded(**articles)
    place = approved()
    return place, Id(sell(place, cents))


def asked(payment: Id, cents: int, why: str = "returned", id: Id | None = None) -> bool:
    return refund_at_office(payment_id=payment, cents=cents, why=why, by=OFFICE, id=id)


def refused(payment: Id, cents: int, why: str = "returned") -> str:
    with pytest.raises(Refusal) as refusal:
        asked(payment, cents, why)
    return refusal.value.reason


def test_up_to_the_sum_of_the_article_one_person_is_enough() -> None:
    place, payment = bought()
    assert asked(payment, 50_00) is True
    assert (owed(place), books.balance("wallet:1")) == (30_00, 70_00)
    assert registry.waiting_acts() == []
    told = next(iter(events.history(names=("purchase.refunded",))))
    assert told.data == {"payment": show_id(payment), "cents": 50_00, "why": "returned"}


def test_above_it_nothing_moves_until_a_second_person_agrees() -> None:
    place, payment = bought()
    assert asked(payment, 50_01) is False
    assert owed(place) == 80_00
    (act,) = registry.waiting_acts(OFFICE_REFUND)
    assert act.cents == 50_01
    with pytest.raises(Refusal, match="autre personne"):
        people.agree(act_id=act.id, by=OFFICE)
    for _twice in range(2):
        people.agree(act_id=act.id, by=PAUL)
    assert (owed(place), books.balance("wallet:1")) == (29_99, 70_01)


def test_many_small_refunds_of_one_purchase_are_a_large_one() -> None:
    place, payment = bought()
    assert asked(payment, 30_00) is True
    assert asked(payment, 30_00) is False
    assert owed(place) == 50_00


def test_without_the_article_two_people_always() -> None:
    _place, payment = bought(redemption__two_person_refund_cents=0)
    assert asked(payment, 1) is False


def test_sent_again_it_is_done_once() -> None:
    place, payment = bought()
    small, large = new_id(), new_id()
    assert [asked(payment, 10_00, id=small) for _ in range(2)] == [True, True]
    assert [asked(payment, 60_00, id=large) for _ in range(2)] == [False, False]
    assert owed(place) == 70_00
    assert len(registry.waiting_acts(OFFICE_REFUND)) == 1


def test_what_cannot_be_given_back_is_said_at_once_and_again_at_the_agreement() -> None:
    place, payment = bought()
    assert refused(payment, 80_01) == "refund_too_large"
    assert refused(payment, 0) == "amount"
    assert refused(payment, 10_00, "because") == "why"
    assert refused(new_id(), 10_00) == "purchase_unknown"
    assert asked(payment, 60_00) is False
    assert asked(payment, 40_00) is True
    (act,) = registry.waiting_acts(OFFICE_REFUND)
    with pytest.raises(Refusal) as refusal:
        people.agree(act_id=act.id, by=PAUL)
    assert refusal.value.sentence == "Le remboursement dépasse l’achat. Reste : 40,00."
    assert (owed(place), registry.waiting_acts(OFFICE_REFUND)) == (40_00, [act])


def test_the_window_is_that_of_the_bylaws_and_ends() -> None:
    _place, payment = bought(payment__refund_window_days=3)
    go(date(2023, 2, 9))
    assert asked(payment, 10_00) is True
    go(date(2023, 2, 10))
    assert refused(payment, 10_00) == "refund_too_late"


def test_a_place_at_its_floor_gives_nothing_more() -> None:
    place, payment = bought(80_00, redemption__refund_floor_cents=0)
    other = Id(sell(place, 5_00, wallet=2))
    move(f"place:{place}", "bank:caisse", 70_00, "redemption")  # it was paid most of it
    assert refused(payment, 20_00) == "funds_short"
    assert asked(other, 5_00) is True


@pytest.fixture
def nadia(client: Client) -> Client:
    return sit(client, "nadia", "coordinator")


def words(client: Client, name: str, *args: object) -> str:
    text = re.sub(r"<[^>]+>", " ", page(client, reverse(name, args=args)))
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_the_day_leads_to_the_purchase_and_the_purchase_to_its_refund(nadia: Client) -> None:
    place, payment = bought()
    day = words(nadia, "place_day", place, DAY.isoformat())
    assert "80,00 €" in day and "wallet" not in day
    path = reverse("refund_new", args=[show_id(payment)])
    assert path in page(nadia, reverse("place_day", args=[place, DAY.isoformat()]))
    assert "Jusqu’à 50,00 €, c’est fait aussitôt" in words(nadia, "refund_new", show_id(payment))
    form = {"operation": operation(page(nadia, path)), "cents": "12,50", "why": "returned"}
    for _twice in range(2):
        assert nadia.post(path, form).status_code == 302
    assert owed(place) == 67_50
    assert "rembourse l’achat" in words(nadia, "place_day", place, DAY.isoformat())
    again = words(nadia, "refund_new", show_id(payment))
    assert "Déjà rendu 12,50 €" in again and "Jusqu’à 37,50 €" in again


def test_above_the_sum_the_page_says_who_is_missing_and_keeps_what_was_typed(
    nadia: Client,
) -> None:
    place, payment = bought()
    path = reverse("refund_new", args=[show_id(payment)])
    form = {"operation": operation(page(nadia, path)), "cents": "90", "why": "twice"}
    answer = nadia.post(path, form)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Le remboursement dépasse l’achat" in text and 'value="90"' in text
    answer = nadia.post(path, form | {"cents": "80"}, follow=True)
    assert "attend une deuxième personne" in answer.content.decode()
    assert "attend déjà l’accord" in words(nadia, "refund_new", show_id(payment))
    (act,) = registry.waiting_acts(OFFICE_REFUND)
    told = words(nadia, "act", show_id(act.id))
    assert "La Cagette" in told and "l’achat est compté deux fois" in told and "80,00 €" in told
    assert owed(place) == 80_00


def test_pages_of_nothing_are_not_found(nadia: Client) -> None:
    place, payment = bought()
    refund = Id(sell(place, 5_00))
    assert refund != payment
    for name, *args in (
        ("place_day", 99, DAY.isoformat()),
        ("place_day", place, "2023-02-30"),
        ("place_day", place, "2023-2-6"),
        ("place_day", place, "2023-02-07"),  # not yet
        ("refund_new", show_id(new_id())),
    ):
        assert nadia.get(reverse(name, args=args)).status_code == 404, (name, args)


def test_the_desk_does_neither() -> None:
    place, payment = bought()
    desk = Client()
    enter(desk, "mathilde", "desk")
    assert desk.get(reverse("place_day", args=[place, DAY.isoformat()])).status_code == 403
    assert desk.get(reverse("refund_new", args=[show_id(payment)])).status_code == 403


def test_the_day_asks_as_often_for_one_purchase_as_for_thirty(nadia: Client) -> None:
    place, _payment = bought(1_00)
    path = reverse("place_day", args=[place, DAY.isoformat()])
    page(nadia, path)

    def asks() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(nadia, path)
        return len(caught)

    one = asks()
    for _each in range(29):
        sell(place, 1_00)
    assert asks() == one <= 14


def test_what_a_place_cannot_give_is_said_when_it_is_prepared() -> None:
    """Its sales are set aside for its transfer: what is left goes down to the floor."""
    place, payment = bought(80_00)
    move(f"place:{place}", "bank:caisse", 80_00, "redemption")
    with pytest.raises(Refusal) as refusal:
        asked(payment, 60_00)
    assert (refusal.value.reason, registry.waiting_acts()) == ("funds_short", [])
    assert "50,00" in refusal.value.sentence
    assert asked(payment, 50_00) is True


def test_a_purchase_too_old_offers_no_form(nadia: Client) -> None:
    _place, payment = bought(payment__refund_window_days=3)
    go(date(2023, 2, 12))
    text = page(nadia, reverse("refund_new", args=[show_id(payment)]))
    assert "Le délai de remboursement est passé (3 jours)." in text
    assert "Rendre cette somme" not in text


def test_the_day_says_what_was_given_back_and_leads_to_another_day(nadia: Client) -> None:
    place, payment = bought()
    asked(payment, 10_00)
    go(date(2023, 2, 8))
    asked(payment, 5_00)
    text = words(nadia, "place_day", place, DAY.isoformat())
    assert "15,00 € rendus" in text
    path = reverse("place_day", args=[place, "2023-02-08"])
    answer = nadia.get(f"{path}?jour={DAY.isoformat()}")
    assert answer.headers["Location"] == reverse("place_day", args=[place, DAY.isoformat()])
    assert nadia.get(f"{path}?jour=demain").status_code == 404
