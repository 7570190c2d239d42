"""A till without a machine, to try the API with: its key is told to whoever asks for it.

Only where no money is real: the command `sandbox` sees to that.
"""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.payments import wire
from caisse.payments.operations.devices import (
    confirm_device,
    enrol_device,
    give_invitation,
    invite_device,
)

LABEL = "Essai de l’API"


class Trial(NamedTuple):
    """A linked till: what it calls itself (`Caisse-Till`), and the key it shares (32 bytes)."""

    said: str
    key: bytes


def link_for_trial(*, place_id: int, by: Actor) -> Trial:
    """A new device of the place, linked and confirmed. Raises Refusal as `invite_device` does."""
    device_id = invite_device(place_id=place_id, label=LABEL, by=by, id=new_id())
    code = give_invitation(device_id=device_id, by=by)
    secret = ec.generate_private_key(ec.SECP256R1())
    linked = enrol_device(code=code, public_key=wire.public_point(secret))
    confirm_device(device_id=device_id, words=linked.words, by=by)
    key = wire.shared_key(secret, linked.public_key, device_id, linked.generation)
    return Trial(f"{device_id}.{linked.generation}", key)
