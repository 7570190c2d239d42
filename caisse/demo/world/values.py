"""The reference year as plain values: households, places, grants and purchases as they are read."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from caisse.demo.world.tables import Fund, Line
from caisse.kernel.month import Month

PaidBy = Literal["debit", "transfer", "cash", "cheque"]
Device = Literal["smartphone", "pin", "card"]
Method = Literal["pin", "member_qr", "card", "shop_qr"]


class Moment(NamedTuple):
    """A second of a business day in the caisse's time zone. Ordered; never within an hour that
    daylight saving doubles or skips."""

    day: date
    second: int

    @classmethod
    def at(cls, day: date, hour: int, minute: int = 0) -> "Moment":
        """`day` at hour:minute:00."""
        return cls(day, hour * 3600 + minute * 60)

    @property
    def clock(self) -> tuple[int, int, int]:
        """Hour, minute, second."""
        return self.second // 3600, self.second // 60 % 60, self.second % 60


@dataclass(frozen=True, slots=True)
class Household:
    """One household and its one membership, wallet and holder. Every name is made up."""

    number: int
    """0 to 349, in the order of entry."""
    cohort: int
    """1 to 6."""
    joined_on: date
    first_month: Month
    given: str
    family: str
    street: str
    postcode: str
    handle: str
    adults: int
    births: tuple[str, ...]
    """Birth months of the children, "2014-05"."""
    contribution_cents: int
    paid_by: PaidBy
    device: Device
    income_band: int
    """0 to 2: for draws, never given to an operation."""
    age_band: int
    """0 to 4: for draws, never given to an operation."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place, approved at one meeting and perhaps withdrawn at a later one."""

    number: int
    """0 to 55, in the order of approval."""
    kind: str
    name: str
    merchant: str
    commune: str
    approved_on: date
    withdrawn_on: date | None
    weight: int
    """How much people like it among those of its kind."""

    @property
    def iban(self) -> str:
        """An account that is nobody's, with right keys: no bank has the code 00000."""
        account = 20_230_000 + self.number
        key = 97 - 3 * account % 97  # of a French account whose bank and branch are 0
        rest = f"{account:021d}{key:02d}"
        return f"FR{98 - int(f'{rest}152700') % 97:02d}{rest}"  # ISO 13616: F is 15, R is 27

    def sells_on(self, day: date) -> bool:
        """True from the day after its approval to the day before its withdrawal."""
        return self.approved_on < day and (self.withdrawn_on is None or day < self.withdrawn_on)


@dataclass(frozen=True, slots=True)
class Presence:
    """What a place tells its customers; coordinates in 1e-5 degree."""

    address: str
    sells: str
    access: str
    latitude_e5: int
    longitude_e5: int
    hours: tuple[tuple[int, int, int, str], ...]
    """Weekday (0 is Monday), minute of opening, minute of closing, name of the market or ""."""
    closed: tuple[tuple[date, date, str], ...]
    """First day, last day, why."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a grant: when it was promised and when it came."""

    planned_on: date
    received_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What one funder gives to one fund by one agreement."""

    number: int
    funder: str
    fund: Fund
    signed_on: date
    instalments: tuple[Instalment, ...]
    is_investment: bool
    """For software and equipment, not for a year's running."""

    @property
    def cents(self) -> int:
        """The whole grant."""
        return sum(instalment.cents for instalment in self.instalments)


@dataclass(frozen=True, slots=True)
class Postponement:
    """The letter of a funder that moves one instalment to another day."""

    told_on: date
    grant: int
    position: int
    """Which instalment of the grant, from 0."""
    to: date


@dataclass(frozen=True, slots=True)
class Cost:
    """A planned operating cost, paid as planned."""

    line: Line
    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A direct debit of `month` that came back: a whole call, named by its household."""

    month: Month
    household: int
    cents: int
    code: str
    """Reason given by the bank: AM04 (insufficient funds), MS02, AC04."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A returned call of `month`, made good in month `paid_in`."""

    month: Month
    household: int
    cents: int
    paid_in: Month
    paid_by: PaidBy


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase that was accepted. `number` counts them from 1 in the order of time."""

    at: Moment
    number: int
    household: int
    place: int
    cents: int
    method: Method


@dataclass(frozen=True, slots=True)
class Refund:
    """Part or all of the purchase number `of`, given back in the same month."""

    at: Moment
    of: int
    cents: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A purchase that the wallet's balance refuses; numbered on their own, from 1."""

    at: Moment
    number: int
    household: int
    place: int
    cents: int
    method: Method


@dataclass(frozen=True, slots=True)
class Aside:
    """Money that a household sets aside on its telephone for one purchase, named by its number."""

    purchase: int
    cents: int


@dataclass(frozen=True, slots=True)
class Market:
    """A day on which a place sells without network: some of its purchases of that day."""

    number: int
    place: int
    day: date
    asides: tuple[Aside, ...]

    @property
    def eve(self) -> Moment:
        """When money is set aside: the evening before."""
        return Moment.at(self.day - timedelta(1), 20, 30)

    @property
    def out(self) -> Moment:
        """When the till leaves the network, its licence in hand: before any purchase."""
        return Moment.at(self.day, 7)

    @property
    def home(self) -> Moment:
        """When it is back and sends what it has: after any purchase, before a month is held."""
        return Moment.at(self.day, 20, 30)
