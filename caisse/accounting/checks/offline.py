"""Selling without network: money set aside, the rooms of places, what was lost (own room)."""

import json

from caisse.accounting.checks.line import Verdict, line, one, rows
from caisse.kernel.cents import show
from caisse.payments.queries import offline_rules
from caisse.payments.rules import OfflineRules, offline_bound_cents, place_bound_cents

TRUST = "payment.offline_trust_cents"


@line("reserves", "ce qui est mis de côté s’additionne, par foyer et par lieu")
def reserves() -> Verdict:
    """Each reserve was filled once by its wallet, pays its own place or any, and goes home empty.

    What went in is what its row says; what came out went to its place (to any, where it names
    none) or back to its wallet; nothing is left of one that is home.
    """
    found = rows("""
        SELECT a.code, a.credits - a.debits, r.cents, r.released_at,
               COALESCE(m.filled, 0), COALESCE(m.strange, 0), m.at
        FROM ledger_account a
        LEFT JOIN payments_reserve r ON a.code = 'reserve:' || r.key
        LEFT JOIN (
            SELECT a.id AS account, MAX(t.at) AS at,
                   SUM(CASE WHEN t.credit = a.id AND d.code = 'wallet:' || r.wallet
                       THEN t.cents ELSE 0 END) AS filled,
                   SUM(CASE WHEN t.credit = a.id AND d.code = 'wallet:' || r.wallet THEN 0
                       WHEN t.debit = a.id AND t.reason = 'release'
                            AND c.code = 'wallet:' || r.wallet THEN 0
                       WHEN t.debit = a.id AND t.reason = 'payment' AND c.code LIKE 'place:%'
                            AND (r.place_id IS NULL OR c.code = 'place:' || r.place_id) THEN 0
                       ELSE 1 END) AS strange
            FROM ledger_account a JOIN payments_reserve r ON a.code = 'reserve:' || r.key
            JOIN ledger_transfer t ON a.id IN (t.debit, t.credit)
            JOIN ledger_account d ON d.id = t.debit JOIN ledger_account c ON c.id = t.credit
            WHERE t.phase IN ('posted', 'post') GROUP BY a.id) m ON m.account = a.id
        WHERE a.code LIKE 'reserve:%' ORDER BY a.code""")
    bad = []
    for code, left, cents, released, filled, strange, at in found:
        if cents is None:
            bad.append((f"{code} : personne ne l’a mis de côté", at))
        elif filled != cents or strange:
            bad.append((f"{code} : {cents} de côté, {filled} reçus, {strange} autres", at))
        elif released is not None and left:
            bad.append((f"{code} : rendu, mais {left} restent", at))
    aside = sum(row[1] for row in found)
    return Verdict(f"{show(aside)} de côté", bad)


@line("room", "ce que les appareils peuvent encore perdre est prêt, jamais sous zéro")
def room() -> Verdict:
    """Of places with open licences: ceiling less open losses ≥ 0, all of it ≤ fund:offline."""
    found = rows("""
        SELECT l.code, COALESCE(l.ceiling, 0) - (l.debits - l.credits) FROM ledger_account l
        WHERE EXISTS (SELECT 1 FROM payments_licence p
                      WHERE p.closed_at IS NULL AND l.code = 'loss:' || p.place_id)
        ORDER BY l.code""")
    licensed = one("""
        SELECT COALESCE(SUM(room_cents), 0) FROM payments_licence p WHERE p.closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_account l WHERE l.code = 'loss:' || p.place_id)""")
    fund = one("""
        SELECT COALESCE(SUM(credits - debits), 0) FROM ledger_account
        WHERE code = 'fund:offline'""")
    open_ = licensed + sum(left for _code, left in found)
    bad: list[tuple[str, int | None]] = [
        (f"{code} : {left} sous zéro", None) for code, left in found if left < 0
    ]
    if open_ > fund:
        bad.append((f"{show(open_)} peuvent se perdre, {show(fund)} sont prêts", None))
    return Verdict(f"{show(open_)} sur {show(fund)}", bad)


@line("losses", "ce qui est perdu sans réseau ne passe jamais la limite des lieux")
def losses() -> Verdict:
    """Each loss is counted at its place, to the cent; the open ones are within the bound.

    It is the one that the committee reads (`place_bound_cents`): R of today, or the ceiling where
    licences began under a higher one. No place ever stands above the highest R there was.
    """
    uncounted = rows("""
        SELECT MIN(seq), MIN(at), SUM(CASE reason WHEN 'offline_loss' THEN cents ELSE 0 END),
               SUM(CASE reason WHEN 'loss' THEN cents ELSE 0 END)
        FROM ledger_transfer WHERE reason IN ('offline_loss', 'loss') AND phase = 'posted'
        GROUP BY COALESCE(chain, id)
        HAVING SUM(CASE reason WHEN 'loss' THEN cents ELSE -cents END) <> 0 ORDER BY 1""")
    bad: list[tuple[str, int | None]] = [
        (f"n° {seq} : {paid} payés, {counted} comptés", at) for seq, at, paid, counted in uncounted
    ]
    rules, highest = offline_rules(), _trust()
    places = one("SELECT COUNT(*) FROM ledger_account WHERE code LIKE 'place:%'")
    open_ = rows("""
        SELECT code, debits - credits, COALESCE(ceiling, 0) FROM ledger_account
        WHERE code LIKE 'loss:%' AND code <> 'loss:all' ORDER BY code""")
    for code, lost, ceiling in open_:
        most = min(highest, place_bound_cents(ceiling, rules))
        if lost > most:
            bad.append((f"{code} : {lost}, {most} au plus", None))
    lost = sum(cents for _code, cents, _ceiling in open_)
    most = offline_bound_cents(places, [ceiling for _code, _lost, ceiling in open_], rules)
    return Verdict(f"{show(lost)} sur {show(most)}", bad)


def _trust() -> int:
    said = rows("SELECT value FROM bylaws_amendment WHERE article = %s", [TRUST])
    return max([OfflineRules().offline_trust_cents, *(int(json.loads(one)) for (one,) in said)])
