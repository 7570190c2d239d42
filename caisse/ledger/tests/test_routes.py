"""Routes: every reason on each of its pairs and on no other; the segregated account stays apart."""

import itertools

import pytest

from caisse.kernel.ids import derived_id, new_id
from caisse.ledger.rules import (
    CLOSABLE,
    FAMILIES,
    ROUTES,
    Account,
    Book,
    Named,
    Posted,
    Transfer,
    family_of,
    judge_chain,
)
from caisse.ledger.tests.plain import (
    CLOSABLE_PASSES,
    CLOSABLE_REFUSES,
    GIVES_BACK,
    TABLE,
    family,
    pairs_of,
)

NOW = 1_708_000_000_000
CAUSE = new_id(NOW)
UNITS = {
    "try": "try", "abandon": "mark", "claim": "mark", "loss": "loss", "loss_reviewed": "loss",
    "spent": "spent", "spent_back": "spent",
}  # fmt: skip
PAIRS = [(reason, *pair) for reason in TABLE for pair in sorted(pairs_of(reason))]
RICH = 1_000_000


def code_of(name: str, other: bool = False) -> str:
    """An account of the family; `other` a second one where there can be two."""
    return name if FAMILIES[name].single else f"{name}:{2 if other else 1}"


def account(number: int, code: str, state: str = "open") -> Account:
    rules = FAMILIES[family_of(code)]
    credits, debits = (0, RICH) if rules.guard == "debit" else (RICH, 0)
    return Account(
        number, code, rules.unit, debits, credits, 0, rules.guard, rules.floor, rules.ceiling,
        state,  # type: ignore[arg-type]
    )  # fmt: skip


def book_of(debit: str, credit: str, state: str = "open") -> Book:
    accounts = {debit: account(1, debit, state)}
    if credit not in accounts:
        accounts[credit] = account(2, credit, state)
    return Book(accounts, {}, {}, NOW)


def asked(book: Book, reason: str, debit: str, credit: str, phase: str = "posted") -> Transfer:
    """A transfer that only its route can refuse; what it must name stands in the book."""
    of = None
    unit = UNITS.get(reason, "money")
    if phase in ("post", "void", "reverse") or reason in GIVES_BACK:
        of = derived_id(CAUSE, "named")
        one, two = book.accounts[debit].id, book.accounts[credit].id
        given = "offline_loss" if family(credit) == "fund:offline" else "payment"
        gave = {"refund": given, "return": "contribution", "recovery": "call"}.get(reason, reason)
        pair = (two, one) if phase in ("posted", "reverse") else (one, two)
        held = "held" if phase in ("post", "void") else "posted"
        first = gave if phase == "posted" else reason
        book.named[of] = Named(
            Posted(of, *pair, 1, unit, first, held, None, None, None, 1, NOW, 0, 0)
        )
    return Transfer(derived_id(CAUSE, "x"), debit, credit, 1, reason, CAUSE, unit, phase, of)


def answer(reason: str, debit: str, credit: str, phase: str = "posted", state: str = "open") -> str:
    book = book_of(debit, credit, state)
    (outcome,), _ = judge_chain(book, [asked(book, reason, debit, credit, phase)])
    return outcome.answer


def test_the_routes_are_those_of_the_chart() -> None:
    assert {reason: set(route.pairs) for reason, route in ROUTES.items()} == {
        reason: pairs_of(reason) for reason in TABLE
    }
    assert {name for _, *pair in PAIRS for name in pair} == set(FAMILIES)


@pytest.mark.parametrize(("reason", "debit", "credit"), PAIRS)
def test_a_reason_passes_on_its_pair(reason: str, debit: str, credit: str) -> None:
    one, two = code_of(debit), code_of(credit, other=True)
    assert answer(reason, one, two) == "posted"
    assert answer(reason, two, one, "reverse") == "posted"
    for phase in ("post", "void"):
        assert answer(reason, one, two, phase) == ("route" if reason in GIVES_BACK else "posted")


@pytest.mark.parametrize("reason", sorted(TABLE))
def test_a_reason_passes_on_no_other_pair(reason: str) -> None:
    everywhere = set(itertools.product(FAMILIES, repeat=2))
    wrong: list[tuple[str, ...]] = []
    for debit, credit in everywhere - pairs_of(reason):
        one, two = code_of(debit), code_of(credit, other=True)
        if answer(reason, one, two) != "route":
            wrong.append((debit, credit))
        if answer(reason, two, one, "reverse") != "route":
            wrong.append((debit, credit, "reverse"))
    assert wrong == []


@pytest.mark.parametrize("reason", ["", "theft", "Payment", "payment "])
def test_a_reason_that_is_not_in_the_list_passes_nowhere(reason: str) -> None:
    assert answer(reason, "wallet:1", "place:1") == "route"


@pytest.mark.parametrize(("reason", "debit", "credit"), PAIRS)
@pytest.mark.parametrize("state", ["closed", "ended"])
def test_what_passes_a_closed_account_and_what_an_ended_one(
    reason: str, debit: str, credit: str, state: str
) -> None:
    one, two = code_of(debit), code_of(credit, other=True)
    if not {debit, credit} & CLOSABLE:
        return
    assert reason in CLOSABLE_PASSES | CLOSABLE_REFUSES
    passes = state == "closed" and reason in CLOSABLE_PASSES
    assert answer(reason, one, two, "posted", state) == ("posted" if passes else "closed")
    for phase in ("post", "void") if reason not in GIVES_BACK else ():
        assert answer(reason, one, two, phase, state) == (
            "posted" if state == "closed" else "closed"
        )
    assert answer(reason, two, one, "reverse", state) == (
        "posted" if state == "closed" else "closed"
    )


def reachable(start: str) -> set[str]:
    """The families that money of `start` can reach in any number of steps, forth and back."""
    found = {start}
    while True:
        more = {
            other
            for reason, debit, credit in PAIRS
            if reason not in UNITS
            for one, other in ((debit, credit), (credit, debit))
            if one in found
        }
        if more <= found:
            return found
        found |= more


@pytest.mark.parametrize("start", ["bank:caisse", "wallet", "place", "fund:caisse", "fund:named"])
def test_no_way_leads_from_the_segregated_account_to_operating_costs(start: str) -> None:
    assert not reachable(start) & {"bank:operating", "fund:operating", "grant:operating", "cost"}
    assert reachable("bank:operating") == {
        "bank:operating",
        "fund:operating",
        "grant:operating",
        "cost",
    }


@pytest.mark.parametrize("debit", ["bank:caisse", "wallet:1", "place:1", "fund:caisse"])
def test_operating_costs_are_never_paid_from_it(debit: str) -> None:
    """With money in the fund, and by every reason: `route`."""
    for credit in ("bank:operating", "fund:operating", "grant:operating:1", "cost:hr"):
        for reason in TABLE:
            assert answer(reason, debit, credit) == "route", (credit, reason)
            assert answer(reason, debit, credit, "reverse") == "route", (credit, reason)


@pytest.mark.parametrize(
    ("code", "name"),
    [(code_of(name), name) for name in FAMILIES]
    + [("wallet:1:2", "wallet"), ("tries:card:9.1", "tries:card"), ("tries:7:u", "tries")]
    + [(code, "") for code in ("", "wallet", "wallet:", "purse:1", "bank", "bank:other", "loss:")]
    + [(code, "") for code in ("bank:caisse:1", "grant:caisse", "mark:1", "tries:all:1", ":")],
)
def test_the_family_is_the_code_up_to_its_id(code: str, name: str) -> None:
    assert family_of(code) == name
