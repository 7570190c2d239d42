"""Who asks: a device proves each of its requests by the key that it shares with the caisse."""

import hmac
import re
from functools import lru_cache

from caisse.kernel.ids import Id
from caisse.payments import keys, operations, wire
from caisse.payments.api.messages import Asked
from caisse.payments.models import Device, Phone


def device_of(asked: Asked) -> Device | None:
    """The device that proved this request; None for any other."""
    said = re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,4})", asked.till)
    if said is None:
        return None
    device = Device.objects.filter(pk=int(said[1]), generation=int(said[2])).first()
    if device is None or not device.public_key:
        return None
    key = _key(bytes(device.public_key), device.pk, device.generation)
    wanted = wire.proof(key, asked.method, asked.path, asked.body)
    return device if hmac.compare_digest(wanted.encode(), asked.mac.encode()) else None


@lru_cache(maxsize=20_000)
def _key(point: bytes, device_id: int, generation: int) -> bytes:
    return wire.shared_key(keys.till_key(), point, device_id, generation)


def phone_of(asked: Asked) -> Phone | None:
    """The member's telephone that proved this request, linked or blocked; None for any other."""
    said = re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,4})", asked.phone)
    if said is None:
        return None
    row = Phone.objects.filter(pk=int(said[1]), generation=int(said[2])).first()
    if row is None or not row.public_key:
        return None
    key = operations.phone_key(bytes(row.public_key), row.pk, row.generation)
    wanted = wire.proof(key, asked.method, asked.path, asked.body)
    return row if hmac.compare_digest(wanted.encode(), asked.mac.encode()) else None


def till_of(device: Device) -> Id:
    """The till of an active device."""
    if device.till is None:
        raise RuntimeError(f"device {device.pk} is active without a till")
    return bytes(device.till)
