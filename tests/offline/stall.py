"""What a till without network decides, once more in Python, from docs/mechanisms/offline.md.

It knows nothing of the till's own JavaScript. A sale is what `ofPhone`, `ofCard`, `ofHandle` say of
one (cents, instants in ms); a shift is one licence and what is asked under it, one after the other.
"""

import random
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

Sale: TypeAlias = dict[str, Any]

ZONE = ZoneInfo("Europe/Paris")
HOUR_MS = 3_600_000
MIDNIGHT = 1_675_638_000_000  # 6 February 2023, in the caisse's zone
WAYS = {"phone": "member_qr", "card": "card", "pin": "pin"}
MINE, OTHER = 7, 8  # places
LIMITS = ("offline_till_limit", "offline_member_limit", "offline_room_used")


class Shift(NamedTuple):
    """A licence, and each sale with what the device's clock shows."""

    licence: dict[str, Any] | None
    asked: list[tuple[Sale, int]]


class Stall:
    """A till: the sums of its licence, and a time that never goes back."""

    def __init__(self, licence: dict[str, Any] | None) -> None:
        self.licence, self.mark = licence, 0
        self.days: Counter[str] = Counter()
        self.slips: Counter[str] = Counter()
        self.handles: Counter[str] = Counter()
        self.counters: set[tuple[str, int]] = set()
        self.total = self.room = 0

    def sell(self, sale: Sale, clock: int) -> str | None:
        """Why it does not take this sale; None when it does, and it is counted then."""
        self.mark = max(self.mark, clock)
        why = self._why(sale, clock)
        if why is None:
            self._count(sale)
        return why

    def most(self, sale: Sale, clock: int) -> int:
        """The largest amount, in cents, that no limit keeps from being paid like this one."""
        good, least, above = sale | {"paid": True, "counter": -1}, 0, 10_000_00
        while above - least > 1:
            cents = (least + above) // 2
            if self._why(good | {"cents": cents}, clock) in LIMITS:
                above = cents
            else:
                least = cents
        return least

    def _why(self, sale: Sale, clock: int) -> str | None:
        why: str | None = self._off(sale, clock) or getattr(self, f"_{sale['how']}")(sale)
        return why

    def left(self) -> int:
        """What may still be sold today, in cents."""
        terms = self.licence or {"day_cents": 0, "total_cents": 0}
        today = terms["day_cents"] - self.days[self._today()]
        return max(0, min(today, terms["total_cents"] - self.total))

    def _today(self) -> str:
        return datetime.fromtimestamp(self.mark / 1000, ZONE).date().isoformat()

    def _off(self, sale: Sale, clock: int) -> str | None:
        """What stops every way of paying, and what stops this one."""
        terms, cents = self.licence, sale["cents"]
        if terms is None or self.mark > terms["until"]:
            return "offline_licence_old"
        if clock < terms["from"]:
            return "offline_clock"
        if self.days[self._today()] + cents > terms["day_cents"]:
            return "offline_till_limit"
        if self.total + cents > terms["total_cents"]:
            return "offline_till_limit"
        takes = WAYS[sale["how"]] in terms.get("ways", WAYS.values())
        return None if takes else "means_unavailable"

    def _phone(self, sale: Sale) -> str | None:
        terms = self.licence or {}
        anywhere, slip = sale["place"] == 0, sale["slip"]
        rules = (
            (sale["genuine"], "qr_unreadable"),
            (anywhere or sale["place"] == terms["place"], "offline_other_place"),
            (sale["from"] <= self.mark < sale["until"], "qr_expired"),
            (not sale["struck"], "means_unavailable"),
            (self.slips[slip] + sale["cents"] <= sale["most"], "offline_member_limit"),
            ((slip, sale["counter"]) not in self.counters, "offline_repeat"),
            (sale["paid"], "qr_unreadable"),
            (not anywhere or self._has_room(sale), "offline_room_used"),
            (not anywhere or self._is_little(sale), "offline_member_limit"),
        )
        return next((why for holds, why in rules if not holds), None)

    def _card(self, sale: Sale) -> str | None:
        if not sale["genuine"]:
            return "qr_unreadable"
        if sale["struck"]:
            return "means_unavailable"
        return None if self._is_named(sale) else self._pin(sale)

    def _pin(self, sale: Sale) -> str | None:
        if "unread" in sale:
            return str(sale["unread"])
        if not self._is_little(sale):
            return "offline_member_limit"
        return None if self._has_room(sale) else "offline_room_used"

    def _is_named(self, sale: Sale) -> bool:
        """The licence names so much for this card: its part of the room is kept already."""
        within = self.handles[sale["handle"]] + sale["cents"] <= sale.get("ready", 0)
        return sale["how"] == "card" and within

    def _is_little(self, sale: Sale) -> bool:
        most = (self.licence or {})["member_cents"] + sale.get("ready", 0)
        return bool(self.handles[sale["handle"]] + sale["cents"] <= most)

    def _has_room(self, sale: Sale) -> bool:
        return bool(self.room + sale["cents"] <= (self.licence or {})["room_cents"])

    def _count(self, sale: Sale) -> None:
        cents, planned = sale["cents"], sale["how"] == "phone" and sale["place"] != 0
        self.total += cents
        self.days[self._today()] += cents
        if not planned:
            self.room += 0 if self._is_named(sale) else cents
            self.handles[sale["handle"]] += cents
        if sale["how"] == "phone":
            self.slips[sale["slip"]] += cents
            self.counters.add((sale["slip"], sale["counter"]))


def answers(shift: Shift) -> list[Any]:
    """What a till says in a shift: to each sale why not, what is left for the day, and of one that
    is too much for who pays it, how much would not be."""
    stall, said = Stall(shift.licence), []
    for sale, clock in shift.asked:
        why = stall.sell(sale, clock)
        most = stall.most(sale, clock) if why == "offline_member_limit" else None
        said.append([why, stall.left(), most])
    return said


def shifts(count: int, length: int) -> list[Shift]:
    """Random ones, each with its own licence; the last one has none."""
    found = [_shift(random.Random(f"shift-{n}"), length) for n in range(count)]
    return [*found, Shift(None, found[0].asked[:2])]


def _shift(rng: random.Random, length: int) -> Shift:
    """Two days of a stall: limits low enough to be met, a clock that jumps, cheats and mistakes."""
    licence: dict[str, Any] = {
        "place": MINE, "from": MIDNIGHT, "until": MIDNIGHT + 47 * HOUR_MS,
        "day_cents": rng.choice([40_00, 90_00, 500_00]), "member_cents": rng.choice([8_00, 20_00]),
        "total_cents": rng.choice([60_00, 120_00, 900_00]),
        "room_cents": rng.choice([12_00, 40_00, 300_00]),
    }  # fmt: skip
    if rng.random() < 0.5:
        licence["ways"] = rng.choice([["member_qr", "card"], ["pin"], ["card", "pin", "member_qr"]])
    slips, cards = [_slip(rng, n) for n in range(5)], [_a_card(rng, n) for n in range(4)]
    asked, clock = [], MIDNIGHT + 8 * HOUR_MS
    for _each in range(length):
        clock += rng.randrange(2 * 48 * HOUR_MS // length)
        shown = clock - rng.choice([0] * 6 + [HOUR_MS, 30 * HOUR_MS])
        asked.append((_sale(rng, slips, cards), shown))
    return Shift(licence, asked)


def _slip(rng: random.Random, n: int) -> Sale:
    """For here, for anywhere or for another place; most of them good."""
    begins = MIDNIGHT + rng.choice([-10, -10, 20]) * HOUR_MS
    return {
        "how": "phone", "slip": f"slip-{n}", "handle": f"of-slip-{n}",
        "place": rng.choice([MINE, MINE, 0, 0, OTHER]), "genuine": rng.random() < 0.9,
        "from": begins, "until": begins + rng.choice([24, 48]) * HOUR_MS,
        "struck": rng.random() < 0.1, "most": rng.choice([12_00, 60_00]),
    }  # fmt: skip


def _a_card(rng: random.Random, n: int) -> Sale:
    return {
        "how": "card", "handle": f"of-card-{n}", "genuine": rng.random() < 0.9,
        "struck": rng.random() < 0.1, "ready": rng.choice([0, 0, 15_00]),
    }  # fmt: skip


def _sale(rng: random.Random, slips: list[Sale], cards: list[Sale]) -> Sale:
    cents = rng.choice([1, 2_50, 4_00, 8_00, 12_00, 40_00])
    how = rng.choice(["phone", "phone", "card", "pin"])
    if how == "pin":
        said = {"how": how, "cents": cents, "handle": f"of-name-{rng.randrange(4)}"}
        return said | ({"unread": "code_wrong"} if rng.random() < 0.1 else {})
    if how == "card":
        return rng.choice(cards) | {"cents": cents}
    once = {"counter": rng.randrange(12), "paid": rng.random() < 0.9}
    return rng.choice(slips) | once | {"cents": cents}
