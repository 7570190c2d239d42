"""What tests of merchants and payments stand on: a founded caisse, wallets with money, places."""

from datetime import date

from django.db import transaction

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import derived_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.merchants import operations as merchants

OFFICE = Actor("office", frozenset({"coordinator"}))
FEBRUARY = Month(2023, 2)


def founded(
    day: date = date(2023, 2, 6), *, wallets: int = 2, demo: bool = True, **amended: object
) -> None:
    """A caisse founded in January 2023, `wallets` wallets of 100.00 each, the clock on `day`.

    A `demo` that is served plays its year on; a caisse that a test serves is none.
    `amended` are values of articles from the first month on, by name with "__" for the point.
    """
    clock.travel(clock.instant(date(2023, 1, 2), 9))
    decisions.found(
        name="Essai", preset="montpellier_2023", first_month=FEBRUARY, by=OFFICE, demo=demo
    )
    effects = [
        Amend(name.replace("__", "."), value, Month(2023, 1)) for name, value in amended.items()
    ]
    if effects:
        decisions.decide(title="Essai", text="", body="comité", effects=effects, by=OFFICE)
    go(day)
    codes = [f"wallet:{n}" for n in range(1, wallets + 1)]
    ledger.open_accounts(codes)
    with transaction.atomic():
        cause = events.record("test.opened", subject="test", by=OFFICE)
        money = len(codes) * 100_00
        opening = [("bank:caisse", "fund:caisse", money, "opening_bank")]
        opening += [("fund:caisse", code, 100_00, "opening_wallet") for code in codes]
        ledger.post(
            [
                Transfer(derived_id(cause, credit), debit, credit, cents, reason, cause)
                for debit, credit, cents, reason in opening
            ]
        )


def go(day: date) -> None:
    """The clock at 9:00 on `day`, its month prepared."""
    clock.travel(clock.instant(day, 9))
    ledger.prepare(Month.of(day))


def registered(name: str = "La Cagette", kind: str = "coop_supermarket") -> int:
    """A place that nobody has approved yet."""
    return merchants.register_place(merchant=f"SCIC {name}", name=name, kind=kind, by=OFFICE)


def approved(name: str = "La Cagette", kind: str = "coop_supermarket") -> int:
    """A place that may take payments from today on."""
    place = registered(name, kind)
    merchants.approve_place(place_id=place, decision=2, by=OFFICE)
    return place


def sell(place: int, cents: int, wallet: int = 1) -> bytes:
    """A purchase posted in a transaction of the test's; its id."""
    return move(f"wallet:{wallet}", f"place:{place}", cents, "payment")


def give_back(place: int, cents: int, of: bytes, wallet: int = 1) -> bytes:
    """A refund posted in a transaction of the test's; its id."""
    return move(f"place:{place}", f"wallet:{wallet}", cents, "refund", of)


def move(debit: str, credit: str, cents: int, reason: str, of: bytes | None = None) -> bytes:
    """One transfer, posted."""
    with transaction.atomic():
        cause = events.record("test.moved", subject="test", by=OFFICE)
        id = derived_id(cause, reason)
        ledger.post([Transfer(id, debit, credit, cents, reason, cause, of=of)])
    return id


def owed(place: int) -> int:
    """The balance of a place's account, in cents."""
    return books.balance(f"place:{place}")


def cash() -> int:
    """What lies in the segregated account, in cents."""
    return -books.balance("bank:caisse")
