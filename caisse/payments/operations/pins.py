"""The PIN of a holder: drawn by the caisse, said once, kept as a verifier only (payments.md 2)."""

import secrets
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.payments import cards, keys, pins
from caisse.payments.models import Card, Pin, PinReset
from caisse.payments.operations.first_keys import first_pin_key
from caisse.payments.rules import InstrumentRules
from caisse.people import queries as people
from caisse.people.queries import HolderView

RESET_LIVES_MS = 2 * clock.DAY_MS  # how long the code of two referents is good
RESETS = 2  # a month without a coordinator: drawing until it pleases would undo the draw
MONTH_MS = 31 * clock.DAY_MS
DUMMY = Pin(salt=bytes(pins.SALT_BYTES), verifier=bytes(pins.VERIFIER_BYTES), layers="")


class Tried(NamedTuple):
    """Whose wallet an identifier opens (0 when nobody's), and whether the PIN was right."""

    wallet_id: int
    holder_id: int
    right: bool


def buckets(wallet_id: int) -> tuple[str, str]:
    """The counting accounts U (anywhere) and H (usual places) of a wallet's wrong tries."""
    return f"tries:{wallet_id}:u", f"tries:{wallet_id}:h"


def card_bucket(wallet_id: int) -> str:
    """The counting account C: wrong tries with the cards of a wallet that are good today.

    Nobody can use it up without one of them. Its holders share it, as they share U and H: what a
    month allows is the wallet's. Each card made anew begins another one.
    """
    made = Card.objects.filter(holder__wallet=wallet_id).aggregate(made=Sum("generation"))["made"]
    return f"tries:card:{wallet_id}.{made or 0}"


@ledger.repeatable
@transaction.atomic
def draw_pin(*, holder_id: int, by: Actor, first: bool = False) -> str:
    """Draw a new PIN for a holder and return its digits, this one time.

    The PIN before it is worth nothing any more; wrong tries already made still count. Not
    repeatable by an id: nobody can be told a PIN twice, so a second sending draws another one.
    Raises Refusal: `unknown`, `pin_resets` for more than RESETS in 31 days without a coordinator;
    with `first`, `has_pin` when there is one.
    """
    wallet_id = people.wallet_of_holder(holder_id)
    if wallet_id is None:
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    hold_means(wallet_id)
    before = Pin.objects.filter(pk=holder_id).exists()
    subject = f"holder:{holder_id}"
    if before and first:
        raise Refusal("has_pin", "Cette personne a déjà un code.")
    if before and not by.may("coordinator"):
        _demand_few_resets(subject)
    length = bylaws.in_force(InstrumentRules, month=Month.of(clock.today())).pin_length
    digits = f"{secrets.randbelow(10**length):0{length}d}"
    first_pin_key()
    number, key = max(keys.pin_keys().items())
    salt = secrets.token_bytes(pins.SALT_BYTES)
    Pin.objects.update_or_create(
        holder_id=holder_id,
        defaults={
            "salt": salt,
            "verifier": pins.verifier(key, holder_id, salt, digits),
            "layers": str(number),
            "length": length,
            "drawn_at": clock.now_ms(),
        },
    )
    limit_tries(wallet_id)
    # what two referents allowed for the PIN before is done with
    PinReset.objects.filter(holder=holder_id, closed_at=None).update(closed_at=clock.now_ms())
    events.record("pin.redrawn" if before else "pin.drawn", subject=subject, by=by)
    return digits


def hold_means(wallet_id: int) -> None:
    """Hold the codes and cards of a wallet still until the transaction ends: two desks take turns,
    also for the first one, of which there is no row to lock yet."""
    ledger.lock([f"wallet:{wallet_id}", *buckets(wallet_id), card_bucket(wallet_id)])


def limit_tries(wallet_id: int) -> None:
    """Open the buckets of a wallet, with the limit of the shortest PIN of its holders."""
    codes = [*buckets(wallet_id), card_bucket(wallet_id)]
    lengths = Pin.objects.filter(holder__wallet=wallet_id).values_list("length", flat=True)
    ledger.open_accounts(["tries:all", *codes])
    if lengths:
        ledger.set_ceiling(codes, pins.tries_of_a_bucket(min(lengths)))


def _demand_few_resets(subject: str) -> None:
    since = clock.now_ms() - MONTH_MS
    drawn = events.history(names=("pin.redrawn",), subject=subject)
    if sum(one.at > since for one in drawn) >= RESETS:
        raise Refusal(
            "pin_resets",
            "Ce code a déjà changé deux fois ce mois. Demandez à la coordination.",
        )


def try_pin(handle: str, digits: str) -> Tried:
    """Look a PIN up and compare it: the same work and the same answer for an unknown identifier.

    The number of a card, typed by hand, is an identifier like the other.
    """
    found = _holder(handle)
    return _compared(found, digits)


def try_pin_of_card(holder_id: int, digits: str) -> Tried:
    """The same for whoever's card was scanned."""
    return _compared(people.holder_numbered(holder_id), digits)


def spender_typed(typed: str) -> HolderView:
    """Who may spend today under an identifier or the number of a card, as it was typed.

    Raises Refusal("unknown").
    """
    found = _holder(typed)
    if found is None:
        raise Refusal("unknown", "Cet identifiant n’est pas connu. Faites-le répéter.")
    return found


def _holder(typed: str) -> HolderView | None:
    number = cards.tidy_number(typed)
    if number is None:
        return people.holder(typed)
    row = Card.objects.filter(number=number, blocked=False).first()
    return None if row is None else people.holder_numbered(row.pk)


def _compared(found: HolderView | None, digits: str) -> Tried:
    row = None if found is None else Pin.objects.filter(pk=found.id).first()
    keyring = keys.pin_keys()
    known = DUMMY if row is None else row
    layers = [int(each) for each in known.layers.split()] or [max(keyring)]
    holder_id = 0 if found is None else found.id
    right = pins.matches(
        keyring, layers, holder_id, bytes(known.salt), digits, bytes(known.verifier)
    )
    if found is None or row is None:
        return Tried(0, 0, False)
    return Tried(found.wallet_id, found.id, right)


def flatten(holder_id: int, digits: str) -> None:
    """After a right entry: lay the verifier under the newest key alone."""
    number, key = max(keys.pin_keys().items())
    row = Pin.objects.filter(pk=holder_id).exclude(layers=str(number)).first()
    if row is not None:  # unless another one was drawn since
        known = Pin.objects.filter(pk=holder_id, salt=row.salt, verifier=row.verifier)
        flat = pins.verifier(key, holder_id, bytes(row.salt), digits)
        known.update(verifier=flat, layers=str(number))


@ledger.repeatable
@transaction.atomic
def change_pin_key(*, by: Actor) -> int:
    """Lay every verifier under a new key, without knowing a PIN; the key's number.

    The keys before it stay in their file until each holder has typed her PIN once.
    """
    number = keys.add_pin_key()
    key = keys.pin_keys()[number]
    for row in Pin.objects.select_for_update().iterator(2_000):
        row.verifier = pins.covered(key, bytes(row.verifier))
        row.layers = f"{row.layers} {number}"
        row.save(update_fields=["verifier", "layers"])
    events.record("pin.key_changed", subject="caisse", by=by, key=number)
    return number
