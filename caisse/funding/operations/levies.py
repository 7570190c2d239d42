"""What the levy set aside is paid out: held until the bank confirms, then posted, or given up."""

from caisse.funding.operations.checks import check_cents
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.ledger.rules import Refused, Transfer

BANK = "bank:caisse"


@ledger.repeatable
def pay_out_levy(*, fund: str, cents: int, by: Actor, id: Id | None = None) -> Id:
    """Order the bank to pay `cents` out of the named fund `fund` (solidarity, education…).

    The money is held in `fund:named:<fund>` until `confirm_levy` or `void_levy`, which take the id
    that this returns, the event's. Repeatable by `id`. Raises Refusal: amount, unknown_fund,
    fund_short, differs.
    """
    account = f"fund:named:{fund}"
    content = {"cents": check_cents(cents)}
    if events.repeated("levy.ordered", subject=account, id=id, **content) and id is not None:
        return id
    if books.account(account) is None:
        raise Refusal("unknown_fund", "Ce fonds n’existe pas : aucun prélèvement n’y est entré.")
    cause = events.record("levy.ordered", subject=account, by=by, id=id, **content)
    order = Transfer(
        derived_id(cause, "levy_out"), account, BANK, cents, "levy_out", cause, phase="held"
    )
    _post(order, "fund_short", "Ce fonds ne contient pas cette somme.")
    return cause


@ledger.repeatable
def confirm_levy(*, payout: Id, by: Actor) -> None:
    """The bank has paid what `pay_out_levy` ordered as `payout`. Twice is once.

    Raises Refusal: unknown_payout, voided (the order was given up), bank_short.
    """
    held = _locked(payout)
    if not _is_closed(held, "post", "voided", "Cet ordre a été annulé : passez-en un autre."):
        cause = events.record("levy.paid", subject=held.debit, by=by, payout=show_id(payout))
        _post(
            _closing(held, "post", cause), "bank_short", "La caisse n’a pas cette somme en banque."
        )


@ledger.repeatable
def void_levy(*, payout: Id, by: Actor) -> None:
    """Give up the order `payout`: the bank did not pay it, the money stays in its fund.

    Twice is once. Raises Refusal: unknown_payout, paid (the bank has paid it).
    """
    held = _locked(payout)
    if not _is_closed(held, "void", "paid", "Cet ordre est déjà payé."):
        cause = events.record("levy.voided", subject=held.debit, by=by, payout=show_id(payout))
        _post(_closing(held, "void", cause), "paid", "Cet ordre est déjà payé.")


def _locked(payout: Id) -> Movement:
    """The held transfer of an order, its fund locked: two people may be closing it."""
    held = books.transfer(derived_id(payout, "levy_out"))
    if held is None or (held.reason, held.cause) != ("levy_out", payout):
        raise Refusal("unknown_payout", "Cet ordre de paiement n’est pas connu.")
    ledger.lock([held.debit, held.credit])
    return held


def _is_closed(held: Movement, phase: str, reason: str, sentence: str) -> bool:
    """True when the order is closed by `phase`; Refusal when it is closed by the other one."""
    closed_by = {movement.phase for movement in books.refers_to(held.id)}
    if closed_by - {phase}:
        raise Refusal(reason, sentence)
    return bool(closed_by)


def _closing(held: Movement, phase: str, cause: Id) -> Transfer:
    return Transfer(
        derived_id(cause, "levy_out"), held.debit, held.credit, held.cents, "levy_out", cause,
        phase=phase, of=held.id,
    )  # fmt: skip


def _post(line: Transfer, reason: str, sentence: str) -> None:
    try:
        ledger.post([line])
    except Refused as refused:
        if refused.answer != "insufficient":
            raise
        raise Refusal(reason, sentence) from None
