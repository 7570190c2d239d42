"""The places as a visitor looks for them: sorted, filtered, each with its hours in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel.sheet import fold
from caisse.kernel.wording import capital, count, day, spaced, time_of_day, weekdays
from caisse.merchants.queries import Closed, Shop
from caisse.merchants.rules import Hours

TODAY = "aujourdhui"
MOST_POINTS = 2000  # places of which one browser is told where they are: some 60 kB, compressed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for; an empty word is no wish. `day` is TODAY or "0" (Monday) to "6"."""

    kind: str = ""
    commune: str = ""
    day: str = ""

    @property
    def any(self) -> bool:
        """True when there is a wish."""
        return bool(self.kind or self.commune or self.day)


@dataclass(frozen=True, slots=True)
class Row:
    """A place in the list: what one reads of it."""

    id: int
    name: str
    kind: str
    commune: str
    sells: str
    today: str
    open: bool
    producer: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday of a place: its name, its hours in words; `today` marks the present one."""

    name: str
    hours: str
    today: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of one place."""

    row: Row
    address: str
    access: str
    since: str
    decision: int
    suspended: bool
    week: tuple[Day, ...]
    closures: tuple[str, ...]


def one_kind(code: str, kinds: Mapping[str, str]) -> str:
    """The kind of one place in words: `kinds` names them in the plural."""
    names = {
        "coop_supermarket": _("Supermarché coopératif"),
        "organic_supermarket": _("Magasin bio"),
        "solidarity_shop": _("Épicerie solidaire"),
        "grocery": _("Épicerie de quartier ou vrac"),
        "baker": _("Boulangerie"),
        "purchasing_group": _("Groupement d’achat"),
        "canteen": _("Cantine solidaire"),
        "market_producer": _("Producteur au marché"),
        "farm_producer": _("Producteur à la ferme"),
    }
    return names.get(code, capital(kinds.get(code, code)))


def sorted_by_name(shops: Iterable[Shop]) -> list[Shop]:
    """By name as people read it: accents and articles' signs do not count."""
    return sorted(shops, key=lambda shop: (fold(shop.name), shop.id))


def chosen(shops: Iterable[Shop], wanted: Wanted, today: date) -> list[Shop]:
    """The places that answer the wish, in their order."""
    return [shop for shop in shops if _answers(shop, wanted, today)]


def after(shops: Sequence[Shop], last_id: int | None, limit: int) -> list[Shop]:
    """At most `limit` places after the one with the id `last_id`; none when it is not there."""
    if last_id is None:
        return list(shops[:limit])
    ids = [shop.id for shop in shops]
    start = ids.index(last_id) + 1 if last_id in ids else len(ids)
    return list(shops[start : start + limit])


def row(shop: Shop, kinds: Mapping[str, str], today: date) -> Row:
    """One line of the list."""
    hours = shop.open_on(today)
    said = _("Fermé aujourd’hui")
    if hours:
        said = _("Aujourd’hui, %(hours)s") % {"hours": hours_words(hours)}
    elif not shop.hours:
        said = _("Horaires à demander sur place")
    return Row(
        id=shop.id,
        name=spaced(shop.name),
        kind=one_kind(shop.kind, kinds),
        commune=shop.commune,
        sells=spaced(capital(shop.sells)),
        today=said,
        open=bool(hours),
        producer=shop.producer,
    )


def points(shops: Sequence[Shop], kinds: Mapping[str, str], today: date) -> dict[str, object]:
    """Where places are, for a browser that looks for the nearest: `places`, and in words what is
    `left_out` of them ("" when nothing is).

    A place is told as its row is, with its coordinates in 1e-5 degree; at most MOST_POINTS.
    """
    located = [shop for shop in shops if shop.latitude_e5 is not None]
    return {
        "places": [_point(shop, kinds, today) for shop in located[:MOST_POINTS]],
        "left_out": _left_out(len(shops) - len(located), len(located) > MOST_POINTS),
    }


def _point(shop: Shop, kinds: Mapping[str, str], today: date) -> dict[str, object]:
    told = row(shop, kinds, today)
    return {
        "id": told.id,
        "name": told.name,
        "kind": told.kind,
        "commune": told.commune,
        "today": told.today,
        "open": told.open,
        "producer": told.producer,
        "latitude_e5": shop.latitude_e5,
        "longitude_e5": shop.longitude_e5,
    }


def _left_out(nowhere: int, cut: bool) -> str:
    sentences = []
    if nowhere:
        text = ngettext(
            "%(number)s lieu ne dit pas encore où il est.",
            "%(number)s lieux ne disent pas encore où ils sont.",
            nowhere,
        )
        sentences.append(text % {"number": count(nowhere)})
    if cut:
        text = _("Seuls les %(count)s premiers lieux sont comparés. Choisissez une commune.")
        sentences.append(text % {"count": count(MOST_POINTS)})
    return " ".join(sentences)


def sheet(shop: Shop, kinds: Mapping[str, str], today: date) -> Sheet:
    """The page of a place on the day `today`."""
    return Sheet(
        row=row(shop, kinds, today),
        address=spaced(", ".join(part for part in (shop.address, shop.commune) if part)),
        access=spaced(capital(shop.access)),
        since=day(shop.since),
        decision=shop.decision,
        suspended=shop.suspended,
        week=tuple(_week(shop, today)) if shop.hours else (),
        closures=tuple(_closed(one, today) for one in shop.closures),
    )


def hours_words(hours: Iterable[Hours]) -> str:
    """« 9 h à 13 h et 16 h à 19 h », with the market where there is one."""
    parts = []
    for one in hours:
        words = {"opens": _time(one.opens), "closes": _time(one.closes)}
        text = _("%(opens)s à %(closes)s") % words
        parts.append(f"{text}, {one.market}" if one.market else text)
    between = _("et")
    return f" {between} ".join(parts)


def _time(minutes: int) -> str:
    return time_of_day(minutes)


def _answers(shop: Shop, wanted: Wanted, today: date) -> bool:
    if wanted.kind and shop.kind != wanted.kind:
        return False
    if wanted.commune and shop.commune != wanted.commune:
        return False
    if wanted.day == TODAY:
        return bool(shop.open_on(today))
    return not wanted.day or any(str(one.weekday) == wanted.day for one in shop.hours)


def _week(shop: Shop, today: date) -> Iterable[Day]:
    for number, name in enumerate(weekdays()):
        hours = [one for one in shop.hours if one.weekday == number]
        words = hours_words(hours) if hours else _("fermé")
        yield Day(capital(name), words, number == today.weekday())


def _closed(one: Closed, today: date) -> str:
    words = {"first": day(one.first), "last": day(one.last)}
    text = _("Fermé du %(first)s au %(last)s inclus") % words
    if one.last - one.first < timedelta(1):
        text = _("Fermé le %(first)s") % words
    return spaced(f"{text} : {one.note}." if one.note else f"{text}.")
