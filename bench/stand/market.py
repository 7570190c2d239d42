"""The town that payments over HTTP are measured on: households with PINs, places with a till each.

`python -m bench.stand.market HOUSEHOLDS` founds it in the database that the environment names: the
large town of the tests, a PIN for each household, a linked device at each place. What clients know,
the devices' keys and who types what, is written to `world.json` in $CAISSE_HOME.
"""

import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db.models import F

import bench.stand.ready  # noqa: F401
from bench.stand import sites, world
from bench.stand.world import Payer, Till
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.ledger import operations as ledger
from caisse.merchants.models import Place
from caisse.payments import keys, operations, pins, wire
from caisse.payments.models import Device, Pin
from caisse.payments.operations.pins import buckets, card_bucket
from caisse.people.models import Holder
from caisse.site import working

BY = Actor("ana", frozenset({"coordinator"}))
DIGITS = 6
STEP = 5_000


def found(households: int) -> None:
    """Found the town, draw the PINs, link the devices, and let the worker do what waits."""
    sites.large(households)
    keys.make_pin_key()
    payers = [one for some in _steps() for one in _with_pins(some)]
    tills = [_linked(place) for place in Place.objects.order_by("pk").values_list("pk", flat=True)]
    world.write(Path(settings.HOME), payers, tills)
    while working.turn():  # a run must not begin with the work of the months before it
        pass
    ledger.stop()


def _steps() -> list[list[tuple[int, str, int]]]:
    rows = list(Holder.objects.order_by("pk").values_list("pk", "handle", F("wallet_id")))
    return [rows[start : start + STEP] for start in range(0, len(rows), STEP)]


def _with_pins(holders: list[tuple[int, str, int]]) -> list[Payer]:
    """PINs for many, as `draw_pin` leaves them."""
    number, key = max(keys.pin_keys().items())
    rows, payers, codes = [], [], []
    for holder_id, handle, wallet_id in holders:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        salt = secrets.token_bytes(pins.SALT_BYTES)
        rows.append(Pin(
            holder_id=holder_id, salt=salt, layers=str(number), length=DIGITS,
            verifier=pins.verifier(key, holder_id, salt, digits), drawn_at=clock.now_ms(),
        ))  # fmt: skip
        payers.append(Payer(handle, digits, wallet_id))
        codes += [*buckets(wallet_id), f"tries:card:{wallet_id}.{holder_id}.0"]
    assert codes[2] == card_bucket(holders[0][2], holders[0][0])
    Pin.objects.bulk_create(rows, batch_size=500)
    ledger.open_accounts(codes, ceiling=pins.tries_of_a_bucket(DIGITS))
    return payers


def _linked(place_id: int) -> Till:
    """A device of the place, linked and confirmed as people do it."""
    device_id = operations.invite_device(place_id=place_id, label="Comptoir", by=BY, id=new_id())
    code = operations.give_invitation(device_id=device_id, by=BY)
    secret = ec.generate_private_key(ec.SECP256R1())
    known = operations.enrol_device(code=code, public_key=wire.public_point(secret))
    operations.confirm_device(device_id=device_id, words=known.words, by=BY)
    row = Device.objects.get(pk=device_id)
    key = wire.shared_key(secret, known.public_key, row.pk, row.generation)
    return Till(f"{row.pk}.{row.generation}", key.hex(), place_id)


if __name__ == "__main__":
    found(int(sys.argv[1]))
