"""A sale made without network as one chain of the ledger: its parts, and their way back.

The parts are numbered and their sum is the sale's. A second chain under the same number is the same
one, or it meets another part under one of its ids and is refused whole: so two judgements of one
sale, on books that changed in between, never pay twice.
"""

from collections.abc import Sequence

from caisse.kernel.ids import Id, derived_id
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.ledger.rules import Transfer
from caisse.payments.models import Reserve
from caisse.payments.offline.judging import Verdict
from caisse.payments.operations.licences import FUND, loss_account
from caisse.payments.operations.opening import Opened
from caisse.payments.operations.reserves import account_of

PAID = ("payment", "offline_loss")


def chain_of(opened: Opened, verdict: Verdict, bucket: str | None) -> list[Transfer]:
    """The sale as one chain: what was set aside, the wallet, the caisse's room, in this order."""
    aside = "" if opened.reserve is None else account_of(opened.reserve)
    covered = [
        (aside, verdict.reserve_cents, "payment"),
        (f"wallet:{opened.wallet_id}", verdict.wallet_cents, "payment"),
        (FUND, verdict.lost_cents, "offline_loss"),
    ]
    till = bytes(opened.licence.till)
    lines: list[Transfer] = []
    for source, cents, reason in covered:
        if cents:
            first = not lines
            id = opened.id if first else derived_id(opened.id, f"part:{len(lines)}")
            lines.append(
                Transfer(
                    id, source, opened.place, cents, reason, till,
                    of=None if first else opened.id, unless=bucket if first else None,
                    method=opened.method, made_at=opened.made_at,
                )
            )  # fmt: skip
    parts = [(line.id, line.debit, line.cents) for line in lines]
    if verdict.lost_cents:
        loss = loss_account(opened.licence.place_id)
        lines.append(
            Transfer(
                derived_id(opened.id, "loss"), loss, "loss:all", verdict.lost_cents, "loss", till,
                unit="loss", of=opened.id,
            )
        )  # fmt: skip
    undone = [] if opened.cancelled is None else given_back(opened, opened.cancelled, parts)
    return lines + undone


def given_back(opened: Opened, refund: Id, parts: Sequence[tuple[Id, str, int]]) -> list[Transfer]:
    """A refund of each part (id, account, cents), to the wallet behind it or to the fund."""
    till = bytes(opened.licence.till)
    lines: list[Transfer] = []
    for n, (id, source, cents) in enumerate(parts):
        to = source if not source.startswith("reserve:") else f"wallet:{_owner(source)}"
        refund_id = refund if n == 0 else derived_id(refund, f"part:{n}")
        lines.append(Transfer(refund_id, opened.place, to, cents, "refund", till, of=id))
        if source == FUND:
            loss = loss_account(opened.licence.place_id)
            lines.append(
                Transfer(
                    derived_id(refund, "loss"), "loss:all", loss, cents, "loss_reviewed", till,
                    unit="loss", of=derived_id(opened.id, "loss"),
                )
            )  # fmt: skip
    return lines


def _owner(account: str) -> int:
    return Reserve.objects.values_list("wallet", flat=True).get(key=account.partition(":")[2])


def parts_of(first: Movement) -> list[Movement]:
    """The transfers that make up a sale, the one under its own number first; [] for no sale."""
    if first.reason not in PAID or not first.credit.startswith("place:"):
        return []
    others = [
        one for one in books.refers_to(first.id)
        if one.reason in PAID and one.credit == first.credit and one.phase == "posted"
    ]  # fmt: skip
    return [first, *others]
