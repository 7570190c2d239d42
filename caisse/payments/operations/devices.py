"""Devices of a place: invited, enrolled by a code, confirmed by who invited; suspended, revoked."""

from datetime import timedelta
from typing import NamedTuple

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants import queries as merchants
from caisse.payments import keys, wire
from caisse.payments.models import Device
from caisse.payments.operations import invitations
from caisse.payments.operations.cashiers import close_tills_of_device
from caisse.payments.operations.first_keys import first_pin_key, first_till_key
from caisse.payments.operations.tills import close_till, open_till
from caisse.payments.words import words_of_keys

LIVES = timedelta(minutes=15)
MOST_DEVICES = 40  # of one place, revoked ones left out
State = Device.State


class Enrolled(NamedTuple):
    """What a device learns when it is enrolled: its number, the caisse's public key, the words
    that both screens show."""

    device_id: int
    generation: int
    public_key: bytes
    words: str


@ledger.repeatable
def invite_device(*, place_id: int, label: str, by: Actor, id: Id) -> int:
    """Write a device of a place down; its number. It waits for `give_invitation`.

    Repeatable by `id`. Raises Refusal: `unknown_place`, `label`, `devices`, `differs`.
    """
    label = " ".join(label.split())[:40]
    if merchants.place(place_id) is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    if not label:
        raise Refusal("label", "Donnez un nom à cet appareil, par exemple « Comptoir ».")
    subject, texts = f"place:{place_id}", events.fingerprint(label)
    if events.repeated("device.invited", subject=subject, id=id, texts=texts) is not None:
        return Device.objects.get(cause=id).pk
    others = Device.objects.filter(place_id=place_id).exclude(state=State.REVOKED)
    if others.count() >= MOST_DEVICES:
        raise Refusal("devices", f"Ce lieu a déjà {MOST_DEVICES} appareils. Retirez-en un.")
    first_till_key()
    first_pin_key()  # a till may ask for a code before the first one was drawn
    events.record("device.invited", subject=subject, by=by, id=id, texts=texts)
    return Device.objects.create(place_id=place_id, label=label, cause=id).pk


@ledger.repeatable
def give_invitation(*, device_id: int, by: Actor) -> str:
    """A new code that links this device, « K7M2-Q4XP-9T »: shown here once, good for 15 minutes.

    A device that was linked before keeps working until the code is used: then it is another one's.
    Raises Refusal: `unknown_device`, `revoked`.
    """
    device = _device(device_id)
    if device.state == State.REVOKED:
        raise Refusal("revoked", "Cet appareil est retiré. Ajoutez-en un autre.")
    code = invitations.new_code(device, LIVES)
    events.record("device.code_given", subject=f"place:{device.place_id}", by=by, device=device.pk)
    return code


def enrol_device(*, code: str, public_key: bytes) -> Enrolled:
    """Link the device that made `public_key`, once for each code; sent again, the same answer.

    Five wrong entries that begin as the code does kill it.

    Raises Refusal: `code_unknown`, `key`.
    """
    return invitations.linked(
        Device.objects.all(), code=code, public_key=public_key, link=_link, tell=_enrolled
    )


def _enrolled(device: Device) -> Enrolled:
    ours, theirs = wire.public_point(keys.till_key()), bytes(device.public_key)
    return Enrolled(device.pk, device.generation, ours, words_of_keys(ours, theirs))


def _link(device: Device) -> None:
    """These keys are the device's now; whatever had others is not it any more.

    Its till stays: the wrong codes that were typed at it are counted on.
    """
    device.state = State.ENROLLED
    events.record(
        "device.enrolled", subject=f"place:{device.place_id}", by=Actor(f"device:{device.pk}"),
        device=device.pk, generation=device.generation,
    )  # fmt: skip


@ledger.repeatable
def confirm_device(*, device_id: int, words: str, by: Actor) -> None:
    """Say that both screens show the same words: from now on it cashes. Twice is once.

    `words` are those that the page showed: keys that changed since are not confirmed. Raises
    Refusal: `unknown_device`, `not_enrolled`.
    """
    device = _device(device_id)
    if not device.public_key or words != words_of_device(device):
        raise Refusal("not_enrolled", "L’appareil a changé entre-temps. Comparez de nouveau.")
    if device.state == State.ACTIVE:
        return
    if device.state != State.ENROLLED:
        raise Refusal("not_enrolled", "Cet appareil n’est pas prêt. Redonnez-lui un code.")
    if device.till is None:
        device.till = open_till(place_id=device.place_id, by=by)
    device.state = State.ACTIVE
    device.save(update_fields=["till", "state"])
    events.record("device.confirmed", subject=f"place:{device.place_id}", by=by, device=device.pk)


@ledger.repeatable
def suspend_device(*, device_id: int, by: Actor) -> None:
    """Stop a device from cashing, until somebody lets it again. Twice is once.

    Raises Refusal: `unknown_device`, `not_active`.
    """
    device = _turned(device_id, (State.ACTIVE,), State.SUSPENDED)
    if device is not None:
        subject = f"place:{device.place_id}"
        events.record("device.suspended", subject=subject, by=by, device=device.pk)


@ledger.repeatable
def resume_device(*, device_id: int, by: Actor) -> None:
    """Let a suspended device cash again. Twice is once. Raises as `suspend_device` does."""
    device = _turned(device_id, (State.SUSPENDED,), State.ACTIVE)
    if device is not None:
        subject = f"place:{device.place_id}"
        events.record("device.resumed", subject=subject, by=by, device=device.pk)


@ledger.repeatable
def revoke_device(*, device_id: int, by: Actor) -> None:
    """Take a device away for good: lost, sold, stolen. Twice is once.

    Raises Refusal: `unknown_device`.
    """
    others = tuple(state for state in State if state != State.REVOKED)
    device = _turned(device_id, others, State.REVOKED)
    if device is not None:
        subject = f"place:{device.place_id}"
        events.record("device.revoked", subject=subject, by=by, device=device.pk)
        if device.till is not None:
            close_till(till=bytes(device.till), by=by)
            close_tills_of_device(device, by)
            device.till = None
        device.save(update_fields=["till"])
        invitations.no_code(device)


def words_of_device(device: Device) -> str:
    """The words that stand for the keys of a linked device and of the caisse."""
    return words_of_keys(wire.public_point(keys.till_key()), bytes(device.public_key))


def _turned(device_id: int, before: tuple[State, ...], after: State) -> Device | None:
    """The device, in its new state; None when it was in it already."""
    device = _device(device_id)
    if device.state == after:
        return None
    if device.state not in before:
        raise Refusal("not_active", "Cet appareil n’en est pas là. Rechargez la page.")
    device.state = after
    device.save(update_fields=["state"])
    return device


def _device(device_id: int) -> Device:
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise Refusal("unknown_device", "Cet appareil n’est pas connu.")
    return device
