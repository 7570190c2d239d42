"""A month as a value: the period of a call, a plan, a figure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

NAMES = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month. Ordered; `str` is "2023-02", `number` (in tables) is 202302."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no month {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "2023-02"; raises ValueError with a French sentence otherwise."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text.strip())
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
            raise ValueError(
                f"« {text.strip()[:40]} » n’est pas un mois : écrivez par exemple 2023-02."
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that holds `day`."""
        return cls(day.year, day.month)

    @classmethod
    def from_number(cls, number: int) -> Self:
        """From the integer of the tables, 202302."""
        return cls(*divmod(number, 100))

    @property
    def number(self) -> int:
        """The integer of the tables: 202302. Ordered as months are."""
        return self.year * 100 + self.month

    @property
    def days(self) -> int:
        """How many days it has, 28 to 31."""
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.month, self.days)

    def day(self, number: int) -> date:
        """Its day `number`, or its last day when it is shorter."""
        return date(self.year, self.month, min(number, self.days))

    def __add__(self, months: int) -> "Month":
        years, rest = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, rest + 1)

    def __sub__(self, other: "Month") -> int:
        """How many months lie between; a month minus an integer is `month + -n`."""
        return (self.year - other.year) * 12 + self.month - other.month

    def next(self) -> "Month":
        """The month after."""
        return self + 1

    def previous(self) -> "Month":
        """The month before."""
        return self + -1

    def __contains__(self, day: date) -> bool:
        return Month.of(day) == self

    @property
    def words(self) -> str:
        """As a French sentence says it: "février 2023"."""
        return f"{NAMES[self.month - 1]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months(first: Month, last: Month) -> list[Month]:
    """All months from `first` to `last`, both included; empty when `last` is earlier."""
    return [first + n for n in range(last - first + 1)]


def days(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]
