"""A database in memory behind the writer's door: lists instead of tables, nothing else differs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from caisse.kernel.ids import Id
from caisse.ledger.rules import Account, Entry, Outcome, Posted, Transfer, judge
from caisse.ledger.tests.plain import Plain
from caisse.ledger.writer import Lines, Read, Tip, numbered, read_book, touched
from caisse.ledger.writer.reading import Columns


class Memory:
    """Accounts and transfers as values; `transaction` gives all or nothing, like a database."""

    def __init__(self, model: Plain) -> None:
        """The same accounts as the model's, numbered."""
        self.rows: dict[str, tuple[object, ...]] = {}
        self.posted: dict[Id, Posted] = {}
        self.seq = 0
        for number, (code, a) in enumerate(model.accounts.items(), 1):
            totals = (max(0, -a["balance"]), max(0, a["balance"]), a["held"])
            self.rows[code] = (
                number, code, a["unit"], *totals, a["guard"], a["floor"], a["ceiling"], a["state"],
            )  # fmt: skip

    def tip(self) -> Tip:
        """No partition bounds here."""
        return Tip(self.seq, 0, 0, 1 << 48)

    def lock(self, codes: Sequence[str]) -> dict[str, Account]:
        """Fresh accounts, as a database would read them."""
        return {code: Account(*self.rows[code]) for code in codes if code in self.rows}  # type: ignore[arg-type]

    def lock_columns(self, one: str, many: Sequence[str]) -> tuple[Account | None, Columns]:
        """Not for arrays: they are compared on the real databases."""
        raise AssertionError("no arrays in memory")

    def put_lines(self, lines: Lines, now: int) -> Tip:
        """Not for arrays: they are compared on the real databases."""
        raise AssertionError("no arrays in memory")

    def read(self, codes: Sequence[str], ids: Sequence[Id]) -> Read:
        """What a batch begins with."""
        return Read(self.tip(), self.lock(codes), self.seen(ids))

    def seen(self, ids: Sequence[Id]) -> list[Posted]:
        """The transfers that exist among `ids`."""
        return [self.posted[id_] for id_ in ids if id_ in self.posted]

    def named(self, ofs: Sequence[Id], from_id: Id) -> list[Posted]:
        """The transfers `ofs`, those that refer to them, and the reversals of these."""
        late = [row for row in self.posted.values() if row.id >= from_id]
        referring = [row for row in late if row.of in ofs]
        ids = {row.id for row in referring}
        again = [row for row in late if row.of in ids and row.phase == "reverse"]
        return [*self.seen(ofs), *referring, *again]

    def put(self, entries: Sequence[Entry], accounts: Sequence[Account], now: int) -> Tip:
        """Keep the entries and the accounts' totals."""
        before = self.tip()
        for seq, e in enumerate(entries, before.seq + 1):
            t = e.transfer
            assert t.id not in self.posted, "the primary key"
            self.posted[t.id] = Posted(
                t.id, e.debit, e.credit, t.cents, t.unit, t.reason, t.phase, t.of, t.method,
                t.expires_at, seq, now, e.debit_after, e.credit_after,
            )  # fmt: skip
        for a in accounts:
            row = list(self.rows[a.code])
            row[3:6] = a.debits, a.credits, a.held
            self.rows[a.code] = tuple(row)
        self.seq += len(entries)
        return before

    def touch(self) -> None:
        """Nothing is ever in doubt here."""

    def balances(self) -> dict[str, tuple[int, int]]:
        """Balance and held by code."""
        return {a.code: (a.balance, a.held) for a in self.lock(list(self.rows)).values()}

    @contextmanager
    def transaction(self) -> Iterator["Memory"]:
        """For the writer: everything, or as it was."""
        before = (dict(self.rows), dict(self.posted), self.seq)
        try:
            yield self
        except BaseException:
            self.rows, self.posted, self.seq = before
            raise

    def close(self) -> None:
        """Nothing to close."""


def commit(memory: Memory, chains: Sequence[Sequence[Transfer]], now: int) -> list[list[Outcome]]:
    """One batch, as the writer does it."""
    book, _tip = read_book(memory, chains, now)
    answers, entries = judge(book, chains)
    base = memory.put(entries, touched(book, entries), now).seq if entries else 0
    return numbered(answers, base, now)
