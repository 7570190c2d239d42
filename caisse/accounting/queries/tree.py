"""The tree of figures: its names are those of the JSON, all amounts are integer cents
(own room: part of the queries)."""

from dataclasses import dataclass

from caisse.accounting.rules import ForecastMonth
from caisse.kernel.month import Month


@dataclass(frozen=True, slots=True)
class CaisseMonth:
    """A line of table 8.3: flows of the month, then balances at its end."""

    month: Month
    members: int
    issued_cents: int
    spent_cents: int
    wallets_cents: int
    owed_to_places_cents: int
    called_cents: int
    returned_cents: int
    recovered_cents: int
    cashed_cents: int
    grants_cents: int
    reimbursed_cents: int
    cash_cents: int
    circulation_cents: int
    backing_gap_cents: int


@dataclass(frozen=True, slots=True)
class CaisseTotal:
    """The sums of the flow columns, and member-months."""

    members: int = 0
    issued_cents: int = 0
    spent_cents: int = 0
    called_cents: int = 0
    returned_cents: int = 0
    recovered_cents: int = 0
    cashed_cents: int = 0
    grants_cents: int = 0
    reimbursed_cents: int = 0


@dataclass(frozen=True, slots=True)
class Caisse:
    """The caisse fund by month, and in total."""

    months: tuple[CaisseMonth, ...]
    total: CaisseTotal


@dataclass(frozen=True, slots=True)
class OperatingMonth:
    """A line of table 8.4: costs by line, out, in, cash at the end of the month."""

    month: Month
    hr_cents: int
    running_cents: int
    evaluation_cents: int
    it_cents: int
    out_cents: int
    in_cents: int
    cash_cents: int


@dataclass(frozen=True, slots=True)
class OperatingTotal:
    """The sums of the flow columns."""

    hr_cents: int = 0
    running_cents: int = 0
    evaluation_cents: int = 0
    it_cents: int = 0
    out_cents: int = 0
    in_cents: int = 0


@dataclass(frozen=True, slots=True)
class Operating:
    """The operating fund by month, and in total."""

    months: tuple[OperatingMonth, ...]
    total: OperatingTotal


@dataclass(frozen=True, slots=True)
class KindOfPlace:
    """Places of one kind that are active at the date, and what was spent in all that ever were."""

    kind: str
    count: int
    spent_cents: int


@dataclass(frozen=True, slots=True)
class Instalment:
    """What a funder gave in a month."""

    month: Month
    cents: int


@dataclass(frozen=True, slots=True)
class FunderFigures:
    """What a funder gave to one fund, instalment by instalment."""

    name: str
    fund: str
    instalments: tuple[Instalment, ...]

    @property
    def cents(self) -> int:
        """The sum of its instalments."""
        return sum(each.cents for each in self.instalments)


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost lines of the consolidated budget (8.5); activities = running + evaluation."""

    caisse_cents: int
    hr_cents: int
    activities_cents: int
    it_cents: int


@dataclass(frozen=True, slots=True)
class FunderTotal:
    """What a funder gave to both funds."""

    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Resources:
    """Where the money of the consolidated budget comes from."""

    contributions_cents: int
    funders: tuple[FunderTotal, ...]


@dataclass(frozen=True, slots=True)
class Consolidated:
    """The consolidated budget with the seed's cost lines."""

    costs: Costs
    resources: Resources


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a caisse at a date."""

    caisse: Caisse
    operating: Operating
    places: tuple[KindOfPlace, ...]
    payments: int
    funders: tuple[FunderFigures, ...]
    consolidated: Consolidated
    forecast: tuple[ForecastMonth, ...]
