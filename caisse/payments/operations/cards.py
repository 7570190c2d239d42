"""Printed cards: made, made anew when one is lost, blocked at once; what a scanned one says."""

import secrets
from typing import NamedTuple

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.payments import cards, keys
from caisse.payments.cards import Sealed
from caisse.payments.models import Card
from caisse.payments.operations.first_keys import first_root_key, first_sign_key
from caisse.payments.operations.pins import hold_means, limit_tries
from caisse.payments.reasons import Declined, declined
from caisse.people import queries as people

MOST_GENERATIONS = 32_767


class Printed(NamedTuple):
    """A card to print: its number, and the text of its QR."""

    holder_id: int
    number: str
    text: str


@ledger.repeatable
def make_card(*, holder_id: int, by: Actor, id: Id, first: bool = False) -> Printed:
    """Make the card of a holder; the one before it, if any, is worth nothing from now on.

    Repeatable by `id`. Raises Refusal: `unknown`, `cards`, `differs`; with `first`, `has_card` when
    another one is good.
    """
    wallet_id = people.wallet_of_holder(holder_id)
    if wallet_id is None:
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    hold_means(wallet_id)
    subject = f"holder:{holder_id}"
    before = Card.objects.filter(pk=holder_id).first()
    if events.repeated("card.made", subject=subject, id=id) is not None:
        return printed_card(holder_id)
    if first and before is not None and not before.blocked:
        raise Refusal("has_card", "Cette personne a déjà une carte. Rechargez la page.")
    first_root_key()
    first_sign_key()
    generation = 1 if before is None else before.generation + 1
    if generation > MOST_GENERATIONS:
        raise Refusal("cards", "Ce titulaire a eu trop de cartes.")
    events.record("card.made", subject=subject, by=by, id=id, generation=generation)
    Card.objects.update_or_create(
        holder_id=holder_id,
        defaults={
            "generation": generation, "number": _number(), "blocked": False,
            "made_at": clock.now_ms(), "cause": id,
        },
    )  # fmt: skip
    limit_tries(wallet_id)
    return printed_card(holder_id)


@ledger.repeatable
def block_card(*, holder_id: int, by: Actor) -> None:
    """Refuse a card from now on, until another one is made; the balance stays. Twice is once.

    Raises Refusal("no_card").
    """
    row = Card.objects.select_for_update().filter(pk=holder_id).first()
    if row is None:
        raise Refusal("no_card", "Cette personne n’a pas de carte.")
    if not row.blocked:
        row.blocked = True
        row.save(update_fields=["blocked"])
        subject = f"holder:{holder_id}"
        events.record("card.blocked", subject=subject, by=by, generation=row.generation)


def printed_card(holder_id: int) -> Printed:
    """The card of a holder that is good, to print it (again). Raises Refusal("no_card")."""
    row = Card.objects.filter(pk=holder_id, blocked=False).first()
    if row is None:
        raise Refusal("no_card", "Cette personne n’a pas de carte.")
    number, sign = keys.sign_key()
    said = Sealed(row.pk, row.generation)
    text = cards.card_text(said, key=keys.card_keys()[0], sign=sign, sign_number=number)
    return Printed(row.pk, row.number, text)


def good_card(text: str) -> Sealed | Declined:
    """What a scanned card says, or why it is not taken."""
    if not Card.objects.exists():  # no card was ever made: there are no keys to read one with
        return declined("qr_unreadable")
    said = _read(text)
    row = None if said is None else Card.objects.filter(pk=said.holder_id).first()
    if said is None or row is None or said.generation > row.generation:
        return declined("qr_unreadable")
    if said.generation < row.generation:
        return declined("card_replaced")
    return declined("means_unavailable") if row.blocked else said


def holder_of(text: str) -> int:
    """Whose card was scanned, also one that is not taken any more; 0 for what is no card."""
    said = _read(text)
    return 0 if said is None else said.holder_id


def _read(text: str) -> Sealed | None:
    """What a card says, under whichever root key it was printed."""
    read = (cards.read_card(text, key=key) for key in keys.card_keys())
    return next((said for said in read if said is not None), None)


def _number() -> str:
    """A number that no card has."""
    while True:
        number = cards.number_of(secrets.randbelow(10**8))
        if not Card.objects.filter(number=number).exists():
            return number
