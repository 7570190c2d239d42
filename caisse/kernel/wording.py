"""How dates, months, shares and counts are written: one way for all pages, letters and files."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import numbers
from django.utils import dateformat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caisse.kernel import cents
from caisse.kernel.month import Month

NARROW = "\u202f"
NBSP = "\u00a0"
VOWELS = "aâeéèêiîoôuûyœ"


def english() -> bool:
    """Whether the reader has chosen English; every other language writes figures as French does."""
    return (get_language() or "fr").startswith("en")


def _amount_in_english(value: int, unit: str, decimals: bool) -> str:
    """ "€1,234.50" for a sign, "1,234.50 MonA" for a word; exact, from a Decimal of the cents."""
    shape = "#,##0.00" if decimals else "#,##0"
    said = numbers.format_decimal(Decimal(abs(value)) / 100, format=shape, locale="en")
    sign = "−" if value < 0 else ""
    return f"{sign}{unit}{said}" if len(unit) == 1 else f"{sign}{said}{NBSP}{unit}"


def count(number: int) -> str:
    """A count with narrow no-break spaces: 13709 is « 13 709 », in English "13,709"."""
    if english():
        return numbers.format_decimal(number, locale="en")
    return cents.show(number * 100, "", decimals=False)


def bare(value: int, *, decimals: bool = True) -> str:
    """Cents without their unit, for a column of them: « 1 234,50 », "1,234.50"."""
    if english():
        shape = "#,##0.00" if decimals or value % 100 else "#,##0"
        said = numbers.format_decimal(Decimal(abs(value)) / 100, format=shape, locale="en")
        return f"−{said}" if value < 0 else said
    return cents.show(value, "", decimals=decimals)


def amount(value: int, unit: str, *, decimals: bool = False) -> str:
    """Cents with their unit: « 1 234,50 € » (narrow space), « 350 000 MonA » (no-break space).

    Without `decimals`, whole amounts are written without « ,00 »; cents are never dropped. In
    English "€1,234.50" and "76.50 MonA".
    """
    if english():
        return _amount_in_english(value, unit, decimals or value % 100 != 0)
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
    if english():
        return f"{sign}{whole}{f'.{rest}' if rest else ''}%"
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
    """« de février 2023 », « d’avril 2023 »; in English the name alone, for a sentence's "from"."""
    name = month_name(month)
    if english():
        return name
    return f"d’{name}" if name[0] in VOWELS else f"de {name}"


def period(first: Month, last: Month) -> str:
    """« de février 2023 à janvier 2024 », or « en février 2023 » for one month."""
    if first == last:
        return _("en %(month)s") % {"month": month_name(first)}
    return _("%(first)s à %(last)s") % {"first": from_month(first), "last": month_name(last)}


def day(value: date, *, weekday: bool = False) -> str:
    """« 31 janvier 2024 », « jeudi 1er février 2024 », "Thursday 1 February 2024"."""
    number = "1er" if value.day == 1 and not english() else str(value.day)
    text = f"{number}{NBSP}{dateformat.format(value, 'F')}{NBSP}{value.year}"
    return f"{dateformat.format(value, 'l')} {text}" if weekday else text


def hour(value: datetime) -> str:
    """« 17 h 20 », « 9 h 00 », "17:20", of an instant already in the caisse's time zone."""
    if english():
        return f"{value.hour}:{value.minute:02d}"
    return f"{value.hour}{NBSP}h{NBSP}{value.minute:02d}"


def spaced(text: str) -> str:
    """A text that people typed, with the no-break spaces that French wants around its signs."""
    if english():
        return text
    text = re.sub(r"(?<=\S) (?=[;?!€%])", NARROW, text)
    text = re.sub(r"(?<=\S) (?=[:»])", NBSP, text)
    return text.replace("« ", f"«{NBSP}").replace("'", "’")


def capital(text: str) -> str:
    """The text with its first letter in capital, the rest untouched."""
    return text[:1].upper() + text[1:]


UNITS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize"),
    *("dix-sept", "dix-huit", "dix-neuf"),
)
TENS = (
    *("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante"),
    *("quatre-vingt", "quatre-vingt"),
)
MOST_IN_WORDS = 999_999


def in_french(number: int) -> str:
    """A whole number from 0 to 999 999 in French words: 71 is « soixante et onze ».

    Raises ValueError for another number.
    """
    if not 0 <= number <= MOST_IN_WORDS:
        raise ValueError(f"no words for {number}")
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:  # « mille » never counts itself and never takes the mark of a plural before it
        words += ([_hundreds(thousands, last=False)] if thousands > 1 else []) + ["mille"]
    if rest or not thousands:
        words.append(_hundreds(rest, last=True))
    return " ".join(words)


def amount_in_words(value: int, unit: str) -> str:
    """Cents in words: « soixante-seize MonA et cinquante centimes ».

    "" where there are none to say: an amount below 0 or beyond 999 999, another language.
    """
    whole, rest = divmod(value, 100)
    if value < 0 or whole > MOST_IN_WORDS or not (get_language() or "fr").startswith("fr"):
        return ""
    cents_said = f"{in_french(rest)} centime{'s' if rest > 1 else ''}"
    if rest and not whole:
        return cents_said
    said = f"{in_french(whole)}{NBSP}{unit}"
    return f"{said} et {cents_said}" if rest else said


def _hundreds(number: int, *, last: bool) -> str:
    """0 to 999; `last`: nothing follows, so that « cents » and « quatre-vingts » take their s."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest, last=last)
    plural = "s" if last and hundreds > 1 and not rest else ""
    head = f"{UNITS[hundreds]} cent{plural}" if hundreds > 1 else "cent"
    return f"{head} {_below_hundred(rest, last=last)}" if rest else head


def _below_hundred(number: int, *, last: bool) -> str:
    """0 to 99; seventy and ninety count on from sixty and eighty."""
    if number < 20:
        return UNITS[number]
    tens, rest = divmod(number, 10)
    rest += 10 if tens in (7, 9) else 0
    if not rest:
        return f"{TENS[tens]}s" if tens == 8 and last else TENS[tens]
    link = " et " if rest in (1, 11) and tens < 8 else "-"
    return f"{TENS[tens]}{link}{UNITS[rest]}"


def weekdays() -> tuple[str, ...]:
    """The weekdays from Monday (0) on."""
    return (
        _("lundi"),
        _("mardi"),
        _("mercredi"),
        _("jeudi"),
        _("vendredi"),
        _("samedi"),
        _("dimanche"),
    )


def time_of_day(minutes: int) -> str:
    """« 9 h », « 9 h 30 », "9:30", of minutes since midnight."""
    whole, rest = divmod(minutes, 60)
    if english():
        return f"{whole}:{rest:02d}"
    return f"{whole}{NBSP}h{NBSP}{rest:02d}" if rest else f"{whole}{NBSP}h"
