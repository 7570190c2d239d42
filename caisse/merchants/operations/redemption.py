"""Redemption: a month's sales are held on its last day, paid on the 5th of the next, or sent back.

Places are done in chunks of short transactions; ids derive from the run and the place, and each
chunk marks how far it came: stopped anywhere and started again, it ends the same.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, work
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer
from caisse.merchants.codes import CODES
from caisse.merchants.models import Place, Redemption, RedemptionRun
from caisse.merchants.queries import Progress, progress
from caisse.merchants.rules import RedemptionRules, held_on, redemption

CHUNK = 200  # places a transaction: a payment never waits for more than these
TRIES = 5
BANK, FUND = "bank:caisse", "fund:caisse"
State = Redemption.State
T = TypeVar("T")


class _Moved(Exception):
    """Money left a place between the reading and the holding of its chunk: read it again."""


def hold_sales(*, month: Month, by: Actor) -> Progress:
    """Hold what each place has earned until now as the sales of `month`, for payment next month.

    Run on the last day of the month, or later. A place below article redemption.min_amount_cents,
    or below zero after refunds, is carried over. The fee, if there is one, is held for the fund.
    Where places ask for themselves (article redemption.frequency) nobody is held here: the month's
    requests are closed. Repeatable. Raises Refusal: too_early.
    """
    rules = _rules(month)
    if clock.today() < (held_on(month, rules) or month.last):
        raise Refusal("too_early", f"Les ventes de {month} se figent le dernier jour du mois.")
    run_id = _begin(month, by)
    work.through(lambda: _again(lambda: _hold_chunk(run_id)))
    return _told(month)


def ask_redemption(*, place_id: int, by: Actor, id: Id | None = None) -> int:
    """Hold what a place has earned until now, because it asks; the cents that it will get.

    Paid with the month's others. Raises Refusal: not_on_demand, already_asked (this month),
    nothing_to_pay (or below the minimum), unknown_place, differs. Repeatable by `id`.
    """
    return _again(lambda: _ask(place_id, Month.of(clock.today()), by, id))


def pay_redemptions(*, month: Month, by: Actor) -> Progress:
    """Post what was held for `month`: the bank has paid the places. Run on the 5th of the next.

    Statements that the bank refused before are left out. Repeatable. Raises Refusal: not_held,
    bank_short (the account does not hold the sum).
    """
    run_id = begin_paying(month, by)
    try:
        work.through(lambda: _pay_chunk(run_id))
    except Refused as refused:
        raise _short(refused, "bank_short", "payer les lieux") from refused
    return _told(month)


@sent_again
@ledger.repeatable
def void_redemption(
    *, place_id: int, month: Month, by: Actor, code: str, id: Id | None = None
) -> None:
    """Send back a transfer that the bank refused, with its `code` (one of CODES): owed again.

    Before payment the hold is voided; after it the payment is reversed. Either way the money stands
    on the place's account and goes with the next month's sales. Raises Refusal: code, no_statement,
    already_refused, fund_short (the fee cannot be given back), differs.
    """
    if code not in CODES:
        raise Refusal("code", f"« {code[:20]} » n’est pas un motif de rejet ({', '.join(CODES)}).")
    content = {"code": code, "month": str(month)}
    if events.repeated("redemption.refused", subject=f"place:{place_id}", id=id, **content):
        return
    rows = Redemption.objects.select_for_update(of=("self",)).select_related("run", "place")
    row = rows.filter(run__month=month, place_id=place_id, cents__gt=0).first()
    if row is None:
        raise Refusal("no_statement", f"Aucun remboursement à ce lieu pour {month}.")
    if row.state == State.REFUSED:
        raise Refusal("already_refused", "Ce remboursement est déjà noté comme refusé.")
    cause = events.record("redemption.refused", subject=row.place, by=by, id=id, **content)
    if row.state == State.PAID:
        undo = [_reverse(post, cause) for post in _posts(row.run, [row])]
    else:
        undo = [_closing(hold, "void", cause) for hold in _holds(row.run, [row])]
    try:
        ledger.post(undo)
    except Refused as refused:
        raise _short(refused, "fund_short", "rendre les frais") from refused
    row.state, row.code = State.REFUSED, code
    row.save()


@ledger.repeatable
def _ask(place_id: int, month: Month, by: Actor, id: Id | None) -> int:
    """Hold a place's sales at its request, once a month; the cents that it will get."""
    place = Place.objects.select_for_update().filter(pk=place_id).first()
    if place is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    before = events.repeated("redemption.asked", subject=place, id=id)
    if before is not None:  # asked on the last evening of a month, it may be sent again in the next
        asked_in = Month.parse(before.data["month"])
        return Redemption.objects.get(run__month=asked_in, place=place).cents
    rules = _rules(month)
    if held_on(month, rules) is not None:
        raise Refusal("not_on_demand", "Ici, les lieux sont remboursés chaque mois sans demander.")
    run = _run(month, by)
    if run.held or run.redemptions.filter(place=place).exists():
        raise Refusal("already_asked", "Une demande est déjà en cours pour ce mois.")
    events.record("redemption.asked", subject=place, by=by, id=id, month=str(month))
    _hold(run, [place], rules)
    row = run.redemptions.filter(place=place).first()
    if row is None or row.cents == 0:
        raise Refusal("nothing_to_pay", "Rien à rembourser pour l’instant, ou moins que le seuil.")
    return row.cents


@ledger.repeatable
def _begin(month: Month, by: Actor) -> int:
    return _run(month, by).pk


def _run(month: Month, by: Actor) -> RedemptionRun:
    """The month's run, under lock, begun now when there is none; in the caller's transaction."""
    run = RedemptionRun.objects.select_for_update().filter(month=month).first()
    if run is not None:
        return run
    cause = events.record("sales.held", subject=month, by=by)
    return RedemptionRun.objects.create(month=month, held_cause=cause)


@ledger.repeatable
def begin_paying(month: Month, by: Actor) -> int:
    """Say once that the month's redemptions are being paid; the run's id. Raises Refusal not_held.

    What `pay_redemptions` begins with; alone, in the transaction of an agreement.
    """
    run = RedemptionRun.objects.select_for_update().filter(month=month, held=True).first()
    if run is None:
        raise Refusal("not_held", f"Les ventes de {month} ne sont pas encore figées.")
    if run.paid_cause is None:
        run.paid_cause = events.record("redemption.paid", subject=month, by=by)
        run.save()
    return run.pk


def _again(step: Callable[[], T]) -> T:
    """Do `step`, from its beginning when money moved under its hands."""
    for _ in range(TRIES - 1):
        try:
            return step()
        except _Moved:
            continue
    return step()


@ledger.repeatable
def _hold_chunk(run_id: int) -> bool:
    """Hold the sales of the next places; False when all are done."""
    run = RedemptionRun.objects.select_for_update().get(pk=run_id)
    if run.held:
        return False
    rules = _rules(run.month)
    places: list[Place] = []
    if held_on(run.month, rules) is not None:
        approved = Place.objects.filter(pk__gt=run.held_to, agreements__isnull=False).distinct()
        places = list(approved.order_by("id")[:CHUNK])
    asked = set(run.redemptions.filter(place__in=places).values_list("place_id", flat=True))
    _hold(run, [place for place in places if place.pk not in asked], rules)
    run.held_to = places[-1].pk if places else run.held_to
    run.held = len(places) < CHUNK
    run.save()
    return not run.held


def _hold(run: RedemptionRun, places: Sequence[Place], rules: RedemptionRules) -> None:
    """Write the statements of some places and hold their money, in the caller's transaction."""
    codes = [place.account for place in places]
    free = {code: row.balance - row.held for code, row in books.accounts(codes).items()}
    rows = []
    for place in places:
        cents = free.get(place.account, 0)
        due = redemption(cents, rules)
        carried = cents if due.paid_cents == due.fee_cents == 0 else 0
        if cents:
            rows.append(
                Redemption(
                    run=run, place=place, cents=due.paid_cents, fee_cents=due.fee_cents,
                    carried_cents=carried,
                )
            )  # fmt: skip
    Redemption.objects.bulk_create(rows)
    ledger.post(_holds(run, rows))
    # The floor of a place lets refunds go below zero; a hold must not. The accounts that were held
    # are locked by now: what left one of them since it was read shows here.
    touched = books.accounts(row.place.account for row in rows if row.cents or row.fee_cents)
    if any(row.balance - row.held < 0 for row in touched.values()):
        raise _Moved


@ledger.repeatable
def _pay_chunk(run_id: int) -> bool:
    """Post the holds of the next statements; False when all are done."""
    run = RedemptionRun.objects.select_for_update().get(pk=run_id)
    if run.paid:
        return False
    left = run.redemptions.select_for_update(of=("self",)).select_related("place")
    left = left.filter(place_id__gt=run.paid_to).order_by("place_id")
    rows = list(left[:CHUNK])
    due = [row for row in rows if row.state == State.COMPUTED and (row.cents or row.fee_cents)]
    ledger.post(_posts(run, due))
    Redemption.objects.filter(pk__in=[row.pk for row in due]).update(state=State.PAID)
    run.paid_to = rows[-1].place_id if rows else run.paid_to
    run.paid = len(rows) < CHUNK
    run.save()
    return not run.paid


def _holds(run: RedemptionRun, rows: Sequence[Redemption]) -> list[Transfer]:
    """The held transfers of some statements: place → bank, and place → fund for the fee."""
    held = []
    for row in rows:
        parts = (("redemption", BANK, row.cents), ("redemption_fee", FUND, row.fee_cents))
        for reason, credit, cents in parts:
            if cents:
                id = derived_id(run.held_cause, f"{reason}:{row.place_id}")
                held.append(
                    Transfer(
                        id, row.place.account, credit, cents, reason, run.held_cause,
                        phase="held", for_month=run.month,
                    )
                )  # fmt: skip
    return held


def _posts(run: RedemptionRun, rows: Sequence[Redemption]) -> list[Transfer]:
    """What posts the holds of some statements, once the run is being paid."""
    assert run.paid_cause is not None, "the run is being paid"
    return [_closing(hold, "post", run.paid_cause) for hold in _holds(run, rows)]


def _closing(hold: Transfer, phase: str, cause: Id) -> Transfer:
    """Post or void a held transfer; its month is that of the closing."""
    place_id = hold.debit.removeprefix("place:")
    id = derived_id(cause, f"{hold.reason}:{place_id}")
    return hold._replace(id=id, phase=phase, of=hold.id, cause=cause, for_month=None)


def _reverse(post: Transfer, cause: Id) -> Transfer:
    """Undo a posted transfer: its accounts exchanged."""
    return _closing(post, "reverse", cause)._replace(debit=post.credit, credit=post.debit)


def _short(refused: Refused, reason: str, purpose: str) -> Exception:
    """A refusal in words when money is missing; anything else is a fault of ours, and stays one."""
    if refused.answer != "insufficient":
        return refused
    return Refusal(reason, f"Le compte de la caisse ne contient pas assez pour {purpose}.")


def _rules(month: Month) -> RedemptionRules:
    return bylaws.in_force(RedemptionRules, month=month)


def _told(month: Month) -> Progress:
    told = progress(month=month)
    assert told is not None, "the run was begun"
    return told
