"""A paper list of what a lost till cannot send: two people pay it once, and nothing twice."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from caisse.accounting import checks
from caisse.kernel import events
from caisse.kernel.ids import Id, new_id
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.models import Licence, SalesList
from caisse.payments.offline.listing import ListSight, is_honoured, why_no_list
from caisse.payments.tests.market import KEY, OTHER, awa, balance, later, nonce, refused
from caisse.payments.tests.test_offline_pages import read
from caisse.people import operations as people
from caisse.people import queries as registry
from tests.offline.real import DAY, DESK, Member, Phone, Shop, ground

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

GOOD = ListSight(is_over=True, said_all=False, is_listed=False, cents=1, left_cents=1, free_cents=1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"is_listed": True, "said_all": True}, "list_paid"),
        ({"said_all": True, "is_over": False}, "list_settled"),
        ({"is_over": False, "left_cents": 0}, "list_too_soon"),
        ({"left_cents": 0, "free_cents": 0}, "list_limit"),
        ({"free_cents": 0}, "fund_short"),
    ],
)
def test_the_first_reason_is_told(changed: dict[str, Any], reason: str) -> None:
    assert why_no_list(GOOD._replace(**changed)) == reason


def test_a_list_stands_for_codes_alone() -> None:
    said = {
        (method, listed): is_honoured(method, is_open=True, is_listed=listed)
        for method in ("card", "pin", "member_qr")
        for listed in (False, True)
    }
    assert [one for one, honoured in said.items() if not honoured] == [
        ("card", True), ("pin", True),
    ]  # fmt: skip
    assert not is_honoured("member_qr", is_open=False, is_listed=False)


def ask(shop: Shop, cents: int, **said: Any) -> Id:
    """Leïla writes down a list of this till's last licence; the act's number."""
    whole = {
        "licence_id": shop.licence, "sold_on": DAY, "sales": 3, "cents": cents,
        "note": "Tombée dans l’eau.", "by": OFFICE, "id": new_id(), **said,
    }  # fmt: skip
    return operations.prepare_sales_list(**whole)


def why_not(shop: Shop, cents: int, **said: Any) -> str:
    return refused(ask, shop=shop, cents=cents, **said)


def drowned(cents: int = 30_00) -> tuple[Shop, Any, Id]:
    """A till that sold for so much by card and then nothing more was heard of; its list is paid."""
    shop, lina = Shop("Halle"), Member(2, 100_00)
    shop.open()
    sale = shop.code_sale(lina.card, lina.pin, cents)
    later(49)
    act = ask(shop, cents)
    people.agree(act_id=act, by=OTHER)
    return shop, sale, act


def books_are_whole() -> None:
    assert [(one.code, one.first) for one in checks.run() if one.damaged] == []


def test_two_people_pay_a_list_and_the_books_say_by_which_decision(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    later(49)
    press = new_id()
    for _again in range(2):
        assert ask(shop, 42_00, id=press) == press
    assert balance(f"place:{shop.place}") == 0, "one person alone moves nothing"
    assert len(queries.overdue_licences()) == 1
    assert refused(people.agree, act_id=press, by=OFFICE) == "same_person"
    for _again in range(2):
        people.agree(act_id=press, by=OTHER)
    assert (balance(f"place:{shop.place}"), balance("fund:offline")) == (42_00, 3_258_00)
    assert balance(f"loss:{shop.place}") == 0, "two people have looked"
    assert queries.overdue_licences() == [], "nobody calls for what is paid"
    assert [one.is_over for one in queries.offline_places()] == [False]
    (paid,) = queries.paid_lists(shop.place)
    assert (paid.sales, paid.cents, paid.other_cents) == (3, 42_00, 0)
    (event,) = events.history(names=("list.paid",), subject=f"place:{shop.place}")
    row = SalesList.objects.get()
    movement = books.transfer(row.number or b"")
    assert movement is not None and movement.cause == event.id
    assert (movement.reason, movement.debit) == ("offline_loss", "fund:offline")
    assert "Tombée" not in str(event.data), "what somebody typed is in no event"
    books_are_whole()


def test_a_record_that_comes_after_the_list_waits_for_two_people(awa: Member) -> None:
    shop, sale, _act = drowned()
    assert shop.sync(sale) == ["late"], "its licence is open, but a list stands for it"
    assert balance(f"place:{shop.place}") == 30_00 and balance("wallet:2") == 100_00
    (row,) = queries.late_sales(limit=9)
    assert row.listed is not None and row.listed.cents == 30_00
    press = new_id()
    assert not operations.pay_late_sale(sale_id=row.id, by=OFFICE, id=press), "never one alone"
    (act,) = registry.waiting_acts(operations.LATE_SALE)
    people.decline(act_id=act.id, by=OTHER, reason="Elle est sur la liste.")
    operations.refuse_late_sale(sale_id=row.id, by=OFFICE, id=new_id())
    assert shop.sync(sale) == ["late"] and balance(f"place:{shop.place}") == 30_00
    books_are_whole()


def test_who_decides_on_it_reads_the_list_beside(awa: Member, client: Client) -> None:
    shop, sale, _act = drowned()
    assert shop.sync(sale) == ["late"]
    (row,) = queries.late_sales(limit=9)
    leila = sit(client, "leila", "treasurer")
    said = read(leila, reverse("offline_late", args=[row.number]))
    assert "La caisse a déjà payé une liste sur papier pour cet appareil : 3 ventes" in said
    operations.pay_late_sale(sale_id=row.id, by=OFFICE, id=new_id())
    (act,) = registry.waiting_acts(operations.LATE_SALE)
    said = read(leila, reverse("act", args=[UUID(bytes=act.id)]))
    assert "Peut-être sur la liste payée" in said


def test_what_telephones_paid_is_on_no_list_and_comes_from_them(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(12_00, nonce(1)))
    later(49)
    people.agree(act_id=ask(shop, 30_00), by=OTHER)
    (told,) = operations.sync_phone(key=KEY, records=[sale])
    assert told.answer == "posted"
    assert balance(f"place:{shop.place}") == 42_00
    (paid,) = queries.paid_lists(shop.place)
    assert paid.other_cents == 12_00
    books_are_whole()


def test_no_list_says_more_than_the_licence_honours_less_what_has_come(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    most = Licence.objects.get(pk=shop.licence).total_cents
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 10_00)) == ["posted"]
    later(49)
    assert why_not(shop, most - 9_99) == "list_limit"
    people.agree(act_id=ask(shop, most - 10_00), by=OTHER)
    assert why_not(shop, 1) == "list_paid"
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 1)) == ["late"]


def test_what_was_paid_late_is_told_and_makes_a_list_smaller(awa: Member) -> None:
    """Half of the queue came too late and was paid; the list cannot have it once more."""
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 30_00)
    later(24 * 10)
    operations.sweep_offline()
    assert shop.sync(sale) == ["late"]
    (row,) = queries.late_sales(limit=9)
    assert operations.pay_late_sale(sale_id=row.id, by=OFFICE, id=new_id())
    (told,) = queries.listable(shop.place)
    assert (told.came_cents, told.left_cents) == (30_00, 370_00)
    assert why_not(shop, 370_01) == "list_limit"
    people.agree(act_id=ask(shop, 370_00), by=OTHER)
    books_are_whole()


def test_what_open_licences_may_lose_stays_in_the_fund() -> None:
    ground(100_00)
    shop = Shop("Halle")
    shop.open()
    later(24 * 10)
    operations.sweep_offline()
    Shop("Vrac").open()  # 60 € of the fund
    assert why_not(shop, 40_01) == "fund_short"
    act = ask(shop, 40_00)
    Shop("Cave").open()  # the rest of it, meanwhile
    assert refused(people.agree, act_id=act, by=OTHER) == "fund_short"
    assert balance(f"place:{shop.place}") == 0 and not events.history(names=("list.paid",))


def test_refusals_in_plain_words(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    assert why_not(shop, 5_00) == "list_too_soon"
    later(49)
    assert why_not(shop, 5_00, sold_on=date(2023, 2, 5)) == "list_day"
    assert why_not(shop, 5_00, sales=0) == "list_sales"
    assert why_not(shop, 0) == "amount"
    assert why_not(shop, 5_00, note=" ") == "note"
    assert why_not(shop, 5_00, by=DESK) == "role"
    assert why_not(shop, 5_00, licence_id=99) == "unknown_licence"
    act = ask(shop, 5_00)
    assert why_not(shop, 6_00) == "list_waits"
    people.decline(act_id=act, by=OTHER, reason="Non.")
    shop.close()  # the till is found: all is sent
    assert why_not(shop, 5_00) == "list_settled"
    assert queries.listable(shop.place) == []


def test_a_place_that_is_suspended_is_not_paid(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    later(49)
    act = ask(shop, 5_00)
    merchants.suspend_place(place_id=shop.place, by=OFFICE)
    assert refused(people.agree, act_id=act, by=OTHER) == "place_closed"
    assert balance("fund:offline") == 3_300_00


def test_months_later_it_is_paid_and_given_back_it_goes_to_the_fund(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    later(24 * 10)
    operations.sweep_offline()
    people.agree(act_id=ask(shop, 8_00), by=OTHER)
    number = SalesList.objects.get().number or b""
    operations.refund(refund_id=new_id(), payment_id=number, cents=8_00, by=DESK)
    assert (balance(f"place:{shop.place}"), balance("fund:offline")) == (0, 3_300_00)
    books_are_whole()


def test_the_office_writes_a_list_and_another_person_agrees(awa: Member, client: Client) -> None:
    shop = Shop("Halle")
    shop.open()
    leila = sit(client, "leila", "treasurer")
    place, address = (
        reverse(name, args=[shop.place]) for name in ("offline_place", "offline_list")
    )
    assert "Rien à payer ainsi" in read(leila, address) and "peut encore vendre" in read(
        leila, address
    )
    assert address in page(leila, place)
    later(49)
    assert "déjà arrivé : 0,00 € ; 400,00 € au plus" in read(leila, address)
    form = {
        "operation": operation(page(leila, address)), "licence_id": shop.licence,
        "sold_on": DAY.isoformat(), "sales": "5", "cents": "400,01", "note": "Volée.",
    }  # fmt: skip
    assert "ces jours, 400,00" in leila.post(address, form).content.decode().replace("\u202f", " ")
    told = leila.post(address, form | {"cents": "42", "operation": operation(page(leila, address))})
    assert told["Location"] == place
    (act,) = registry.waiting_acts(operations.SALES_LIST)
    said = read(leila, reverse("act", args=[UUID(bytes=act.id)]))
    assert "Volée." in said and "42,00 €" in said and "Ventes par carte ou identifiant 5" in said
    people.agree(act_id=act.id, by=OTHER)
    assert "5 ventes du 6 février 2023, 42,00 €" in read(leila, place)
    assert "paie une liste de ventes sur papier : 42 €" in read(leila, reverse("journal"))
    assert leila.get(reverse("offline_list", args=[999])).status_code == 404
