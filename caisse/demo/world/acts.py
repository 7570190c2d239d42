"""The reference year as plain values: what people and the timetable do, as a player walks it.

Each act has its second, `at`; the acts of `World.days` come in that order. Acts that an office
does in one go (a month's calls, a day's receipts, an entering cohort) are one act. Households,
places and grants are named by their number in the world.
"""

from dataclasses import dataclass
from datetime import date

from caisse.demo.world.tables import Fund
from caisse.demo.world.values import (
    Attempt,
    Cost,
    Moment,
    PaidBy,
    Purchase,
    Recovered,
    Refund,
    Returned,
)
from caisse.kernel.month import Month


@dataclass(frozen=True, slots=True)
class Found:
    """The first decision: the caisse, its preset, its first month."""

    at: Moment
    name: str
    preset: str
    first_month: Month


@dataclass(frozen=True, slots=True)
class SignGrant:
    """The agreement with a funder, instalments included."""

    at: Moment
    grant: int


@dataclass(frozen=True, slots=True)
class PlanCosts:
    """The budget of a year: every cost by line and day."""

    at: Moment
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """Places ask to be approved."""

    at: Moment
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Describe:
    """Places say where they are, what they sell, when they are open and where they are paid."""

    at: Moment
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """An article of the bylaws takes a value from a month on."""

    article: str
    value: int
    since: Month


@dataclass(frozen=True, slots=True)
class Decide:
    """A decision of the committee: on places, on the bylaws."""

    at: Moment
    title: str
    text: str
    approves: tuple[int, ...] = ()
    withdraws: tuple[int, ...] = ()
    amends: tuple[Amended, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """A cohort signs: households, wallets, handles, pledges for their first month."""

    at: Moment
    households: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Freeze:
    """The plan of a month is written down, on the 15th of the month before."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Check:
    """The accountant checks the plan."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Approve:
    """The coordinator, another person, approves it."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class ReceiveInstalment:
    """A funder pays the instalment `position` (from 0) of a grant."""

    at: Moment
    grant: int
    position: int
    fund: Fund
    cents: int


@dataclass(frozen=True, slots=True)
class Postpone:
    """A funder's letter: the instalment will come on another day."""

    at: Moment
    grant: int
    position: int
    to: date


@dataclass(frozen=True, slots=True)
class Call:
    """Everybody's contribution of a month is called."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Receive:
    """A day's receipts of one month's calls: (household, cents, kind)."""

    at: Moment
    month: Month
    receipts: tuple[tuple[int, int, PaidBy], ...]


@dataclass(frozen=True, slots=True)
class Deposit:
    """Cash and cheques of the desk go to the bank."""

    at: Moment


@dataclass(frozen=True, slots=True)
class PayRedemptions:
    """The places are paid the sales of `month`, on the 5th of the month after."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Credit:
    """The wallets are credited."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Return:
    """Direct debits come back."""

    at: Moment
    returned: tuple[Returned, ...]


@dataclass(frozen=True, slots=True)
class Recover:
    """Returned calls are made good."""

    at: Moment
    recovered: tuple[Recovered, ...]


@dataclass(frozen=True, slots=True)
class PayCosts:
    """Operating costs of the day."""

    at: Moment
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """On the eve of a market day its buyers set money aside on their telephones."""

    at: Moment
    market: int


@dataclass(frozen=True, slots=True)
class GoOut:
    """The place's till gets its licence and leaves the network."""

    at: Moment
    market: int


@dataclass(frozen=True, slots=True)
class ComeHome:
    """The till sends its sales and says its last word; what is left goes back to the wallets."""

    at: Moment
    market: int


@dataclass(frozen=True, slots=True)
class FeedRoom:
    """The committee decides what the caisse may lose without network; two people set it aside."""

    at: Moment
    title: str
    text: str
    cents: int


@dataclass(frozen=True, slots=True)
class HoldSales:
    """The sales of a month are set apart for their redemption, after its last sale."""

    at: Moment
    month: Month


@dataclass(frozen=True, slots=True)
class Close:
    """The month's run is closed."""

    at: Moment
    month: Month


Act = (
    Found
    | SignGrant
    | PlanCosts
    | Apply
    | Describe
    | Decide
    | Join
    | Freeze
    | Check
    | Approve
    | ReceiveInstalment
    | Postpone
    | Call
    | Receive
    | Deposit
    | PayRedemptions
    | Credit
    | Return
    | Recover
    | PayCosts
    | SetAside
    | GoOut
    | ComeHome
    | FeedRoom
    | HoldSales
    | Close
    | Purchase
    | Refund
    | Attempt
)
"""`match act: case Purchase(): …`: the class is the kind of act, its fields the rest."""
