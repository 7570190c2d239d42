"""Grants: signed, received in instalments, postponed, topped up, written off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from caisse.funding.models import Expectation, Fund, Funder, Grant, GrantReceipt, Instalment
from caisse.funding.operations.checks import check_cents, check_known_on
from caisse.funding.queries import expected_of
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer

CLAIMS = "claims:grant"


@dataclass(frozen=True, slots=True)
class Signed:
    """A grant that was signed, and its instalments in the order of the agreement."""

    grant_id: int
    instalment_ids: tuple[int, ...]


@ledger.repeatable
def add_funder(*, name: str, by: Actor) -> int:
    """Write down the funder `name` when it is new; its id. Refusal("name") when it is empty."""
    name = " ".join(name.split())
    if not name:
        raise Refusal("name", "Écrivez le nom du financeur.")
    funder, new = Funder.objects.get_or_create(name=name)
    if new:
        events.record("funder.added", subject=f"funder:{funder.pk}", by=by)
    return funder.pk


@ledger.repeatable
def sign_grant(
    *,
    funder_id: int,
    fund: str,
    label: str,
    instalments: Sequence[tuple[date, int]],
    by: Actor,
    signed_on: date | None = None,
    is_investment: bool = False,
    id: Id | None = None,
) -> Signed:
    """Write down a signed agreement: `instalments` are (due date, cents), known from `signed_on`.

    `fund` is caisse or operating. The sum is called in the memo pair `receivable:grant:<id>` /
    `claims:grant`; no money moves. Raises Refusal: amount, unknown_funder, unknown_fund, known_on,
    differs.
    """
    content = {
        "fund": fund,
        "funder": funder_id,
        "instalments": [[str(due_on), cents] for due_on, cents in instalments],
    }
    known = None if id is None else Grant.objects.filter(cause=id).first()
    if events.repeated("grant.signed", subject=known or "", id=id, **content) and known:
        told = (known.label, known.is_investment)  # the label was typed: it is in no event
        if told != (label.strip(), is_investment) or signed_on not in (None, known.signed_on):
            events.refuse_other()
        return _signed(known)
    on = check_known_on(signed_on)
    _check_agreement(funder_id, fund, instalments)
    grant = Grant(
        funder_id=funder_id,
        fund=fund,
        label=label.strip(),
        is_investment=is_investment,
        cents=sum(cents for _, cents in instalments),
        signed_on=on,
        cause=id or new_id(),
    )
    _open(grant, by, content)
    for number, (due_on, cents) in enumerate(instalments, start=1):
        _expect(
            Instalment.objects.create(grant=grant, number=number), due_on, cents, on, grant.cause
        )
    ledger.post([_call(grant, grant.cents, grant.cause)])
    return _signed(grant)


@ledger.repeatable
def receive_instalment(
    *, instalment_id: int, by: Actor, cents: int | None = None, id: Id | None = None
) -> Id:
    """Receive an instalment at the bank: all that is left of it, or `cents`; the event's id.

    Raises Refusal: unknown_instalment, amount, settled (nothing is left), more_than_expected.
    """
    instalment = _locked(instalment_id)
    grant, today = instalment.grant, clock.today()
    content = {"asked": cents, "instalment": instalment_id}
    if id is not None and events.repeated("instalment.received", subject=grant, id=id, **content):
        return id
    planned = expected_of(instalment_id, known_at=today)
    if planned is None:
        raise Refusal("settled", "Ce versement est déjà arrivé en entier.")
    received = planned.cents if cents is None else check_cents(cents)
    if received > planned.cents:
        raise Refusal(
            "more_than_expected",
            f"On attend {money.show(planned.cents)} de ce versement. Si le financeur donne plus, "
            "notez d’abord le nouveau montant.",
        )
    cause = events.record("instalment.received", subject=grant, by=by, id=id, **content)
    GrantReceipt.objects.create(
        grant=grant, instalment=instalment, cents=received, received_on=today, cause=cause
    )
    ledger.post(_receipt(grant, received, cause))
    return cause


@ledger.repeatable
def top_up(*, funder_id: int, cents: int, by: Actor, id: Id | None = None) -> Id:
    """Receive what a third party adds to members' contributions, into the caisse's fund.

    It passes through the open-ended grant of this payer, made at the first top-up; what it owes is
    called and settled at once. Returns the event's id. Raises Refusal: unknown_funder, amount.
    """
    check_cents(cents)
    content = {"cents": cents, "funder": funder_id}
    subject = f"funder:{funder_id}"
    if id is not None and events.repeated("funder.topped_up", subject=subject, id=id, **content):
        return id
    grant = _open_ended_grant(funder_id, by)
    cause = events.record("funder.topped_up", subject=subject, by=by, id=id, **content)
    GrantReceipt.objects.create(grant=grant, cents=cents, received_on=clock.today(), cause=cause)
    ledger.post([_call(grant, cents, cause), *_receipt(grant, cents, cause)])
    return cause


@ledger.repeatable
def postpone(
    *,
    instalment_id: int,
    due_on: date,
    by: Actor,
    known_on: date | None = None,
    cents: int | None = None,
    id: Id | None = None,
) -> Id:
    """A letter of `known_on` moves an instalment to `due_on`, or gives it a new amount in whole.

    What was expected before stays written: forecasts for the days before the letter do not change.
    A new amount is called, or what is given up is written off, in the memo pair. Raises Refusal:
    unknown_instalment, amount, settled, known_on (in the future, or older than the last letter).
    """
    instalment = _locked(instalment_id)
    content = {
        "due_on": str(due_on), "known_on": str(known_on or ""), "instalment": instalment_id,
        "new_cents": cents,
    }  # fmt: skip
    if id is not None and events.repeated(
        "instalment.postponed", subject=instalment.grant, id=id, **content
    ):
        return id
    last = instalment.expectations.order_by("known_on", "id").last()
    assert last is not None, "an instalment is created with its first expectation"
    on = check_known_on(known_on, not_before=last.known_on)
    if expected_of(instalment_id, known_at=clock.today()) is None:
        raise Refusal("settled", "Ce versement est déjà arrivé en entier.")
    new = last.cents if cents is None else check_cents(cents)
    if new < _received(instalment):
        raise Refusal("amount", "Une plus grande part de ce versement est déjà arrivée.")
    cause = events.record("instalment.postponed", subject=instalment.grant, by=by, id=id, **content)
    _expect(instalment, due_on, new, on, cause)
    _adjust_claim(instalment.grant, new - last.cents, cause)
    return cause


@ledger.repeatable
def write_off_grant(*, grant_id: int, by: Actor, id: Id | None = None) -> int:
    """Give up what a funder will not pay any more: no longer expected from today on; its cents.

    Raises Refusal: unknown_grant, settled (nothing is left to give up).
    """
    grant = Grant.objects.select_for_update().filter(pk=grant_id).first()
    if grant is None:
        raise Refusal("unknown_grant", "Cette convention n’est pas connue.")
    if id is not None and events.repeated("grant.written_off", subject=grant, id=id):
        return _cents_of(id)
    today = clock.today()
    left = [
        planned
        for instalment in grant.instalments.order_by("number")
        if (planned := expected_of(instalment.pk, known_at=today)) is not None
    ]
    if not left:
        raise Refusal("settled", "Cette convention est déjà payée en entier.")
    cause = events.record("grant.written_off", subject=grant, by=by, id=id)
    for planned in left:
        instalment = Instalment.objects.get(pk=planned.instalment_id)
        _expect(instalment, planned.due_on, _received(instalment), today, cause)
    cents = sum(planned.cents for planned in left)
    _adjust_claim(grant, -cents, cause)
    return cents


def _open(grant: Grant, by: Actor, content: dict[str, Any]) -> None:
    """Sign a grant: save it with its event (each names the other), open its two accounts."""
    grant.save()
    events.record("grant.signed", subject=grant, by=by, id=grant.cause, **content)
    ledger.open_accounts([grant.account, grant.receivable])


def _open_ended_grant(funder_id: int, by: Actor) -> Grant:
    """The payer's grant for top-ups, opened at the first one."""
    if Funder.objects.select_for_update().filter(pk=funder_id).first() is None:
        raise Refusal("unknown_funder", "Ce financeur n’est pas connu.")
    grant = Grant.objects.filter(funder_id=funder_id, open_ended=True).first()
    if grant is None:
        grant = Grant(
            funder_id=funder_id, fund=Fund.CAISSE, label="Compléments de cotisation", cents=0,
            open_ended=True, signed_on=clock.today(), cause=new_id(),
        )  # fmt: skip
        _open(grant, by, {"fund": Fund.CAISSE.value, "funder": funder_id, "instalments": []})
    return grant


def _check_agreement(funder_id: int, fund: str, instalments: Sequence[tuple[date, int]]) -> None:
    if not instalments:
        raise Refusal("amount", "Une convention promet au moins un versement.")
    for _, cents in instalments:
        check_cents(cents)
    if fund not in Fund.values:
        raise Refusal("unknown_fund", "Ce fonds n’existe pas : écrivez caisse ou operating.")
    if not Funder.objects.filter(pk=funder_id).exists():
        raise Refusal("unknown_funder", "Ce financeur n’est pas connu.")


def _signed(grant: Grant) -> Signed:
    rows = grant.instalments.order_by("number").values_list("id", flat=True)
    return Signed(grant.pk, tuple(rows))


def _locked(instalment_id: int) -> Instalment:
    """The instalment, its grant locked: receipts of one grant are judged one after the other."""
    instalment = Instalment.objects.filter(pk=instalment_id).first()
    if instalment is None:
        raise Refusal("unknown_instalment", "Ce versement n’est pas connu.")
    instalment.grant = Grant.objects.select_for_update().get(pk=instalment.grant_id)
    return instalment


def _received(instalment: Instalment) -> int:
    return sum(instalment.receipts.values_list("cents", flat=True))


def _expect(instalment: Instalment, due_on: date, cents: int, known_on: date, cause: Id) -> None:
    Expectation.objects.create(
        instalment=instalment, due_on=due_on, cents=cents, known_on=known_on, cause=cause
    )


def _cents_of(cause: Id) -> int:
    """What a write-off of the event `cause` gave up, read from the rows that it wrote."""
    given_up = 0
    for row in Expectation.objects.filter(cause=cause).select_related("instalment"):
        before = row.instalment.expectations.filter(pk__lt=row.pk).order_by("known_on", "id").last()
        given_up += 0 if before is None else before.cents - row.cents
    return given_up


def _call(grant: Grant, cents: int, cause: Id) -> Transfer:
    id = derived_id(cause, "grant_call")
    return Transfer(id, grant.receivable, CLAIMS, cents, "grant_call", cause)


def _adjust_claim(grant: Grant, cents: int, cause: Id) -> None:
    """Call `cents` more of the funder, or write off what it will not pay."""
    if cents > 0:
        ledger.post([_call(grant, cents, cause)])
    elif cents < 0:
        id = derived_id(cause, "write_off")
        ledger.post([Transfer(id, CLAIMS, grant.receivable, -cents, "write_off", cause)])


def _receipt(grant: Grant, cents: int, cause: Id) -> list[Transfer]:
    """bank → grant → fund, so that each euro names its funder, and the claim that it settles."""
    bank, fund = f"bank:{grant.fund}", f"fund:{grant.fund}"
    steps = [
        ("grant_in", bank, grant.account),
        ("grant_use", grant.account, fund),
        ("grant_settle", CLAIMS, grant.receivable),
    ]
    return [
        Transfer(derived_id(cause, reason), debit, credit, cents, reason, cause)
        for reason, debit, credit in steps
    ]
