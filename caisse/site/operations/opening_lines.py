"""A line of each file of a caisse that already runs: its columns, and how it is read (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from caisse.kernel import cents as money
from caisse.kernel.month import Month
from caisse.kernel.sheet import Columns, Row, fold, read_day, read_month

Account = Literal["caisse", "operating"]

HOUSEHOLD = ("foyer", "numéro", "household")
AMOUNT = ("montant", "amount")
SINCE = ("depuis", "since")
COMMENT = "#"
FILES: dict[str, Columns] = {
    "foyers.csv": Columns(
        {
            "household": HOUSEHOLD,
            "adults": ("adultes", "adults"),
            "births": ("naissances des enfants", "naissances", "births"),
            "street": ("rue", "street"),
            "postcode": ("code postal", "postcode"),
            "town": ("commune", "town"),
            "joined": ("adhésion le", "adhésion", "joined on"),
        },
        frozenset({"household", "adults", "joined"}),
        comment=COMMENT,
    ),
    "titulaires.csv": Columns(
        {
            "household": HOUSEHOLD,
            "given": ("prénom", "given name"),
            "family": ("nom", "family name"),
            "handle": ("identifiant", "handle"),
            "email": ("courriel", "e-mail", "email"),
            "phone": ("téléphone", "phone"),
        },
        frozenset({"household", "given", "family"}),
        signed=frozenset({"phone"}),
        comment=COMMENT,
    ),
    "cotisations.csv": Columns(
        {
            "household": HOUSEHOLD,
            "amount": AMOUNT,
            "since": SINCE,
            "income": ("revenu", "income"),
            "situation": ("situation",),
        },
        frozenset({"household", "amount"}),
        comment=COMMENT,
    ),
    "lieux.csv": Columns(
        {
            "name": ("lieu", "place"),
            "merchant": ("structure", "merchant"),
            "kind": ("type", "kind"),
            "commune": ("commune", "town"),
            "since": SINCE,
            "rate": ("taux", "rate"),
        },
        frozenset({"name", "kind", "since"}),
        comment=COMMENT,
    ),
    "soldes.csv": Columns(
        {"household": HOUSEHOLD, "place": ("lieu", "place"), "amount": AMOUNT},
        frozenset({"amount"}),
        comment=COMMENT,
    ),
    "banque.csv": Columns(
        {"account": ("compte", "account"), "amount": AMOUNT},
        frozenset({"account", "amount"}),
        signed=frozenset({"amount"}),
        comment=COMMENT,
    ),
}
ACCOUNTS: dict[str, Account] = {
    "caisse": "caisse",
    "fonctionnement": "operating",
    "operating": "operating",
}
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,19}")
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
PHONE = re.compile(r"[+]?[0-9][0-9 .()-]{2,28}")


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household under its number in the old system; `births` are months, "2015-03"."""

    line: int
    number: str
    adults: int
    births: tuple[str, ...]
    street: str
    postcode: str
    town: str
    joined_on: date


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A person who spends from the wallet of the household `number`."""

    line: int
    number: str
    given_name: str
    family_name: str
    handle: str | None
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """What the household `number` pays a month; an income or a situation is judged, not kept."""

    line: int
    number: str
    cents: int
    since: Month | None
    income_cents: int | None
    situation: str | None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place with an agreement since a day; `rate` where coverage is by place."""

    line: int
    name: str
    merchant: str
    kind: str
    commune: str
    since: date
    rate: str


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """What is in the wallet of a household, or owed to a place: one of the two is said."""

    line: int
    number: str
    place: str
    cents: int


@dataclass(frozen=True, slots=True)
class BankLine:
    """What an account of the bank holds; the operating account may be overdrawn."""

    line: int
    account: Account
    cents: int


def household(row: Row) -> HouseholdLine:
    """A line of foyers.csv; raises ValueError with a French sentence."""
    cells = row.cells
    births = [birth for birth in re.split(r"[\s,;]+", cells.get("births", "")) if birth]
    return HouseholdLine(
        row.line,
        _number(cells["household"]),
        _count(cells["adults"]),
        tuple(sorted(str(_birth(birth)) for birth in births)),
        _short(cells.get("street", ""), 160, "la rue"),
        _short(cells.get("postcode", ""), 12, "le code postal"),
        _short(cells.get("town", ""), 80, "la commune"),
        read_day(cells["joined"]),
    )


def holder(row: Row) -> HolderLine:
    """A line of titulaires.csv; raises ValueError with a French sentence."""
    cells = row.cells
    email, phone = cells.get("email", ""), cells.get("phone", "")
    if email and (len(email) > 254 or MAIL.fullmatch(email) is None):
        raise ValueError(f"« {email[:40]} » n’est pas une adresse e-mail.")
    if phone and PHONE.fullmatch(phone) is None:
        raise ValueError(f"« {phone[:30]} » n’est pas un numéro de téléphone.")
    if not cells["given"] or not cells["family"]:
        raise ValueError("il faut un prénom et un nom.")
    return HolderLine(
        row.line,
        _number(cells["household"]),
        _short(cells["given"], 80, "le prénom"),
        _short(cells["family"], 80, "le nom"),
        cells.get("handle", "").lower() or None,
        email,
        phone,
    )


def pledge(row: Row) -> PledgeLine:
    """A line of cotisations.csv; raises ValueError with a French sentence."""
    cells = row.cells
    since, income = cells.get("since", ""), cells.get("income", "")
    return PledgeLine(
        row.line,
        _number(cells["household"]),
        money.parse(cells["amount"]),
        read_month(since) if since else None,
        money.parse(income) if income else None,
        cells.get("situation", "") or None,
    )


def place(row: Row, kinds: Mapping[str, str]) -> PlaceLine:
    """A line of lieux.csv; `kinds` are folded words -> code. Raises ValueError in French."""
    cells = row.cells
    kind = kinds.get(fold(cells["kind"]))
    if kind is None:
        raise ValueError(f"« {cells['kind'][:40]} » n’est pas un type de lieu (voir LISEZMOI.txt).")
    name = _short(cells["name"], 160, "le nom du lieu")
    if not name:
        raise ValueError("il faut le nom du lieu.")
    return PlaceLine(
        row.line,
        name,
        _short(cells.get("merchant", ""), 160, "le nom de la structure") or name,
        kind,
        _short(cells.get("commune", ""), 80, "la commune"),
        read_day(cells["since"]),
        cells.get("rate", ""),
    )


def balance(row: Row) -> BalanceLine:
    """A line of soldes.csv; raises ValueError with a French sentence."""
    household, place = row.cells.get("household", ""), row.cells.get("place", "")
    if bool(household) == bool(place):
        raise ValueError("un solde est celui d’un foyer, ou celui d’un lieu.")
    number = _number(household) if household else ""
    return BalanceLine(row.line, number, " ".join(place.split()), money.parse(row.cells["amount"]))


def bank(row: Row) -> BankLine:
    """A line of banque.csv, a sign before an overdraft; raises ValueError in French."""
    account = ACCOUNTS.get(fold(row.cells["account"]))
    if account is None:
        raise ValueError(
            f"« {row.cells['account'][:40]} » n’est pas un compte : caisse ou fonctionnement."
        )
    bare = row.cells["amount"].strip()
    overdrawn = bare.startswith(("-", "−"))
    cents = money.parse(bare[1:] if overdrawn else bare)
    if overdrawn and cents and account == "caisse":
        raise ValueError("le compte de la caisse n’est jamais à découvert.")
    return BankLine(row.line, account, -cents if overdrawn else cents)


def _number(text: str) -> str:
    """The number of a household in the old system; zeros in front are a spreadsheet's business."""
    if NUMBER.fullmatch(text) is None:
        raise ValueError(f"« {text[:40]} » n’est pas un numéro de foyer.")
    return text.lstrip("0") or "0" if text.isdigit() else text


def _count(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,2}", text) is None:
        raise ValueError(f"« {text[:20]} » n’est pas un nombre d’adultes.")
    return int(text)


def _birth(text: str) -> Month:
    """A month of birth, also when the whole date is given: the day is not kept."""
    try:
        return Month.of(read_day(text))
    except ValueError:
        return read_month(text)


def _short(text: str, most: int, what: str) -> str:
    tidy = " ".join(text.split())
    if len(tidy) > most:
        raise ValueError(f"{what} compte plus de {most} caractères.")
    return tidy
