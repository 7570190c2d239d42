"""The operations that the kill matrix kills: the small caisse each needs, and how it is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from unittest import mock

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations as contributions
from caisse.contributions import queries as paid
from caisse.contributions.operations import NewReceipt, calling
from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id, first_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace, WithdrawPlace, redemption
from caisse.merchants.tests import ground as market
from caisse.month import operations as months
from caisse.month.operations import crediting
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, MARCH, TREASURER
from caisse.people import operations as people
from caisse.people.operations import Joining, NewHolder, NewHousehold

APRIL = MARCH.next()
FILE = """adhésion;mois;montant;moyen;date;guichet
1;2023-02;50,00;prélèvement;2023-02-03;
2;2023-02;20,00;espèces;2023-02-03;accueil
3;2023-02;50,00;virement;2023-02-03;
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One operation: `prepare` builds its caisse, `do` asks it, again and again if need be.

    `over` are the reasons with which it refuses when it was done already: operations that have no
    id of the sender's tell so that there is nothing left to do. `red` are the lines of the check
    that rightly fail afterwards.
    """

    prepare: Callable[[], object]
    do: Callable[[], object]
    over: frozenset[str] = frozenset()
    red: frozenset[str] = frozenset()


ACTS: dict[str, Act] = {}


def sent(word: str = "sent") -> Id:
    """The id that a sender chose now and keeps: the clock stands, so it is always the same."""
    return derived_id(first_id(clock.now_ms()), word)


@contextmanager
def small_chunks() -> Iterator[None]:
    """Two lines a transaction, so that a handful of households makes several."""
    with (
        mock.patch.object(crediting, "CHUNK", 2),
        mock.patch.object(calling, "CHUNK", 2),
        mock.patch.object(redemption, "CHUNK", 2),
    ):
        yield


def act(prepare: Callable[[], object], *, name: str = "", over: str = "", red: str = "") -> Any:
    """Register the function as an act, under its name; the clock stands where `prepare` left it."""

    def register(do: Callable[[], object]) -> Callable[[], object]:
        ACTS[name or do.__name__] = Act(
            prepare, do, frozenset(over.split()), frozenset(red.split())
        )
        return do

    return register


# --- the month -----------------------------------------------------------------------------------


def members(**articles: object) -> list[people.Joined]:
    """Five households, of which one joined on the last day that counts, and money for months."""
    ground.found(**articles)
    homes = [*ground.join(4), *ground.join(1, on=date(2023, 1, 31))]
    ground.give(5_000_00)
    ground.travel(date(2023, 1, 15), 18)
    return homes


@act(members)
def freeze() -> None:
    months.freeze(month=FEBRUARY, by=COORDINATOR)


def frozen() -> None:
    members()
    freeze()


@act(frozen)
def check() -> None:
    months.check(month=FEBRUARY, by=TREASURER)


def checked() -> None:
    frozen()
    check()


@act(checked)
def approve() -> None:
    months.approve(month=FEBRUARY, by=COORDINATOR)


def capped() -> None:
    """April is approved: some balances expire, some wallets reach their cap, one is closed."""
    homes = members(
        balance__rollover="capped", balance__cap_multiple=1, balance__expiry_months=2,
        balance__expiry_destination="solidarity_pot",
    )  # fmt: skip
    ground.run(FEBRUARY)
    for home, cents in zip(homes, (30_00, 100_00, 55_50), strict=False):
        ground.spend(home, cents)
    ground.run(MARCH)
    ground.spend(homes[0], 12_34)
    ground.freeze(APRIL)
    ground.approve(APRIL)
    ledger.set_state([f"wallet:{homes[1].wallet_id}"], "closed")
    ground.travel(APRIL.day(5))


@act(capped)
def credit() -> None:
    months.credit(month=APRIL, by=TREASURER)


def levied() -> None:
    """The mean of the contributions is shared out, a part of them put aside."""
    ground.found(
        allocation__mode="mean_of_contributions", allocation__levy_bp=500,
        allocation__levy_to="solidarity",
    )  # fmt: skip
    for cents in (30_00, 50_00, 70_00):
        ground.join(cents=cents)
    ground.give(150_00)
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    ground.travel(FEBRUARY.day(5))


@act(levied)
def credit_with_levy() -> None:
    months.credit(month=FEBRUARY, by=TREASURER)


def credited() -> None:
    members()
    ground.run(FEBRUARY)
    ground.travel(FEBRUARY.last)


@act(credited)
def close() -> None:
    months.close(month=FEBRUARY, by=TREASURER)


def forgotten() -> None:
    """A month that was credited without two households that should have been there."""
    members(allocation__first_month="full")
    ground.run(FEBRUARY)
    ground.join(2, on=date(2023, 2, 1))


@act(forgotten, over="not_credited")
def adjust() -> None:
    months.adjust(month=FEBRUARY, by=COORDINATOR)


def adjusted() -> None:
    forgotten()
    adjust()
    months.check(month=FEBRUARY, by=TREASURER)
    months.approve(month=FEBRUARY, by=COORDINATOR)


@act(adjusted)
def credit_adjustment() -> None:
    months.credit(month=FEBRUARY, by=TREASURER)


# --- places --------------------------------------------------------------------------------------


def sold() -> None:
    """Five places: two with sales, one below the minimum, one that gave more back than it took."""
    market.founded(wallets=3, redemption__fee_bp=150, redemption__min_amount_cents=5_00)
    places = [market.approved(f"Lieu {n}", "grocery") for n in range(6)]
    market.sell(places[0], 60_00)
    market.sell(places[1], 4_99)
    bought = market.sell(places[2], 20_00, wallet=2)
    market.sell(places[4], 33_33, wallet=3)
    market.sell(places[5], 12_00, wallet=3)
    market.go(FEBRUARY.last)
    market.give_back(places[2], 20_00, bought, wallet=2)


@act(sold)
def hold_sales() -> None:
    merchants.hold_sales(month=FEBRUARY, by=market.OFFICE)


def held() -> None:
    sold()
    merchants.hold_sales(month=FEBRUARY, by=market.OFFICE)
    merchants.void_redemption(place_id=6, month=FEBRUARY, by=market.OFFICE, code="AC04")
    market.go(MARCH.day(5))


@act(held)
def pay_redemptions() -> None:
    merchants.pay_redemptions(month=FEBRUARY, by=market.OFFICE)


@act(held)
def void_redemption() -> None:
    merchants.void_redemption(place_id=1, month=FEBRUARY, by=market.OFFICE, code="AC01", id=sent())


def redeemed() -> None:
    held()
    pay_redemptions()


@act(redeemed, name="void_redemption_after_payment")
def void_paid() -> None:
    void_redemption()


# --- contributions -------------------------------------------------------------------------------


def pledged() -> None:
    """Five households that pledged; it is 3 February."""
    ground.found()
    ground.join(5)
    ground.travel(FEBRUARY.day(3))


@act(pledged)
def call() -> None:
    contributions.call(month=FEBRUARY, by=TREASURER)


def called() -> None:
    pledged()
    call()


@act(called)
def receive_many() -> None:
    kinds = (("debit", None), ("cash", "accueil"), ("cheque", "accueil"), ("card", None))
    contributions.receive_many(
        rows=[
            NewReceipt(number, FEBRUARY, 50_00, kind, desk=desk)
            for number, (kind, desk) in enumerate(kinds, 1)
        ],
        by=TREASURER,
        id=sent(),
    )


@act(called)
def import_receipts() -> None:
    preview = paid.read_receipts(FILE)
    contributions.import_receipts(preview=preview, by=TREASURER, id=sent())


def imported() -> None:
    called()
    import_receipts()


@act(imported)
def undo_import() -> None:
    contributions.undo_import(batch_id=1, by=TREASURER, reason="mauvais fichier")


def received() -> None:
    called()
    receive_many()


@act(received)
def deposit() -> None:
    id = sent("deposit")
    contributions.deposit(desk="accueil", kind="cash", by=TREASURER, id=id)


@act(received)
def return_receipt() -> None:
    id = sent("return")
    contributions.return_receipt(receipt_id=1, code="AM04", by=TREASURER, id=id)


def spent() -> None:
    """All that came in was put aside for the month before the bank takes a debit back."""
    received()
    ground.travel(FEBRUARY.day(4))
    months.freeze(month=FEBRUARY, by=COORDINATOR)
    ground.give(500_00 - books.balance("fund:caisse"))
    months.check(month=FEBRUARY, by=TREASURER)
    months.approve(month=FEBRUARY, by=COORDINATOR)
    ground.credit(FEBRUARY)


@act(spent, red="cover")
def return_when_the_fund_is_short() -> None:
    return_receipt()


def returned() -> None:
    spent()
    return_receipt()
    ground.give(20_00)


@act(returned, red="cover")
def cover_returns() -> None:
    contributions.cover_returns(by=TREASURER, id=sent("cover"))


# --- bylaws and people ---------------------------------------------------------------------------


def registered() -> None:
    """One place approved, two that ask to be."""
    ground.found()
    for name in ("Un", "Deux", "Trois"):
        market.registered(name)
    approves = [ApprovePlace(1, date(2023, 1, 10))]
    bylaws.decide(title="Un", text="", body="comité", effects=approves, by=COORDINATOR)


@act(registered)
def decide() -> None:
    bylaws.decide(
        title="Deux lieux entrent, un sort, le montant change",
        text="Adopté.",
        body="comité citoyen",
        effects=[
            ApprovePlace(2, date(2023, 1, 10)),
            Amend("allocation.base_cents", 120_00, MARCH),
            ApprovePlace(3, date(2023, 3, 1), until=date(2023, 12, 31)),
            Amend("redemption.fee_bp", 100, MARCH),
            WithdrawPlace(1),
        ],
        by=COORDINATOR,
        id=sent(),
    )


@act(ground.found)
def join_many() -> None:
    people.join_many(
        rows=[
            Joining(
                NewHousehold(
                    adults=1 + n % 2, births=("2015-03",) * (n % 3), street=f"{n}, rue des Écoles",
                    holders=tuple(NewHolder("Ada", f"Essai {n}") for _ in range(1 + n % 2)),
                ),
                date(2023, 1, 11 + n),
            )
            for n in range(5)
        ],
        by=COORDINATOR,
        id=sent(),
    )  # fmt: skip


def joined() -> None:
    """A household that leaves with money in its wallet."""
    home = members()[0]
    ground.run(FEBRUARY)
    people.leave(membership_id=home.membership_id, on=FEBRUARY.day(6), by=COORDINATOR)
    ground.travel(FEBRUARY.day(7))


@act(joined)
def leave_for_good() -> None:
    people.close(membership_id=1, by=COORDINATOR, id=sent())


def nothing() -> None:
    """No caisse yet."""
    ground.travel(date(2023, 1, 10))


@act(nothing)
def found() -> None:
    bylaws.found(
        name="Essai", preset="montpellier_2023", first_month=FEBRUARY, by=COORDINATOR, id=sent()
    )
