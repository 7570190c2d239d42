"""The day of a desk is closed by somebody else than who received: count, compare, deposit."""

from dataclasses import dataclass

from django.db import transaction

from caisse.contributions.models import DESK_KINDS, DeskClosing, Kind, Receipt
from caisse.contributions.operations.depositing import deposit
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import operations as people

LONGEST_EXPLANATION = 300
CALLED = {Kind.CASH: "espèces", Kind.CHEQUE: "chèques"}


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of a count: the cents that left for the bank, and what differs, by kind.

    A difference is what was counted less what the books say.
    """

    closing_id: int
    deposited_cents: int
    cash_difference: int
    cheques_difference: int

    @property
    def agrees(self) -> bool:
        """Whether all that waited left for the bank."""
        return self.cash_difference == self.cheques_difference == 0


@sent_again
@ledger.repeatable
@transaction.atomic
def close_desk(
    *,
    desk: str,
    cash_cents: int,
    cheque_cents: int,
    by: Actor,
    explanation: str = "",
    id: Id | None = None,
) -> Closed:
    """Close the day of a desk: what was counted is compared with the books.

    Cash or cheques that agree are deposited now. What differs stays at the desk, with the words
    that explain it, until the wrong receipt is undone or the missing one entered: the bank is
    never said to hold what nobody carried there. Repeatable by `id`. Raises Refusal: `empty`,
    `same_person` (who closes typed every receipt), `explanation` (a difference without one),
    `differs`.
    """
    name = "desk.closed"
    subject = f"desk:{desk}"
    before = events.repeated(name, subject=subject, id=id, cash=cash_cents, cheques=cheque_cents)
    if before is not None:
        row = DeskClosing.objects.get(cause=before.id)
        return _closed(row) if row.explanation == _kept(explanation) else events.refuse_other()
    waiting = Receipt.objects.select_for_update().filter(
        desk=desk, kind__in=DESK_KINDS, deposited=None, undone=None
    )
    receipts = list(waiting.order_by("pk"))
    _demand_somebody_else(desk, receipts, by)
    booked = {kind: sum(r.cents for r in receipts if r.kind == kind) for kind in DESK_KINDS}
    counted = {Kind.CASH: cash_cents, Kind.CHEQUE: cheque_cents}
    kept = _demand_explained(counted, booked, explanation)
    cause = new_id() if id is None else id
    events.record(name, subject=subject, by=by, id=cause, cash=cash_cents, cheques=cheque_cents)
    for kind in DESK_KINDS:
        if booked[kind] and counted[kind] == booked[kind]:
            deposit(desk=desk, kind=kind, by=by, id=derived_id(cause, f"deposit:{kind}"))
    return _closed(
        DeskClosing.objects.create(
            desk=desk,
            closed_on=clock.today(),
            cash_counted=cash_cents,
            cash_booked=booked[Kind.CASH],
            cheques_counted=cheque_cents,
            cheques_booked=booked[Kind.CHEQUE],
            explanation=kept,
            cause=cause,
        )
    )


def _demand_somebody_else(desk: str, receipts: list[Receipt], by: Actor) -> None:
    if not receipts:
        raise Refusal("empty", f"Rien n’attend au guichet « {desk[:40]} ».")
    authors = set(events.authors(list({receipt.cause for receipt in receipts})).values())
    if all(people.same_person(author, by.id) for author in authors):
        raise Refusal(
            "same_person",
            "Vous avez reçu tout ce qui attend ici. Une autre personne compte et dépose.",
        )


def _demand_explained(counted: dict[Kind, int], booked: dict[Kind, int], explanation: str) -> str:
    """The explanation as it is kept; Refusal that tells the difference when there is none."""
    kept = _kept(explanation)
    told = [
        difference(CALLED[kind], counted[kind] - booked[kind])
        for kind in DESK_KINDS
        if counted[kind] != booked[kind]
    ]
    if told and not kept:
        said = " ".join(told)
        raise Refusal("explanation", f"{said} Comptez encore, puis expliquez ce qui reste.")
    return kept


def _kept(explanation: str) -> str:
    return " ".join(explanation.split())[:LONGEST_EXPLANATION]


def difference(what: str, cents: int) -> str:
    """A difference in words: « Il manque 5,00 € en espèces. »."""
    if cents < 0:
        return f"Il manque {money.show(-cents)} en {what}."
    return f"Il y a {money.show(cents)} de trop en {what}."


def _closed(row: DeskClosing) -> Closed:
    cash, cheques = (
        row.cash_counted - row.cash_booked,
        row.cheques_counted - row.cheques_booked,
    )
    left = (0 if cash else row.cash_booked) + (0 if cheques else row.cheques_booked)
    return Closed(row.pk, left, cash, cheques)
