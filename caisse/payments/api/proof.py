"""Who asks: a device proves each of its requests by the key that it shares with the caisse."""

import hmac
import re
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from caisse.kernel.ids import Id
from caisse.payments import keys, operations, queries, wire
from caisse.payments.api.messages import Asked
from caisse.payments.models import Device, Phone
from caisse.payments.queries import Standing

MOST_DEVICES = 20_000
SAID = re.compile(r"([0-9]{1,9})\.([0-9]{1,4})")


class Remembered(NamedTuple):
    """A device when it last proved a request, and the key that it shares."""

    device: Device
    standing: Standing
    key: bytes


_remembered: dict[tuple[int, int], Remembered] = {}


def device_of(asked: Asked) -> Device | None:
    """The device that proved this request, as it stands now; None for any other."""
    said = said_of(asked.till)
    if said is None:
        return None
    device = Device.objects.filter(pk=said[0], generation=said[1]).first()
    if device is None or not device.public_key:
        return None
    key = key_of(bytes(device.public_key), device.pk, device.generation)
    if not _proves(key, asked):
        return None
    if not connection.in_atomic_block:  # what a transaction reads may never have been
        if len(_remembered) >= MOST_DEVICES:
            _remembered.clear()
        _remembered[said] = Remembered(device, queries.standing(device), key)
    return device


def remembered(asked: Asked) -> Remembered | None:
    """The device that proved this request, as it stood when it last did; None for any other.

    It saves a look at the database of its own: whoever acts on it compares how it stands by the
    look that is taken anyway, and asks `device_of` when it has changed.
    """
    said = said_of(asked.till)
    known = None if said is None else _remembered.get(said)
    return known if known is not None and _proves(known.key, asked) else None


def _proves(key: bytes, asked: Asked) -> bool:
    wanted = wire.proof(key, asked.method, asked.address, asked.body)
    return hmac.compare_digest(wanted.encode(), asked.mac.encode())


def said_of(text: str) -> tuple[int, int] | None:
    """« 3.1 », number and generation; None for anything else."""
    said = SAID.fullmatch(text)
    return None if said is None else (int(said[1]), int(said[2]))


@lru_cache(maxsize=MOST_DEVICES)
def key_of(point: bytes, device_id: int, generation: int) -> bytes:
    """What the caisse shares with a till; raises as `keys.till_key` does."""
    return wire.shared_key(keys.till_key(), point, device_id, generation)


def phone_of(asked: Asked) -> Phone | None:
    """The member's telephone that proved this request, linked or blocked; None for any other."""
    said = said_of(asked.phone)
    if said is None:
        return None
    row = Phone.objects.filter(pk=said[0], generation=said[1]).first()
    if row is None or not row.public_key:
        return None
    key = operations.phone_key(bytes(row.public_key), row.pk, row.generation)
    return row if _proves(key, asked) else None


def till_of(device: Device) -> Id:
    """The till of an active device."""
    if device.till is None:
        raise RuntimeError(f"device {device.pk} is active without a till")
    return bytes(device.till)
