"""A member's telephone: linked by a code, given tickets for its QRs, blocked at once when lost.

Source: payments.md sections 1 and 3. The telephone and the caisse share a key that neither sends;
a ticket is a block that looks like chance: no two QRs tell a shop that one person made them.
"""

from datetime import timedelta
from typing import NamedTuple

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.messages import operations as messages
from caisse.messages import queries as told
from caisse.payments import formats, keys, wire
from caisse.payments.formats import Ticket
from caisse.payments.models import Phone
from caisse.payments.operations import invitations
from caisse.payments.operations.first_keys import first_root_key, first_till_key
from caisse.payments.operations.pins import hold_means, limit_tries
from caisse.payments.operations.reserves import strike_slips
from caisse.people import queries as people
from caisse.people.rules import HolderRules

OWN_PAGE, AT_DESK = timedelta(minutes=15), timedelta(hours=24)
BESIDE = 2  # telephones of a wallet beyond article balance.household_sub_wallets
TICKETS = 200  # given out at once; each opening of the payer's screen uses one up
TICKET_KEY = 1  # what a QR says of the key that seals them: whichever root key it follows from
State = Phone.State


class LinkedPhone(NamedTuple):
    """What a telephone learns when it is linked: its number, the caisse's public key."""

    phone_id: int
    generation: int
    public_key: bytes


@ledger.repeatable
def invite_phone(*, holder_id: int, label: str, by: Actor, id: Id) -> int:
    """Write a telephone of a holder down; its number. It waits for `give_phone_code`.

    Repeatable by `id`. Raises Refusal: `unknown`, `label`, `phones`, `differs`.
    """
    label = " ".join(label.split())[:40]
    wallet_id = people.wallet_of_holder(holder_id)
    if wallet_id is None:
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    if not label:
        raise Refusal("label", "Donnez un nom à ce téléphone, par exemple « Mon téléphone ».")
    hold_means(wallet_id)
    subject, texts = f"holder:{holder_id}", events.fingerprint(label)
    before = events.repeated("phone.invited", subject=subject, id=id, texts=texts)
    if before is not None:
        return int(before.data["number"])
    waiting = Phone.objects.filter(holder_id=holder_id, state=State.INVITED).first()
    if waiting is None:
        _demand_few(wallet_id)
    first_root_key()
    first_till_key()
    limit_tries(wallet_id)
    if waiting is None:
        waiting = Phone.objects.create(holder_id=holder_id, label=label, cause=id)
    waiting.label = label  # one that nobody has linked is this one
    waiting.save(update_fields=["label"])
    events.record("phone.invited", subject=subject, by=by, id=id, texts=texts, number=waiting.pk)
    return waiting.pk


@ledger.repeatable
def give_phone_code(*, phone_id: int, by: Actor, at_desk: bool = False) -> str:
    """A new code that links this telephone: shown here once, good for 15 minutes, 24 hours at desk.

    A telephone that was linked before keeps working until the code is used. Raises Refusal:
    `unknown_phone`, `blocked`.
    """
    row = _phone(phone_id)
    if row.state == State.BLOCKED:
        raise Refusal("blocked", "Ce téléphone est bloqué. Ajoutez-en un autre.")
    code = invitations.new_code(row, AT_DESK if at_desk else OWN_PAGE)
    events.record("phone.code_given", subject=f"holder:{row.holder_id}", by=by, number=row.pk)
    return code


def enrol_phone(*, code: str, public_key: bytes) -> LinkedPhone:
    """Link the telephone that made `public_key`, once for each code; sent again, the same answer.

    Five wrong entries that begin as the code does kill it. Raises Refusal: `code_unknown`, `key`.
    """
    return invitations.linked(
        Phone.objects.exclude(state=State.BLOCKED),
        code=code, public_key=public_key, link=_link, tell=_linked,
    )  # fmt: skip


def _link(row: Phone) -> None:
    """These keys are the telephone's now; whatever had others is not it any more."""
    row.state, row.linked_at, row.tickets = State.ACTIVE, clock.now_ms(), 0
    messages.forget_phone(phone_id=row.pk)
    ledger.open_accounts(list(mark_accounts(row.pk)))
    events.record(
        "phone.linked", subject=f"holder:{row.holder_id}", by=Actor(f"phone:{row.pk}"),
        number=row.pk, generation=row.generation,
    )  # fmt: skip


def _linked(row: Phone) -> LinkedPhone:
    return LinkedPhone(row.pk, row.generation, wire.public_point(keys.till_key()))


@ledger.repeatable
def block_phone(*, phone_id: int, by: Actor) -> None:
    """Refuse a telephone from now on; the balance stays, its slips are struck. Twice is once.

    Raises Refusal("unknown_phone").
    """
    row = _phone(phone_id)
    if row.state == State.BLOCKED:
        return
    row.state = State.BLOCKED
    row.save(update_fields=["state"])
    invitations.no_code(row)
    messages.forget_phone(phone_id=row.pk)
    wallet_id = people.wallet_of_holder(row.holder_id)
    if wallet_id is not None:
        strike_slips(wallet_id=wallet_id, by=by, phone_id=row.pk)
    events.record("phone.blocked", subject=f"holder:{row.holder_id}", by=by, number=row.pk)


@ledger.repeatable
def tell_on_phone(*, phone_id: int, endpoint: str, public_key: str, secret: str) -> None:
    """Tell the holder of an active telephone on it, until it is blocked; as `messages.subscribe`.

    Raises Refusal: `unknown_phone`, `blocked`, `subscription`.
    """
    row = _phone(phone_id)
    person_id = people.person_of_holder(row.holder_id)
    if row.state != State.ACTIVE or person_id is None:
        raise Refusal("blocked", "Ce téléphone ne paie pas. Reliez-le de nouveau.")
    messages.subscribe(
        person_id=person_id, endpoint=endpoint, public_key=public_key, secret=secret,
        amounts=False, language=told.chosen(person_id).language, phone_id=phone_id,
        by=Actor(f"phone:{phone_id}"),
    )  # fmt: skip


@ledger.repeatable
def give_tickets(*, phone_id: int) -> list[bytes]:
    """The next TICKETS tickets of an active telephone, 16 bytes each.

    Raises Refusal: `unknown_phone`, `blocked`.
    """
    row = _phone(phone_id)
    if row.state != State.ACTIVE:
        raise Refusal("blocked", "Ce téléphone ne paie pas. Reliez-le de nouveau.")
    first, day, key = row.tickets, formats.day_of(clock.now_ms()), keys.ticket_keys()[0]
    row.tickets += TICKETS
    row.save(update_fields=["tickets"])
    numbers = range(first, row.tickets)
    return [
        formats.seal_ticket(Ticket(row.pk, row.generation, number, day), key) for number in numbers
    ]


def mark_accounts(phone_id: int) -> tuple[str, str]:
    """The counting accounts of a telephone's tickets: a ticket that is used goes from one to the
    other."""
    return f"mark:phone:{phone_id}", f"mark:used:{phone_id}"


def _demand_few(wallet_id: int) -> None:
    month = Month.of(clock.today())
    most = bylaws.in_force(HolderRules, month=month).household_sub_wallets + BESIDE
    known = Phone.objects.filter(holder__wallet=wallet_id).exclude(state=State.BLOCKED)
    if known.count() >= most:
        raise Refusal(
            "phones", f"Ce porte-monnaie a déjà {most} téléphones. Bloquez-en un d’abord."
        )


def _phone(phone_id: int) -> Phone:
    row = Phone.objects.select_for_update().filter(pk=phone_id).first()
    if row is None:
        raise Refusal("unknown_phone", "Ce téléphone n’est pas connu.")
    return row
