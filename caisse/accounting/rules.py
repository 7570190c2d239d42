"""Pure sums in cents: the cash forecast, the shares of a pot, what explains a difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from caisse.kernel import cents as money
from caisse.kernel.month import Month

HORIZON = 12  # months after that of the date


@dataclass(frozen=True, slots=True)
class Rate:
    """A share observed over the last months: `part` cents of `whole` cents."""

    part: int
    whole: int

    def of(self, cents: int) -> int:
        """That share of `cents`, rounded down; nothing while nothing was observed."""
        return 0 if self.whole <= 0 else max(0, cents * self.part // self.whole)


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """What both accounts would hold at the end of `month`, in cents."""

    month: Month
    operating_cash_cents: int
    caisse_cash_cents: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything the forecast is made of, as known at a date in the month `month`.

    The mappings go from a month to cents: planned instalments of each fund, planned costs, pledges
    still to be collected. What lies in `month` itself is still to come after the date.
    `due` is what places are paid later in this month and in the next one (`redemptions`);
    `issued_cents` is what the latest month put into wallets.
    """

    month: Month
    operating_cash_cents: int
    caisse_cash_cents: int
    operating_instalments: Mapping[Month, int]
    caisse_instalments: Mapping[Month, int]
    costs: Mapping[Month, int]
    pledges: Mapping[Month, int]
    cashed: Rate
    due: tuple[int, int]
    issued_cents: int
    used: Rate


def redemptions(
    owed_cents: int, *, sold_cents: int, month_over: bool, expected_cents: int
) -> tuple[int, int]:
    """What places are paid later in a month and in the month after it, in cents.

    Of what is owed now, `sold_cents` are the month's own sales: they are paid in the next one, and
    until the month is over they may reach `expected_cents`. The rest comes from before: it is paid
    in this month, also when its day has passed and the run is late.
    """
    own = min(owed_cents, max(0, sold_cents))
    if month_over:
        return 0, owed_cents
    return owed_cents - own, max(own, expected_cents)


@dataclass(frozen=True, slots=True)
class Step:
    """What one month of a forecast brings and takes, and what is left at its end, in cents."""

    month: Month
    operating_in_cents: int
    operating_out_cents: int
    operating_cash_cents: int
    caisse_in_cents: int
    caisse_out_cents: int
    caisse_cash_cents: int


def steps(outlook: Outlook) -> list[Step]:
    """What is left of the date's own month, then the 12 months after it.

    Operating: cash + planned instalments − planned costs. Caisse: cash + planned instalments +
    pledges × share cashed − redemptions, which are what is owed now, each month's sales on their
    day, then the expected sales of the month before (issued × use rate).
    """
    operating, caisse = outlook.operating_cash_cents, outlook.caisse_cash_cents
    found = []
    for n in range(HORIZON + 1):
        month = outlook.month + n
        more, less = outlook.operating_instalments.get(month, 0), outlook.costs.get(month, 0)
        given = outlook.caisse_instalments.get(month, 0)
        given += outlook.cashed.of(outlook.pledges.get(month, 0))
        taken = outlook.used.of(outlook.issued_cents) if n > 1 else outlook.due[n]
        operating, caisse = operating + more - less, caisse + given - taken
        found.append(Step(month, more, less, operating, given, taken, caisse))
    return found


def forecast(outlook: Outlook) -> list[ForecastMonth]:
    """What both accounts would hold at the end of each of the 12 months after the date's."""
    return [
        ForecastMonth(step.month, step.operating_cash_cents, step.caisse_cash_cents)
        for step in steps(outlook)[1:]
    ]


def overdrawn(months: Sequence[ForecastMonth]) -> ForecastMonth | None:
    """The lowest month at whose end the operating account would be below zero, or None."""
    low = min(months, key=lambda each: each.operating_cash_cents, default=None)
    return low if low is not None and low.operating_cash_cents < 0 else None


def attribute(resources: Sequence[int], line_cents: int) -> list[int]:
    """The part of each resource in one line of a pot, in cents; they sum to the line.

    The money of a fund is one pot: nobody can say which euro paid for what. So a resource's part of
    each line is its part of all that came in (largest remainder); nothing before anything came in.
    """
    if sum(resources) <= 0:
        return [0] * len(resources)
    return money.split(line_cents, [max(0, each) for each in resources])


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that the bank may know and we not yet, or the other way round.

    `cents` is what the bank's balance then shows more than ours (less, when below 0).
    """

    label: str
    cents: int


MOST_PIECES = 40


def explaining(difference_cents: int, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The fewest pieces, at most three, whose sum is the whole difference; none when none fit."""
    known = [piece for piece in pieces if piece.cents][:MOST_PIECES]
    for number in (1, 2, 3):
        for chosen in combinations(known, number):
            if sum(piece.cents for piece in chosen) == difference_cents:
                return chosen
    return ()
