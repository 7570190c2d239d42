"""Who cashes at a place: short codes, what each may do, and the till that tells them apart.

A code says who stands at the till, to the place; it is no factor of paying (payments.md 1). A till
per device and cashier is the cause of what is taken, so that a payment needs no row of its own.
"""

import hmac
import re
import time
from typing import NamedTuple

from django.db import connection, transaction
from django.views.decorators.debug import sensitive_variables

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.looks import Look, Row
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants import queries as merchants
from caisse.payments import keys, paper
from caisse.payments.models import Cashier, Device, Till
from caisse.payments.operations.first_keys import first_pin_key
from caisse.payments.operations.tills import (
    REMEMBERED_S,
    believe_open,
    close_till,
    is_open,
    till_for,
)
from caisse.payments.reasons import Declined, declined

Level = Cashier.Level
LEVELS = tuple(Level)
State = Device.State
MOST_CASHIERS = 40  # of one place: a guess meets one of them in 10^4 each
WRONG, WRONG_IN_ALL = 5, 10  # wrong codes until a responsible person's is asked for; until none is
UNKNOWN = "Cette personne n’est pas connue dans ce lieu."
_CASHIERS = Look(
    "SELECT id, level, place_id FROM payments_cashier WHERE active AND place_id {keys}", "number"
)
_known: dict[int, tuple[dict[int, str], float]] = {}  # cashiers of a place, and until when believed
_tills: dict[tuple[int, int], Id] = {}  # the till of a device and a cashier


class Coded(NamedTuple):
    """A cashier and the four figures that are shown this once."""

    cashier_id: int
    code: str


class Entered(NamedTuple):
    """Who stands at the till from now on, and all that she may do there."""

    cashier_id: int
    label: str
    rights: tuple[str, ...]


@sent_again
@ledger.repeatable
@transaction.atomic
@sensitive_variables()
def add_cashier(*, place_id: int, label: str, level: str, by: Actor, id: Id) -> Coded:
    """Let somebody cash at a place. Repeatable by `id`: the same figures.

    From the first one on, nobody cashes there without a code. Raises Refusal: `unknown_place`,
    `label`, `level`, `cashiers`, `differs`.
    """
    label = " ".join(label.split())[:40]
    if merchants.place(place_id) is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    _demand(label, level)
    subject, texts = f"place:{place_id}", events.fingerprint(label)
    told = {"level": level, "texts": texts}
    if events.repeated("cashier.added", subject=subject, id=id, **told) is not None:
        return _coded(Cashier.objects.get(cause=id))
    ledger.lock([subject])  # no two get the same figures
    others = list(Cashier.objects.filter(place_id=place_id, active=True))
    if len(others) >= MOST_CASHIERS:
        raise Refusal("cashiers", f"{MOST_CASHIERS} personnes encaissent déjà ici. Retirez-en une.")
    first_pin_key()
    events.record("cashier.added", subject=subject, by=by, id=id, **told)
    row = Cashier(place_id=place_id, label=label, level=level, key=max(keys.pin_keys()), cause=id)
    row.turn = _next_turn(row, 1, {_code(one) for one in others})
    row.save(force_insert=True)
    _forget(place_id)
    return _coded(row)


@ledger.repeatable
@sensitive_variables()
def redraw_cashier(*, cashier_id: int, by: Actor) -> Coded:
    """Draw another code; the one before it is worth nothing any more. Each call draws.

    Raises Refusal("cashier").
    """
    row = _row(cashier_id)
    subject = f"place:{row.place_id}"
    ledger.lock([subject])
    others = list(Cashier.objects.filter(place_id=row.place_id, active=True).exclude(pk=row.pk))
    used = {_code(one) for one in (row, *others)}
    row.key = max(keys.pin_keys())  # first: what is compared with the others is what she will type
    row.turn = _next_turn(row, row.turn + 1, used)
    row.save(update_fields=["key", "turn"])
    events.record("cashier.redrawn", subject=subject, by=by, cashier=row.pk)
    return _coded(row)


@ledger.repeatable
def change_cashier(*, cashier_id: int, label: str, level: str, by: Actor) -> None:
    """Call a cashier otherwise, or let her do more or less. Twice is once.

    Raises Refusal: `cashier`, `label`, `level`.
    """
    row, label = _row(cashier_id), " ".join(label.split())[:40]
    _demand(label, level)
    if (row.label, row.level) == (label, level):
        return
    row.label, row.level = label, level
    row.save(update_fields=["label", "level"])
    subject = f"place:{row.place_id}"
    events.record("cashier.changed", subject=subject, by=by, cashier=row.pk, level=level)
    _forget(row.place_id)


@ledger.repeatable
def remove_cashier(*, cashier_id: int, by: Actor) -> None:
    """Let somebody cash no more; what she took stays. Twice is once. Raises Refusal("cashier")."""
    row = Cashier.objects.select_for_update().filter(pk=cashier_id).first()
    if row is None:
        raise Refusal("cashier", UNKNOWN)
    if not row.active:
        return
    row.active = False
    row.save(update_fields=["active"])
    subject = f"place:{row.place_id}"
    events.record("cashier.removed", subject=subject, by=by, cashier=row.pk)
    for till in _tills_of(row.place_id, f"{_actor(row.pk)}@"):
        close_till(till=till, by=by)
    _forget(row.place_id)


@ledger.repeatable
def let_codes_in(*, device_id: int, by: Actor) -> None:
    """Let a device take codes again on which wrong ones were typed. Twice is once.

    Raises Refusal("unknown_device").
    """
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise Refusal("unknown_device", "Cet appareil n’est pas connu.")
    if device.codes_wrong:
        _count(device, 0)
        events.record(
            "device.codes_let_in", subject=f"place:{device.place_id}", by=by, device=device.pk
        )


@ledger.repeatable
@sensitive_variables("code")
def enter_cashier(*, device_id: int, code: str) -> Entered | Declined:
    """Who stands at a device from now on, by her code.

    After five wrong ones a responsible person's alone is taken, which begins the count anew; after
    ten none, until somebody who runs the place lets codes in again. A right one of anybody else
    changes no count: who knows her own gets no more tries at that of another.
    """
    device = Device.objects.select_for_update().get(pk=device_id)
    if device.codes_wrong >= WRONG_IN_ALL:
        return declined("cashier_right")
    rows = Cashier.objects.filter(place_id=device.place_id, active=True)
    row = next((one for one in rows if _is(code, one)), None)
    if row is None:
        _count(device, device.codes_wrong + 1)
        return declined("cashier_code" if device.codes_wrong < WRONG else "cashier_right")
    if device.codes_wrong >= WRONG and row.level != Level.MANAGE:
        return declined("cashier_right")
    if device.codes_wrong and row.level == Level.MANAGE:
        _count(device, 0)
    return Entered(row.pk, row.label, rights_of(row.level))


def rights_of(level: str) -> tuple[str, ...]:
    """What a level allows: itself and those before it."""
    return tuple(one.value for one in LEVELS[: LEVELS.index(Level(level)) + 1])


def cashiers_at(place_id: int) -> dict[int, str]:
    """The cashiers of a place and their levels; believed for two seconds once they were read.

    Those of all places that were asked before are read with them, so that many places ask once.
    """
    known, until = _known.get(place_id, ({}, 0))
    if time.monotonic() < until:
        return known
    places = {place_id, *_known}
    levels = _CASHIERS.at(places, read=_levels).found()
    if not connection.in_atomic_block:  # what a transaction reads may never have been
        until = time.monotonic() + REMEMBERED_S
        _known.update({place: (levels.get(place, {}), until) for place in places})
    return levels.get(place_id, {})


def _levels(rows: list[Row]) -> dict[int, dict[int, str]]:
    """Levels by place and cashier."""
    levels: dict[int, dict[int, str]] = {}
    for cashier, level, place in rows:
        levels.setdefault(place, {})[cashier] = level
    return levels


def cashier_till(*, device_id: int, place_id: int, cashier_id: int) -> Id:
    """The till of a cashier at a device, opened when she first takes something there."""
    till = _tills.get((device_id, cashier_id))
    if till is None or not is_open(till, place_id):
        till = _opened(device_id, place_id, cashier_id)
        if not connection.in_atomic_block:
            _tills[(device_id, cashier_id)] = till
            believe_open(till, place_id)
    return till


@ledger.repeatable
def _opened(device_id: int, place_id: int, cashier_id: int) -> Id:
    """Her till; whoever was taken away meanwhile opens none."""
    device = Device.objects.select_for_update().filter(pk=device_id, state=State.ACTIVE)
    cashier = Cashier.objects.select_for_update().filter(pk=cashier_id, active=True)
    if not device.exists() or not cashier.exists():
        raise Refusal("cashiers", UNKNOWN)
    return till_for(place_id=place_id, by=Actor(f"{_actor(cashier_id)}@device:{device_id}"))


def close_tills_of_device(device: Device, by: Actor) -> None:
    """Close what cashiers opened at a device that is taken away."""
    rows = Till.objects.filter(
        place_id=device.place_id, closed_at=None, opened_by__endswith=f"@device:{device.pk}"
    )
    for till in rows.values_list("pk", flat=True):
        close_till(till=till, by=by)


def _tills_of(place_id: int, begins: str) -> list[Id]:
    rows = Till.objects.filter(place_id=place_id, closed_at=None, opened_by__startswith=begins)
    return list(rows.values_list("pk", flat=True))


def _actor(cashier_id: int) -> str:
    return f"cashier:{cashier_id}"


def _count(device: Device, wrong: int) -> None:
    device.codes_wrong = wrong
    device.save(update_fields=["codes_wrong"])


def _demand(label: str, level: str) -> None:
    if not label:
        raise Refusal("label", "Donnez un nom, par exemple un prénom.")
    if level not in Level.values:
        raise Refusal("level", "Choisissez ce que la personne peut faire.")


def _next_turn(row: Cashier, first: int, used: set[str]) -> int:
    turn = first
    while _code(row, turn) in used:
        turn += 1
    return turn


def _code(row: Cashier, turn: int | None = None) -> str:
    key = keys.pin_keys()[row.key]
    return paper.code(key, row.cause, row.turn if turn is None else turn)


def _is(typed: str, row: Cashier) -> bool:
    plain = re.fullmatch("[0-9]{4}", typed) is not None
    return plain and hmac.compare_digest(typed, _code(row))


def _coded(row: Cashier) -> Coded:
    return Coded(row.pk, _code(row))


def _row(cashier_id: int) -> Cashier:
    row = Cashier.objects.select_for_update().filter(pk=cashier_id, active=True).first()
    if row is None:
        raise Refusal("cashier", UNKNOWN)
    return row


def _forget(place_id: int) -> None:
    transaction.on_commit(lambda: _known.pop(place_id, None))
