"""The list « Messages » of a member: what moved, what did not pass, what the caisse wrote to her.

Movements come from the journal, refusals and letters from their rows: no message is stored twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.ids import show_id
from caisse.messages import operations as messages
from caisse.messages import queries as told
from caisse.messages.queries import NoticeRow, RemarkRow
from caisse.payments import queries as payments
from caisse.payments.queries import Reserved, WalletLine
from caisse.people.queries import Me
from caisse.site.telling import wallet as words
from caisse.site.telling.remarks import remarked, set_aside_then

ICONS = {"paused": "lock", "card": "lock", "qr": "qrcode", "voucher": "ticket"}
NEWS_MS = 14 * clock.DAY_MS


@dataclass(frozen=True, slots=True)
class Item:
    """One message: when (ms), its title, what it says, an amount, where it leads, its icon.

    What says all that there is to know leads nowhere (`address` ""); `ask` is then where a question
    about it is asked.
    """

    at: int
    title: str
    text: str
    signed: str
    address: str
    icon: str
    new: bool
    ask: str = ""


def items(
    me: Me, names: Mapping[int, str], unit: str, *, until_ms: int, limit: int
) -> tuple[list[Item], int | None]:
    """The messages before that instant, the newest first, and where the next page begins.

    A page ends between two instants: those of one instant stand on one page, or all on the next.
    """
    read = _read(me.person_id)
    found: list[Item] = []
    most = limit + 1
    if me.wallet_id is not None:
        lines = payments.lines_until(me.wallet_id, until_ms=until_ms, limit=most)
        found += [_moved(line, names, read) for line in lines]
        rows = told.remarks(me.wallet_id, until_ms=until_ms, limit=most)
        held = set_aside_then(rows, me.wallet_id)
        found += [_remarked(row, names, unit, read, held.get(row.id)) for row in rows]
    if me.person_id is not None:
        wrote = told.mail_of(me.person_id, until_ms=until_ms, limit=most)
        found += [_written(row, read) for row in wrote]
    found.sort(key=lambda item: -item.at)
    if len(found) <= limit:
        return found, None
    first_left_out = found[limit].at
    shown = [item for item in found[:limit] if item.at > first_left_out] or found[:limit]
    return shown, shown[-1].at


def unread(me: Me, lines: tuple[WalletLine, ...]) -> int:
    """How many messages she has not read; `lines` are the movements of this month. Three queries.

    Counted up to 99 of each kind.
    """
    if me.person_id is None:
        return 0
    read = _read(me.person_id)
    return sum(line.at > read for line in lines) + told.unread(
        person_id=me.person_id, wallet_id=me.wallet_id, since_ms=read
    )


def _read(person_id: int | None) -> int:
    """Until when her messages are no news: what she has read, and what is two weeks old."""
    read = 0 if person_id is None else told.read_until(person_id)
    return max(read, clock.now_ms() - NEWS_MS)


def _moved(line: WalletLine, names: Mapping[int, str], read: int) -> Item:
    one = words.told(line, names)
    address = reverse("my_receipt", args=[one.id])
    return Item(line.at, one.title, one.kind, one.signed, address, "receipt", line.at > read)


def _remarked(
    row: RemarkRow, names: Mapping[int, str], unit: str, read: int, held: Reserved | None
) -> Item:
    title, text = remarked(row, names, unit, held)
    kind = ICONS.get(row.kind, "hand-stop")
    ask = f"{reverse('my_inquiry')}?sujet=amount&refus={show_id(row.id)}"
    return Item(row.at, title, text, "", "", kind, row.at > read, ask)


def _written(row: NoticeRow, read: int) -> Item:
    label = messages.KINDS[row.kind][0] if row.kind in messages.KINDS else row.kind
    address = reverse("my_letter", args=[row.id])
    title = _("La caisse vous a écrit")
    return Item(row.made_at, title, _(label), "", address, "mail", row.made_at > read)
