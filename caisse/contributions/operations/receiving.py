"""Money of members comes in: at the bank, or at a desk where it waits until it is deposited."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caisse.contributions.models import DESK_KINDS, Call, Kind, Receipt, ReceiptImport
from caisse.contributions.queries import SAME, duplicates
from caisse.contributions.readings import DESK
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people import queries as people

FARTHEST_MONTHS = 12
MOST_CENTS = 1_000_000_00  # of one receipt: beyond it somebody typed cents for euros
ACCOUNTS = {Kind.CASH: "cash", Kind.CHEQUE: "cheques"}
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """One receipt to enter; `received_on` None is today, `desk` is said for cash and cheques."""

    membership_id: int
    month: Month
    cents: int
    kind: str
    received_on: date | None = None
    desk: str | None = None
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt in the books. `beyond_cents` is the part that was not due: an advance, if not 0."""

    receipt_id: int
    cents: int
    beyond_cents: int

    @property
    def notice(self) -> str | None:
        """What to say in French when more came in than was due."""
        if self.beyond_cents == 0:
            return None
        return f"Ce versement dépasse ce qui est dû de {money.show(self.beyond_cents)}."


@sent_again
@ledger.repeatable
@transaction.atomic
def receive(
    *,
    membership_id: int,
    month: Month,
    cents: int,
    kind: str,
    by: Actor,
    received_on: date | None = None,
    desk: str | None = None,
    recovery: bool = False,
    confirmed: bool = False,
    id: Id | None = None,
) -> Received:
    """Enter one receipt for the contribution of `month`.

    A debit, a transfer or a card is at the bank at once; cash and cheques stay at their `desk`
    until `deposit`, and cover nothing before. A `recovery` makes good a debit that came back. More
    than what is due is accepted, and said. Repeatable by `id`. Raises Refusal: `cents`, `kind`,
    `desk`, `month`, `date`, `unknown`, `duplicate` (unless `confirmed`), `differs`.
    """
    row = NewReceipt(membership_id, month, cents, kind, received_on, desk, recovery)
    return _receive([row], by, confirmed, id)[0]


@sent_again
@ledger.repeatable
@transaction.atomic
def receive_many(
    *, rows: Sequence[NewReceipt], by: Actor, confirmed: bool = False, id: Id | None = None
) -> list[Received]:
    """`receive` for many under one event, all or none, in the order of `rows`; repeatable by `id`.

    Raises what `receive` raises, naming the line.
    """
    return _receive(rows, by, confirmed, id) if rows else []


def _receive(
    rows: Sequence[NewReceipt], by: Actor, confirmed: bool, id: Id | None
) -> list[Received]:
    name = "contribution.received"
    today = clock.today()
    subject = f"membership:{rows[0].membership_id}" if len(rows) == 1 else "contributions"
    before = events.repeated(name, subject=subject, id=id, receipts=len(rows))
    if before is not None:
        return received_before(rows, before.id)
    demand_receipts(rows, today, confirmed=confirmed)
    cause = events.record(name, subject=subject, by=by, id=id, receipts=len(rows))
    return enter_receipts(rows, today, cause)


def demand_receipts(rows: Sequence[NewReceipt], today: date, *, confirmed: bool) -> None:
    """Raise Refusal for the first row that cannot be entered."""
    known = people.memberships({row.membership_id for row in rows})
    twice = set() if confirmed else duplicates([_key(row, today) for row in rows])
    for position, row in enumerate(rows):
        try:
            _demand(row, today)
            if row.membership_id not in known:
                raise Refusal("unknown", f"Il n’y a pas d’adhésion n° {row.membership_id}.")
            if position in twice:
                raise Refusal("duplicate", f"{SAME[0].upper()}{SAME[1:]} Confirmez si c’est voulu.")
        except Refusal as refusal:
            if len(rows) == 1:
                raise
            raise Refusal(
                refusal.reason, f"Encaissement {position + 1} : {refusal.sentence}"
            ) from None


def _demand(row: NewReceipt, today: date) -> None:
    if not 0 < row.cents <= MOST_CENTS:
        raise Refusal("cents", f"Un encaissement va de 0,01 € à {money.show(MOST_CENTS)}.")
    if row.kind not in Kind.values:
        raise Refusal("kind", f"« {row.kind[:20]} » n’est pas un moyen ({', '.join(Kind.values)}).")
    if (row.kind in DESK_KINDS) != (row.desk is not None):
        raise Refusal("desk", "Le guichet se dit pour les espèces et les chèques, pour eux seuls.")
    if row.desk is not None and DESK.fullmatch(row.desk) is None:
        raise Refusal("desk", f"« {row.desk[:40]} » n’est pas le nom d’un guichet.")
    if row.month - Month.of(today) > FARTHEST_MONTHS:
        raise Refusal("month", f"Le mois choisi ({row.month.words}) est trop loin : un an au plus.")
    if row.received_on is not None and row.received_on > today:
        raise Refusal("date", "Un encaissement ne se date pas d’un jour à venir.")


def _key(row: NewReceipt, today: date) -> tuple[int, Month, str, int, date]:
    return row.membership_id, row.month, row.kind, row.cents, row.received_on or today


def enter_receipts(
    rows: Sequence[NewReceipt], today: date, cause: Id, batch: ReceiptImport | None = None
) -> list[Received]:
    """Write the rows and post their transfers under `cause`, all or none."""
    receipts = [
        Receipt(
            membership_id=row.membership_id,
            month=row.month,
            cents=row.cents,
            kind=row.kind,
            received_on=row.received_on or today,
            desk=row.desk or "",
            recovery=row.recovery,
            cause=cause,
            position=position,
            transfer=derived_id(cause, f"receipt:{position}"),
            batch=batch,
        )
        for position, row in enumerate(rows)
    ]
    called = calls_recovered(receipts)
    Receipt.objects.bulk_create(receipts, batch_size=BATCH)
    desks = {desk_account(receipt) for receipt in receipts if receipt.desk}
    if desks:
        ledger.open_accounts([*sorted(desks)])
    chain = [
        transfer
        for receipt in receipts
        for transfer in (_money_in(receipt, called.get(receipt.position)), settle(receipt))
    ]
    outcomes = ledger.post(chain)
    # What the household owed is a balance below 0; above it, more came in than was ever due.
    return [
        Received(receipt.pk, receipt.cents, min(receipt.cents, max(0, outcome.credit_after)))
        for receipt, outcome in zip(receipts, outcomes[1::2], strict=True)
    ]


def _money_in(receipt: Receipt, called: Id | None) -> Transfer:
    """What brings the money into the books: to the fund, or to the desk's till."""
    if receipt.desk:
        return Transfer(
            receipt.transfer, desk_account(receipt), "fund:transit", receipt.cents, "cash_in",
            receipt.cause,
        )  # fmt: skip
    reason = "recovery" if receipt.recovery else "contribution"
    return Transfer(
        receipt.transfer, "bank:caisse", "fund:caisse", receipt.cents, reason, receipt.cause,
        of=called,
    )  # fmt: skip


def settle(receipt: Receipt) -> Transfer:
    """The memo line that says that so much of the month is no longer due."""
    return Transfer(
        derived_id(receipt.cause, f"settle:{receipt.position}"),
        "claims:contribution",
        f"receivable:contribution:{receipt.membership_id}",
        receipt.cents,
        "settle",
        receipt.cause,
        for_month=receipt.month,
    )


def desk_account(receipt: Receipt) -> str:
    """Where cash or cheques wait: `cash:<desk>` or `cheques:<desk>`."""
    return f"{ACCOUNTS[Kind(receipt.kind)]}:{receipt.desk}"


def calls_recovered(receipts: Sequence[Receipt]) -> dict[int, Id]:
    """The call that each recovery among `receipts` makes good, by the receipt's place in the list.

    A call is recovered at most once over: what goes beyond (a second presentation that came back
    too, an advance) names no call, and is a recovery all the same.
    """
    recovering = {at: receipt for at, receipt in enumerate(receipts) if receipt.recovery}
    if not recovering:
        return {}
    left = _left_to_recover(list(recovering.values()))
    chosen = {}
    for at, receipt in recovering.items():
        called, cents = left.get((receipt.membership_id, receipt.month), (b"", 0))
        if receipt.cents <= cents:
            left[receipt.membership_id, receipt.month] = (called, cents - receipt.cents)
            chosen[at] = called
    return chosen


def _left_to_recover(receipts: Sequence[Receipt]) -> dict[tuple[int, Month], tuple[Id, int]]:
    """For each (membership, month) called: the call, and its cents that no recovery names yet."""
    causes = {
        row.month: row.cause
        for row in Call.objects.filter(month__in={receipt.month for receipt in receipts})
    }
    keys = {
        derived_id(causes[receipt.month], f"call:{receipt.membership_id}"): (
            receipt.membership_id,
            receipt.month,
        )
        for receipt in receipts
        if receipt.month in causes
    }
    others = Receipt.objects.filter(
        recovery=True, undone=None, membership__in={key[0] for key in keys.values()}
    ).exclude(pk__in=[receipt.pk for receipt in receipts if receipt.pk is not None])
    recovered: dict[tuple[int, Month], int] = defaultdict(int)
    for number, month, cents in others.values_list("membership_id", "month", "cents"):
        recovered[number, month] += cents
    return {
        keys[movement.id]: (movement.id, movement.cents - recovered[keys[movement.id]])
        for movement in books.transfers(list(keys))
    }


def received_before(rows: Sequence[NewReceipt], id: Id) -> list[Received]:
    """What the first call under `id` answered; Refusal(differs) when it was about others."""
    found = list(Receipt.objects.filter(cause=id).order_by("position"))
    if not all(map(_same, found, rows)):
        events.refuse_other()
    return told_before(found)


def told_before(found: Iterable[Receipt]) -> list[Received]:
    """What the entry of these receipts answered, read again from the ledger."""
    found = list(found)
    after = {
        movement.id: movement.credit_after
        for movement in books.transfers([settle(receipt).id for receipt in found])
    }
    return [
        Received(receipt.pk, receipt.cents, min(receipt.cents, max(0, after[settle(receipt).id])))
        for receipt in found
    ]


def _same(receipt: Receipt, row: NewReceipt) -> bool:
    """Whether `row` is what was entered; its date is compared when it says one."""
    return (
        (receipt.membership_id, receipt.month, receipt.cents, receipt.kind)
        == (row.membership_id, row.month, row.cents, row.kind)
        and (receipt.desk, receipt.recovery) == (row.desk or "", row.recovery)
        and row.received_on in (None, receipt.received_on)
    )
