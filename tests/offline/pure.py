"""`judge_sync` in the place of the model's judge: the same worlds, the same adversaries."""

from collections.abc import Iterator, Sequence
from typing import Any

from caisse.payments.offline import judging
from caisse.payments.offline.judging import Books, Reserve, Verdict
from tests.offline.model import Articles, Record, Slip

ANSWERS = {
    "till_limit": "ceiling", "member_limit": "ceiling", "room_used": "ceiling",
}  # fmt: skip


def id_of(number: int) -> bytes:
    """The id of the model's payment `number`."""
    return number.to_bytes(16, "big")


class Column(Sequence[int]):
    """Cents by number, as the list that the model keeps; numbers begin at 0 there and at 1 here."""

    def __init__(self, cents: dict[int, int], size: int) -> None:
        self.cents, self.size = cents, size

    def __getitem__(self, at: Any) -> Any:
        if not 0 <= at < self.size:
            raise IndexError(at)
        return self.cents.get(at + 1, 0)

    def __setitem__(self, at: Any, value: Any) -> None:
        self.cents[at + 1] = value

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[int]:
        return (self.cents.get(at + 1, 0) for at in range(self.size))


class PureCaisse:
    """What `model.Caisse` has, on the books of `judge_sync`."""

    def __init__(self, articles: Articles, start_cents: int) -> None:
        self.articles = articles
        wallets = {number + 1: start_cents for number in range(articles.wallets)}
        fund = articles.fund_cents
        self.books = Books(articles.room_cents, articles.slip_cents, wallets, fund=fund)
        self.said: set[Record] = set()
        self.answers: dict[int, tuple[Record, str]] = {}
        self.proofs_of_cloning: set[int] = set()
        self.minted = start_cents * articles.wallets
        self.cents: list[int] = []

    @property
    def balance(self) -> Column:
        return Column(self.books.wallets, self.articles.wallets)

    @property
    def paid(self) -> Column:
        return Column(self.books.paid, self.articles.places)

    @property
    def loss(self) -> Column:
        return Column(self.books.losses, self.articles.places)

    @property
    def slips(self) -> "Slips":
        return Slips(self.books, self.cents)

    @property
    def licences(self) -> "Licences":
        return Licences(self.books)

    def issue(self, wallet: int, place: int | None) -> int | None:
        cents = min(self.articles.slip_cents, self.balance[wallet])
        if cents == 0:
            return None
        self.balance[wallet] -= cents
        number = len(self.books.reserves)
        where = judging.ANYWHERE if place is None else place + 1
        self.books.reserves[str(number)] = Reserve(wallet + 1, where, cents)
        self.cents.append(cents)
        return number

    def open_licence(self, place: int) -> int:
        number, self.books = judging.open_licence(
            self.books, place + 1, self.articles.licence_cents
        )
        return number - 1

    def settle(self, record: Record) -> str:
        asked = self.read(record)
        verdict = judging._settle(self.books, asked)  # `judge_sync` of one, without the copy
        answer = ANSWERS.get(verdict.answer, verdict.answer)
        if verdict.is_posted:
            self.answers.setdefault(record.payment_id, (record, answer))
        return answer

    def sync(self, records: list[Record]) -> list[Verdict]:
        """Many at once, through the door."""
        verdicts, self.books = judging.judge_sync(self.books, map(self.read, records))
        return verdicts

    def read(self, record: Record) -> judging.Record:
        """The model's record as ours: its signature looked at."""
        signed = record.proof == "sig"
        proof: judging.Proof = "right" if record.proof == "pin_right" else "wrong"
        if signed:
            proof = "signed" if record in self.said else "forged"
        reserve = "" if record.slip is None else str(record.slip)
        handle = f"{record.handle}"
        return judging.Record(
            id_of(record.payment_id), record.licence + 1, record.place + 1, record.wallet + 1,
            handle, reserve, record.cents, proof,
        )  # fmt: skip

    def close(self, licence: int) -> None:
        self.books = judging.close_licence(self.books, licence + 1)

    def check_books(self) -> None:
        left = [one.left for one in self.books.reserves.values()]
        total = sum(self.balance) + sum(left) + sum(self.paid) - sum(self.loss)
        assert total == self.minted, f"money created or lost: {total - self.minted}"
        assert min(self.balance) >= 0 and min(left, default=0) >= 0
        posted = sum(record.cents for record in self.books.posted.values())
        assert posted == sum(self.paid), "a payment id moved money twice"
        told = {id_of(number): record.cents for number, (record, _) in self.answers.items()}
        assert told == {id: record.cents for id, record in self.books.posted.items()}


class Slips(Sequence[Slip]):
    """What was set aside, as the model numbers it."""

    def __init__(self, books: Books, cents: list[int]) -> None:
        self.books, self.cents = books, cents

    def __len__(self) -> int:
        return len(self.cents)

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < len(self.cents):
            raise IndexError(number)
        one = self.books.reserves[str(number)]
        place = one.place - 1 if one.place else None
        return Slip(one.wallet - 1, place, self.cents[number], one.left)


class Licences:
    """The licences as the model numbers them."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __len__(self) -> int:
        return len(self.books.licences)

    def __getitem__(self, number: int) -> "LicenceView":
        one = self.books.licences[number + 1]
        return LicenceView(one.room, one.used)


class LicenceView:
    """One of them."""

    def __init__(self, room: int, total: int) -> None:
        self.room, self.total = room, total
