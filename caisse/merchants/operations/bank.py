"""Bank details: whoever proposes a change, the office rings back and a second person agrees.

Nobody takes a merchant's word in a message for its new account: that is how money is stolen.
"""

import unicodedata

from django.db import transaction
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants.models import BankDetails, Merchant
from caisse.people import operations as people
from caisse.people import queries as registry

State = BankDetails.State
KIND = "bank_details.change"
OFFICE = ("coordinator", "treasurer")


@transaction.atomic
def propose_bank_details(
    *, merchant_id: int, iban: str, holder: str, by: Actor, id: Id | None = None
) -> int:
    """Write down where a merchant wants to be paid; nothing changes before the office has agreed.

    It takes the place of a proposal that nobody has called about yet. Returns its number.
    Raises Refusal: `unknown_merchant`, `iban`, `holder`, `same`, `called`, `differs`.
    """
    number, name = _read_iban(iban), _read_holder(holder)
    merchant = Merchant.objects.select_for_update().filter(pk=merchant_id).first()
    if merchant is None:
        raise Refusal("unknown_merchant", "Cette structure n’est pas connue.")
    before = None if id is None else BankDetails.objects.filter(cause=id).first()
    if before is not None:
        said = (before.merchant_id, before.iban, before.holder)
        return before.pk if said == (merchant_id, number, name) else events.refuse_other()
    rows = merchant.bank_details.all()
    if rows.filter(state=State.IN_FORCE, iban=number, holder=name).exists():
        raise Refusal("same", "Ces coordonnées bancaires sont déjà les vôtres.")
    waiting = rows.filter(state=State.PROPOSED).first()
    if waiting is not None:
        if _called(waiting):
            raise Refusal("called", "Un changement attend déjà son deuxième accord au bureau.")
        _settle(waiting, State.DECLINED)
    cause = events.record("bank_details.proposed", subject=_subject(merchant.pk), by=by, id=id)
    return merchant.bank_details.create(
        iban=number, holder=name, proposed_by=by.id, proposed_at=clock.now_ms(), cause=cause
    ).pk


@ledger.repeatable
@transaction.atomic
def confirm_bank_details(*, details_id: int, by: Actor, id: Id) -> Id:
    """Say that one has rung the merchant back on the number known before; a second person agrees.

    Returns the id of the act that waits. Repeatable by `id`. Raises Refusal: `too_late`, `called`,
    `role`, `differs`.
    """
    if people.prepared_before(id, KIND, details=details_id) is not None:
        return id
    row = BankDetails.objects.select_for_update().filter(pk=details_id).first()
    if row is None or row.state != State.PROPOSED:
        raise Refusal("too_late", "Ce changement n’attend plus rien.")
    if _called(row):
        raise Refusal("called", "Quelqu’un a déjà rappelé ce lieu. Il manque le deuxième accord.")
    subject = _subject(row.merchant_id)
    act = people.prepare_act(
        kind=KIND, subject=subject, payload={"details": details_id}, by=by, id=id
    )
    row.act = act
    row.save(update_fields=["act"])
    return act


@transaction.atomic
def decline_bank_details(*, details_id: int, by: Actor, reason: str) -> None:
    """Leave the details as they are; the proposal is over. Raises Refusal: `reason`, `too_late`."""
    row = BankDetails.objects.select_for_update().filter(pk=details_id).first()
    if row is None or row.state != State.PROPOSED:
        raise Refusal("too_late", "Ce changement n’attend plus rien.")
    if row.act is not None and _called(row):
        people.decline(act_id=row.act, by=by, reason=reason)
    elif not reason.strip():
        raise Refusal("reason", "Dites pourquoi, en quelques mots.")
    _settle(row, State.DECLINED)
    events.record("bank_details.declined", subject=_subject(row.merchant_id), by=by)


def _tell(payload: dict[str, int]) -> list[tuple[str, str]]:
    """Whose account, and its last signs, for whoever has to agree."""
    row = BankDetails.objects.select_related("merchant").filter(pk=payload["details"]).first()
    if row is None:
        return []
    return [
        ("Structure", row.merchant.name),
        ("Nom du compte", row.holder),
        ("IBAN", f"{row.iban[:4]} •••• {row.iban[-4:]}"),
    ]


@people.acts(KIND, "changer les coordonnées bancaires d’un lieu", *OFFICE, tell=_tell)
def _change(payload: dict[str, int], by: Actor, id: Id) -> None:
    """Put the proposed details in force: the second person has agreed."""
    row = BankDetails.objects.select_for_update().filter(pk=payload["details"]).first()
    if row is None or row.state != State.PROPOSED or row.act != id:
        raise Refusal("too_late", "Ce changement n’attend plus rien.")
    before = BankDetails.objects.filter(merchant_id=row.merchant_id, state=State.IN_FORCE).first()
    if before is not None:
        _settle(before, State.REPLACED)
    events.record("bank_details.changed", subject=_subject(row.merchant_id), by=by, id=id)
    _settle(row, State.IN_FORCE)


def _settle(row: BankDetails, state: BankDetails.State) -> None:
    row.state, row.changed_at = state, clock.now_ms()
    row.save(update_fields=["state", "changed_at"])


def _called(row: BankDetails) -> bool:
    """Whether somebody has rung back and a second person has not answered yet."""
    act = None if row.act is None else registry.act(row.act)
    return act is not None and act.state == "waiting"


def _read_iban(text: str) -> str:
    try:
        return str(ibans.validate(text))
    except ValidationError:
        raise Refusal(
            "iban", "Cet IBAN n’est pas exact. Recopiez-le depuis votre relevé."
        ) from None


def _read_holder(text: str) -> str:
    said = " ".join(unicodedata.normalize("NFC", text).split())
    hidden = any(unicodedata.category(char) in ("Cc", "Cf") for char in said)
    if not said or len(said) > 70 or hidden:
        raise Refusal("holder", "Écrivez le nom du compte, comme sur le relevé de la banque.")
    return said


def _subject(merchant_id: int) -> str:
    return f"merchant:{merchant_id}"
