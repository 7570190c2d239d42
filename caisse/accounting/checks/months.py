"""Plans against money, articles against decisions (own room: part of the check)."""

from caisse.accounting.checks.line import Verdict, line, one, rows
from caisse.kernel.cents import show
from caisse.kernel.month import Month
from caisse.kernel.wording import month_name


@line("month_zero", "l’argent d’un mois clos est entièrement versé ou rendu")
def month_zero() -> Verdict:
    """fund:month of a closed month is 0."""
    closed = [Month.from_number(row[0]) for row in rows(
        "SELECT DISTINCT month FROM month_monthlyrun WHERE state = 'closed' ORDER BY month"
    )]  # fmt: skip
    left = dict(
        rows("""
        SELECT code, credits - debits FROM ledger_account
        WHERE code LIKE 'fund:month:%' AND (credits <> debits OR held <> 0)""")
    )
    bad = [(f"{month} : {show(left[code])}", None) for month in closed
           if (code := f"fund:month:{month}") in left]  # fmt: skip
    return Verdict(f"{len(closed)} mois clos", bad)


@line("plan", "le plan figé, les versements et le reste s’accordent")
def plan() -> Verdict:
    """Each credited line = its allocation transfer; each run = its lines + month_rest."""
    lines = rows("""
        SELECT r.month, l.wallet, l.credited_cents, COALESCE(t.cents, 0), t.at
        FROM month_planline l JOIN month_monthlyrun r ON r.id = l.run_id
        LEFT JOIN ledger_account a ON a.code = 'wallet:' || l.wallet
        LEFT JOIN ledger_transfer t ON t.cause = r.cause AND t.reason = 'allocation'
            AND t.phase = 'posted' AND t.credit = a.id
        WHERE COALESCE(l.credited_cents, 0) <> COALESCE(t.cents, 0) ORDER BY r.month, l.wallet""")
    runs = rows("""
        SELECT r.month, r.total_cents, r.credited_cents,
               COALESCE(SUM(CASE WHEN t.reason = 'month' THEN t.cents END), 0),
               COALESCE(SUM(CASE WHEN t.reason = 'allocation' THEN t.cents END), 0)
        FROM month_monthlyrun r LEFT JOIN ledger_transfer t
            ON t.cause = r.cause AND t.phase = 'posted' AND t.reason IN ('month', 'allocation')
        WHERE r.state IN ('credited', 'closed')
        GROUP BY r.id, r.month, r.total_cents, r.credited_cents ORDER BY r.month""")
    sums = rows("""
        SELECT r.id, r.month FROM month_monthlyrun r JOIN month_planline l ON l.run_id = r.id
        GROUP BY r.id, r.month, r.total_cents HAVING SUM(l.allocated_cents) <> r.total_cents""")
    rests = _rests()
    bad: list[tuple[str, int | None]] = [
        (f"{Month.from_number(m)}, porte-monnaie {w} : plan {c}, versé {t}", at)
        for m, w, c, t, at in lines
    ]
    for month, total, credited, apart, given in runs:
        if total != apart or credited != given:
            bad.append((f"{Month.from_number(month)} : {total} prévus, {given} versés", None))
    for number in sorted({month for month, *_ in runs}):
        rest = sum(t - c for m, t, c, *_ in runs if m == number)
        if rest != rests.get(number, 0):
            bad.append(
                (f"{Month.from_number(number)} : reste {rest}, rendu {rests.get(number, 0)}", None)
            )
    bad += [
        (f"{Month.from_number(month)} : la somme du plan est fausse", None) for _, month in sums
    ]
    members = one("SELECT COUNT(*) FROM month_planline")
    return Verdict(f"{len(runs)} versements, {members} lignes", bad)


def _rests() -> dict[int, int]:
    """What each credited month gave back to the fund."""
    return dict(
        rows("""
        SELECT for_month, SUM(CASE phase WHEN 'reverse' THEN -cents ELSE cents END)
        FROM ledger_transfer WHERE reason = 'month_rest' AND phase IN ('posted', 'reverse')
        GROUP BY for_month""")
    )


@line("articles", "chaque article en vigueur a sa décision")
def articles() -> Verdict:
    """An article beyond neutral comes from an amendment, and each amendment from a decision."""
    bad = rows("""
        SELECT a.article, a.since, a.adopted_at FROM bylaws_amendment a
        LEFT JOIN bylaws_decision d ON d.number = a.decision_id AND d.adopted_at = a.adopted_at
        WHERE d.number IS NULL ORDER BY a.adopted_at, a.article""")
    count = one("SELECT COUNT(DISTINCT article) FROM bylaws_amendment")
    return Verdict(
        f"{count} articles",
        [(f"{article} à partir de {Month.from_number(since)}", at) for article, since, at in bad],
    )


@line("seal", "aucun amendement ne touche un mois scellé")
def seal() -> Verdict:
    """No amendment at or before a sealed month was adopted after the seal."""
    bad = rows("""
        SELECT a.article, a.since, a.adopted_at FROM bylaws_amendment a
        WHERE EXISTS (SELECT 1 FROM bylaws_seal s
                      WHERE a.since <= s.month AND a.adopted_at > s.at)
        ORDER BY a.adopted_at, a.article""")
    last = rows("SELECT MAX(month) FROM bylaws_seal")[0][0]
    return Verdict(
        f"scellé jusqu’à {month_name(Month.from_number(last))}" if last else "aucun mois scellé",
        [(f"{article} à partir de {Month.from_number(since)}", at) for article, since, at in bad],
    )
