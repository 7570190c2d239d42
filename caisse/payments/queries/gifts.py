"""Reads of gifts between households: what the committee allows, what a wallet gave this month."""

from dataclasses import dataclass

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.payments.rules import GiftRules, gift_room


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift that was posted: between which wallets (codes), when (ms), whether it was undone."""

    id: Id
    giver: str
    receiver: str
    cents: int
    at: int
    undone: bool


def gift(id: Id) -> Gift | None:
    """The gift of that number; None when it is none."""
    made = books.transfer(id)
    if made is None or (made.reason, made.phase) != ("gift", "posted"):
        return None
    undone = any(one.phase == "reverse" for one in books.refers_to(id))
    return Gift(id, made.debit, made.credit, made.cents, made.at, undone)


def gift_rules() -> GiftRules:
    """The articles of giving that are in force today."""
    return bylaws.in_force(GiftRules, month=Month.of(clock.today()))


def given_this_month(wallet_id: int) -> int:
    """Cents that a wallet gave since the month began, without what was undone since."""
    since = clock.instant(Month.of(clock.today()).first)
    lines = books.lines(f"wallet:{wallet_id}", since_ms=since, reasons=("gift",))
    given = {line.id: -line.cents for line in lines if line.phase == "posted" and line.cents < 0}
    undone = {line.of for line in lines if line.phase == "reverse"}
    return sum(cents for id, cents in given.items() if id not in undone)


def gift_room_cents(wallet_id: int) -> int:
    """What a wallet may still give this month; 0 where nobody gives."""
    rules = gift_rules()
    return gift_room(given_this_month(wallet_id), rules) if rules.gift_month_max_cents else 0
