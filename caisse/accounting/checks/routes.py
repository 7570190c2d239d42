"""Reasons and ids: every pair is one that its reason may use, every derived id is the right one
(own room: part of the check)."""

import hashlib

from caisse.accounting.checks.line import Verdict, hexed, line, rows
from caisse.ledger.rules import FAMILIES, MONEY, ROUTES

# Reasons whose ids the sender chooses: they need not begin with the instant of the cause.
CHOSEN = (
    "'payment', 'refund', 'gift', 'offline_loss', 'loss', 'loss_reviewed', 'try', 'abandon', "
    "'claim', 'spent', 'spent_back'"
)
# The key under which the id of a transfer derives from its cause, where the key is the account.
KEYED = {
    "allocation": ("credit", "allocation"),
    "expiry": ("debit", "expiry"),
    "call": ("debit", "call"),
    "redemption": ("debit", "redemption"),
    "redemption_fee": ("debit", "redemption_fee"),
}
# Reasons that an event causes once: the word is the reason itself.
WORDED = (
    "month", "levy", "month_rest", "fee", "fee_back", "interest", "grant_in", "grant_use",
    "grant_settle", "grant_call", "spend", "pay_cost", "deposit",
)  # fmt: skip


def _family(column: str) -> str:
    longest = sorted(FAMILIES, key=lambda family: -len(family))
    cases = " ".join(
        f"WHEN {column} = '{family}' THEN '{family}'"
        if FAMILIES[family].single
        else f"WHEN {column} LIKE '{family}:%' THEN '{family}'"
        for family in longest
    )
    return f"CASE {cases} ELSE '?' END"


@line("routes", "chaque motif ne relie que les comptes qu’il peut relier")
def routes() -> Verdict:
    """The pair of families and the unit of each transfer are those of its reason."""
    found = rows(f"""
        SELECT reason, CASE phase WHEN 'reverse' THEN 1 ELSE 0 END, t.unit, {_family("d.code")},
               {_family("c.code")}, MIN(t.seq), MIN(t.at), COUNT(*), MIN(d.unit), MAX(c.unit)
        FROM ledger_transfer t LEFT JOIN ledger_account d ON d.id = t.debit
        LEFT JOIN ledger_account c ON c.id = t.credit GROUP BY 1, 2, 3, 4, 5 ORDER BY 6""")
    bad: list[tuple[str, int | None]] = []
    for reason, reversed_, unit, debit, credit, seq, at, count, *units in found:
        pair = (credit, debit) if reversed_ else (debit, credit)
        route = ROUTES.get(reason)
        right = unit == FAMILIES.get(debit, FAMILIES["cost"]).unit and units == [unit, unit]
        if route is None or pair not in route.pairs or not right:
            bad += [(f"n° {seq} : {reason}, de {debit} à {credit} ({unit})", at)] * count
    ring = sum(row[7] for row in found if row[2] == MONEY)
    return Verdict(f"{ring} mouvements d’argent", bad)


@line("derived_ids", "les numéros dérivés sont uniques et se recalculent")
def derived_ids() -> Verdict:
    """A derived id begins with its cause's instant; those keyed by account are hashed again."""
    id_, cause = hexed("t.id"), hexed("t.cause")
    bad = rows(f"""
        SELECT seq, at FROM ledger_transfer t
        WHERE substr({id_}, 13, 1) = '8' AND substr({id_}, 1, 12) <> substr({cause}, 1, 12)
          AND reason NOT IN ({CHOSEN})
        ORDER BY seq LIMIT 1000""")
    twice = rows("SELECT MIN(seq), MIN(at) FROM ledger_transfer GROUP BY id HAVING COUNT(*) > 1")
    damage = [(f"n° {seq}", at) for seq, at in [*bad, *twice]]
    count = 0
    for reason, (side, word) in KEYED.items():
        keyed = rows(
            f"""SELECT {id_}, {cause}, a.code, t.seq, t.at FROM ledger_transfer t
            JOIN ledger_account a ON a.id = t.{side}
            WHERE t.reason = %s AND t.phase IN ('posted', 'held', 'post') ORDER BY t.seq""",
            [reason],
        )
        count += len(keyed)
        for id_text, cause_text, code, seq, at in keyed:
            if id_text != _derived(cause_text, f"{word}:{code.rpartition(':')[2]}"):
                damage.append((f"n° {seq} ({reason})", at))
    once = rows(
        f"""SELECT {id_}, {cause}, t.reason, t.seq, t.at FROM ledger_transfer t
        WHERE t.phase = 'posted' AND t.reason IN ({", ".join(f"'{word}'" for word in WORDED)})"""
    )
    for id_text, cause_text, reason, seq, at in once:
        if id_text != _derived(cause_text, reason):
            damage.append((f"n° {seq} ({reason})", at))
    return Verdict(f"{count + len(once)} numéros recalculés", damage)


def _derived(cause: str, position: str) -> str:
    """SHA-256 of (cause, position) behind the cause's 48 bits, version 8, as hexadecimal digits."""
    digest = bytearray(hashlib.sha256(bytes.fromhex(cause) + position.encode()).digest()[:10])
    digest[0] = (digest[0] & 0x0F) | 0x80
    digest[2] = (digest[2] & 0x3F) | 0x80
    return cause[:12] + digest.hex()
