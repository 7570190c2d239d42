"""The PIN of a holder: drawn by the caisse, said once, kept as a verifier only (payments.md 2)."""

import secrets
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.looks import Asked, Look, Row, together
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
PROOFS = ("document", "facts")
"""By what a desk knows who is there: a document, or two facts that it knows (payments.md 2.5)."""
_KEPT_COLUMNS = "SELECT p.holder_id, p.salt, p.verifier, p.layers FROM payments_pin p"
_KEPT = Look(f"{_KEPT_COLUMNS} WHERE p.holder_id {{keys}}", "number")
_KEPT_BY_HANDLE = Look(
    f"{_KEPT_COLUMNS} JOIN people_holder h ON h.id = p.holder_id WHERE h.handle {{keys}}", "text"
)


class Tried(NamedTuple):
    """Whose wallet an identifier opens (0 when nobody's), and whether the PIN was right.

    `flat`: its verifier lies under the newest key alone.
    """

    wallet_id: int
    holder_id: int
    right: bool
    flat: bool = True


class Verifier(NamedTuple):
    """A PIN as it is kept; DUMMY is nobody's."""

    salt: bytes
    verifier: bytes
    layers: str


def buckets(wallet_id: int) -> tuple[str, str]:
    """The counting accounts U (anywhere) and H (usual places) of a wallet's wrong tries."""
    return f"tries:{wallet_id}:u", f"tries:{wallet_id}:h"


def card_bucket(wallet_id: int, holder_id: int) -> str:
    """The counting account C: wrong tries with the card of a holder that is good today.

    Nobody can use it up without that card or her telephone. Her card made anew begins another one;
    that of the wallet's other holder leaves it as it is.
    """
    return _card_bucket(wallet_id, holder_id, _generations([holder_id]).get(holder_id, 0))


def card_buckets(wallet_id: int) -> list[str]:
    """Those of all holders of a wallet who have a PIN or a card."""
    rows = [kind.objects.filter(holder__wallet=wallet_id) for kind in (Pin, Card)]
    holders = sorted({pk for found in rows for pk in found.values_list("pk", flat=True)})
    made = _generations(holders)
    return [_card_bucket(wallet_id, each, made.get(each, 0)) for each in holders]


def _generations(holders: Collection[int]) -> dict[int, int]:
    """How many cards each of these holders has had; who has none is left out."""
    return dict(Card.objects.filter(pk__in=holders).values_list("pk", "generation"))


def _card_bucket(wallet_id: int, holder_id: int, generation: int) -> str:
    return f"tries:card:{wallet_id}.{holder_id}.{generation}"


DUMMY = Verifier(bytes(pins.SALT_BYTES), bytes(pins.VERIFIER_BYTES), "")


@ledger.repeatable
@transaction.atomic
def draw_pin(*, holder_id: int, by: Actor, first: bool = False, proof: str = "") -> str:
    """Draw a new PIN for a holder and return its digits, this one time.

    `proof`, of PROOFS, is by what a desk knew her; the event keeps which, and nothing of what was
    said. The PIN before it is worth nothing any more; wrong tries already made still count. Not
    repeatable by an id: nobody can be told a PIN twice, so a second sending draws another one.
    Raises Refusal: `unknown`, `pin_resets` for more than RESETS in 31 days without a coordinator;
    with `first`, `has_pin` when there is one; `proof` for one that is not of PROOFS.
    """
    if proof and proof not in PROOFS:
        raise Refusal("proof", "Choisissez comment vous avez reconnu cette personne.")
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
    said: dict[str, Any] = {"proof": proof} if proof else {}
    events.record("pin.redrawn" if before else "pin.drawn", subject=subject, by=by, **said)
    return digits


def hold_means(wallet_id: int) -> None:
    """Hold the codes and cards of a wallet still until the transaction ends: two desks take turns,
    also for the first one, of which there is no row to lock yet."""
    ledger.lock([f"wallet:{wallet_id}", *buckets(wallet_id), *card_buckets(wallet_id)])


def limit_tries(wallet_id: int) -> None:
    """Open the buckets of a wallet, with the limit of the shortest PIN of its holders."""
    codes = [*buckets(wallet_id), *card_buckets(wallet_id)]
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
    return try_pins([(handle, digits)])[0]


def try_pins(entries: Sequence[tuple[str, str]]) -> list[Tried]:
    """The same for many identifiers and digits, in order; a few hundred at most."""
    return compared(entries, *together(*look_at_typed([typed for typed, _digits in entries])))


def look_at_typed(
    all_typed: Collection[str],
) -> tuple[Asked[dict[str, HolderView]], Asked[dict[int, Verifier]]]:
    """Who may spend under what was typed, and their PINs: two looks for `compared`."""
    handles = [typed for typed in all_typed if cards.tidy_number(typed) is None]
    tidy = {people.tidy_handle(typed) for typed in handles}
    return people.look_at_holders(handles), _KEPT_BY_HANDLE.at(tidy, read=_verifiers)


def compared(
    entries: Sequence[tuple[str, str]],
    holders: dict[str, HolderView],
    kept: dict[int, Verifier],
) -> list[Tried]:
    """Compare the digits of entries with what `look_at_typed` found; cards are looked up here."""
    of_cards = _holders_of_cards([typed for typed, _digits in entries])
    if of_cards:
        numbers = [holder.id for holder in of_cards.values()]
        kept = kept | _KEPT.at(numbers, read=_verifiers).found()
        holders = holders | of_cards
    keyring = keys.pin_keys()
    return [_tried(keyring, holders.get(typed), kept, digits) for typed, digits in entries]


def try_pin_of_card(holder_id: int, digits: str) -> Tried:
    """The same for whoever's card was scanned."""
    kept = _KEPT.at([holder_id], read=_verifiers).found()
    return _tried(keys.pin_keys(), people.holder_numbered(holder_id), kept, digits)


def spender_typed(typed: str) -> HolderView:
    """Who may spend today under an identifier or the number of a card, as it was typed.

    Raises Refusal("unknown").
    """
    found = _holders_of_cards([typed]).get(typed) or people.holder(typed)
    if found is None:
        raise Refusal("unknown", "Cet identifiant n’est pas connu. Faites-le répéter.")
    return found


def _holders_of_cards(all_typed: Collection[str]) -> dict[str, HolderView]:
    """Who may spend today by the numbers of cards among what was typed, by what was typed."""
    numbers = {typed: cards.tidy_number(typed) for typed in all_typed}
    wanted = [number for number in numbers.values() if number is not None]
    if not wanted:
        return {}
    rows = Card.objects.filter(number__in=wanted, blocked=False).values_list("number", "pk")
    known = people.holders_numbered([holder_id for _number, holder_id in rows])
    by_number = {number: known[id] for number, id in rows if id in known}
    return {typed: by_number[n] for typed, n in numbers.items() if n in by_number}


def _verifiers(rows: list[Row]) -> dict[int, Verifier]:
    return {row[0]: Verifier(*row[1:]) for row in rows}


def _tried(
    keyring: dict[int, bytes], holder: HolderView | None, kept: dict[int, Verifier], digits: str
) -> Tried:
    holder_id = 0 if holder is None else holder.id
    known = kept.get(holder_id, DUMMY)
    layers = [int(each) for each in known.layers.split()] or [max(keyring)]
    right = pins.matches(keyring, layers, holder_id, known.salt, digits, known.verifier)
    if holder is None or known is DUMMY:
        return Tried(0, 0, False)
    return Tried(holder.wallet_id, holder_id, right, layers == [max(keyring)])


def flatten(tried: Tried, digits: str) -> None:
    """After a right entry: lay the verifier under the newest key alone, unless it does."""
    if tried.flat:
        return
    number, key = max(keys.pin_keys().items())
    row = Pin.objects.filter(pk=tried.holder_id).exclude(layers=str(number)).first()
    if row is not None:  # unless another one was drawn since
        known = Pin.objects.filter(pk=tried.holder_id, salt=row.salt, verifier=row.verifier)
        flat = pins.verifier(key, tried.holder_id, bytes(row.salt), digits)
        known.update(verifier=flat, layers=str(number))


@ledger.repeatable
@transaction.atomic
def change_pin_key(*, by: Actor) -> int:
    """Lay every verifier under a new key, without knowing a PIN; the key's number.

    The keys before it stay in their file until each holder has typed her PIN once. Raises
    Refusal("no_key") where there is none yet.
    """
    if not keys.path(keys.NAME).exists():
        raise Refusal("no_key", "Il n’y a pas encore de clé à remplacer.")
    number = keys.add_pin_key()
    key = keys.pin_keys()[number]
    for row in Pin.objects.select_for_update().iterator(2_000):
        row.verifier = pins.covered(key, bytes(row.verifier))
        row.layers = f"{row.layers} {number}"
        row.save(update_fields=["verifier", "layers"])
    events.record("pin.key_changed", subject="caisse", by=by, key=number)
    return number
