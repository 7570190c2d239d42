"""The reference year, looked at each evening while it was played (domain.md 8.3, ledger.md 1)."""

from collections import Counter
from datetime import date

from caisse.kernel.month import Month, months
from conftest import LONG, PlayedYear
from tests.year.identities import Journal, Sums
from tests.year.watching import DRAWN, LAST, SEED, days_of_the_year

ENDS = {month.last for month in months(Month(2023, 2), Month(2024, 1))}
# Families whose balance an identity speaks of: one cent too many in any of them is seen.
SEEN = (
    "wallet", "place", "voucher", "reserve", "bank:caisse", "bank:operating", "fund:caisse",
    "fund:month", "fund:named", "fund:offline", "fund:operating", "fund:transit", "grant:caisse",
    "grant:operating", "receivable:contribution", "receivable:grant", "receivable:returns",
    "receivable:fees", "claims:contribution", "claims:grant", "cash", "cheques", "cost",
)  # fmt: skip


def test_the_identities_hold_each_evening_and_the_check_is_green(played_year: PlayedYear) -> None:
    watch = played_year.watch
    assert watch.wrong == [], f"seed {SEED}"
    assert [day for day in watch.days if day <= LAST] == days_of_the_year()
    assert ENDS | watch.drawn <= set(watch.checked)
    assert len(watch.checked) >= (len(watch.days) - 1 if LONG else len(ENDS) + DRAWN - 3)


def test_the_year_ends_with_its_sums(played: str) -> None:
    """Of the raw journal, in euros: resources and their use, the cover of exactly one."""
    sums = Journal().read()
    flow = Counter({name: cents / 100 for name, cents in sums.flows.items()})
    balance = Counter({name: cents / 100 for name, cents in sums.balances.items()})
    cashed = flow["contribution"] - flow["return"] + flow["recovery"]
    assert (flow["call"], flow["return"], flow["recovery"]) == (192_500, 5_000, 2_500)
    assert (cashed, flow["grant_in<bank:caisse"]) == (190_000, 160_000)
    assert flow["allocation"] == 350_000 == cashed + flow["grant_in<bank:caisse"]
    assert flow["payment"] - flow["refund"] == 342_740
    assert (flow["redemption"], balance["place"], balance["wallet"]) == (309_210, 33_530, 7_260)
    assert -balance["bank:caisse"] == 40_790 and sums.gap == 0
    assert -balance["receivable:contribution"] == 2_500
    assert (flow["grant_in<bank:operating"], flow["pay_cost"]) == (266_000, 266_000)
    assert balance["bank:operating"] == 0


def test_a_cent_too_many_breaks_an_identity(played_year: PlayedYear) -> None:
    """The identities can fail, also when another account hides the cent from the sum of all."""
    journal = played_year.watch.journal
    assert Sums(journal.flows, Counter(journal.moved)).wrong() == []
    for name in SEEN:
        moved = Counter(journal.moved)
        moved[name] += 1
        moved["elsewhere"] -= 1
        assert Sums(journal.flows, moved).wrong(), name
    for name in ("payment", "allocation", "redemption", "call", "return", "pay_cost"):
        assert Sums(journal.flows + Counter({name: 1}), Counter(journal.moved)).wrong(), name


def test_days_of_the_year_begin_with_the_founding() -> None:
    days = days_of_the_year()
    assert (days[0], days[-1]) == (date(2023, 1, 10), LAST)
