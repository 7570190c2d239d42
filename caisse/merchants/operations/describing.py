"""What a place tells its customers: where it is, what it sells, when it is open.

None of it touches money: a closed place can still take a payment, its agreement alone decides.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants.models import Closure, Opening, Place
from caisse.merchants.rules import Hours

MOST_HOURS = 42  # six stretches a day
LONGEST_DAYS = 366


@ledger.repeatable
def describe_place(
    *,
    place_id: int,
    by: Actor,
    address: str = "",
    sells: str = "",
    access: str = "",
    latitude_e5: int | None = None,
    longitude_e5: int | None = None,
    id: Id | None = None,
) -> None:
    """Write what the public page of a place says; it replaces what was said before.

    Coordinates are in 1e-5 degree, both or none. The event holds no text, only its fingerprint.
    Raises Refusal: unknown_place, text, coordinates, differs.
    """
    place = _locked(place_id)
    texts = {"address": (address, 120), "sells": (sells, 200), "access": (access, 200)}
    said = {name: _tidy(text, most) for name, (text, most) in texts.items()}
    _demand_coordinates(latitude_e5, longitude_e5)
    content = {
        "latitude_e5": latitude_e5,
        "longitude_e5": longitude_e5,
        "texts": events.fingerprint(*said.values()),
    }
    if events.repeated("place.described", subject=place, id=id, **content):
        return
    events.record("place.described", subject=place, by=by, id=id, **content)
    place.latitude_e5, place.longitude_e5 = latitude_e5, longitude_e5
    place.address, place.sells, place.access = said["address"], said["sells"], said["access"]
    place.save()


@ledger.repeatable
def set_hours(*, place_id: int, hours: Sequence[Hours], by: Actor, id: Id | None = None) -> None:
    """Write the hours of a place for every week, all of them: what is not said is closed.

    Raises Refusal: unknown_place, hours, text, differs.
    """
    place = _locked(place_id)
    wanted = sorted(
        Hours(one.weekday, one.opens, one.closes, _tidy(one.market, 80)) for one in hours
    )
    _demand_hours(wanted)
    content = {
        "hours": [[one.weekday, one.opens, one.closes] for one in wanted],
        "texts": events.fingerprint(*(one.market for one in wanted)),
    }
    if events.repeated("place.hours_set", subject=place, id=id, **content):
        return
    events.record("place.hours_set", subject=place, by=by, id=id, **content)
    place.openings.all().delete()
    Opening.objects.bulk_create(Opening(place=place, **one._asdict()) for one in wanted)


@ledger.repeatable
def close_for(
    *, place_id: int, first: date, last: date, by: Actor, note: str = "", id: Id | None = None
) -> int:
    """Say that a place is closed from `first` to `last`, both days included; the closure's id.

    Raises Refusal: unknown_place, days, text, differs.
    """
    place = _locked(place_id)
    if last < first or (last - first).days > LONGEST_DAYS:
        raise Refusal("days", "La fermeture finit avant de commencer, ou dure plus d’un an.")
    note = _tidy(note, 120)
    content = {"first": str(first), "last": str(last), "texts": events.fingerprint(note)}
    if id is not None and events.repeated("place.closed_for", subject=place, id=id, **content):
        return Closure.objects.get(cause=id).pk
    cause = events.record("place.closed_for", subject=place, by=by, id=id, **content)
    return Closure.objects.create(place=place, first=first, last=last, note=note, cause=cause).pk


@ledger.repeatable
def open_again(*, closure_id: int, by: Actor) -> None:
    """Take a closure back, whole. Raises Refusal `unknown_closure`."""
    closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise Refusal("unknown_closure", "Cette fermeture n’est pas connue.")
    events.record("place.opened_again", subject=closure.place, by=by, first=str(closure.first))
    closure.delete()


def _locked(place_id: int) -> Place:
    place = Place.objects.select_for_update().filter(pk=place_id).first()
    if place is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    return place


def _tidy(text: str, most: int) -> str:
    """NFC, single spaces, no control or direction character, at most `most` letters."""
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    if len(normal) > most:
        raise Refusal("text", f"Ce texte dépasse {most} lettres.")
    if any(unicodedata.category(char) in ("Cc", "Cf") for char in normal):
        raise Refusal("text", "Ce texte contient un caractère invisible.")
    return normal


def _demand_coordinates(latitude_e5: int | None, longitude_e5: int | None) -> None:
    if latitude_e5 is None and longitude_e5 is None:
        return
    if latitude_e5 is None or longitude_e5 is None:
        raise Refusal("coordinates", "Une position a une latitude et une longitude.")
    if abs(latitude_e5) > 90_00000 or abs(longitude_e5) > 180_00000:
        raise Refusal("coordinates", "Cette position n’est pas sur la Terre.")


def _demand_hours(wanted: Sequence[Hours]) -> None:
    """Hours within a day, in order, that do not overlap."""
    if len(wanted) > MOST_HOURS:
        raise Refusal("hours", f"Un lieu a au plus {MOST_HOURS} plages d’ouverture par semaine.")
    for one in wanted:
        if not (0 <= one.weekday <= 6 and 0 <= one.opens < one.closes <= 24 * 60):
            raise Refusal("hours", "Une plage commence avant de finir, dans le même jour.")
    for one, after in pairwise(wanted):
        if one.weekday == after.weekday and after.opens < one.closes:
            raise Refusal("hours", "Deux plages du même jour se chevauchent.")
