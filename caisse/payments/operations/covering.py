"""A sale made without network as one chain of the ledger: its parts, and their way back.

The parts are numbered and their sum is the sale's. A second chain under the same number is the same
one, or it meets another part under one of its ids and is refused whole: so two judgements of one
sale, on books that changed in between, never pay twice.
"""

from collections.abc import Mapping, Sequence

from caisse.kernel.ids import Id, derived_id
from caisse.ledger.rules import Transfer
from caisse.payments.offline.judging import Verdict
from caisse.payments.operations.opening import Opened
from caisse.payments.queries.offline import FUND, loss_account
from caisse.payments.queries.parts import Part, part_id, wallet_behind

# The counting accounts of requests that were paid without network.
REQUESTS = ("mark:phone:offline", "mark:used:offline")


def chain_of(
    opened: Opened, verdict: Verdict, bucket: str | None, used: Id | None
) -> list[Transfer]:
    """The sale as one chain: what was set aside, the wallet, the caisse's room, in this order.

    `used` is the number of its request, which is used up with it: whoever pays the same request
    with network, or with another signature, meets another thing under that number.
    """
    aside = "" if opened.reserve is None else opened.reserve.account
    covered = [
        (aside, verdict.reserve_cents, "payment"),
        (f"wallet:{opened.wallet_id}", verdict.wallet_cents, "payment"),
        (FUND, verdict.lost_cents, "offline_loss"),
    ]
    till = bytes(opened.licence.till)
    lines: list[Transfer] = []
    for source, cents, reason in covered:
        if cents:
            first, id = not lines, part_id(opened.id, len(lines))
            lines.append(
                Transfer(
                    id, source, opened.place, cents, reason, till,
                    of=None if first else opened.id, unless=bucket if first else None,
                    method=opened.method, made_at=opened.made_at,
                )
            )  # fmt: skip
    parts = [Part(line.id, line.debit, line.cents) for line in lines]
    if verdict.lost_cents:
        loss = loss_account(opened.licence.place_id)
        lines.append(
            Transfer(
                derived_id(opened.id, "loss"), loss, "loss:all", verdict.lost_cents, "loss", till,
                unit="loss", of=opened.id,
            )
        )  # fmt: skip
    if used is not None:
        lines.append(
            Transfer(used, *REQUESTS, 1, "claim", till, unit="mark", of=opened.id, method=None)
        )
    return lines if opened.cancelled is None else lines + undoing(opened, opened.cancelled, parts)


def looked_at(
    number: Id, place_id: int, cents: int, cause: Id, *, method: str | None, made_at: int | None
) -> list[Transfer]:
    """What a person decided that the caisse pays: counted as a loss and looked at in one step.

    What is looked at goes first: a loss on top of what licences may lose would meet the ceiling.
    """
    loss = loss_account(place_id)
    return [
        Transfer(
            number, FUND, f"place:{place_id}", cents, "offline_loss", cause, method=method,
            made_at=made_at,
        ),
        Transfer(
            derived_id(number, "loss_reviewed"), "loss:all", loss, cents, "loss_reviewed", cause,
            unit="loss", of=number,
        ),
        Transfer(
            derived_id(number, "loss"), loss, "loss:all", cents, "loss", cause, unit="loss",
            of=number,
        ),
    ]  # fmt: skip


def undoing(opened: Opened, refund: Id, parts: Sequence[Part]) -> list[Transfer]:
    """The way back of a sale that the till has undone before it was sent."""
    return refund_chain(
        sale=opened.id, place_id=opened.licence.place_id, cause=bytes(opened.licence.till),
        refund=refund, parts=parts,
    )  # fmt: skip


def refund_chain(
    *, sale: Id, place_id: int, cause: Id, refund: Id, parts: Sequence[Part]
) -> list[Transfer]:
    """A refund of each part, in this order: to the wallet behind it, or to the caisse's fund.

    What goes back to the fund is no loss of the place any more.
    """
    place, loss = f"place:{place_id}", loss_account(place_id)
    lines: list[Transfer] = []
    for n, part in enumerate(parts):
        to = FUND if part.account == FUND else f"wallet:{wallet_behind(part.account)}"
        lines.append(
            Transfer(part_id(refund, n), place, to, part.cents, "refund", cause, of=part.id)
        )
    lost = sum(part.cents for part in parts if part.account == FUND)
    if lost:
        lines.append(
            Transfer(
                derived_id(refund, "loss"), "loss:all", loss, lost, "loss_reviewed", cause,
                unit="loss", of=derived_id(sale, "loss"),
            )
        )  # fmt: skip
    return lines


def partly(parts: Sequence[Part], given: Mapping[Id, int], cents: int) -> list[Part]:
    """What of each part is given back when `cents` are; `given` was before. The caisse's first.

    A part of nothing is left out; less than `cents` in all when less is left.
    """
    told = []
    for part in sorted(parts, key=lambda one: one.account != FUND):
        share = min(cents, part.cents - given.get(part.id, 0))
        if share > 0:
            told.append(part._replace(cents=share))
            cents -= share
    return told
