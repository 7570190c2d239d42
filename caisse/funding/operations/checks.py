"""What every operation of funding asks of an amount, a letter’s day, a reason."""

from datetime import date

from caisse.kernel import cents as money
from caisse.kernel import clock
from caisse.kernel.refusal import Refusal

LONGEST_REASON = 200


def check_cents(cents: int) -> int:
    """`cents` when it is an amount of money, else Refusal("amount")."""
    if not 0 < cents <= money.MOST:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    return cents


def check_known_on(known_on: date | None, *, not_before: date | None = None) -> date:
    """The day on which a fact was known, today when not said; Refusal("known_on") otherwise.

    It is never in the future, nor before the fact that it changes: a past forecast stays what it
    was for whoever had read the earlier letter.
    """
    today = clock.today()
    day = today if known_on is None else known_on
    if day > today:
        raise Refusal("known_on", "La date du courrier est dans le futur.")
    if not_before is not None and day < not_before:
        raise Refusal("known_on", "Un courrier plus récent dit déjà autre chose.")
    return day


def check_reason(reason: str) -> str:
    """The reason of a counter-entry as it is kept; Refusal("reason") when missing or too long."""
    kept = " ".join(reason.split())
    if not 0 < len(kept) <= LONGEST_REASON:
        raise Refusal("reason", f"Dites pourquoi, en {LONGEST_REASON} lettres au plus.")
    return kept
