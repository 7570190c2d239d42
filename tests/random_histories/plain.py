"""A caisse as a handful of dictionaries: what each operation answers, and what it leaves behind.

Nothing of the caisse's own code but months and dates: if both say the same, they say it for
different reasons. Amounts are cents; an answer is "done" or the reason of a refusal. `credit`,
`hold` and the others take what the articles of the small caisse say, not all that articles can say.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from caisse.kernel.month import Month

ALLOCATION = 100_00
LEAST_DUE = 100
CREDIT_DAY = 5
WINDOW = timedelta(30)
DONE = "done"


@dataclass(frozen=True)
class Articles:
    """What the committee decided at the founding."""

    cap: int = 3
    expiry: int | None = None
    fee_bp: int = 0
    least: int = 0
    floor: int = -50_00


@dataclass
class Home:
    """A household: `due` is what it owes, below 0 it is ahead; `left` the first day without it."""

    membership: int
    wallet: int
    joined: date
    left: date | None = None
    ended: bool = False
    cents: int = 0
    due: int = 0
    pledges: list[tuple[Month, int]] = field(default_factory=list)

    def active(self, month: Month) -> bool:
        """A member for at least one day of the month."""
        gone = self.left is not None and (self.left <= month.first or self.left <= self.joined)
        return self.joined <= month.last and not gone

    def pledged(self, month: Month) -> int:
        """What it said it would pay for the month."""
        told = [
            (since, n, cents) for n, (since, cents) in enumerate(self.pledges) if since <= month
        ]
        return max(LEAST_DUE, max(told)[2]) if told else 0


@dataclass
class Shop:
    """A place: what it is owed, the part of it that waits for the bank."""

    place: int
    cents: int = 0
    held: int = 0
    state: str = "active"


@dataclass
class Bought:
    """A purchase, and what was given back of it."""

    id: bytes
    home: Home
    shop: Shop
    cents: int
    day: date
    back: int = 0


@dataclass
class Got:
    """A receipt; `where` it is: desk, bank, or returned."""

    id: int
    home: Home
    month: Month
    cents: int
    kind: str
    where: str


@dataclass
class Run:
    """A run of a month: what each wallet is to receive; what it received once credited."""

    plan: dict[int, int]
    credit_on: date
    state: str = "approved"
    credited: dict[int, int] = field(default_factory=dict)


@dataclass
class Sale:
    """The statement of a place for a month."""

    cents: int
    fee: int
    state: str = "held"


class Plain:
    """The whole caisse."""

    def __init__(self, articles: Articles, day: date, first: Month) -> None:
        self.articles, self.day, self.first = articles, day, first
        self.fund = self.cash = self.owed = 0
        self.homes: list[Home] = []
        self.shops: list[Shop] = []
        self.bought: list[Bought] = []
        self.got: list[Got] = []
        self.called: set[Month] = set()
        self.runs: dict[Month, list[Run]] = {}
        self.sales: dict[Month, dict[int, Sale]] = {}
        self.uncovered = False

    # --- money of members --------------------------------------------------------------------

    def call(self, month: Month) -> str:
        if month not in self.called:
            self.called.add(month)
            for home in self.homes:
                home.due += home.pledged(month) if home.active(month) else 0
        return DONE

    def receive(self, got: Got) -> str:
        self.got.append(got)
        got.home.due -= got.cents
        if got.where == "bank":
            self._in(got.cents)
        return DONE

    def waiting(self) -> list[Got]:
        return [got for got in self.got if got.where == "desk"]

    def deposit(self) -> str:
        waiting = self.waiting()
        for got in waiting:
            got.where = "bank"
            self._in(got.cents)
        return DONE if waiting else "empty"

    def bounce(self, got: Got) -> str:
        """The bank takes a debit back: from the fund, or we owe it."""
        if got.where == "returned":
            return "returned"
        if self.cash < got.cents:
            return "bank"
        got.where = "returned"
        got.home.due += got.cents
        self.cash -= got.cents
        if got.cents <= self.fund:
            self.fund -= got.cents
        else:
            self.owed += got.cents
        return DONE

    def cover(self) -> int:
        cents = min(self.owed, self.fund)
        self.owed -= cents
        self.fund -= cents
        return cents

    def give(self, cents: int) -> str:
        self._in(cents)
        return DONE

    def _in(self, cents: int) -> None:
        self.fund += cents
        self.cash += cents

    # --- the month ---------------------------------------------------------------------------

    def next_month(self) -> Month:
        return max(self.runs).next() if self.runs else self.first

    def freeze(self, month: Month) -> str:
        if Month.of(self.day) < month.previous():
            return "too_early"
        self._plan(month, {home.wallet: ALLOCATION for home in self._entitled(month)})
        return DONE

    def adjust(self, month: Month) -> str:
        if not self.runs.get(month) or any(run.state == "approved" for run in self.runs[month]):
            return "not_credited"
        missing = {}
        for home in self._entitled(month):
            given = [run.plan.get(home.wallet, 0) for run in self.runs[month]]
            if sum(given) < ALLOCATION:
                missing[home.wallet] = ALLOCATION - sum(given)
        if not missing:
            return "nothing_to_adjust"
        self._plan(month, missing)
        return DONE

    def credit(self, month: Month) -> str:
        run = self.runs[month][-1]
        if run.state != "approved":
            return DONE
        total = sum(run.plan.values())
        if self.day < run.credit_on:
            return "too_early"
        if self.owed and self.fund - self.owed < total:
            return "cover_broken"
        if self.fund < total:
            return "fund_short"
        self.fund -= total
        if len(self.runs[month]) == 1:
            self._expire(month, run)
        for home in self.homes:
            if home.wallet in run.plan:
                room = max(0, self.articles.cap * ALLOCATION - home.cents)
                given = 0 if home.ended else min(run.plan[home.wallet], room)
                home.cents += given
                run.credited[home.wallet] = given
        self.fund += total - sum(run.credited.values())
        run.state = "credited"
        return DONE

    def close(self, month: Month) -> str:
        run = self.runs[month][-1]
        if run.state == "approved":
            return "not_credited"
        if run.state == "credited" and self.day < month.last:
            return "month_not_over"
        run.state = "closed"
        return DONE

    def _entitled(self, month: Month) -> list[Home]:
        """Members from the first day of the month who stay until its credit."""
        day = month.day(CREDIT_DAY)
        return [
            home
            for home in self.homes
            if home.active(month) and home.joined <= month.first
            and (home.left is None or home.left > day)
        ]  # fmt: skip

    def _plan(self, month: Month, plan: dict[int, int]) -> None:
        credit_on = max(month.day(CREDIT_DAY), self.day)
        self.runs.setdefault(month, []).append(Run(plan, credit_on))

    def _expire(self, month: Month, run: Run) -> None:
        """What is older than the months kept goes back to the fund."""
        if self.articles.expiry is None:
            return
        kept: dict[int, int] = defaultdict(int)
        for age in range(1, self.articles.expiry):
            for each in self.runs.get(month + -age, []):
                for wallet, cents in each.credited.items():
                    kept[wallet] += cents
        for home in self.homes:
            if home.wallet in run.plan:
                old = max(0, home.cents - kept[home.wallet])
                home.cents -= old
                self.fund += old

    # --- at the till -------------------------------------------------------------------------

    def pay(self, bought: Bought) -> str:
        if bought.shop.state != "active":
            return "place_closed"
        if bought.home.ended:
            return "means_unavailable"
        if bought.home.cents < bought.cents:
            return "funds_short"
        bought.home.cents -= bought.cents
        bought.shop.cents += bought.cents
        self.bought.append(bought)
        return DONE

    def refund(self, bought: Bought, cents: int) -> str:
        if self.day > bought.day + WINDOW:
            return "refund_too_late"
        if bought.home.ended:
            return "means_unavailable"
        if bought.back + cents > bought.cents:
            return "refund_too_large"
        if bought.shop.cents - bought.shop.held - cents < self.articles.floor:
            return "funds_short"
        bought.back += cents
        bought.shop.cents -= cents
        bought.home.cents += cents
        return DONE

    # --- places ------------------------------------------------------------------------------

    def next_sales(self) -> Month:
        return max(self.sales).next() if self.sales else self.first

    def hold(self, month: Month) -> str:
        if self.day < month.last:
            return "too_early"
        self.sales[month] = {}
        for shop in self.shops:
            free = shop.cents - shop.held
            if free > 0 and free >= self.articles.least:
                fee = free * self.articles.fee_bp // 10_000
                self.sales[month][shop.place] = Sale(free - fee, fee)
                shop.held += free
        return DONE

    def pay_sales(self, month: Month) -> str:
        due = {p: sale for p, sale in self.sales[month].items() if sale.state == "held"}
        if sum(sale.cents for sale in due.values()) > self.cash:
            return "bank_short"
        for shop in self.shops:
            if shop.place in due:
                sale = due[shop.place]
                sale.state = "paid"
                shop.held -= sale.cents + sale.fee
                shop.cents -= sale.cents + sale.fee
                self.cash -= sale.cents
                self.fund += sale.fee
        return DONE

    def send_back(self, month: Month, shop: Shop) -> str:
        """The bank refuses to pay a place, before or after we thought that it had."""
        sale = self.sales.get(month, {}).get(shop.place)
        if sale is None or not sale.cents:
            return "no_statement"
        if sale.state == "refused":
            return "already_refused"
        if sale.state == "paid":
            if self.fund < sale.fee:
                return "fund_short"
            self.cash += sale.cents
            self.fund -= sale.fee
            shop.cents += sale.cents + sale.fee
        else:
            shop.held -= sale.cents + sale.fee
        sale.state = "refused"
        return DONE

    def suspend(self, shop: Shop) -> str:
        if shop.state == "withdrawn":
            return "not_approved"
        if shop.state == "suspended":
            return "already_suspended"
        shop.state = "suspended"
        return DONE

    def resume(self, shop: Shop) -> str:
        if shop.state != "suspended":
            return "not_suspended"
        shop.state = "active"
        return DONE

    def withdraw(self, shop: Shop) -> str:
        if shop.state == "withdrawn":
            return "not_approved"
        shop.state = "withdrawn"
        return DONE

    # --- people ------------------------------------------------------------------------------

    def leave(self, home: Home) -> str:
        if home.left is not None:
            return "state"
        home.left = self.day
        return DONE

    def end(self, home: Home) -> str:
        if home.left is None or home.ended:
            return "state"
        self.fund += home.cents
        home.cents, home.ended = 0, True
        return DONE

    # --- what must be -------------------------------------------------------------------------

    def accounts(self) -> dict[str, int]:
        """The balances that the ledger must show."""
        desk = sum(got.cents for got in self.waiting())
        return {
            "fund:caisse": self.fund, "bank:caisse": -self.cash, "receivable:returns": -self.owed,
            "cash:accueil": -desk, "fund:transit": desk,
            **{f"wallet:{home.wallet}": home.cents for home in self.homes},
            **{f"receivable:contribution:{home.membership}": -home.due for home in self.homes},
            **{f"place:{shop.place}": shop.cents for shop in self.shops},
        }  # fmt: skip

    def gap(self) -> int:
        """Cash beyond what circulates."""
        homes = sum(home.cents for home in self.homes)
        return self.cash - homes - sum(shop.cents for shop in self.shops)

    def pass_days(self, days: int) -> None:
        """Evening; a day that ends uncovered is in the books for ever."""
        self.uncovered |= self.gap() < 0
        self.day += timedelta(days)
