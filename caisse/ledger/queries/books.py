"""Reads of the ledger: balances now, transfers, and flows by month for the figures."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import BigIntegerField, Case, F, Q, Sum, When
from django.db.models.functions import Cast, Substr

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.looks import Asked, Look, Row
from caisse.kernel.month import Month
from caisse.ledger.models import Account, Link, Tip, Transfer
from caisse.ledger.rules import FAMILIES

# An account's family, in SQL: longest prefix first, so that grant:caisse wins over nothing shorter.
_STANDING = Look(
    "SELECT code, unit, credits - debits, held, floor, ceiling, state "
    "FROM ledger_account WHERE code {keys}",
    "text",
)
_KNOWN = Look("SELECT id FROM ledger_transfer WHERE id {keys}", "id", bounded=True)
_PREFIXES = sorted(FAMILIES, key=lambda family: (-family.count(":"), family))


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as it stands. `balance` = credits − debits, cents."""

    code: str
    unit: str
    balance: int
    held: int
    floor: int
    ceiling: int | None
    state: str

    @property
    def available(self) -> int:
        """What may still be debited of a guarded account: balance − held − floor."""
        return self.balance - self.held - self.floor


@dataclass(frozen=True, slots=True)
class Movement:
    """A transfer as it is read; accounts by code."""

    id: Id
    debit: str
    credit: str
    cents: int
    unit: str
    reason: str
    phase: str
    of: Id | None
    chain: Id | None
    for_month: Month
    cause: Id
    method: str | None
    made_at: int | None
    at: int
    seq: int
    debit_after: int
    credit_after: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved for one reason, month and account: cents and transfers, net of reversals."""

    reason: str
    month: Month
    code: str
    cents: int
    count: int


def account(code: str) -> AccountState | None:
    """The account `code`, or None."""
    return accounts([code]).get(code)


def accounts(codes: Iterable[str]) -> dict[str, AccountState]:
    """The accounts that exist among `codes`."""
    return look_at_accounts(set(codes)).found()


def look_at_accounts(codes: Collection[str]) -> Asked[dict[str, AccountState]]:
    """The same, for who looks at other things at the same moment."""
    return _STANDING.at(codes, read=_by_code)


def _by_code(rows: list[Row]) -> dict[str, AccountState]:
    return {row[0]: AccountState(*row) for row in rows}


def balance(code: str) -> int:
    """credits − debits of one account, in cents; 0 for one that does not exist."""
    found = account(code)
    return 0 if found is None else found.balance


def held(code: str) -> int:
    """Cents held of one account's debits."""
    found = account(code)
    return 0 if found is None else found.held


def balances(family: str) -> dict[str, int]:
    """The balances of all accounts of a family, by code."""
    rows = Account.objects.filter(_within(family)).values_list("code", "credits", "debits")
    return {code: credits - debits for code, credits, debits in rows if _of_family(code, family)}


def owing(family: str, *, after: int = 0, limit: int = 50) -> list[tuple[int, int]]:
    """The accounts `family:<number>` with more debits than credits: (number, cents owed).

    In the order of their numbers, those above `after`, at most `limit`.
    """
    rows = Account.objects.filter(code__startswith=f"{family}:", debits__gt=F("credits"))
    # a CASE, so that no database reads the number of an account of another family
    number = Case(
        When(
            code__startswith=f"{family}:",
            then=Cast(Substr("code", len(family) + 2), BigIntegerField()),
        ),
        default=0,
        output_field=BigIntegerField(),
    )
    numbered = rows.annotate(number=number)
    page = numbered.filter(number__gt=after).order_by("number")[:limit]
    return [(row.number, row.debits - row.credits) for row in page]


def _within(family: str) -> Q:
    """The accounts of a family, by the index of codes where text is compared byte by byte."""
    if connection.vendor == "sqlite":
        return Q(code=family) | Q(code__gt=f"{family}:", code__lt=f"{family};")  # ; follows :
    return Q(code__startswith=family)


def total(*families: str) -> int:
    """The sum of the balances of all accounts of some families, in cents."""
    wanted = Q()
    for family in families:
        wanted |= Q(code=family) | Q(code__startswith=f"{family}:")
    sums = Account.objects.filter(wanted).aggregate(c=Sum("credits"), d=Sum("debits"))
    return (sums["c"] or 0) - (sums["d"] or 0)


def tip() -> tuple[int, int]:
    """seq and at (milliseconds) of the last transfer."""
    row = Tip.objects.get(pk=1)
    return row.seq, row.at


def prepared() -> tuple[int, int]:
    """The instants (milliseconds) between which ids have a partition."""
    row = Tip.objects.get(pk=1)
    return row.from_ms, row.until_ms


def transfer(id: Id) -> Movement | None:
    """The transfer `id`, or None when nothing was posted under it."""
    found = _movements(Transfer.objects.filter(pk=id))
    return found[0] if found else None


def transfers(ids: Sequence[Id]) -> list[Movement]:
    """Those of `ids` that were posted."""
    return _movements(Transfer.objects.filter(pk__in=list(ids)))


def look_at_ids(ids: Collection[Id]) -> Asked[set[Id]]:
    """Those of `ids` under which something stands, whatever it is."""
    return _KNOWN.at(ids, read=_firsts)


def _firsts(rows: list[Row]) -> set[Id]:
    return {row[0] for row in rows}


def refers_to(of: Id) -> list[Movement]:
    """Posts, voids, refunds, returns and reversals that name `of`, in order of posting."""
    return _movements(Transfer.objects.filter(of=of).order_by("seq"))


def referring_to(ids: Sequence[Id]) -> list[Movement]:
    """Those that name any of `ids`, in order of posting; a few hundred at most."""
    return _movements(Transfer.objects.filter(of__in=list(ids)).order_by("seq"))


def caused_by(cause: Id) -> list[Movement]:
    """The transfers of one event, in order of posting. A look through the whole journal."""
    return _movements(Transfer.objects.filter(cause=cause).order_by("seq"))


def since(seq: int, limit: int = 1000) -> list[Movement]:
    """The transfer log after `seq`, in commit order: an outbox by nature."""
    return _movements(Transfer.objects.filter(seq__gt=seq).order_by("seq")[:limit])


def of_reason(reason: str, *, after: int, until: int) -> list[Movement]:
    """The transfers of one reason after the number `after` up to `until`, in commit order."""
    rows = Transfer.objects.filter(seq__gt=after, seq__lte=until, reason=reason)
    return _movements(rows.order_by("seq"))


def since_but(
    seq: int, *, until: int, quiet: Collection[str], of: Collection[str]
) -> list[Movement]:
    """The transfers after `seq` up to `until`, in commit order, without what is quiet.

    Quiet are those of these reasons that were made with network, by no voucher, and move no account
    of the codes `of` (a few hundred at most): there may be thousands of them, and nobody who wants
    to know. Whose a voucher is, its account does not say.
    """
    numbers = list(Account.objects.filter(code__in=list(of)).values_list("pk", flat=True))
    told = ~Q(reason__in=list(quiet)) | Q(made_at__isnull=False) | Q(method="voucher")
    if numbers:
        told |= Q(debit__in=numbers) | Q(credit__in=numbers)
    return _movements(Transfer.objects.filter(told, seq__gt=seq, seq__lte=until).order_by("seq"))


def last_link() -> tuple[date, str] | None:
    """The last linked business day and its link, or None."""
    row = Link.objects.order_by("-day").first()
    return None if row is None else (row.day, row.link)


def flows(reasons: Iterable[str], *, side: str, until: date, unit: str = "money") -> list[Flow]:
    """Posted minus reversed, by reason, month and the account on `side` ("debit" or "credit").

    The accounts of households are told together, as "wallet:" or "receivable:contribution:".
    Held and void transfers never count. `until` is the last business day counted, by posting.
    """
    if side not in ("debit", "credit"):
        raise ValueError(f"a transfer has no side {side!r}")
    other = "credit" if side == "debit" else "debit"
    names = list(reasons)
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.reason, t.for_month, {_SHORT_CODE}, "
            f"SUM(CASE t.phase WHEN 'reverse' THEN -t.cents ELSE t.cents END), "
            f"SUM(CASE t.phase WHEN 'reverse' THEN -1 ELSE 1 END) "
            f"FROM ledger_transfer t JOIN ledger_account a "
            f"ON a.id = CASE t.phase WHEN 'reverse' THEN t.{other} ELSE t.{side} END "
            f"WHERE t.reason IN ({marks}) AND t.phase IN ('posted', 'post', 'reverse') "
            f"AND t.unit = %s AND t.at < %s GROUP BY 1, 2, 3",
            [*names, unit, _end_ms(until)],
        )
        rows = cursor.fetchall()
    return [Flow(r, Month.from_number(m), code, int(c), int(n)) for r, m, code, c, n in rows]


_OF_HOUSEHOLDS = ("wallet:", "receivable:contribution:", "reserve:", "voucher:")
_SHORT_CODE = (
    "CASE "
    + " ".join(f"WHEN a.code LIKE '{each}%%' THEN '{each}'" for each in _OF_HOUSEHOLDS)
    + " ELSE a.code END"
)


def month_ends(first: Month, last: Month, *, until: date) -> dict[Month, dict[str, int]]:
    """Balances by family at the end of each month (the last one at `until`), in cents of money.

    One pass over the journal: what each family gained in each month, then running sums.
    """
    ends = [min(month.last, until) for month in _months(first, last)]
    buckets = " ".join(f"WHEN t.at < {_end_ms(end)} THEN {n}" for n, end in enumerate(ends))
    gained: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for side, sign in (("debit", -1), ("credit", 1)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT CASE {buckets} END, {_family_sql('a.code')}, SUM(t.cents) "
                f"FROM ledger_transfer t JOIN ledger_account a ON a.id = t.{side} "
                f"WHERE t.phase IN ('posted', 'post', 'reverse') AND t.unit = 'money' "
                f"AND t.at < %s GROUP BY 1, 2",
                [_end_ms(ends[-1])],
            )
            for bucket, family, cents in cursor.fetchall():
                gained[bucket][family] += sign * int(cents)
    running: dict[str, int] = defaultdict(int)
    found = {}
    for n, month in enumerate(_months(first, last)):
        for family, cents in gained[n].items():
            running[family] += cents
        found[month] = dict(running)
    return found


def _months(first: Month, last: Month) -> list[Month]:
    return [first + n for n in range(last - first + 1)]


def _end_ms(day: date) -> int:
    return clock.instant(day + timedelta(1))


def _family_sql(column: str) -> str:
    cases = [
        f"WHEN {column} = '{family}' OR {column} LIKE '{family}:%%' THEN '{family}'"
        for family in _PREFIXES
    ]
    return f"CASE {' '.join(cases)} END"


def _of_family(code: str, family: str) -> bool:
    return code == family or code.startswith(f"{family}:")


def _movements(rows: Iterable[Transfer]) -> list[Movement]:
    found = list(rows)
    numbers = {row.debit for row in found} | {row.credit for row in found}
    codes = dict(Account.objects.filter(pk__in=numbers).values_list("pk", "code"))
    return [
        Movement(
            row.id, codes[row.debit], codes[row.credit], row.cents, row.unit, row.reason,
            row.phase, row.of, row.chain, Month.from_number(row.for_month), row.cause, row.method,
            row.made_at, row.at, row.seq, row.debit_after, row.credit_after, row.expires_at,
        )
        for row in found
    ]  # fmt: skip


def opening_wallets(wallets: Sequence[int], *, first: Month, last: Month) -> dict[int, int]:
    """Opening balances of some wallets, entered in the months from `first` to `last`, in cents.

    They were entered by one decision, before the first month: there are few rows of that reason.
    """
    codes = {f"wallet:{wallet}": wallet for wallet in wallets}
    numbers = dict(Account.objects.filter(code__in=codes).values_list("pk", "code"))
    rows = Transfer.objects.filter(
        reason="opening_wallet", phase="posted", credit__in=numbers,
        for_month__gte=first.number, for_month__lte=last.number,
    )  # fmt: skip
    return {codes[numbers[credit]]: cents for credit, cents in rows.values_list("credit", "cents")}


def count_payments(*, until: date) -> int:
    """Purchases posted up to the day `until`: those under their own id, and paper sales keyed."""
    rows = Transfer.objects.filter(
        Q(of=None, phase="posted") | Q(phase="post"),
        reason__in=("payment", "offline_loss"),
        at__lt=_end_ms(until),
    )
    return rows.count()
