"""Keys made anew while what stands under the ones before goes on (payments.md 1 and 2.1).

The key of the PINs is changed by `change_pin_key`, beside what lies under it.
"""

import json

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.payments import keys
from caisse.payments.models import Licence, Reserve

MOST_SIGN_KEY = 255  # its number is one byte of each slip, card and voucher


@transaction.atomic
def add_root_key(*, by: Actor) -> int:
    """Seal cards, tickets and vouchers under a new root key; its number.

    What was printed or given out before is read as before. Raises Refusal("no_key") where there is
    none to follow.
    """
    _demand_key(keys.ROOT)
    number = keys.add_root_key()
    events.record("root.key_added", subject="caisse", by=by, key=number)
    return number


@transaction.atomic
def prepare_sign_key(*, by: Actor) -> int:
    """Make the key that will sign next; its number. Tills learn it with their next licence.

    Twice is once. Raises Refusal: `no_key`, `sign_keys` when no number is left.
    """
    _demand_key(keys.SIGNS)
    waits = keys.prepared_sign_key()
    if waits is not None:
        return waits
    if keys.sign_key()[0] >= MOST_SIGN_KEY:
        raise Refusal("sign_keys", "Il n’y a plus de numéro pour une clé de signature.")
    number = keys.prepare_sign_key()
    events.record("sign.key_prepared", subject="caisse", by=by, key=number)
    return number


@transaction.atomic
def begin_sign_key(*, by: Actor) -> int:
    """Sign with the prepared key; its number. What the one before has signed stays good.

    Raises Refusal: `no_key`, `sign_key` when none is prepared, `too_early` while a till sells
    without network that does not know it: it would take no slip that the new key has signed.
    """
    _demand_key(keys.SIGNS)
    number = keys.prepared_sign_key()
    if number is None:
        raise Refusal("sign_key", "Aucune clé de signature n’est préparée.")
    told = next((one for one in events.history(names=("sign.key_prepared",), limit=1)), None)
    now = clock.now_ms()
    selling = Licence.objects.filter(closed_at=None, until__gt=now)
    if selling.filter(since__lte=now if told is None else told.at).exists():
        raise Refusal(
            "too_early", "Des appareils vendent sans réseau et ne la connaissent pas encore."
        )
    events.record("sign.key_began", subject="caisse", by=by, key=number)
    keys.begin_sign_key()
    return number


@transaction.atomic
def end_sign_key(*, number: int, by: Actor) -> None:
    """Know what an old key has signed no more: cards and vouchers then pay with network only.

    Raises Refusal: `no_key`, `sign_key` for the one of today or none of ours, `too_early` while a
    slip or a licence that it signed is good.
    """
    _demand_key(keys.SIGNS)
    if number not in keys.sign_keys() or number >= keys.sign_key()[0]:
        raise Refusal("sign_key", "Cette clé de signature n’est pas une ancienne clé.")
    now = clock.now_ms()
    slips = Reserve.objects.filter(key_number=number, released_at=None, until__gt=now)
    texts = Licence.objects.filter(closed_at=None, until__gt=now).values_list("text", flat=True)
    if slips.exists() or any(json.loads(text)["key"] == number for text in texts if text):
        raise Refusal("too_early", "Des appareils vendent encore avec ce que cette clé a signé.")
    events.record("sign.key_ended", subject="caisse", by=by, key=number)
    keys.end_sign_key(number)


def _demand_key(name: str) -> None:
    if not keys.path(name).exists():
        raise Refusal("no_key", "Il n’y a pas encore de clé à remplacer.")
