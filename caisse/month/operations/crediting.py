"""Credit: set the month's money apart, let old balances expire, credit the wallets, close.

Every step is a short transaction with ids derived from the run, so that a run killed at any point
and started again ends the same.
"""

import numpy as np
from django.db import transaction
from django.db.models import F, Sum

from caisse.bylaws import queries as bylaws
from caisse.funding.rules import FundRules, issuable
from caisse.kernel import clock, events, work
from caisse.kernel.actor import Actor
from caisse.kernel.cents import show
from caisse.kernel.ids import derived_id, derived_ids
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as balances
from caisse.ledger.rules import Outcome, Refused, Transfer
from caisse.month.models import MonthlyRun, RunState
from caisse.month.operations.validating import run_of
from caisse.month.queries import recent_cents
from caisse.month.rules import AllocationRules, BalanceRules, expired, months_kept

CHUNK = 5_000
WITHOUT_CAP = 1 << 62
DESTINATIONS = {
    "fund": "fund:caisse",
    "solidarity_pot": "fund:named:solidarity",
    "investment_fund": "fund:named:investment",
}


def credit(*, month: Month, by: Actor) -> int:
    """Credit the wallets of the approved plan; returns the cents credited. Repeatable.

    Raises Refusal: `not_approved`, `too_early` before the credit day, `fund_short` when the fund
    cannot cover the month (the run waits in `approved` with its reason, and may be tried again).
    """
    run = _begin(month, by)
    if run.state in (RunState.CREDITED, RunState.CLOSED):
        return run.credited_cents or 0
    if run.expired_at is None:
        _expire(run, by)
    work.through(lambda: _credit_some(run))
    return _end(run, by)


@ledger.repeatable
def close(*, month: Month, by: Actor) -> None:
    """Close the month once every cent set apart for it has reached a wallet or the fund again.

    Raises Refusal: `not_credited`, `month_not_over`, `month_money_left`.
    """
    run = run_of(month)
    if run.state == RunState.CLOSED:
        return
    if run.state != RunState.CREDITED:
        raise Refusal("not_credited", f"Le mois {month} n’est pas encore versé.")
    if clock.today() < month.last:
        raise Refusal("month_not_over", f"Le mois {month} n’est pas fini.")
    left = balances.balance(run.account)
    if left:
        raise Refusal("month_money_left", f"Il reste {show(left)} mis à part pour {month}.")
    credited = MonthlyRun.objects.filter(month=month, state=RunState.CREDITED)
    credited.update(state=RunState.CLOSED)
    events.record("month.closed", subject=month, by=by)


def _begin(month: Month, by: Actor) -> MonthlyRun:
    """Set the money apart, first chain of the credit; why it waits is written on the run."""
    try:
        return _set_apart(month, by)
    except Refused as refused:
        _wait(month, refused.answer, by)
        total = balances.balance("fund:caisse")
        if refused.answer != "insufficient":
            raise Refusal(
                "credit_refused",
                f"Le registre refuse le versement de {month} ({refused.answer}). Rien n’est versé.",
            ) from None
        raise Refusal(
            "fund_short",
            f"Le fonds de la caisse ne couvre pas le mois {month} : il contient {show(total)}. "
            "Rien n’est versé. Le versement attend et pourra être relancé.",
        ) from None
    except Refusal as refusal:
        if refusal.reason == "cover_broken":
            _wait(month, refusal.reason, by)
        raise


@ledger.repeatable
def _set_apart(month: Month, by: Actor) -> MonthlyRun:
    run = run_of(month)
    if run.state in (RunState.CREDITED, RunState.CLOSED):
        return run
    if run.state != RunState.APPROVED:
        raise Refusal("not_approved", f"Le mois {month} n’est pas encore approuvé.")
    if clock.today() < run.credit_on:
        raise Refusal(
            "too_early", f"Le versement de {month} est prévu le {run.credit_on:%d/%m/%Y}."
        )
    _covered(run)
    ledger.post(_first_chain(run))
    if run.waits_for:
        run.waits_for = ""
        run.save(update_fields=["waits_for"])
    return run


def _first_chain(run: MonthlyRun) -> list[Transfer]:
    chain = []
    if run.total_cents:
        chain.append(
            Transfer(
                derived_id(run.cause, "month"), "fund:caisse", run.account, run.total_cents,
                "month", run.cause, for_month=run.month,
            )
        )  # fmt: skip
    if run.levy_cents:
        fund = f"fund:named:{bylaws.in_force(AllocationRules, month=run.month).levy_to}"
        ledger.open_accounts([fund])
        chain.append(
            Transfer(
                derived_id(run.cause, "levy"), "fund:caisse", fund, run.levy_cents, "levy",
                run.cause, for_month=run.month,
            )
        )  # fmt: skip
    return chain


def _covered(run: MonthlyRun) -> None:
    """Issuing stops while what the bank took is not made good out of the fund (ledger.md 1)."""
    if balances.transfer(derived_id(run.cause, "month")) is not None:
        return
    owed = balances.total("receivable:returns", "receivable:fees")
    if owed < 0 and balances.balance("fund:caisse") + owed < run.total_cents + run.levy_cents:
        raise Refusal(
            "cover_broken",
            f"La banque a repris {show(-owed)} qui ne sont pas encore rendus au fonds. "
            "Le versement attend que la couverture soit rétablie.",
        )
    ratio = bylaws.in_force(FundRules, month=run.month)
    circulation = balances.total("wallet", "place", "voucher", "reserve")
    if issuable(-balances.balance("bank:caisse"), circulation, ratio) < run.total_cents:
        raise Refused([Outcome("insufficient", run.cause)])


@transaction.atomic
def _wait(month: Month, answer: str, by: Actor) -> None:
    run = run_of(month)
    if run.waits_for != answer:
        run.waits_for = answer
        run.save(update_fields=["waits_for"])
        events.record("month.waiting", subject=month, by=by, answer=answer)


def _expire(run: MonthlyRun, by: Actor) -> None:
    """Old balances leave before the credit: first in, first out, without lots."""
    rules = bylaws.in_force(BalanceRules, month=run.month)
    kept = months_kept(rules)
    if kept is not None and run.position == 0:
        target = DESTINATIONS[rules.expiry_destination]
        lines = run.lines.order_by("pk").values_list("pk", "wallet")
        after = 0

        def step() -> int:
            nonlocal after
            rows = list(lines.filter(pk__gt=after)[:CHUNK])
            if rows:
                after = rows[-1][0]
                _expire_some(run, [wallet for _, wallet in rows], rules, kept, target)
            return len(rows)

        work.through(step)
    run.expired_at = clock.now_ms()
    run.save(update_fields=["expired_at"])


@ledger.repeatable
def _expire_some(
    run: MonthlyRun, wallets: list[int], rules: BalanceRules, kept: int, target: str
) -> None:
    """One chunk of wallets, judged under lock: who pays meanwhile waits, and finds what is left."""
    if run_of(run.month).expired_at is not None:
        return  # another process did it all, and what stands in the wallets may be new
    recent = recent_cents(wallets, run.month, kept)
    ids = derived_ids(run.cause, "expiry", wallets)
    codes = [f"wallet:{wallet}" for wallet in wallets]
    states = ledger.lock([target, *codes])
    done = {movement.id for movement in balances.transfers(ids)}
    cents = np.array(
        [
            0 if id in done else min(
                expired(states[code].balance, recent[wallet], rules), states[code].available
            )
            for id, code, wallet in zip(ids, codes, wallets, strict=True)
        ],
        dtype=np.int64,
    )  # fmt: skip
    rows = np.flatnonzero(cents > 0).tolist()
    ledger.gather(
        debits=[codes[n] for n in rows], credit=target, cents=cents[rows],
        ids=[ids[n] for n in rows], reason="expiry", cause=run.cause, for_month=run.month,
    )  # fmt: skip


@ledger.repeatable
def _credit_some(run: MonthlyRun) -> bool:
    """Credit the next lines that are not written, money and line in one transaction."""
    fields = ("pk", "wallet", "allocated_cents", "ceiling_cents")
    lines = run.lines.filter(credited_cents=None).order_by("pk").select_for_update()
    rows = list(lines.values_list(*fields)[:CHUNK])
    if not rows:
        return False
    asked = np.array([row[2] for row in rows], dtype=np.int64)
    caps = np.array([WITHOUT_CAP if row[3] is None else row[3] for row in rows], dtype=np.int64)
    wallets = [row[1] for row in rows]
    given = ledger.spread(
        debit=run.account, credits=[f"wallet:{wallet}" for wallet in wallets], cents=asked,
        ids=derived_ids(run.cause, "allocation", wallets), reason="allocation", cause=run.cause,
        for_month=run.month, ceilings=caps,
    )  # fmt: skip
    chunk = run.lines.filter(pk__gte=rows[0][0], pk__lte=rows[-1][0], credited_cents=None)
    for n in np.flatnonzero(given != asked).tolist():
        run.lines.filter(pk=rows[n][0]).update(credited_cents=int(given[n]))
    chunk.update(credited_cents=F("allocated_cents"))  # most lines are credited as planned
    return True


@ledger.repeatable
def _end(run: MonthlyRun, by: Actor) -> int:
    """What caps and closed wallets left goes back to the fund; the run is credited."""
    locked = run_of(run.month)
    if locked.state != RunState.APPROVED:
        return locked.credited_cents or 0
    given = locked.lines.aggregate(total=Sum("credited_cents"))["total"] or 0
    rest = locked.total_cents - given
    cause = events.record(
        "month.credited", subject=run.month, by=by, position=run.position, credited_cents=given,
        rest_cents=rest,
    )  # fmt: skip
    if rest:
        ledger.post(
            [
                Transfer(
                    derived_id(cause, "month_rest"), locked.account, "fund:caisse", rest,
                    "month_rest", cause, for_month=locked.month,
                )
            ]
        )  # fmt: skip
    locked.state, locked.credited_cents = RunState.CREDITED, given
    locked.save(update_fields=["state", "credited_cents"])
    return given
