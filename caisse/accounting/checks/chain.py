"""The order of the books and their hash chain, recomputed apart (own room: part of the check)."""

import hashlib
import json
import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from caisse.accounting.checks.line import Verdict, line, rows
from caisse.kernel import clock, triggers
from caisse.kernel.month import Month
from caisse.kernel.wording import day as in_words
from caisse.ledger import queries as ledger

IDS = ("id", "cause", "chain", "of")
COLUMNS = (
    "at", "cause", "cents", "chain", "credit", "debit", "expires_at", "for_month", "id", "made_at",
    "method", "of", "phase", "reason", "seq", "unit", "unless",
)  # fmt: skip


@line("chain", "les mouvements se suivent sans trou, et la chaîne des jours est intacte")
def chain() -> Verdict:
    """seq without gaps, `at` never back, both up to the tip; each day's link; the last anchor."""
    bad: list[tuple[str, int | None]] = []
    count, low, high = rows("SELECT COUNT(*), MIN(seq), MAX(seq) FROM ledger_transfer")[0]
    seq, at = rows("SELECT seq, at FROM ledger_tip")[0]
    if (low or 1, high or 0) != (1, count) or seq != count:
        bad.append((f"{count} mouvements, numérotés de {low} à {high}, dernier connu {seq}", at))
    back = rows("""
        SELECT seq, at FROM (SELECT seq, at, LAG(at) OVER (ORDER BY seq) AS before
                             FROM ledger_transfer) x WHERE at < before ORDER BY seq""")
    bad += [(f"n° {number} : l’heure recule", instant) for number, instant in back]
    last = rows("SELECT MAX(at) FROM ledger_transfer")[0][0]
    if last is not None and last != at:
        bad.append(("l’heure du dernier mouvement n’est pas celle du registre", at))
    links = rows("SELECT day, link, seq FROM ledger_link ORDER BY day")
    bad += _broken_links(links)
    bad += _lost_anchor({day: link for day, link, _ in links})
    return Verdict(f"{count} mouvements, {len(links)} jours", bad)


def anchored() -> Verdict:
    """What a start can afford to look at: the tip, the last link, the last anchor."""
    bad: list[tuple[str, int | None]] = []
    seq, at = rows("SELECT seq, at FROM ledger_tip")[0]
    high = rows("SELECT seq FROM ledger_transfer WHERE seq >= %s ORDER BY seq DESC LIMIT 1", [seq])
    if [row[0] for row in high] != ([seq] if seq else []):
        bad.append((f"le dernier mouvement n’est pas le n° {seq}", at))
    links = rows("SELECT day, link, seq FROM ledger_link ORDER BY day")
    bad += _broken_links(links[-1:], links[-2:-1])
    bad += _lost_anchor({day: link for day, link, _ in links})
    return Verdict(f"{seq} mouvements, {len(links)} jours", bad)


def _broken_links(
    links: list[tuple[Any, ...]], after: list[tuple[Any, ...]] | None = None
) -> list[tuple[str, int | None]]:
    """The first day whose link does not follow from the one before; the rest hangs on it.

    `after` is the link that the first of `links` follows, when it is not the very first.
    """
    before, seq = (after[0][1], after[0][2]) if after else ("0" * 64, 0)
    for day, link, last in links:
        day = day if isinstance(day, date) else date.fromisoformat(day)
        found, end = _link(before, day, seq, last)
        if (found, end) != (link, last):
            return [(f"le jour {day.isoformat()} ne se recalcule pas", clock.instant(day))]
        before, seq = link, last
    return []


def _link(before: str, day: date, seq: int, last: int) -> tuple[str, int]:
    digest = hashlib.sha256(f"{before}|{day.isoformat()}".encode())
    bounds = [clock.instant(day), clock.instant(day + timedelta(1))]
    moves = rows(
        f"SELECT {', '.join(COLUMNS)} FROM ledger_transfer "
        "WHERE seq > %s AND seq <= %s AND at < %s ORDER BY seq",
        [seq, last, bounds[1]],
    )
    for move in moves:
        seq = move[COLUMNS.index("seq")]
        digest.update(b"|" + _canonical(dict(zip(COLUMNS, move, strict=True))))
    happened = rows(
        "SELECT at, by, data, id, name, subject FROM kernel_event "
        "WHERE at >= %s AND at < %s ORDER BY id",
        bounds,
    )
    for row in happened:
        names = ("at", "by", "data", "id", "name", "subject")
        digest.update(b"|" + _canonical(dict(zip(names, row, strict=True))))
    return digest.hexdigest(), seq


def _canonical(row: dict[str, Any]) -> bytes:
    for name in IDS:
        if row.get(name) is not None:
            row[name] = str(uuid.UUID(row[name]))
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _lost_anchor(links: dict[Any, str]) -> list[tuple[str, int | None]]:
    """The last line of the anchors' file must be in the chain, or an older copy took its place."""
    path = settings.HOME / "anchors.jsonl"
    if not path.exists() or not links:
        return []
    known = {str(day): link for day, link in links.items()}
    first = known[min(known)]
    texts = path.read_text(encoding="utf-8").splitlines()
    anchors = [_anchor(text) for text in texts]
    if None in anchors[:-1]:
        return [("le fichier des ancres est abîmé", None)]
    # A power cut while it was written leaves half a last line: the one before it counts.
    ours = [anchor for anchor in anchors if anchor is not None and anchor["first"] == first]
    if not ours or known.get(ours[-1]["day"]) == ours[-1]["link"]:
        return []
    return [(f"l’ancre du {ours[-1]['day']} n’est pas dans la chaîne", None)]


def _anchor(text: str) -> dict[str, str] | None:
    """A line of the anchors' file, or None when it is not whole."""
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) and {"day", "link", "first"} <= read.keys() else None


@line("triggers", "la base refuse elle-même qu’on change le passé")
def declared_triggers() -> Verdict:
    """Every declared trigger is there and as declared."""
    missing = triggers.damage(connection)
    count = len(triggers.expected())
    return Verdict(f"{count} règles de la base", [(name, None) for name in missing])


@line("partitions", "les numéros des mois qui viennent ont leur place")
def partitions() -> Verdict:
    """The ids of this month and of the next have a partition."""
    from_ms, until_ms = ledger.prepared()
    month = Month.of(clock.today())
    bad = [
        (f"{each}", None)
        for each in (month, month.next())
        if until_ms and not from_ms <= clock.instant(each.last, 12) < until_ms
    ]
    first = f"depuis le {in_words(clock.day_of(from_ms))}" if until_ms else "aucun mois"
    return Verdict(first, bad)
