"""A small caisse for the tests of the month: founded, funded, with households that pledged."""

from datetime import date

from django.db import transaction

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations as contributions
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Transfer
from caisse.month import operations as months
from caisse.people import operations as people
from caisse.people.operations import Joined, NewHousehold

COORDINATOR = Actor("coordination", frozenset({"coordinator"}))
TREASURER = Actor("tresorerie", frozenset({"treasurer"}))
FEBRUARY = Month(2023, 2)
MARCH = FEBRUARY.next()


def travel(day: date, hour: int = 9) -> None:
    """Stand at a day of the caisse."""
    clock.travel(clock.instant(day, hour))


def found(**articles: object) -> None:
    """Found "Montpellier 2023" on 10 January 2023; `articles` amend it from the first month on."""
    travel(date(2023, 1, 10))
    bylaws.found(name="Essai", preset="montpellier_2023", first_month=FEBRUARY, by=COORDINATOR)
    if articles:
        amend(FEBRUARY, **articles)


def amend(since: Month, **articles: object) -> None:
    """Decide new values; `allocation__base_cents=5000`."""
    bylaws.decide(
        title="Essai",
        text="",
        body="comité citoyen",
        effects=[Amend(name.replace("__", "."), value, since) for name, value in articles.items()],
        by=COORDINATOR,
    )


def join(
    count: int = 1, on: date = date(2023, 1, 11), cents: int = 5000, **household: object
) -> list[Joined]:
    """Households that join on a day and pledge."""
    found_ = []
    for _ in range(count):
        joined = people.join(
            household=NewHousehold(**household),  # type: ignore[arg-type]
            joined_on=on,
            by=COORDINATOR,
        )
        if cents:
            contributions.pledge(membership_id=joined.membership_id, cents=cents, by=COORDINATOR)
        found_.append(joined)
    return found_


@transaction.atomic
def give(cents: int) -> None:
    """Euros into the caisse fund, as interest: nothing else is needed here."""
    cause = events.record("test.given", subject="fund:caisse", by=TREASURER)
    transfer = Transfer(
        derived_id(cause, "interest"), "bank:caisse", "fund:caisse", cents, "interest", cause
    )
    ledger.post([transfer])


@transaction.atomic
def take_back(cents: int) -> None:
    """A fee that the bank takes from the segregated account."""
    cause = events.record("test.taken", subject="bank:caisse", by=TREASURER)
    transfer = Transfer(
        derived_id(cause, "fee"), "receivable:fees", "bank:caisse", cents, "fee", cause
    )
    ledger.post([transfer])


@transaction.atomic
def bring(joined: Joined, cents: int) -> None:
    """What a household had in a caisse that already ran."""
    cause = events.record("test.brought", subject="fund:caisse", by=TREASURER)
    wallet = f"wallet:{joined.wallet_id}"
    id = derived_id(cause, "in")
    ledger.post([Transfer(id, "fund:caisse", wallet, cents, "opening_wallet", cause)])


def spend(joined: Joined, cents: int, place: str = "place:1") -> Outcome:
    """A purchase, through the writer."""
    ledger.open_accounts([place])
    with transaction.atomic():
        cause = events.record("test.opened", subject=place, by=TREASURER)
    wallet = f"wallet:{joined.wallet_id}"
    return ledger.submit([Transfer(new_id(), wallet, place, cents, "payment", cause)])[0]


def freeze(month: Month) -> int:
    """Freeze on the 15th of the month before."""
    travel(month.previous().day(15), 18)
    return months.freeze(month=month, by=COORDINATOR)


def approve(month: Month) -> None:
    """Two people agree on the 16th."""
    travel(month.previous().day(16))
    months.check(month=month, by=TREASURER)
    months.approve(month=month, by=COORDINATOR)


def credit(month: Month) -> int:
    """Credit on the 5th."""
    travel(month.day(5))
    return months.credit(month=month, by=TREASURER)


def run(month: Month) -> int:
    """A whole month up to its credit; the cents credited."""
    freeze(month)
    approve(month)
    return credit(month)


def wallet(joined: Joined) -> int:
    """The balance of a household."""
    return books.balance(f"wallet:{joined.wallet_id}")
