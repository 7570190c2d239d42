"""Accounts against transfers: sums, guards, holds, refunds, cover (own room: part of the check)."""

from collections.abc import Iterator

from caisse.accounting.checks.line import FINAL, Verdict, line, rows
from caisse.kernel import clock
from caisse.kernel.cents import show

# Each posted transfer seen from both its accounts: what each gained.
SIDES = f"""
    SELECT debit AS account, -cents AS gained, cents AS debited, 0 AS credited,
           debit_after AS after, seq, at, unit FROM ledger_transfer WHERE phase IN {FINAL}
    UNION ALL
    SELECT credit, cents, 0, cents, credit_after, seq, at, unit
    FROM ledger_transfer WHERE phase IN {FINAL}"""
OPEN_HOLDS = """
    SELECT t.debit AS account, SUM(t.cents) AS held FROM ledger_transfer t
    WHERE t.phase = 'held' AND NOT EXISTS (
        SELECT 1 FROM ledger_transfer c WHERE c.of = t.id AND c.phase IN ('post', 'void'))
    GROUP BY t.debit"""
GAP = """(a.code = 'fund:caisse' OR a.code LIKE 'fund:month:%%' OR a.code = 'fund:offline'
    OR a.code LIKE 'fund:named:%%' OR a.code LIKE 'grant:caisse:%%'
    OR a.code = 'receivable:returns' OR a.code = 'receivable:fees')"""
CIRCULATION = """(a.code LIKE 'wallet:%%' OR a.code LIKE 'place:%%' OR a.code LIKE 'voucher:%%'
    OR a.code LIKE 'reserve:%%')"""


@line("zero_sum", "la somme de tous les comptes est zéro, par unité")
def zero_sum() -> Verdict:
    """Σ credits − Σ debits of all accounts, per unit."""
    found = rows(
        "SELECT unit, SUM(credits) - SUM(debits) FROM ledger_account GROUP BY unit ORDER BY 1"
    )
    bad = [(f"{unit} : {difference}", None) for unit, difference in found if difference]
    return Verdict(
        f"{len(found)} unités, écart {show(sum(d for u, d in found if u == 'money'))}", bad
    )


@line("balances", "chaque solde est la somme de ses mouvements")
def balances() -> Verdict:
    """debits and credits of each account, recounted from the transfers."""
    bad = rows(f"""
        SELECT a.code, a.credits - a.debits, COALESCE(s.credited, 0) - COALESCE(s.debited, 0), s.at
        FROM ledger_account a LEFT JOIN (
            SELECT account, SUM(debited) AS debited, SUM(credited) AS credited, MAX(at) AS at
            FROM ({SIDES}) x GROUP BY account) s ON s.account = a.id
        WHERE a.debits <> COALESCE(s.debited, 0) OR a.credits <> COALESCE(s.credited, 0)
        ORDER BY a.code""")
    count = rows("SELECT COUNT(*) FROM ledger_account")[0][0]
    return Verdict(
        f"{count} comptes",
        [(f"{code} : {stored}, recompté {counted}", at) for code, stored, counted, at in bad],
    )


@line("after", "le solde écrit après chaque mouvement est le bon")
def after() -> Verdict:
    """debit_after and credit_after, recounted in the order of seq."""
    bad = rows(f"""
        SELECT seq, at, after, counted FROM (
            SELECT seq, at, after, account,
                   SUM(gained) OVER (PARTITION BY account ORDER BY seq) AS counted
            FROM ({SIDES}) x) y
        WHERE after <> counted ORDER BY seq LIMIT 1000""")
    count = rows(f"SELECT COUNT(*) FROM ledger_transfer WHERE phase IN {FINAL}")[0][0]
    return Verdict(
        f"{count} mouvements",
        [(f"n° {seq} : {stored}, recompté {counted}", at) for seq, at, stored, counted in bad],
    )


@line("guards", "aucun compte gardé ne passe sous son plancher ou au-dessus de son plafond")
def guards() -> Verdict:
    """Floors of guarded accounts, ceilings of the others."""
    bad = rows("""
        SELECT code, credits - debits, held FROM ledger_account
        WHERE (guard = 'credit' AND credits - debits - held < floor)
           OR (guard = 'debit' AND debits < credits)
           OR (unit = 'money' AND ceiling IS NOT NULL AND credits - debits > ceiling)
           OR (unit <> 'money' AND ceiling IS NOT NULL AND debits - credits + held > ceiling)
           OR held < 0
        ORDER BY code""")
    count = rows("SELECT COUNT(*) FROM ledger_account WHERE guard <> 'none'")[0][0]
    return Verdict(
        f"{count} comptes gardés",
        [(f"{code} : {balance}, retenu {held}", None) for code, balance, held in bad],
    )


@line("holds", "ce qui est retenu est la somme des retenues ouvertes")
def holds() -> Verdict:
    """held of each account, recounted."""
    bad = rows(f"""
        SELECT a.code, a.held, COALESCE(h.held, 0) FROM ledger_account a
        LEFT JOIN ({OPEN_HOLDS}) h ON h.account = a.id
        WHERE a.held <> COALESCE(h.held, 0) ORDER BY a.code""")
    total = rows("SELECT COALESCE(SUM(held), 0) FROM ledger_account WHERE unit = 'money'")[0][0]
    return Verdict(
        f"{show(total)} retenus",
        [(f"{code} : {stored}, recompté {counted}", None) for code, stored, counted in bad],
    )


@line("cover", "chaque MonA en circulation est couvert par un euro mis de côté")
def cover() -> Verdict:
    """cash − circulation = Σ of what is set aside, and never below zero at the end of a day."""
    cash, circulation, aside = rows(
        f"""
        SELECT COALESCE(SUM(CASE WHEN a.code = 'bank:caisse' THEN a.debits - a.credits END), 0),
               COALESCE(SUM(CASE WHEN {CIRCULATION} THEN a.credits - a.debits END), 0),
               COALESCE(SUM(CASE WHEN {GAP} THEN a.credits - a.debits END), 0)
        FROM ledger_account a WHERE a.unit = 'money'""".replace("%%", "%")
    )[0]
    bad: list[tuple[str, int | None]] = []
    if cash - circulation != aside:
        words = f"banque {show(cash)} − circulation {show(circulation)} ≠ {show(aside)}"
        bad.append((words, None))
    bad += _uncovered_days()
    return Verdict(f"marge {show(cash - circulation)}", bad)


def _uncovered_days() -> Iterator[tuple[str, int]]:
    """The days at whose end the gap was negative, with the event that brought it there."""
    moves = rows(
        f"""
        SELECT seq, at, cause, gap FROM (
            SELECT seq, at, cause, SUM(gained) OVER (ORDER BY seq) AS gap, gained FROM (
                SELECT t.seq, t.at, t.cause,
                       SUM(CASE WHEN a.id = t.debit THEN -t.cents ELSE t.cents END) AS gained
                FROM ledger_transfer t JOIN ledger_account a ON a.id IN (t.debit, t.credit)
                WHERE t.phase IN {FINAL} AND t.unit = 'money' AND {GAP}
                GROUP BY t.seq, t.at, t.cause) x) y
        WHERE gained <> 0 ORDER BY seq""".replace("%%", "%")
    )
    day_end: dict[object, tuple[int, int, str]] = {}
    for _, at, cause, gap in moves:
        day_end[clock.day_of(at)] = (gap, at, cause)
    for gap, at, cause in day_end.values():
        if gap < 0:
            event = rows("SELECT name FROM kernel_event WHERE id = %s", [_id(cause)])
            yield f"{show(gap)} après {event[0][0] if event else 'un événement inconnu'}", at


def _id(text: str) -> object:
    from django.db import connection

    return text if connection.vendor == "postgresql" else bytes.fromhex(text)


@line("cause", "chaque mouvement a une cause")
def cause() -> Verdict:
    """The cause of every transfer is an event."""
    bad = rows("""
        SELECT t.seq, t.at FROM ledger_transfer t LEFT JOIN kernel_event e ON e.id = t.cause
        WHERE e.id IS NULL ORDER BY t.seq LIMIT 1000""")
    count = rows("SELECT COUNT(*) FROM kernel_event")[0][0]
    return Verdict(f"{count} événements", [(f"n° {seq} sans cause", at) for seq, at in bad])


@line("refunds", "on ne rembourse pas plus que l’achat")
def refunds() -> Verdict:
    """Σ refunds, returns and recoveries that name a transfer ≤ that transfer, net of reversals."""
    bad = rows("""
        SELECT p.seq, p.at, p.cents, SUM(r.cents) FROM ledger_transfer r
        JOIN ledger_transfer p ON p.id = r.of
        WHERE r.phase IN ('posted', 'post') AND r.reason IN ('refund', 'return', 'recovery')
          AND NOT EXISTS (SELECT 1 FROM ledger_transfer u WHERE u.of = r.id AND u.phase = 'reverse')
        GROUP BY p.id, p.seq, p.at, p.cents HAVING SUM(r.cents) > p.cents ORDER BY p.seq""")
    count, total = rows("""
        SELECT COUNT(*), COALESCE(SUM(cents), 0) FROM ledger_transfer
        WHERE reason = 'refund' AND phase = 'posted'""")[0]
    return Verdict(
        f"{count} remboursements, {show(total)}",
        [(f"n° {seq} : {cents}, rendu {back}", at) for seq, at, cents, back in bad],
    )


@line("reverses", "un mouvement s’annule une fois, à l’identique")
def reverses() -> Verdict:
    """At most one reverse per transfer, with its reason, unit, cents and accounts exchanged."""
    bad = rows("""
        SELECT r.seq, r.at FROM ledger_transfer r LEFT JOIN ledger_transfer t ON t.id = r.of
        WHERE r.phase = 'reverse' AND (
            t.id IS NULL OR t.debit <> r.credit OR t.credit <> r.debit OR t.cents <> r.cents
            OR t.reason <> r.reason OR t.unit <> r.unit
            OR EXISTS (SELECT 1 FROM ledger_transfer o
                       WHERE o.of = r.of AND o.phase = 'reverse' AND o.id <> r.id))
        ORDER BY r.seq""")
    count = rows("SELECT COUNT(*) FROM ledger_transfer WHERE phase = 'reverse'")[0][0]
    return Verdict(f"{count} annulations", [(f"n° {seq}", at) for seq, at in bad])


@line("vouchers", "chaque bon vaut ce qui a été payé pour lui, ou plus rien")
def vouchers() -> Verdict:
    """Each voucher account was paid once and holds all of it or nothing; nothing of it is held."""
    bad = rows("""
        SELECT a.code, a.credits - a.debits, i.at FROM ledger_account a LEFT JOIN (
            SELECT credit, MAX(cents) AS cents, MAX(at) AS at, COUNT(*) AS times
            FROM ledger_transfer WHERE reason = 'voucher_issue' AND phase = 'posted'
            GROUP BY credit) i ON i.credit = a.id
        WHERE a.code LIKE 'voucher:%' AND (i.times IS NULL OR i.times <> 1 OR a.held <> 0
            OR a.credits - a.debits NOT IN (0, i.cents))
        ORDER BY a.code""")
    count = rows("SELECT COUNT(*) FROM ledger_account WHERE code LIKE 'voucher:%'")[0][0]
    return Verdict(f"{count} bons", [(f"{code} : {show(cents)}", at) for code, cents, at in bad])


@line("receivables", "ce qui est dû et sa contrepartie se compensent")
def receivables() -> Verdict:
    """Each memo pair sums to 0, and so does what waits at desks with its transit."""
    pairs = (
        ("cotisations", "'receivable:contribution:%%'", "'claims:contribution'"),
        ("subventions", "'receivable:grant:%%'", "'claims:grant'"),
        ("guichets", "'cash:%%'", "'fund:transit'"),
    )
    bad: list[tuple[str, int | None]] = []
    due = 0
    for name, like, code in pairs:
        more = "OR code LIKE 'cheques:%%'" if name == "guichets" else ""
        sql = f"""
            SELECT COALESCE(SUM(credits - debits), 0),
                   COALESCE(SUM(CASE WHEN code = {code} THEN credits - debits END), 0)
            FROM ledger_account WHERE code LIKE {like} OR code = {code} {more}"""
        total, counterpart = rows(sql.replace("%%", "%"))[0]
        due += counterpart if name == "cotisations" else 0
        if total:
            bad.append((f"{name} : écart {show(total)}", None))
    return Verdict(f"{show(due)} de cotisations dues", bad)


@line("operating_cash", "la trésorerie de fonctionnement est celle du fonds")
def operating_cash() -> Verdict:
    """Cash of the ordinary account = fund:operating + grant:operating:*; each cost:* is 0."""
    cash, fund = rows("""
        SELECT COALESCE(SUM(CASE WHEN code = 'bank:operating' THEN debits - credits END), 0),
               COALESCE(SUM(CASE WHEN code = 'bank:operating' THEN 0 ELSE credits - debits END), 0)
        FROM ledger_account WHERE code IN ('bank:operating', 'fund:operating')
           OR code LIKE 'grant:operating:%'""")[0]
    lines = rows("""
        SELECT code, credits - debits FROM ledger_account
        WHERE code LIKE 'cost:%' AND credits <> debits ORDER BY code""")
    bad: list[tuple[str, int | None]] = [(f"{code} : {show(cents)}", None) for code, cents in lines]
    if cash != fund:
        bad.insert(0, (f"banque {show(cash)}, fonds {show(fund)}", None))
    return Verdict(show(cash), bad)
