"""The files of a caisse that already runs, understood together: pure reading, no table.

Six tables typed in a spreadsheet. What cannot be understood is refused with its file and line; what
the bylaws or the books say about it is judged in `opening`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, Self, TypeVar

from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import MOST_LINES, Row, fold, read_sheet
from caisse.site.operations import opening_lines as lines
from caisse.site.operations.opening_lines import (
    FILES,
    Account,
    BalanceLine,
    BankLine,
    HolderLine,
    HouseholdLine,
    PlaceLine,
    PledgeLine,
)

REQUIRED = frozenset({"foyers.csv", "titulaires.csv", "banque.csv"})


class Problem(NamedTuple):
    """Why a line (from 1; 0 is the whole file) cannot be entered: a French sentence."""

    file: str
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Understood:
    """All that the files say; `ignored` are (file, heading) that mean nothing here.

    `fingerprint` is the SHA-256 of all texts, whatever their encoding: the same files again.
    """

    households: tuple[HouseholdLine, ...]
    holders: tuple[HolderLine, ...]
    pledges: tuple[PledgeLine, ...]
    places: tuple[PlaceLine, ...]
    balances: tuple[BalanceLine, ...]
    bank: tuple[BankLine, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[tuple[str, str], ...]
    fingerprint: str

    def against(self, problems: Iterable[Problem]) -> Self:
        """The same with these problems."""
        return replace(self, problems=tuple(problems))

    def of_bank(self, account: Account) -> int:
        """Cents on an account of the bank, 0 when no line says it."""
        return sum(line.cents for line in self.bank if line.account == account)

    @property
    def wallets_cents(self) -> int:
        """What stands in the wallets."""
        return sum(line.cents for line in self.balances if line.number)

    @property
    def places_cents(self) -> int:
        """What is owed to the places."""
        return sum(line.cents for line in self.balances if not line.number)

    @property
    def rest_cents(self) -> int:
        """What remains in the fund: bank of the caisse − wallets − places; below 0: missing."""
        return self.of_bank("caisse") - self.wallets_cents - self.places_cents


class Line(Protocol):
    """What all lines share."""

    @property
    def line(self) -> int:
        """The number of the line in its file."""
        ...


L = TypeVar("L", bound=Line)


def understand(files: Mapping[str, bytes], kinds: Mapping[str, str]) -> Understood:
    """Read the files (name -> content); `kinds` are the kinds of place, code -> French label.

    Never raises for what a file says: that is among `problems`.
    """
    problems: list[Problem] = []
    ignored: list[tuple[str, str]] = []
    digest = hashlib.sha256()

    def read(name: str, understand_line: Callable[[Row], L]) -> tuple[L, ...]:
        found, fingerprint = _read(name, files.get(name), understand_line, problems, ignored)
        digest.update(f"{name}:{fingerprint}\n".encode())
        return found

    codes = {fold(word): code for code, label in kinds.items() for word in (code, label)}
    understood = Understood(
        households=read("foyers.csv", lines.household),
        holders=read("titulaires.csv", lines.holder),
        pledges=read("cotisations.csv", lines.pledge),
        places=read("lieux.csv", lambda row: lines.place(row, codes)),
        balances=read("soldes.csv", lines.balance),
        bank=read("banque.csv", lines.bank),
        problems=(),
        ignored=tuple(ignored),
        fingerprint=digest.hexdigest(),
    )
    names = {fold(place.name): place.name for place in understood.places}
    balances = [replace(b, place=names.get(fold(b.place), b.place)) for b in understood.balances]
    understood = replace(understood, balances=tuple(balances))
    problems += agreement(understood)
    order = {name: n for n, name in enumerate(FILES)}
    problems.sort(key=lambda problem: (order[problem.file], problem.line))
    return understood.against(problems)


def _read(
    name: str,
    content: bytes | None,
    understand_line: Callable[[Row], L],
    problems: list[Problem],
    ignored: list[tuple[str, str]],
) -> tuple[tuple[L, ...], str]:
    """The lines of one file and its fingerprint; what is wrong goes to `problems`."""
    if content is None:
        if name in REQUIRED:
            problems.append(Problem(name, 0, "ce fichier manque."))
        return (), ""
    try:
        sheet = read_sheet(content, FILES[name])
    except Refusal as refusal:
        large = refusal.reason == "too_large"  # cutting it would not help here
        said = f"plus de {MOST_LINES} lignes : c’est trop." if large else refusal.sentence
        problems.append(Problem(name, 0, said))
        return (), ""
    problems += [Problem(name, line.line, line.sentence) for line in sheet.refused]
    ignored += [(name, heading) for heading in sheet.ignored if heading]
    found = []
    for row in sheet.rows:
        try:
            found.append(understand_line(row))
        except ValueError as error:
            problems.append(Problem(name, row.line, str(error)))
    return tuple(found), sheet.fingerprint


def agreement(found: Understood) -> Iterable[Problem]:
    """What the files say of each other that does not fit."""
    numbers = {line.number for line in found.households}
    held = {line.number for line in found.holders}
    names = {line.name for line in found.places}
    yield from _twice("foyers.csv", "ce foyer", found.households, lambda line: line.number)
    yield from _twice("titulaires.csv", "cet identifiant", found.holders, lambda h: h.handle)
    yield from _twice("cotisations.csv", "ce foyer", found.pledges, lambda line: line.number)
    yield from _twice("lieux.csv", "ce lieu", found.places, lambda line: fold(line.name))
    yield from _twice("soldes.csv", "ce solde", found.balances, lambda b: (b.number, fold(b.place)))
    yield from _twice("banque.csv", "ce compte", found.bank, lambda line: line.account)
    for household in found.households:
        if household.number not in held:
            said = f"personne ne tient le porte-monnaie du foyer {household.number}."
            yield Problem("foyers.csv", household.line, said)
    for name, numbered in (("titulaires.csv", found.holders), ("cotisations.csv", found.pledges)):
        for line in numbered:
            if line.number not in numbers:
                yield Problem(name, line.line, _unknown_household(line.number))
    for balance in found.balances:
        if balance.number and balance.number not in numbers:
            yield Problem("soldes.csv", balance.line, _unknown_household(balance.number))
        if balance.place and balance.place not in names:
            said = f"le lieu « {balance.place} » n’est pas dans lieux.csv."
            yield Problem("soldes.csv", balance.line, said)
    if found.bank and not any(line.account == "caisse" for line in found.bank):
        yield Problem("banque.csv", 0, "il manque la ligne du compte « caisse ».")


def _unknown_household(number: str) -> str:
    return f"le foyer {number} n’est pas dans foyers.csv."


def _twice(
    name: str, what: str, found: Iterable[L], key: Callable[[L], object]
) -> Iterable[Problem]:
    """The lines whose key stands on an earlier line; a key of None stands nowhere."""
    seen: dict[object, int] = {}
    for line in found:
        known = key(line)
        if known is None:
            continue
        if known in seen:
            yield Problem(name, line.line, f"{what} est déjà à la ligne {seen[known]}.")
        seen.setdefault(known, line.line)
