"""Sales without network that came too late: written down once; a person pays them, or refuses.

What a person decides is no loss of the place's room: it is counted and looked at in one step, and
leaves in the fund what open licences may still lose.
"""

from typing import Any, NoReturn

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.again import sent_again
from caisse.kernel.cents import show
from caisse.kernel.ids import Id, derived_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import day, hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.ledger.rules import Refused, Transfer
from caisse.merchants import queries as merchants
from caisse.payments.models import LateSale
from caisse.payments.operations.covering import REQUESTS, looked_at
from caisse.payments.operations.offline_room import ROLES, free_of_fund
from caisse.payments.operations.opening import Opened
from caisse.payments.operations.slip_uses import payments_of
from caisse.payments.operations.twice import number_under, paid_under
from caisse.payments.queries.late_sales import alone_left
from caisse.payments.queries.offline import FUND, loss_account
from caisse.payments.queries.sales_lists import paid_list
from caisse.people import operations as people
from caisse.people import queries as registry

LATE_SALE = "offline.late"
MONTH_MS = 31 * clock.DAY_MS
MOST_LATE = 100  # sales of a place and a month that are written down though they came too late
MOST_COPIES = 20  # of these by copies of telephones alone: a hundred more are left to its tills
MOST_OF_WALLET = 10  # sales of one wallet and a month that its telephones have written down so


def note_late(opened: Opened) -> None:
    """Write a sale that is not paid any more down, once, for a person who may decide otherwise.

    In the caller's transaction. Of a place and a month so many at most: neither a till that cheats
    nor a telephone fills the journal. Nobody has looked at a code, so the row says nothing of who
    paid. For one that its till has undone nobody has to decide.
    """
    subject, id = f"place:{opened.licence.place_id}", _id_of(opened)
    if opened.cents <= 0 or opened.cancelled is not None:
        LateSale.objects.filter(pk=id, state=LateSale.State.WAITING).delete()
        return
    if events.repeated("sale.late", subject=subject, id=id) is not None:
        return
    if not _has_room(opened, subject):
        return
    events.record("sale.late", subject=subject, by=SYSTEM, id=id, cents=opened.cents)
    LateSale.objects.create(
        id=id, payment=opened.id, request=opened.request, licence=opened.licence,
        place_id=opened.licence.place_id, cents=opened.cents, method=opened.method,
        made_at=opened.made_at, at=clock.now_ms(),
    )  # fmt: skip


def _has_room(opened: Opened, subject: str) -> bool:
    """Whether one more is written down. Whatever copies there are, tills have MOST_LATE left."""
    since = clock.now_ms() - MONTH_MS
    known = events.count(name="sale.late", subject=subject, since=since)
    if not opened.is_copy:
        return known < MOST_LATE + MOST_COPIES
    mine = LateSale.objects.filter(payment__in=payments_of(opened.wallet_id), at__gt=since)
    return known < MOST_COPIES and mine.count() < MOST_OF_WALLET


def paid_late(opened: Opened) -> Movement | None:
    """The transfer with which a person has paid this very sale though it came too late."""
    row = LateSale.objects.filter(pk=_id_of(opened), state=LateSale.State.PAID).first()
    return None if row is None or row.number is None else books.transfer(row.number)


def no_longer_late(opened: Opened) -> None:
    """It was paid after all, by who signed it: nobody has to decide."""
    waiting = LateSale.objects.filter(pk=_id_of(opened), state=LateSale.State.WAITING)
    waiting.update(state=LateSale.State.POSTED, number=opened.id, decided_at=clock.now_ms())


@sent_again
@ledger.repeatable
@transaction.atomic
def pay_late_sale(*, sale_id: Id, by: Actor, id: Id) -> bool:
    """The caisse pays a place a sale that came too late; True when done, False when it waits.

    One person may decide up to R for a place within 31 days; beyond it a second one agrees, and
    always where a paper list was paid for its licence: the sale may be on it. Repeatable by `id`.
    Raises Refusal: role, late_unknown, late_decided, late_waits, late_paid, fund_short,
    place_closed, differs.
    """
    payload = {"sale": show_id(sale_id)}
    row = _row(sale_id)
    subject = f"place:{row.place_id}"
    if events.repeated("late.paid", subject=subject, id=id, **payload) is not None:
        return True
    if people.prepared_before(id, LATE_SALE, **payload) is not None:
        return False
    _demand_role(by)
    _take_turns(row)
    _demand(row)
    _demand_alone(row)
    if row.licence.listed_at is None and row.cents <= alone_left(row.place_id):
        _pay(row, by, id)
        return True
    people.prepare_act(
        kind=LATE_SALE, subject=subject, payload=payload, by=by, cents=row.cents, id=id
    )
    return False


@ledger.repeatable
@transaction.atomic
def refuse_late_sale(*, sale_id: Id, by: Actor, id: Id) -> None:
    """A sale that came too late stays unpaid: the place was told. Repeatable by `id`.

    Raises Refusal: role, late_unknown, late_decided, late_waits, differs.
    """
    row, said = _row(sale_id), {"sale": show_id(sale_id)}
    subject = f"place:{row.place_id}"
    if events.repeated("late.refused", subject=subject, id=id, **said) is not None:
        return
    _demand_role(by)
    _demand_waiting(row)
    _demand_alone(row)
    events.record("late.refused", subject=subject, by=by, id=id, cents=row.cents, **said)
    _decided(row, LateSale.State.REFUSED, id, None)


def _tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
    row = LateSale.objects.get(pk=parse_id(payload["sale"]))  # read by a page: it locks nothing
    place = merchants.place(row.place_id)
    lines = [
        ("Lieu", place.name if place else ""),
        ("Vendu le", _moment(row.made_at)),
        ("Arrivé le", _moment(row.at)),
    ]
    listed = paid_list(row.licence_id)
    return lines if listed is None else [*lines, ("Peut-être sur la liste payée", listed.told)]


@people.acts(LATE_SALE, "payer une vente arrivée trop tard", *ROLES, tell=_tell)
def carry_out_late(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Pay what two people agreed to; the event's id is derived from the act's."""
    row = _row(parse_id(payload["sale"]))
    _take_turns(row)
    _demand(row)
    _pay(row, by, derived_id(id, LATE_SALE))


def _pay(row: LateSale, by: Actor, id: Id) -> None:
    """Under the record's own number; one that the ledger finds too old gets one of the decision's.

    A record of that age is never posted again: it is found by its row.
    """
    said = {"sale": show_id(row.id)}
    subject = f"place:{row.place_id}"
    events.record("late.paid", subject=subject, by=by, id=id, cents=row.cents, **said)
    number = row.payment
    try:
        ledger.post(_chain(row, number, id))
    except Refused as refused:
        if refused.answer != "stale":
            _refuse(refused)
        number = derived_id(id, "sale")
        try:
            ledger.post(_chain(row, number, id))
        except Refused as again:
            _refuse(again)
    _decided(row, LateSale.State.PAID, id, number)


def _chain(row: LateSale, number: Id, cause: Id) -> list[Transfer]:
    """Fund to place, counted and looked at at once; its request is used up with it."""
    chain = looked_at(
        number, row.place_id, row.cents, cause, method=row.method, made_at=row.made_at
    )
    used = None if row.request is None else number_under(row.request)
    if used is not None:
        chain.append(Transfer(used, *REQUESTS, 1, "claim", cause, unit="mark", of=number))
    return chain


def _take_turns(row: LateSale) -> None:
    """Decisions for a place, and who opens a licence, are one after the other."""
    loss = loss_account(row.place_id)
    ledger.open_accounts([loss], ceiling=0)
    ledger.open_accounts(REQUESTS)
    ledger.lock([loss, "loss:all", FUND])


def _demand(row: LateSale) -> None:
    """It waits, nobody has paid it, the fund holds it beside what open licences may lose."""
    _demand_waiting(row)
    known = books.transfer(row.payment) or paid_under(row.request)
    paid = LateSale.objects.filter(payment=row.payment, state=LateSale.State.PAID)
    if known is not None or paid.exists():
        raise Refusal("late_paid", "Cette vente a été payée autrement. Rechargez la page.")
    left = free_of_fund()
    if row.cents > left:
        raise Refusal("fund_short", f"Le fonds ne contient que {show(max(0, left))} de libre.")


def _demand_waiting(row: LateSale) -> None:
    if row.state != LateSale.State.WAITING:
        raise Refusal("late_decided", "Cette vente est déjà décidée. Rechargez la page.")


def _demand_alone(row: LateSale) -> None:
    """Nobody decides beside two people who are about to."""
    sale, acts = show_id(row.id), registry.waiting_acts(LATE_SALE, subject=f"place:{row.place_id}")
    if any(act.payload.get("sale") == sale for act in acts):
        raise Refusal("late_waits", "Cette vente attend déjà une deuxième personne.")


def _demand_role(by: Actor) -> None:
    if not by.may(*ROLES):
        raise Refusal("role", "Votre rôle ne permet pas cet acte.")


def _decided(row: LateSale, state: LateSale.State, cause: Id, number: Id | None) -> None:
    row.state, row.cause, row.number, row.decided_at = state, cause, number, clock.now_ms()
    row.save(update_fields=["state", "cause", "number", "decided_at"])


def _refuse(refused: Refused) -> NoReturn:
    if refused.answer == "differs":
        raise Refusal("late_paid", "Cette vente a été payée autrement. Rechargez la page.")
    if refused.answer == "closed":
        raise Refusal("place_closed", "Ce lieu n’encaisse pas pour la caisse en ce moment.")
    raise refused


def _id_of(opened: Opened) -> Id:
    """Of the same number another content is another row."""
    return derived_id(opened.id, f"late:{opened.digest.hex()}")


def _row(sale_id: Id) -> LateSale:
    row = LateSale.objects.select_for_update().filter(pk=sale_id).first()
    if row is None:
        raise Refusal("late_unknown", "Cette vente n’est pas connue.")
    return row


def _moment(ms: int) -> str:
    at = clock.local(ms)
    return f"{day(at.date())}, {hour(at)}"
