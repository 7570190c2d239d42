"""The pieces of the glance page, as values: what the templates receive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from caisse.kernel.month import Month
from caisse.kernel.wording import capital
from caisse.site.charts import Chart, Rect
from caisse.site.findings import Finding

PHONE_CHARACTERS = 30  # of a row that a phone of 320 px shows whole


@dataclass(frozen=True, slots=True)
class Setting:
    """What the figures do not say: whose they are, when they stand, and the words of the bylaws.

    `same_cents` is what every household receives each month, None when it depends on the household;
    `kinds` names the kinds of place by their code.
    """

    name: str
    at: date
    first_month: Month
    unit: str = "MonA"
    currency: str = "€"
    same_cents: int | None = None
    member_unit: str = "household"
    kinds: Mapping[str, str] = field(default_factory=dict)

    def kind(self, code: str) -> str:
        """The kind of place in words, with a capital."""
        return capital(self.kinds.get(code, code))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts: the first cell of a row is its header; `foot` is the row of totals."""

    id: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()
    text: bool = False

    @property
    def wide(self) -> bool:
        """True when a phone cannot show it whole: it then scrolls inside its frame."""
        rows = (*self.rows, self.foot) if self.foot else self.rows
        cells = (max(len(row[n]) for row in rows) for n in range(len(self.heads)))
        heads = (max(map(len, head.split())) for head in self.heads)
        widest = sum(max(pair) for pair in zip(cells, heads, strict=True))
        return widest > PHONE_CHARACTERS


@dataclass(frozen=True, slots=True)
class Key:
    """One figure of the strip: `number`, its `unit`, the lines below, where its reason stands."""

    number: str
    unit: str
    lines: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """One finding with its drawings (column, phone, sheet of paper) and its tables.

    `note` stands under the title, `words` under the drawing.
    """

    id: str
    finding: Finding
    note: str = ""
    wide: Chart | None = None
    narrow: Chart | None = None
    sheet: Chart | None = None
    tables: tuple[Table, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: its heading, its parts in percent, the words at its two ends."""

    head: str
    parts: tuple[Rect, ...]
    start: str = ""
    end: str = ""
    head_end: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """What lies at the bank against what circulates; `equal` when they are the same to the cent."""

    section: Section
    bank: Bar
    circulation: Bar
    equal: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Share:
    """Who brings the money of the caisse."""

    section: Section
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of place: how many, what it received, its bar in percent of the largest."""

    label: str
    count: str
    spent: str
    bar: Rect | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where it is spent."""

    section: Section
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a sheet: label … value; a `long` value stands under its label.

    `reason` is the address of what explains the value.
    """

    label: str
    value: str
    reason: str = ""

    @property
    def long(self) -> bool:
        """True when label and value do not share a line of a column."""
        return len(self.label) + len(self.value) > 48


@dataclass(frozen=True, slots=True)
class Budget:
    """What the whole project costs, and where its money comes from."""

    section: Section
    costs: tuple[Item, ...]
    costs_total: str
    resources: tuple[Item, ...]
    resources_total: str
    rest: Item | None


@dataclass(frozen=True, slots=True)
class Theme:
    """Articles of the bylaws that answer one question."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of the register: its number, its title, its day, its address."""

    number: str
    title: str
    day: str
    reason: str


@dataclass(frozen=True, slots=True)
class Register:
    """The bylaws: what applies, and what was decided lately."""

    finding: Finding
    note: str
    themes: tuple[Theme, ...]
    decisions: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """The whole page. `first` and `last` are the months it tells, None before the first one."""

    setting: Setting
    first: Month | None
    last: Month | None
    months: int
    intro: str
    intro_end: str
    first_month: str
    day: str
    when: str
    received: str
    sheet_title: str
    keys: tuple[Key, ...]
    spending: Section
    cover: Cover
    sharing: Share
    margin: Section
    operating: Section
    places: Places
    budget: Budget
    register: Register
