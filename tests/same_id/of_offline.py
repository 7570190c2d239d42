"""Cases of selling without network."""

from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.kernel import clock
from caisse.kernel.ids import Id, new_id
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations as payments
from caisse.payments import wire
from caisse.payments.models import LateSale, Licence
from caisse.people import queries as registry
from tests.same_id.case import Asked, ground, of, post
from tests.same_id.of_access import holder


def device(place: int) -> int:
    """A linked and confirmed device of a place."""
    number = payments.invite_device(place_id=place, label="Comptoir", by=OFFICE, id=new_id())
    code = payments.give_invitation(device_id=number, by=OFFICE)
    point = wire.public_point(ec.generate_private_key(ec.SECP256R1()))
    linked = payments.enrol_device(code=code, public_key=point)
    payments.confirm_device(device_id=number, words=linked.words, by=OFFICE)
    return number


@of(payments.open_licence)
def _open_licence() -> Asked:
    ground(payment__offline=True)
    place = approved()
    one, other = device(place), device(place)
    return Asked({"device_id": one}, [{"device_id": other}])


def slip(place: int, cents: int) -> payments.Wanted:
    """What a telephone asks for, under a fresh key."""
    point = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return payments.Wanted(place, cents, point)


@of(payments.issue_slips)
def _issue_slips() -> Asked:
    ground(payment__offline=True)
    place = approved("Ferme", "farm_producer")
    content = {"wallet_id": 1, "wanted": [slip(place, 5_00)]}
    others: list[dict[str, Any]] = [{"wallet_id": 2}, {"wanted": [slip(place, 5_00)]}]
    return Asked(content, [*others, {"phone_id": 3}])


@of(payments.set_aside)
def _set_aside() -> Asked:
    ground(payment__offline=True)
    one, other = holder(), holder()
    for each in (one, other):
        payments.make_card(holder_id=each, by=OFFICE, id=new_id())
        wallet = f"wallet:{registry.wallet_of_holder(each)}"
        post(
            ("bank:caisse", "fund:caisse", 50_00, "opening_bank"),
            ("fund:caisse", wallet, 50_00, "opening_wallet"),
        )
    here, there = (approved(name, "farm_producer") for name in ("Ferme", "Verger"))
    content = {"holder_id": one, "place_id": here, "cents": 5_00}
    return Asked(content, [{"holder_id": other}, {"place_id": there}, {"cents": 6_00}])


@of(payments.set_aside_again)
def _set_aside_again() -> Asked:
    said = _set_aside()
    content, (other, there, dearer) = said.content, said.others
    here, cents = content["place_id"], content["cents"]
    others: list[dict[str, Any]] = [
        {"holder_id": other["holder_id"]},
        {"lines": [(there["place_id"], cents)]},
        {"lines": [(here, dearer["cents"])]},
    ]
    return Asked({"holder_id": content["holder_id"], "lines": [(here, cents)]}, others)


@of(payments.prepare_offline_room)
def _prepare_offline_room() -> Asked:
    ground()
    post(("bank:caisse", "fund:caisse", 100_00, "opening_bank"))
    return Asked({"cents": 60_00, "decision": 1}, [{"cents": 50_00}, {"decision": 2}])


@of(payments.review_losses)
def _review_losses() -> Asked:
    ground()
    one, other = approved(), approved("Vrac")
    for place in (one, other):
        ledger.open_accounts([f"loss:{place}"])
        post((f"loss:{place}", "loss:all", 5_00, "loss"))
    return Asked({"place_id": one}, [{"place_id": other}])


def listable(place: int) -> int:
    """A licence of a lost device of that place, by its number; its hours are over."""
    row = payments.open_licence(device_id=device(place), by=OFFICE, id=new_id())
    clock.travel(clock.now_ms() + 49 * 3_600_000)
    return row.licence_id


@of(payments.prepare_sales_list)
def _prepare_sales_list() -> Asked:
    ground(payment__offline=True)
    post(
        ("bank:caisse", "fund:caisse", 500_00, "opening_bank"),
        ("fund:caisse", "fund:offline", 500_00, "offline_room"),
    )
    day = clock.today()
    one, other = listable(approved()), listable(approved("Vrac"))
    content = {
        "licence_id": one, "sold_on": day, "sales": 3, "cents": 12_00, "note": "Tombé dans l’eau.",
    }  # fmt: skip
    others: list[dict[str, Any]] = [
        {"licence_id": other, "sold_on": clock.today()}, {"sold_on": day + timedelta(1)},
        {"sales": 4}, {"cents": 13_00}, {"note": "Volé."},
    ]  # fmt: skip
    return Asked(content, others)


def late_sale(place: int, device_id: int) -> Id:
    """A sale of 5 € that came too late, by its number."""
    row = payments.open_licence(device_id=device_id, by=OFFICE, id=new_id())
    licence = Licence.objects.get(pk=row.licence_id)
    sale = LateSale.objects.create(
        id=new_id(), payment=new_id(), licence=licence, place_id=place, cents=5_00, method="card",
        made_at=clock.now_ms(), at=clock.now_ms(),
    )  # fmt: skip
    payments.close_licence(device_id=device_id, licence_id=licence.pk, by=OFFICE)
    return sale.pk


def two_late_sales() -> tuple[Id, Id]:
    """Of one place, and money for them."""
    ground(payment__offline=True)
    post(
        ("bank:caisse", "fund:caisse", 50_00, "opening_bank"),
        ("fund:caisse", "fund:offline", 50_00, "offline_room"),
    )
    place = approved()
    one = device(place)
    return late_sale(place, one), late_sale(place, one)


@of(payments.pay_late_sale)
def _pay_late_sale() -> Asked:
    one, other = two_late_sales()
    return Asked({"sale_id": one}, [{"sale_id": other}])


@of(payments.refuse_late_sale)
def _refuse_late_sale() -> Asked:
    one, other = two_late_sales()
    return Asked({"sale_id": one}, [{"sale_id": other}])
