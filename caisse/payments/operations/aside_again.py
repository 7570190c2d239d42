"""Several sums that are set aside on a card in one press: « comme la dernière fois »."""

from collections.abc import Sequence

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.payments.operations.reserves import set_aside


@ledger.repeatable
def set_aside_again(
    *, holder_id: int, lines: Sequence[tuple[int, int]], by: Actor, id: Id
) -> list[int]:
    """Set aside these (place, cents) on the card of a holder, all or none; the reserves' numbers.

    Repeatable by `id`. Raises Refusal: places for none, and as `set_aside` does.
    """
    if not lines:
        raise Refusal("places", "Choisissez le lieu pour lequel mettre de côté.")
    return [
        set_aside(
            holder_id=holder_id, place_id=place, cents=cents, by=by,
            id=derived_id(id, f"line:{n}") if n else id,
        )
        for n, (place, cents) in enumerate(lines)
    ]  # fmt: skip
