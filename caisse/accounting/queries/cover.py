"""The proof that each unit in circulation lies at the bank, at the end of any day (own room: part
of the queries)."""

from dataclasses import dataclass
from datetime import date

from caisse.accounting.checks.line import rows
from caisse.accounting.queries.figures import CIRCULATION, GAP
from caisse.bylaws import queries as bylaws
from caisse.funding.rules import FundRules, backing_gap
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.people.rules import CurrencyRules


@dataclass(frozen=True, slots=True)
class Cover:
    """What lay at the bank of the caisse at the end of a day, and what it was there for, in cents.

    `aside` is what is set aside and not in circulation, by family of accounts; `gap_cents` what the
    article on cover leaves beyond its demand.
    """

    day: date
    bank_cents: int
    wallets_cents: int
    places_cents: int
    vouchers_cents: int
    reserves_cents: int
    aside: dict[str, int]
    required_bp: int
    gap_cents: int
    operating_cents: int

    @property
    def circulation_cents(self) -> int:
        """All units that somebody may spend or have paid out."""
        return self.wallets_cents + self.places_cents + self.vouchers_cents + self.reserves_cents

    @property
    def margin_cents(self) -> int:
        """What lies at the bank beyond what circulates; below 0 cover is broken."""
        return self.bank_cents - self.circulation_cents

    @property
    def proved(self) -> bool:
        """Whether what is at the bank is what circulates and what is set aside, to the cent."""
        return self.margin_cents == sum(self.aside.values())


def cover(day: date) -> Cover:
    """As the books stood at the end of `day`. One pass over the journal."""
    month = Month.of(day)
    return _cover(day, ledger.month_ends(month, month, until=day)[month])


def cover_now() -> Cover:
    """As the books stand now, from the balances of the accounts: no pass over the journal."""
    families = ("bank:caisse", "bank:operating", *CIRCULATION, *GAP)
    cases = " ".join(
        f"WHEN code = '{family}' OR code LIKE '{family}:%' THEN '{family}'" for family in families
    )
    sums = rows(
        f"SELECT CASE {cases} END, SUM(credits) - SUM(debits) FROM ledger_account "
        "WHERE unit = 'money' GROUP BY 1"
    )
    return _cover(clock.today(), {family: int(cents) for family, cents in sums if family})


def unit_of(day: date) -> str:
    """The name of the unit of food money on that day ("MonA")."""
    return bylaws.in_force(CurrencyRules, month=_ruled(day)).food_unit_name


def _cover(day: date, balances: dict[str, int]) -> Cover:
    bank = -balances.get("bank:caisse", 0)
    circulation = sum(balances.get(family, 0) for family in CIRCULATION)
    rules = bylaws.in_force(FundRules, month=_ruled(day))
    return Cover(
        day=day,
        bank_cents=bank,
        wallets_cents=balances.get("wallet", 0),
        places_cents=balances.get("place", 0),
        vouchers_cents=balances.get("voucher", 0),
        reserves_cents=balances.get("reserve", 0),
        aside={family: balances[family] for family in GAP if balances.get(family)},
        required_bp=rules.backing_ratio_min_bp,
        gap_cents=backing_gap(bank, circulation, rules),
        operating_cents=-balances.get("bank:operating", 0),
    )


def _ruled(day: date) -> Month:
    """The month whose bylaws apply on that day: never before the caisse's first one."""
    founding = bylaws.founding()
    return Month.of(day) if founding is None else max(Month.of(day), founding.first_month)
