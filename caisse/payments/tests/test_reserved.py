"""Money set aside is named to its member when it is what is missing, and never to a shop."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.messages import operations as messages
from caisse.messages import queries as told
from caisse.messages.models import Remark
from caisse.messages.operations import remarks
from caisse.messages.queries import RemarkRow
from caisse.payments import operations, queries, reasons
from caisse.payments.models import Reserve
from caisse.payments.operations.brake import BRAKE
from caisse.payments.reasons import at_shop, declined
from caisse.payments.tests.test_limits import Limited
from caisse.payments.tests.test_phones import amended, reason
from caisse.site.telling.remarks import set_aside_then, why
from tests.offline.real import post

TABLE = """
funds_short funds_reserved amount_limit code_wrong code_needed code_paused till_code_paused
means_unavailable card_replaced qr_expired qr_used qr_unreadable other_caisse voucher_used
voucher_expired voucher_unknown voucher_whole authorisation_unknown category_not_covered
place_closed till_suspended cashier_right refund_too_large refund_too_late purchase_unknown
id_reused abandoned device_clock offline_off offline_licence_old offline_clock
offline_member_limit offline_till_limit offline_room_used offline_other_place offline_repeat late
"""
"""The closed list as it was designed (payments.md 11), written here by hand."""
SINCE = {"day_limit", "cashier_code", "checking"}  # built since: docs/mechanisms/till.md
HOUR_MS = 3_600_000


def test_the_code_has_every_reason_of_the_closed_list_and_no_other() -> None:
    assert set(reasons.SENTENCES) == {*TABLE.split(), *SINCE}


@pytest.mark.parametrize("up_to", [False, True])
def test_a_shop_never_hears_of_money_set_aside(up_to: bool) -> None:
    hers = declined("funds_reserved", amount_cents=60_00, place="Halle", until="18 h 00")
    for method in ("pin", "card", "member_qr", "voucher", ""):
        shops = at_shop(declined("funds_short"), method=method, up_to=up_to)
        assert at_shop(hers, method=method, up_to=up_to) == shops


class Aside(Limited):
    """A member who has 40 € left, and 60 € set aside on her card for a place."""

    def __init__(self) -> None:
        super().__init__()
        self.market = approved("Ferme des Aresquiers")
        self.set_aside(self.market, 60_00)

    def set_aside(self, place: int | None, cents: int) -> Reserve:
        now = clock.now_ms()
        row = Reserve.objects.create(
            key=new_id().hex()[-16:], wallet=self.wallet, place_id=place, cents=cents,
            since=now, until=now + 5 * HOUR_MS, holder_id=self.holder, cause=new_id(),
        )  # fmt: skip
        ledger.open_accounts([row.account])
        post((f"wallet:{self.wallet}", row.account, cents, "reserve"))
        return row


@pytest.fixture
def world(transactional_db: None) -> Iterator[Aside]:
    remarks._WAITING.clear()
    BRAKE.release()
    made = Aside()
    assert made.left == 40_00
    yield made
    remarks._WAITING.clear()
    BRAKE.release()


pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.mark.parametrize("way", ["request", "poster"])
def test_her_own_telephone_says_how_much_for_where_and_until_when(world: Aside, way: str) -> None:
    amended("payment.qr_max_cents", 200_00)
    pay = world.ways()[way]
    refused = pay(50_00).said
    assert refused["reason"] == "funds_reserved" and "empty" not in refused
    said = refused["member"].replace("\u00a0", " ")
    assert said.startswith("60,00 sont mis de côté pour Ferme des Aresquiers jusqu’à ")
    assert said.endswith("Reprenez-les dans « Payer » ou à l’accueil.")
    assert refused["cashier"] == declined("funds_short").cashier
    assert pay(100_00).said["reason"] == "funds_reserved", "to the cent"
    assert pay(100_01).said["reason"] == "funds_short", "it would not be enough"
    assert pay(40_00).status == 201
    assert pay(5_00).said["empty"] is True, "no part of nothing is offered"


def test_what_went_home_or_was_spent_is_set_aside_no_more(world: Aside) -> None:
    row = Reserve.objects.get()
    post((row.account, f"place:{world.market}", 55_00, "payment"))
    assert reason(world.by_poster(46_00)) == "funds_short"
    assert "5,00 sont" in world.by_poster(45_00).said["member"].replace("\u00a0", " ")
    operations.give_back_reserve(reserve_id=row.pk, wallet_id=world.wallet, by=OFFICE)
    assert world.by_poster(45_00).status == 201


def test_several_places_are_not_listed_and_anywhere_is_said(world: Aside) -> None:
    amended("payment.qr_max_cents", 200_00)
    world.set_aside(None, 10_00)
    assert "70,00 sont mis de côté pour plusieurs lieux" in plain(world.by_poster(90_00).said)
    row = Reserve.objects.get(place=world.market)
    operations.give_back_reserve(reserve_id=row.pk, wallet_id=world.wallet, by=OFFICE)
    assert "10,00 sont mis de côté pour tous les lieux" in plain(world.by_poster(95_00).said)


@pytest.mark.parametrize("way", ["member_qr", "card", "pin"])
@pytest.mark.parametrize("up_to", [False, True])
def test_a_till_reads_the_same_bytes_with_and_without_money_aside(
    world: Aside, way: str, up_to: bool
) -> None:
    if up_to:
        assert world.pay(cents=40_00).status == 201
    pay = {
        "member_qr": lambda **said: world.show(world.phone.qr(), cents=50_00, **said),
        "card": lambda **said: world.by_card(50_00, **said),
        "pin": lambda **said: world.pay(cents=50_00, up_to=up_to),
    }[way]
    said = {"pin": world.pin, "attempt": 1, "up_to": up_to}
    with_it, asked = pay(**said), statements()
    with asked:
        assert pay(**said).body == with_it.body
    post((Reserve.objects.get().account, f"place:{world.market}", 60_00, "payment"))
    without = pay(**said)
    assert reason(without) == "funds_short"
    assert (with_it.status, with_it.body) == (without.status, without.body)
    assert with_it.headers.keys() == without.headers.keys()
    assert not [one for one in asked if "payments_reserve" in one["sql"]], "no look at a till"


def statements() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def test_a_telephone_looks_for_it_after_money_was_missing_alone(world: Aside) -> None:
    with statements() as paid:
        assert world.by_poster(12_00).status == 201
    assert not [one for one in paid if "payments_reserve" in one["sql"]]
    with statements() as short:
        assert reason(world.by_poster(50_00)) == "funds_reserved"
    assert [one for one in short if "payments_reserve" in one["sql"]]


@pytest.mark.parametrize("way", ["pin", "card", "member_qr", "request", "poster"])
def test_her_messages_say_what_was_set_aside_then(world: Aside, way: str) -> None:
    world.ways()[way](50_00)
    messages.write_jotted()
    (row,) = told.remarks(world.wallet, until_ms=clock.now_ms() + 1, limit=9)
    assert row.reason == "funds_short", "the row says no more than the shop was told"
    clock.travel(clock.now_ms() + 60_000)
    reserve = Reserve.objects.get()
    operations.give_back_reserve(reserve_id=reserve.pk, wallet_id=world.wallet, by=OFFICE)
    assert world.left == 100_00
    said = told_her(row, world).replace("\u00a0", " ")
    assert said.startswith("60,00 sont mis de côté pour Ferme des Aresquiers jusqu’à ")
    with translation.override("en"):
        assert told_her(row, world).startswith("60.00 is set aside for Ferme des Aresquiers")
    Remark.objects.all().delete()
    world.pay(cents=500_00)
    messages.write_jotted()
    (row,) = told.remarks(world.wallet, until_ms=clock.now_ms() + 1, limit=9)
    assert "dépasse ce qui vous reste" in told_her(row, world)


def told_her(row: RemarkRow, world: Aside) -> str:
    return why(row, set_aside_then([row], world.wallet).get(row.id))


def test_a_gift_says_it_too(world: Aside) -> None:
    amended("payment.gift_month_max_cents", 200_00)
    with pytest.raises(Refusal) as refusal:
        operations.look_at_gift(wallet_id=world.wallet, to="personne", cents=50_00, by=OFFICE)
    assert refusal.value.reason == "funds_reserved" and "Aresquiers" in str(refusal.value)
    with pytest.raises(Refusal) as refusal:
        operations.look_at_gift(wallet_id=world.wallet, to="personne", cents=100_01, by=OFFICE)
    assert refusal.value.reason == "funds_short"


def test_the_sentence_is_in_english() -> None:
    held = queries.Reserved(60_00, "Halle", "18:00")
    with translation.override("en"):
        assert in_words(held.refusal().member).startswith("60.00 is set aside for Halle until")


def plain(said: dict[str, str]) -> str:
    return said["member"].replace("\u00a0", " ")
