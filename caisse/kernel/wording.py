"""How dates, months, shares and counts are written (own room: pages and filters share it)."""

import re
from datetime import date, datetime

from django.utils import dateformat
from django.utils.translation import gettext as _

from caisse.kernel import cents
from caisse.kernel.month import Month

NARROW = "\u202f"
NBSP = "\u00a0"
VOWELS = "aâeéèêiîoôuûyœ"


def count(number: int) -> str:
    """A count with narrow no-break spaces: 13709 is « 13 709 »."""
    return cents.show(number * 100, "", decimals=False)


def amount(value: int, unit: str, *, decimals: bool = False) -> str:
    """Cents with their unit: « 1 234,50 € » (narrow space), « 350 000 MonA » (no-break space).

    Without `decimals`, whole amounts are written without « ,00 »; cents are never dropped.
    """
    space = NARROW if len(unit) == 1 else NBSP
    return f"{cents.show(value, '', decimals=decimals)}{space}{unit}"


def percent(part: int, whole: int) -> str:
    """« 97,9 % », to one decimal. 100 % and 0 % are said only when they are exact.

    `part` and `whole` have the same unit; raises ValueError for a `whole` that is not positive.
    """
    return tenths(per_mille(part, whole))


def per_mille(part: int, whole: int) -> int:
    """`part` of `whole` in tenths of a percent, rounded half up, never onto 0 or 100 %."""
    if whole <= 0:
        raise ValueError("a share needs a positive whole")
    rounded = (2000 * part + whole) // (2 * whole)
    if 0 < part < whole:
        return min(max(rounded, 1), 999)
    if part > whole:
        return max(rounded, 1001)
    return rounded


def tenths(value: int) -> str:
    """Tenths of a percent as text: 979 is « 97,9 % », 1000 is « 100 % »."""
    whole, rest = divmod(abs(value), 10)
    sign = "−" if value < 0 else ""
    return f"{sign}{whole}{f',{rest}' if rest else ''}{NARROW}%"


def number_word(number: int) -> str:
    """A small number in words for a title (« deux »), larger ones in digits."""
    words = (
        _("zéro"),
        _("un"),
        _("deux"),
        _("trois"),
        _("quatre"),
        _("cinq"),
        _("six"),
        _("sept"),
        _("huit"),
        _("neuf"),
        _("dix"),
    )
    return words[number] if 0 <= number < len(words) else count(number)


def month_name(month: Month, *, year: bool = True) -> str:
    """« février 2023 », or « février »."""
    return dateformat.format(month.first, "F Y" if year else "F").replace(" ", NBSP)


def month_short(month: Month, *, year: bool = False) -> str:
    """« févr. », or « févr. 2023 »: for axes and the first column of tables."""
    names = (
        _("janv."),
        _("févr."),
        _("mars"),
        _("avr."),
        _("mai"),
        _("juin"),
        _("juil."),
        _("août"),
        _("sept."),
        _("oct."),
        _("nov."),
        _("déc."),
    )
    name = names[month.month - 1]
    return f"{name}{NBSP}{month.year}" if year else name


def from_month(month: Month) -> str:
    """« de février 2023 », « d’avril 2023 »."""
    name = month_name(month)
    return f"d’{name}" if name[0] in VOWELS else f"de {name}"


def period(first: Month, last: Month) -> str:
    """« de février 2023 à janvier 2024 », or « en février 2023 » for one month."""
    if first == last:
        return _("en %(month)s") % {"month": month_name(first)}
    return _("%(first)s à %(last)s") % {"first": from_month(first), "last": month_name(last)}


def day(value: date, *, weekday: bool = False) -> str:
    """« 31 janvier 2024 », « jeudi 1er février 2024 »."""
    number = _("1er") if value.day == 1 else str(value.day)
    text = f"{number}{NBSP}{dateformat.format(value, 'F')}{NBSP}{value.year}"
    return f"{dateformat.format(value, 'l')} {text}" if weekday else text


def hour(value: datetime) -> str:
    """« 17 h 20 », « 9 h 00 », of an instant already in the caisse's time zone."""
    return f"{value.hour}{NBSP}h{NBSP}{value.minute:02d}"


def spaced(text: str) -> str:
    """A text that people typed, with the no-break spaces that French wants around its signs."""
    text = re.sub(r"(?<=\S) (?=[;?!€%])", NARROW, text)
    text = re.sub(r"(?<=\S) (?=[:»])", NBSP, text)
    return text.replace("« ", f"«{NBSP}").replace("'", "’")


def capital(text: str) -> str:
    """The text with its first letter in capital, the rest untouched."""
    return text[:1].upper() + text[1:]
