"""Small scenes of sales without network that no test of the caisse's own plays: what must hold."""

import json
from typing import Any

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations
from caisse.payments.api.messages import MOST_CENTS
from caisse.payments.models import Licence, Reserve
from caisse.payments.offline.licences import tag_of
from caisse.payments.operations import syncing
from caisse.payments.tests.market import HOUR_MS, balance, later, nonce, refused
from caisse.payments.tests.test_offline_api import Till, as_json
from tests.offline import worlds
from tests.offline.model import Articles
from tests.offline.real import Member, Phone, Shop, ground, post, set_aside


def the_planned_attack() -> None:
    """Of the model, on the caisse itself: the bound is reached, never passed."""
    few = Articles(wallets=4, places=1, bound_places=1, day_cents=40_00)
    assert worlds.worst_case(few) == few.trust_cents


def the_fund_is_empty(awa: Member) -> None:
    """What the committee put aside is gone, though a licence was promised its room."""
    shop = Shop("Halle")
    shop.open()
    post(("fund:offline", "fund:caisse", 3_295_00, "offline_room"))
    lost = [shop.code_sale(awa.card, awa.wrong_pin, cents) for cents in (5_01, 5_00)]
    assert shop.sync(*lost) == ["offline_room_used", "posted"]
    assert balance("fund:offline") == 0


def a_code_of_another_licence(awa: Member) -> None:
    """A code that was typed under one licence opens no sale under the next one."""
    shop = Shop("Halle")
    shop.open()
    typed = shop.code_sale(awa.card, awa.pin, 5_00)
    shop.open(holds_nothing=True)
    assert shop.sync(typed) == ["qr_unreadable"]
    assert balance(f"wallet:{awa.wallet}") == 100_00


def other_cents_under_an_id_after_the_closing(awa: Member) -> None:
    """The rows of a closed licence are gone: what the ledger says under this number stands."""
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 5_00)
    assert shop.sync(sale) == ["posted"]
    shop.close()
    assert shop.sync(sale._replace(cents=50_00), sale) == ["id_reused", "posted"]
    assert balance(f"place:{shop.place}") == 5_00


def no_amount_at_all(awa: Member) -> None:
    """A sale of nothing, and of less, is none."""
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 0)
    assert shop.sync(sale, phone.pay(0, 1, shop.request(0, nonce(1)))) == ["qr_unreadable"] * 2
    assert balance(f"wallet:{awa.wallet}") == 80_00


def too_much_over_the_wire(till: Till) -> None:
    """More than any amount that can be written is no record; more than L is no sale."""
    awa = Member(1, 100_00)
    till.licence()
    sale = as_json(till.shop.code_sale(awa.card, awa.pin, 400_01), till.shop.licence)
    assert [one["answer"] for one in till.sync(sale).said["answers"]] == ["offline_till_limit"]
    for cents in (MOST_CENTS + 1, 0, -1):
        assert till.sync(sale | {"cents": cents}).status == 400
    assert books.held(f"tries:card:{awa.wallet}.{awa.holder}.1") == 0


def a_request_of_another_place(awa: Member) -> None:
    """A device whose number ends alike stands at another place: its request is not this one's."""
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    here = shop.place
    shop.place += 1
    elsewhere = shop.request(5_00, nonce(1))
    shop.place = here
    assert shop.sync(phone.pay(0, 1, elsewhere)) == ["qr_unreadable"]
    assert balance(f"place:{here}") == 0


def a_proof_that_is_wrong(till: Till) -> None:
    """Nobody sends in a till's name without its key, nor alters what it sends."""
    awa = Member(1, 100_00)
    till.licence()
    record = as_json(till.shop.code_sale(awa.card, awa.pin, 5_00), till.shop.licence)
    right, till.shop.key = till.shop.key, bytes(32)
    assert till.sync(record).status == 401
    till.shop.key = right
    assert balance(f"wallet:{awa.wallet}") == 100_00
    assert till.sync(record).status == 200 and balance(f"wallet:{awa.wallet}") == 95_00


def a_device_that_does_not_cash(awa: Member) -> None:
    """One that was suspended, then revoked, gets no licence, and sends what it had sold."""
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 5_00)
    for stop in (operations.suspend_device, operations.revoke_device):
        stop(device_id=shop.device, by=OFFICE)
        said = {"device_id": shop.device, "by": OFFICE, "id": new_id(), "holds_nothing": True}
        assert refused(operations.open_licence, **said) == "not_active"
    assert shop.sync(sale) == ["posted"], show_id(sale.id)


def a_slip_of_after_a_licence(awa: Member) -> None:
    """No till has taken a slip under a licence whose hours were over when it was made."""
    shop, phone = Shop("Halle"), Phone(awa)
    shop.open()
    later(49)
    phone.ask((shop.place, 20_00))
    assert shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1)))) == ["means_unavailable"]
    assert balance(f"place:{shop.place}") == 0


def a_slip_whose_hours_are_over(awa: Member) -> None:
    """It has not gone home yet, and nobody has struck it: a licence to come does not take it."""
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 20_00))
    later(49)
    shop.open()
    assert shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1)))) == ["means_unavailable"]
    assert balance(f"place:{shop.place}") == 0


def a_card_in_two_licences() -> None:
    """The second device of a place has a room of its own, and the first may have taken the card."""
    ground(30_00)
    awa, first = Member(1, 100_00), Shop("Comptoir")
    second = Shop("Marché", first.place)
    set_aside(awa, first.place, 20_00)
    assert len(named(first, awa)) == 1
    post(("bank:caisse", "fund:caisse", 60_00, "opening_bank"))
    post(("fund:caisse", "fund:offline", 60_00, "offline_room"))
    clock.travel(Licence.objects.get().until + 1)
    Reserve.objects.update(until=clock.now_ms() + HOUR_MS)  # as if it were set aside for longer
    assert not named(second, awa)


def named(shop: Shop, member: Member) -> list[int]:
    """The cents that the next licence of a shop names for a card."""
    said = json.loads(shop.open().text)
    token = formats.from_base45(member.card.removeprefix(formats.MARK))[2:18]
    tag = tag_of(bytes.fromhex(said["nonce"]), token)
    assert said["room_cents"] > 0, "what there is no room for is not named"
    return [cents for known, cents in said["cards"] if known == tag]


def a_clock_that_is_ahead(awa: Member) -> None:
    """What waits for its time takes nothing of its licence's sum, and keeps nobody from closing."""
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 5_00, id=new_id(clock.now_ms() + 5 * HOUR_MS))
    assert shop.sync(sale) == ["checking"] and Licence.objects.get().used_cents == 0
    later(5)
    assert shop.sync(sale) == ["posted"] and Licence.objects.get().used_cents == 5_00


def a_wallet_that_is_spent_meanwhile() -> None:
    """Judged again, a sale does not meet itself: neither in what its card took, nor in L."""
    ground(3_300_00, payment__offline_day_cents=10_00, payment__offline_member_cents=20_00)
    awa, shop = Member(1, 100_00), Shop("Halle")
    shop.open()
    chain_of, wallet = syncing.chain_of, f"wallet:{awa.wallet}"

    def spends(*said: Any) -> Any:
        if balance(wallet) > 5_00:
            post((wallet, "fund:caisse", balance(wallet) - 5_00, "leaving"))
        return chain_of(*said)

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(syncing, "chain_of", spends)
        assert shop.sync(shop.code_sale(awa.card, awa.pin, 20_00)) == ["posted"]
    assert (balance(wallet), balance(f"loss:{shop.place}")) == (0, -15_00)


def a_wallet_that_is_paused(awa: Member) -> None:
    """Her till could not know: it is paid, and she is not debited."""
    shop, wallet = Shop("Halle"), f"wallet:{awa.wallet}"
    shop.open()
    ledger.set_state([wallet], "closed")
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 5_00)) == ["posted"]
    assert (balance(wallet), balance(f"loss:{shop.place}")) == (100_00, -5_00)
