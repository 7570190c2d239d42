"""Reads of what people pay and cash with: devices of places, telephones, cards; their screens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, short_id
from caisse.kernel.looks import Asked, Look, Row
from caisse.kernel.month import Month
from caisse.kernel.wording import day as in_words_day
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.merchants.rules import CoverageRules
from caisse.payments import keys, wire
from caisse.payments.cards import shown_number
from caisse.payments.models import Card, Cashier, Device, Phone, Pin
from caisse.payments.queries.asides import asides
from caisse.payments.queries.offline import offline_screen
from caisse.payments.queries.wallets import WalletLine, last_lines
from caisse.payments.rules import InstrumentRules, PaymentRules
from caisse.payments.words import words, words_of_keys
from caisse.people.rules import CurrencyRules

LAST = 20  # movements that a telephone keeps to be read without network


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of a place: its state and what it is called in words, the words of its keys.

    `key_words` is "" until it is linked; `waits` says that a code which it was given is good still.
    `codes_wrong` counts the wrong codes of cashiers that were typed at it.
    """

    id: int
    place_id: int
    label: str
    state: str
    state_label: str
    key_words: str
    waits: bool
    codes_wrong: int


class Standing(NamedTuple):
    """A device as it stands: all that decides whether and where it cashes."""

    id: int
    generation: int
    public_key: bytes
    place_id: int
    state: str
    till: Id | None


_STANDING = Look(
    "SELECT id, generation, public_key, place_id, state, till FROM payments_device WHERE id {keys}",
    "number",
)


def standing(row: Device) -> Standing:
    """How a device stands that was read."""
    till = None if row.till is None else bytes(row.till)
    return Standing(row.pk, row.generation, bytes(row.public_key), row.place_id, row.state, till)


def look_at_devices(numbers: Collection[int]) -> Asked[dict[int, Standing]]:
    """How devices stand now, by number; those that do not exist are left out."""
    return _STANDING.at(numbers, read=_by_number)


def _by_number(rows: list[Row]) -> dict[int, Standing]:
    return {row[0]: Standing(*row) for row in rows}


def devices(*, place_id: int) -> list[DeviceRow]:
    """The devices of a place, the one added last first; those that were taken away at the end."""
    rows = Device.objects.filter(place_id=place_id).order_by("-pk")[:500]
    return sorted((_device_row(row) for row in rows), key=lambda row: row.state == "revoked")


def device(device_id: int, *, place_id: int) -> DeviceRow | None:
    """One device of a place; None for no such one."""
    row = Device.objects.filter(pk=device_id, place_id=place_id).first()
    return None if row is None else _device_row(row)


def _device_row(row: Device) -> DeviceRow:
    key_words = ""
    if row.public_key:
        ours = wire.public_point(keys.till_key())
        key_words = words_of_keys(ours, bytes(row.public_key))
    good = not row.used and row.expires_at is not None and row.expires_at > timezone.now()
    label = str(Device.State(row.state).label)
    return DeviceRow(
        row.pk, row.place_id, row.label, row.state, label, key_words, good, row.codes_wrong
    )


@dataclass(frozen=True, slots=True)
class CashierRow:
    """Somebody who cashes at a place: what she is called there, and what she may do."""

    id: int
    place_id: int
    label: str
    level: str
    level_label: str


def cashiers(*, place_id: int) -> list[CashierRow]:
    """Who cashes at a place with a code, the one added first first."""
    rows = Cashier.objects.filter(place_id=place_id, active=True).order_by("pk")[:500]
    return [_cashier_row(row) for row in rows]


def cashier(cashier_id: int, *, place_id: int) -> CashierRow | None:
    """One of them; None for no such one, or one who cashes no more."""
    row = Cashier.objects.filter(pk=cashier_id, place_id=place_id, active=True).first()
    return None if row is None else _cashier_row(row)


def cashier_levels() -> dict[str, str]:
    """What a cashier may do: code -> label, the least first."""
    return {level.value: _(str(level.label)) for level in Cashier.Level}


def _cashier_row(row: Cashier) -> CashierRow:
    label = cashier_levels()[row.level]
    return CashierRow(row.pk, row.place_id, row.label, row.level, label)


def till_screen(row: Device) -> dict[str, object]:
    """What the first screen of a till shows: whose it is, today's takings, the next transfer.

    And what it offers: the `ways` of paying of today, whether a part may be paid in euros.
    """
    place, today = merchants.place(row.place_id), clock.today()
    day = merchants.taken(row.place_id, first=today, last=today)
    owed = merchants.owed(row.place_id, at=today)
    due = owed.coming[0] if owed.coming else owed.expected
    month = Month.of(today)
    founding = bylaws.founding()
    instruments, rules = bylaws.both_in_force(InstrumentRules, PaymentRules, month=month)
    return {
        "caisse": founding.name if founding else "",
        "place": place.name if place else "",
        "place_number": row.place_id,
        "label": row.label,
        "state": row.state,
        "unit": bylaws.in_force(CurrencyRules, month=month).food_unit_name,
        "cashiers": Cashier.objects.filter(place_id=row.place_id, active=True).count(),
        "ways": list(instruments.kinds),
        "pin_length": instruments.pin_length,
        "pin_free_below_cents": rules.pin_free_below_cents,
        "partial_allowed": rules.partial_allowed,
        "coverage": _coverage(month, place.rate if place else ""),
        "sales": day.sales,
        "sales_cents": day.cents,
        "next_cents": due.cents if due else 0,
        "next_on": in_words_day(due.on, weekday=True) if due else "",
        "offline": offline_screen(row),
    }


def _coverage(month: Month, place_rate: str) -> dict[str, object]:
    """What the caisse covers of a purchase: the rates that a till asks for, or that of its place.

    `bp` are hundredths of a percent of the price, rounded for each line (`rounding`).
    """
    rules = bylaws.in_force(CoverageRules, month=month)
    by_place = rules.mode == "rate_by_place"
    named = [one for one in rules.rates_bp if not by_place or one.code == place_rate]
    return {
        "mode": rules.mode,
        "rounding": rules.rounding,
        "rates": [] if rules.mode == "full" else [
            {"code": one.code, "bp": one.rate_bp} for one in named
        ],
    }  # fmt: skip


def till_day(row: Device, day: date) -> dict[str, object]:
    """The closing of a day at a till's place: what was taken, what was given back, what is left."""
    taken = merchants.taken(row.place_id, first=day, last=day)
    return {
        "day": day.isoformat(),
        "told": in_words_day(day, weekday=True),
        "sales": taken.sales,
        "sales_cents": taken.sales_cents,
        "refunds": taken.refunds,
        "refunds_cents": taken.refunds_cents,
        "cents": taken.cents,
    }


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A telephone of a holder: its state in words; `linked_on` is None until it is linked."""

    id: int
    label: str
    state: str
    state_label: str
    linked_on: date | None


def phones(holder_id: int) -> list[PhoneRow]:
    """The telephones of a holder, the one added last first; blocked ones at the end."""
    rows = Phone.objects.filter(holder_id=holder_id).order_by("-pk")[:100]
    return sorted(map(_phone_row, rows), key=lambda row: row.state == "blocked")


def phone(phone_id: int, *, holder_id: int) -> PhoneRow | None:
    """One telephone of a holder; None for no such one."""
    row = Phone.objects.filter(pk=phone_id, holder_id=holder_id).first()
    return None if row is None else _phone_row(row)


def _phone_row(row: Phone) -> PhoneRow:
    label = str(Phone.State(row.state).label)
    linked_on = None if row.linked_at is None else clock.day_of(row.linked_at)
    return PhoneRow(row.pk, row.label, row.state, label, linked_on)


def phone_screen(wallet_id: int, *, holder_id: int) -> dict[str, object]:
    """What a member's telephone shows and keeps: what is left, the last movements, its limits.

    `ways` are those of paying that there are today; `card` says whether the holder has a card that
    pays, which she can block.
    """
    month = Month.of(clock.today())
    instruments, rules = bylaws.both_in_force(InstrumentRules, PaymentRules, month=month)
    account, founding = books.account(f"wallet:{wallet_id}"), bylaws.founding()
    lines = last_lines(wallet_id, limit=LAST)
    names = merchants.names() if any(line.place_id for line in lines) else {}
    mine = card(holder_id)
    return {
        "caisse": founding.name if founding else "",
        "unit": bylaws.in_force(CurrencyRules, month=month).food_unit_name,
        "left_cents": 0 if account is None else account.available,
        "aside_cents": sum(row.left_cents for row in asides(wallet_id)),
        "most_cents": min(rules.qr_max_cents, rules.max_amount_cents or rules.qr_max_cents),
        "code_from_cents": rules.qr_pin_above_cents,
        "ways": list(instruments.kinds),
        "partial_allowed": rules.partial_allowed,
        "card": mine is not None and not mine.blocked,
        "at": clock.now_ms(),
        "lines": [
            {
                "at": line.at, "cents": line.cents, "reason": line.reason, "undone": line.undone,
                "place": names.get(line.place_id or 0, ""), "short": short_id(line.id),
                "words": list(words(_sale_of(line))), "month": str(line.for_month),
                "apart_cents": line.aside_cents or line.voucher_cents,
                "left_cents": line.left_cents,
            }
            for line in lines
        ],
    }  # fmt: skip


def _sale_of(line: WalletLine) -> Id:
    """The number whose three words both receipts bear: of a sale in parts that of the first."""
    part = line.reason == "payment" and not line.undone and line.of is not None
    return line.of if part and line.of is not None else line.id


def has_pin(holder_id: int) -> bool:
    """Whether a code for paying was ever drawn for a holder."""
    return Pin.objects.filter(pk=holder_id).exists()


@dataclass(frozen=True, slots=True)
class CardRow:
    """The card of a holder: its number, as it stands and as people read it, and from which day."""

    holder_id: int
    number: str
    blocked: bool
    made_on: date

    @property
    def shown(self) -> str:
        """« 4821 903 746 »."""
        return shown_number(self.number)


def card(holder_id: int) -> CardRow | None:
    """The last card that was made for a holder; None for none."""
    row = Card.objects.filter(pk=holder_id).first()
    if row is None:
        return None
    return CardRow(row.pk, row.number, row.blocked, clock.day_of(row.made_at))
