"""Sales by telephone: the office holds the money for a place, and reads six figures out.

Source: payments.md section 4. The place types them later: its till posts the hold, for at most its
amount. A wrong entry counts against every agreement that waits at the place, under a lock, so that
tries at many tills at once are judged one after the other.
"""

import hmac
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer
from caisse.merchants import queries as merchants
from caisse.messages import queries as messages
from caisse.payments import keys, paper
from caisse.payments.models import PaperSale
from caisse.payments.operations import limits
from caisse.payments.operations.answers import Answer, plain, taken
from caisse.payments.operations.first_keys import first_pin_key
from caisse.payments.operations.paying import Purchase, pay_transfer
from caisse.payments.operations.paying_pin import paid_before
from caisse.payments.operations.tills import is_open
from caisse.payments.queries import Receipt, paper_sale_days
from caisse.payments.reasons import Declined, agreement_exceeded, declined
from caisse.payments.rules import within_amount
from caisse.people import queries as people

MOST_OPEN = 40  # that wait at one place: a guess meets one of them in 10^6 each
UNKNOWN = "Cet accord n’est pas connu."


class Held(NamedTuple):
    """What is read out: the six figures of an agreement, and until when (ms) they may be typed."""

    id: Id
    figures: str
    until: int


@sent_again
@ledger.repeatable
@transaction.atomic
@sensitive_variables()
def hold_paper_sale(*, holder_id: int, place_id: int, cents: int, by: Actor, id: Id) -> Held:
    """Hold `cents` of the holder's wallet for a place, for article payment.paper_sale_days.

    Who asks was checked before. Repeatable by `id`: the same figures. Raises Refusal: `unknown`,
    `unknown_place`, `paper_sales_off`, `amount`, `amount_limit`, `day_limit`, `paper_sales`,
    `funds_short`, `means_unavailable`, `place_closed`, `differs`.
    """
    spender, place = people.holder_numbered(holder_id), f"place:{place_id}"
    if spender is None:
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    if events.repeated("paper_sale.agreed", subject=place, id=id, cents=cents) is not None:
        before = PaperSale.objects.get(pk=id)
        return _told(before) if before.wallet_id == spender.wallet_id else events.refuse_other()
    if merchants.place(place_id) is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    days = paper_sale_days()
    if not days:
        raise Refusal("paper_sales_off", "Le règlement ne permet pas de vendre par téléphone.")
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    rules = limits.today().rules
    if not within_amount(cents, rules):
        raise Refusal("amount_limit", "Le règlement ne permet pas autant en une fois.")
    wallet, now = f"wallet:{spender.wallet_id}", clock.now_ms()
    line = Transfer(
        derived_id(id, "hold"), wallet, place, cents, "payment", id,
        phase="held", method="paper", expires_at=now + days * clock.DAY_MS,
    )  # fmt: skip
    count = limits.counted(line, wallet_id=spender.wallet_id, cents=cents, rules=rules)
    if count is not None:
        limits.open_day(count, rules)
    # two agreements of one place get other figures
    ledger.lock([place, wallet, *limits.accounts(spender.wallet_id)])
    first_pin_key()
    others = list(_of_place(place_id, now))
    if sum(row.closed_at is None for row in others) >= MOST_OPEN:
        raise Refusal(
            "paper_sales",
            f"{MOST_OPEN} accords attendent déjà dans ce lieu. Il doit d’abord les taper.",
        )
    events.record("paper_sale.agreed", subject=place, by=by, id=id, cents=cents)
    row = PaperSale(
        id=id, wallet_id=spender.wallet_id, place_id=place_id, cents=cents,
        hold=line.id, agreed_at=now, expires_at=now + days * clock.DAY_MS,
        key=max(keys.pin_keys()),
    )  # fmt: skip
    row.turn = _next_turn(row, 1, others)
    _post([line] if count is None else [line, count])
    row.save(force_insert=True)
    return _told(row)


@ledger.repeatable
@sensitive_variables()
def redraw_paper_sale(*, sale_id: Id, by: Actor) -> Held:
    """Draw other figures for an agreement that waits; those before it are worth nothing any more.

    Not repeatable by an id: each call draws. Raises Refusal: `paper_sale_unknown`,
    `paper_sale_closed`, `paper_sale_tries` once it has borne all the wrong entries that it may.
    """
    row, now = _row(sale_id), clock.now_ms()
    if row.closed_at is not None or row.expires_at <= now:
        raise Refusal("paper_sale_closed", "Cet accord n’attend plus. Rechargez la page.")
    if row.wrong + row.wrong_before >= paper.IN_ALL:
        raise Refusal(
            "paper_sale_tries",
            "Trop de chiffres faux ont été tapés. Annulez cet accord et donnez-en un autre.",
        )
    ledger.lock([f"place:{row.place_id}"])  # as for a new one: no two get the same figures
    others = list(_of_place(row.place_id, now).exclude(pk=row.pk))
    row.turn = _next_turn(row, row.turn + 1, others)
    row.wrong_before, row.wrong = row.wrong_before + row.wrong, 0
    row.save(update_fields=["turn", "wrong", "wrong_before"])
    events.record("paper_sale.redrawn", subject=f"place:{row.place_id}", by=by, turn=row.turn)
    return _told(row)


@ledger.repeatable
def cancel_paper_sale(*, sale_id: Id, by: Actor) -> None:
    """Give what was held back to its wallet: the sale does not take place. Twice is once.

    Raises Refusal: `paper_sale_unknown`, `paper_sale_closed` when it was typed at the place.
    """
    row = _row(sale_id)
    if row.payment is not None:
        raise Refusal("paper_sale_closed", "Cette vente a été tapée entre-temps : elle est payée.")
    if row.closed_at is not None or books.refers_to(row.hold):  # voided when its time had passed
        return
    place = f"place:{row.place_id}"
    cause = events.record("paper_sale.cancelled", subject=place, by=by, cents=row.cents)
    void = Transfer(
        derived_id(cause, "void"), f"wallet:{row.wallet_id}", place, row.cents, "payment",
        cause, phase="void", of=row.hold, method="paper",
    )  # fmt: skip
    _post([void, *limits.given_back(row.hold, cents=row.cents, id=cause, cause=cause)])
    row.closed_at = clock.now_ms()
    row.save(update_fields=["closed_at"])


@sensitive_variables("figures")
def key_paper_sale(*, payment_id: Id, figures: str, place_id: int, cents: int, till: Id) -> Answer:
    """Take the sale that these figures were read out for, once for each `payment_id`.

    Posts its hold for `cents`, at most what was agreed to; the rest is free again. A place or a
    wallet closed since does not matter: the goods have left. Wrong figures count against each
    agreement that waits at the place, those that were good once against none; the same ones of the
    same payment are one entry. Returns the receipt, or why there is none. Raises as `pay` does.
    """
    wanted = Purchase(payment_id, 0, place_id, cents, "paper", till)
    pay_transfer(wanted)
    if books.transfer(payment_id) is not None:
        return paid_before(wanted, up_to=False) or declined("checking")
    if not is_open(till, place_id):
        return declined("till_suspended")
    answer = _keyed(wanted, figures)
    if isinstance(answer, Declined):  # another sending of it may have been quicker
        return paid_before(wanted, up_to=False) or answer
    return answer


@ledger.repeatable
def _keyed(wanted: Purchase, typed: str) -> Answer:
    if not paper.readable(typed):
        return _unknown()
    now = clock.now_ms()
    rows = list(_of_place(wanted.place_id, now).select_for_update())
    row = next((one for one in rows if _is(typed, _figures(one, one.turn))), None)
    if row is None:
        once_good = any(
            _is(typed, _figures(one, turn)) for one in rows for turn in range(1, one.turn)
        )
        if not once_good:
            _count(wanted.payment_id, typed, rows)
        return _unknown()
    if row.closed_at is not None or not paper.bears(row.wrong, row.wrong_before):
        return _unknown()
    if wanted.cents > row.cents:
        return agreement_exceeded(row.cents)
    return _paid(wanted, row, now)


def _paid(wanted: Purchase, row: PaperSale, now: int) -> Answer:
    """Post the hold under the payment's own id; the till is its cause, as of every purchase."""
    line = pay_transfer(wanted._replace(wallet_id=row.wallet_id))
    line, rest = line._replace(phase="post", of=row.hold), row.cents - wanted.cents
    freed = limits.given_back(row.hold, cents=rest, id=wanted.payment_id, cause=wanted.till)
    try:
        outcome = ledger.post([line, *freed])[0]
    except Refused as refused:
        return _declined(refused.answer, wanted.payment_id)
    row.closed_at, row.payment = now, wanted.payment_id
    row.save(update_fields=["closed_at", "payment"])
    return Receipt(
        id=wanted.payment_id,
        kind="payment",
        wallet_id=row.wallet_id,
        place_id=row.place_id,
        cents=wanted.cents,
        at=outcome.at,
        seq=outcome.seq,
        wallet_after=outcome.debit_after,
    )


def _declined(answer: str, payment_id: Id) -> Declined:
    if answer == "differs":
        return taken(payment_id)
    if answer == "not_held":  # its time passed in this moment
        return _unknown()
    if answer == "closed":
        return declined("place_closed")
    return plain(answer)


def _unknown() -> Declined:
    return declined("authorisation_unknown", phone=messages.reach().phone)


def _count(payment_id: Id, typed: str, rows: list[PaperSale]) -> None:
    """One wrong entry more against each agreement that waits; the same one again counts no more.

    It is told again by a keyed digest: what was typed must not be found by trying all figures.
    """
    waiting = [row for row in rows if row.closed_at is None]
    if not waiting:
        return
    key = max(keys.pin_keys().items())[1]
    entry = hmac.digest(key, b"paper-try1" + payment_id + typed.encode(), sha256)[:16]
    for row in waiting:
        if row.last_wrong != entry and paper.bears(row.wrong, row.wrong_before):
            row.wrong, row.last_wrong = row.wrong + 1, entry
            row.save(update_fields=["wrong", "last_wrong"])


def _of_place(place_id: int, now: int) -> QuerySet[PaperSale]:
    """The agreements of a place whose time has not passed, typed and cancelled ones too.

    Who locks them does so before any account, never after: the other way round two would wait for
    each other.
    """
    return PaperSale.objects.filter(place_id=place_id, expires_at__gt=now).order_by("pk")


def _next_turn(row: PaperSale, first: int, others: list[PaperSale]) -> int:
    """The next set of figures that no agreement of the place has, or had, these days."""
    used = {_figures(one, turn) for one in others for turn in range(1, one.turn + 1)}
    used |= {_figures(row, turn) for turn in range(1, first)}
    turn = first
    while _figures(row, turn) in used:
        turn += 1
    return turn


def _figures(row: PaperSale, turn: int) -> str:
    return paper.figures(keys.pin_keys()[row.key], row.id, turn)


def _is(typed: str, known: str) -> bool:
    return hmac.compare_digest(typed.encode(), known.encode())


def _told(row: PaperSale) -> Held:
    return Held(row.id, _figures(row, row.turn), row.expires_at)


def _row(sale_id: Id) -> PaperSale:
    row = PaperSale.objects.select_for_update().filter(pk=sale_id).first()
    if row is None:
        raise Refusal("paper_sale_unknown", UNKNOWN)
    return row


def _post(chain: list[Transfer]) -> None:
    """Post a hold or its void; what the ledger refuses is said as the office hears it."""
    try:
        ledger.post(chain)
    except Refused as refused:
        if refused.answer == "ceiling":
            raise Refusal(
                "day_limit", "Le règlement ne permet pas autant en un jour. Proposez moins."
            ) from None
        if refused.answer == "insufficient":
            raise Refusal(
                "funds_short",
                "Ce montant ne passe pas. Proposez moins, ou le reste en euros.",
            ) from None
        if refused.answer == "not_held":
            raise Refusal(
                "paper_sale_closed", "Cet accord n’attend plus. Rechargez la page."
            ) from None
        if refused.answer not in ("closed", "unknown"):
            raise
        _refuse_closed(chain[0])


def _refuse_closed(line: Transfer) -> None:
    place = books.account(line.credit)
    if place is None or place.state != "open":
        raise Refusal("place_closed", "Ce lieu n’encaisse pas pour la caisse en ce moment.")
    raise Refusal("means_unavailable", "Ce porte-monnaie ne paie pas en ce moment.")
