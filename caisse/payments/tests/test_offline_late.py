"""Sales without network that came too late: a person pays them once, or refuses."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.accounting import checks
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations, queries
from caisse.payments.models import LateSale, Licence, OfflineStop
from caisse.payments.offline.records import CodeSale, SlipSale
from caisse.payments.tests.market import KEY, OTHER, awa, balance, later, nonce, refused
from caisse.payments.tests.test_offline_pages import read
from caisse.people import operations as people
from caisse.people.models import Person
from caisse.site.telling.waiting import columns
from tests.offline.real import DAY, DESK, Member, Phone, Shop, ground, post

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def late_code(shop: Shop, awa: Member, cents: int) -> CodeSale:
    """A sale by card that arrives when its licence is closed."""
    shop.open(holds_nothing=True)
    sale = shop.code_sale(awa.card, awa.pin, cents)
    shop.close()
    assert shop.sync(sale) == ["late"]
    return sale


def waiting() -> list[Id]:
    return [one.id for one in queries.late_sales(limit=50)]


def pay(sale: Id) -> bool:
    return operations.pay_late_sale(sale_id=sale, by=OFFICE, id=new_id())


def books_are_whole() -> None:
    assert [(one.code, one.first) for one in checks.run() if one.damaged] == []


def test_a_person_pays_it_once_and_its_till_hears_posted(awa: Member) -> None:
    shop = Shop("Halle")
    sale = late_code(shop, awa, 8_00)
    (row,) = queries.late_sales(limit=50)
    assert (row.place, row.cents, row.made_at, row.device) == ("Halle", 8_00, sale.made_at, "Halle")
    press = new_id()
    for _again in range(2):
        assert operations.pay_late_sale(sale_id=row.id, by=OFFICE, id=press)
    assert shop.sync(sale, sale) == ["posted"] * 2
    assert (balance(f"place:{shop.place}"), balance("fund:offline")) == (8_00, 3_292_00)
    assert balance(f"loss:{shop.place}") == 0, "it was looked at in the same step"
    assert balance(f"wallet:{awa.wallet}") == 100_00 and waiting() == []
    assert shop.sync(sale._replace(cents=9_00)) == ["id_reused"]
    receipt = queries.receipt(sale.id)
    assert receipt is not None and (receipt.cents, receipt.wallet_id) == (8_00, 0)
    (sold,) = places.day_of_sales(shop.place, DAY, before=None, limit=9)
    assert (sold.id, sold.cents) == (sale.id, 8_00)
    movement = books.transfer(sale.id)
    assert movement is not None and movement.cause == press, "a person's decision, not a till"
    assert refused(operations.pay_late_sale, sale_id=row.id, by=OFFICE, id=new_id()) == (
        "late_decided"
    )
    books_are_whole()


def test_given_back_afterwards_it_goes_to_the_fund(awa: Member) -> None:
    shop = Shop("Halle")
    sale = late_code(shop, awa, 8_00)
    assert pay(waiting()[0])
    operations.refund(refund_id=new_id(), payment_id=sale.id, cents=8_00, by=DESK)
    assert (balance(f"place:{shop.place}"), balance("fund:offline")) == (0, 3_300_00)
    books_are_whole()


def test_it_takes_nothing_of_the_room_of_the_place(awa: Member) -> None:
    """Neither of what an open licence may still lose, nor of what the next one may."""
    shop = Shop("Halle")
    late_code(shop, awa, 50_00)
    shop.open()
    assert pay(waiting()[0])
    poor = [Member(n, 0) for n in (2, 3, 4, 5)]
    lost = [shop.code_sale(one.card, one.wrong_pin, 20_00) for one in poor]
    assert shop.sync(*lost) == ["posted"] * 3 + ["offline_room_used"]
    assert balance(f"loss:{shop.place}") == -60_00
    books_are_whole()


def test_what_open_licences_may_lose_stays_in_the_fund() -> None:
    ground(70_00)
    awa, shop = Member(1, 100_00), Shop("Halle")
    late_code(shop, awa, 20_00)
    Shop("Vrac").open()
    (row,) = waiting()
    assert refused(operations.pay_late_sale, sale_id=row, by=OFFICE, id=new_id()) == "fund_short"
    assert balance(f"place:{shop.place}") == 0 and waiting() == [row]
    assert not events.history(names=("late.paid",))


def too_late_by_slip(shop: Shop, who: Member) -> tuple[bytes, SlipSale]:
    """A sale of 12 € by a slip that came too late, of a wallet that has nothing any more: its
    request and its record."""
    phone = Phone(who)
    phone.ask((0, 20_00))
    shop.open()
    request = shop.request(12_00, nonce(1))
    sale = phone.pay(0, 1, request)
    shop.close()
    later(24 * 10)
    operations.sweep_offline()
    post((f"wallet:{who.wallet}", "fund:caisse", balance(f"wallet:{who.wallet}"), "leaving"))
    assert shop.sync(sale) == ["late"]
    return request, sale


def test_a_sale_by_slip_uses_its_request_up(awa: Member) -> None:
    """Nobody pays the same request again: no telephone with network, no copy of hers."""
    shop, lina = Shop("Halle"), Member(2, 100_00)
    request, sale = too_late_by_slip(shop, awa)
    assert pay(waiting()[0])
    assert shop.sync(sale) == ["posted"]
    assert [one.answer for one in operations.sync_phone(key=KEY, records=[sale])] == ["posted"]
    told = operations.pay_request(wallet_id=lina.wallet, request=request)
    assert isinstance(told, operations.Declined) and told.reason == "qr_used"
    assert balance(f"place:{shop.place}") == 12_00 and balance(f"wallet:{lina.wallet}") == 100_00
    books_are_whole()


def test_paid_with_network_meanwhile_nobody_pays_it_again(awa: Member) -> None:
    shop, lina = Shop("Halle"), Member(2, 100_00)
    request, sale = too_late_by_slip(shop, awa)
    (row,) = waiting()
    number = formats.request_id(request)
    till = bytes(Licence.objects.get(pk=shop.licence).till)
    operations.pay(
        payment_id=number, wallet_id=lina.wallet, place_id=shop.place, cents=12_00,
        method="member_qr", till=till, by=DESK,
    )  # fmt: skip
    assert books.transfer(number) is not None
    assert refused(operations.pay_late_sale, sale_id=row, by=OFFICE, id=new_id()) == "late_paid"
    assert shop.sync(sale) == ["posted"] and waiting() == []


def test_who_signed_it_pays_after_all_and_nobody_has_to_decide(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(12_00, nonce(1)))
    shop.close()
    later(24 * 10)
    operations.sweep_offline()
    wallet, money = f"wallet:{awa.wallet}", balance(f"wallet:{awa.wallet}")
    post((wallet, "fund:caisse", money, "leaving"))
    assert shop.sync(sale) == ["late"] and len(waiting()) == 1
    post(("fund:caisse", wallet, money, "opening_wallet"))
    assert shop.sync(sale) == ["posted"] and waiting() == []
    row = LateSale.objects.get()
    assert row.state == "posted" and balance(wallet) == money - 12_00
    assert refused(operations.pay_late_sale, sale_id=row.pk, by=OFFICE, id=new_id()) == (
        "late_decided"
    )


def test_two_records_under_one_number_are_paid_once(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 8_00)
    shop.close()
    assert shop.sync(sale, sale._replace(cents=59_00)) == ["late", "late"]
    dear, cheap = sorted(queries.late_sales(limit=9), key=lambda one: -one.cents)
    assert pay(cheap.id)
    assert refused(operations.pay_late_sale, sale_id=dear.id, by=OFFICE, id=new_id()) == "late_paid"
    assert balance(f"place:{shop.place}") == 8_00


def test_months_later_it_is_paid_under_a_number_of_these_days_and_found_by_its_record(
    awa: Member,
) -> None:
    """The ledger takes no number that a sender chose more than 31 days ago."""
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 8_00)
    twin = sale._replace(cents=9_00)
    shop.close()
    assert shop.sync(sale, twin) == ["late"] * 2
    later(24 * 40)
    ledger.prepare(Month.of(clock.today()))
    row, other = sorted(queries.late_sales(limit=9), key=lambda one: one.cents)
    assert pay(row.id) and books.transfer(sale.id) is None
    assert shop.sync(sale, sale) == ["posted"] * 2 and balance(f"place:{shop.place}") == 8_00
    pays = operations.pay_late_sale
    assert refused(pays, sale_id=other.id, by=OFFICE, id=new_id()) == "late_paid"
    books_are_whole()


def test_beyond_r_in_a_month_a_second_person_agrees(awa: Member) -> None:
    shop = Shop("Halle")
    for cents in (40_00, 20_00, 1):
        late_code(shop, awa, cents)
    rows = sorted(queries.late_sales(limit=9), key=lambda one: -one.cents)
    assert pay(rows[0].id) and pay(rows[1].id) and queries.alone_left(shop.place) == 0
    press = new_id()
    for _again in range(2):
        assert not operations.pay_late_sale(sale_id=rows[2].id, by=OFFICE, id=press)
    assert balance(f"place:{shop.place}") == 60_00
    waits = {"sale_id": rows[2].id, "by": OFFICE, "id": new_id()}
    assert refused(operations.pay_late_sale, **waits) == "late_waits"
    assert refused(operations.refuse_late_sale, **waits) == "late_waits"
    assert [one.waits for one in queries.late_sales(limit=9)] == [True]
    assert refused(people.agree, act_id=press, by=OFFICE) == "same_person"
    people.agree(act_id=press, by=OTHER)
    assert balance(f"place:{shop.place}") == 60_01 and waiting() == []
    books_are_whole()


def test_a_month_later_one_person_decides_again(awa: Member) -> None:
    shop = Shop("Halle")
    late_code(shop, awa, 60_00)
    assert pay(waiting()[0]) and queries.alone_left(shop.place) == 0
    later(24 * 31)
    assert queries.alone_left(shop.place) == 60_00
    assert queries.alone_left(Shop("Vrac").place) == 60_00


def test_refused_it_stays_refused_however_often_it_comes(awa: Member) -> None:
    shop = Shop("Halle")
    sale = late_code(shop, awa, 8_00)
    (row,) = waiting()
    desk = {"sale_id": row, "by": DESK, "id": new_id()}
    assert refused(operations.refuse_late_sale, **desk) == "role"
    assert refused(operations.pay_late_sale, **desk) == "role"
    press = new_id()
    for _again in range(2):
        operations.refuse_late_sale(sale_id=row, by=OFFICE, id=press)
    assert shop.sync(sale) == ["late"] and waiting() == []
    assert refused(operations.pay_late_sale, sale_id=row, by=OFFICE, id=new_id()) == "late_decided"
    unknown = {"sale_id": new_id(), "by": OFFICE, "id": new_id()}
    assert refused(operations.pay_late_sale, **unknown) == "late_unknown"


def test_a_place_that_is_suspended_is_not_paid(awa: Member) -> None:
    shop = Shop("Halle")
    late_code(shop, awa, 8_00)
    merchants.suspend_place(place_id=shop.place, by=OFFICE)
    (row,) = waiting()
    assert refused(operations.pay_late_sale, sale_id=row, by=OFFICE, id=new_id()) == "place_closed"
    assert waiting() == [row]


def test_for_a_sale_that_its_till_has_undone_nobody_decides(awa: Member) -> None:
    shop = Shop("Halle")
    sale = late_code(shop, awa, 8_00)
    assert len(waiting()) == 1
    assert shop.sync(sale._replace(cancelled=new_id())) == ["late"] and waiting() == []


def test_two_people_who_press_at_once_pay_it_once(awa: Member) -> None:
    shop = Shop("Halle")
    late_code(shop, awa, 8_00)
    (row,) = waiting()

    def press(_n: int) -> str:
        try:
            return str(pay(row))
        except Exception as refusal:
            return getattr(refusal, "reason", repr(refusal))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(press, range(4)))
    assert said.count("True") == 1 and set(said) <= {"True", "late_decided", "late_paid"}, said
    assert balance(f"place:{shop.place}") == 8_00


def test_the_office_reads_decides_and_pays(awa: Member, client: Client) -> None:
    shop = Shop("Halle")
    late_code(shop, awa, 8_00)
    late_code(shop, awa, 7_00)
    leila = sit(client, "leila", "treasurer")
    said = read(leila, reverse("offline"))
    assert "Arrivées trop tard" in said and "8,00 €" in said and "7,00 €" in said
    assert "Décider de 2 ventes arrivées trop tard" in read(leila, reverse("today"))
    cheap, dear = sorted(queries.late_sales(limit=9), key=lambda one: one.cents)
    for row, act, told in ((dear, "payer", "C’est payé."), (cheap, "refuser", "C’est refusé.")):
        address = reverse("offline_late", args=[row.number])
        assert "par carte" in read(leila, address)
        form = {"operation": operation(page(leila, address)), "acte": act}
        answer = leila.post(address, form, follow=True)
        assert told in answer.content.decode() and balance(f"place:{shop.place}") == 8_00
        assert "Payer ce lieu" not in read(leila, address)
    assert "Arrivées trop tard" not in read(leila, reverse("offline"))
    assert leila.get(reverse("offline_late", args=[show_id(new_id())])).status_code == 404
    nobody = {"operation": show_id(new_id()), "acte": "autre"}
    assert leila.post(reverse("offline_late", args=[dear.number]), nobody).status_code == 422


def test_a_list_of_many_goes_on_by_its_key(awa: Member, client: Client) -> None:
    shop = Shop("Halle")
    shop.open()
    sales = [shop.code_sale("personne", "123456", 1 + n, method="pin") for n in range(52)]
    shop.close()
    shop.sync(*sales)
    leila = sit(client, "leila", "treasurer")
    first = page(leila, reverse("offline"))
    last = queries.late_sales(limit=50)[-1].number
    assert first.count("/tardives/") == 50 and f"?avant={last}" in first
    rest = page(leila, f"{reverse('offline')}?avant={last}")
    assert rest.count("/tardives/") == 2 and "Plus anciennes" not in rest
    assert leila.get(f"{reverse('offline')}?avant=x").status_code == 404


def test_the_office_is_told_of_a_licence_that_never_closes_before_it_is_too_late(
    awa: Member, client: Client
) -> None:
    shop = Shop("Halle")
    shop.open()
    merchants.invite(
        place_id=shop.place, given_name="Rosa", family_name="Blé", right="manager", by=OFFICE
    )
    Person.objects.filter(family_name="Blé").update(phone="04 67 00 00 00")
    leila = sit(client, "leila", "treasurer")
    later(47)
    assert queries.overdue_licences() == [] and "Appeler Halle" not in read(leila, reverse("today"))
    later(2)
    told = read(leila, reverse("today"))
    assert "Appeler Halle : des ventes sans réseau manquent peut-être" in told
    assert "Rosa Blé, 04 67 00 00 00" in told
    here = read(leila, reverse("offline_place", args=[shop.place]))
    assert "Ses ventes n’arrivent pas" in here and "Rosa Blé" in here
    nadia = sit(Client(), "nadia", "desk")
    assert "Rosa Blé" not in read(nadia, reverse("today")), "who cannot do it reads no number"
    shop.close()
    assert "Appeler Halle" not in read(leila, reverse("today"))


def test_a_place_whose_room_is_used_up_is_a_task_until_somebody_has_looked(
    awa: Member, client: Client
) -> None:
    shop, leila = Shop("Halle"), sit(client, "leila", "treasurer")
    shop.open()
    poor = [Member(n, 0) for n in (2, 3, 4)]
    lost = [shop.code_sale(one.card, one.wrong_pin, 20_00) for one in poor]
    assert shop.sync(*lost[:2]) == ["posted"] * 2
    assert "Regarder les pertes" not in read(leila, reverse("today")), "20 € are left"
    assert shop.sync(lost[2]) == ["posted"]
    told, place = page(leila, reverse("today")), reverse("offline_place", args=[shop.place])
    assert "Regarder les pertes de Halle" in told and place in told
    assert "sa réserve est épuisée" in read(leila, reverse("offline"))
    shop.close()
    assert "Regarder les pertes de Halle" in page(leila, reverse("today")), "its next one has none"
    waits = {one.title: [task.title for task in one.tasks] for one in columns(DESK, names={})}
    assert "Regarder les pertes de Halle" not in waits["Vous"], waits
    operations.review_losses(place_id=shop.place, by=OFFICE, id=new_id())
    assert "Regarder les pertes" not in page(leila, reverse("today"))


def test_a_household_whose_telephone_was_copied_is_a_task_until_somebody_has_talked(
    awa: Member, client: Client
) -> None:
    leila = sit(client, "leila", "treasurer")
    OfflineStop.objects.create(wallet=awa.wallet, at=clock.now_ms(), cause=new_id())
    told = page(leila, reverse("today"))
    assert "Parler avec un foyer : son téléphone a été copié" in told
    assert reverse("offline_wallet", args=[awa.wallet]) in told
    operations.let_set_aside(wallet_id=awa.wallet, by=OFFICE)
    assert "son téléphone a été copié" not in page(leila, reverse("today"))


def test_no_page_asks_more_of_the_database_for_more_rows(awa: Member, client: Client) -> None:
    leila, shop = sit(client, "leila", "treasurer"), Shop("Halle")

    def asked() -> list[int]:
        (first, *_) = queries.late_sales(limit=1)
        pages = (
            reverse("offline"), reverse("today"), reverse("offline_late", args=[first.number]),
            reverse("offline_place", args=[shop.place]),
        )  # fmt: skip
        counts = []
        for address in pages:
            page(leila, address)
            with CaptureQueriesContext(connection) as caught:
                page(leila, address)
            counts.append(len(caught))
        return counts

    late_code(shop, awa, 1_00)
    Shop("Vrac").open()
    later(49)
    before = asked()
    for n in range(4):
        late_code(Shop(f"Étal {n}"), awa, 1_00)
    Shop("Cave").open()
    later(49)
    assert asked() == before
