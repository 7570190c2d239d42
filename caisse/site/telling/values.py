"""An article's label and its values, in the language of the reader.

The rules say both in French, and are pure: they know no other language. script/translate gathers
their words for the catalogue; here they are looked up.
"""

from decimal import Decimal

from babel import numbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import rules
from caisse.bylaws.queries import Change
from caisse.bylaws.rules import Article, Unit, Value
from caisse.bylaws.rules.article import item_unit, span
from caisse.kernel.wording import amount, capital, count, english, month_name, spaced


def label(article: Article) -> str:
    """« Plafond du porte-monnaie », the article's name for people."""
    return spaced(capital(_(article.label)))


def shown(article: Article, value: Value, currency: str) -> str:
    """A value as a sentence shows it."""
    if not english():
        return rules.show(article, value, currency)
    if value is None:
        return _(article.absent) if article.absent else ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, str):
        return _(article.choices[value]) if value in article.choices else value or _("aucun")
    if isinstance(value, int):
        return _number(value, article.unit, currency)
    return "; ".join(_line(article, one, currency) for one in value) or _("aucune ligne")


def between(low: int, high: int, unit: Unit, currency: str) -> str:
    """Bounds: « du 1er au 28 », "from 0% to 50%"."""
    if not english():
        return span(low, high, unit).replace("€", currency)
    words = {"low": _number(low, unit, currency), "high": _number(high, unit, currency)}
    return _("de %(low)s à %(high)s") % words


def amended(change: Change, currency: str) -> str:
    """What an amendment changes, in one sentence."""
    amend = change.amend
    if amend is None or not english():
        return change.sentence
    article = rules.find(amend.article)
    words = {
        "month": month_name(amend.since),
        "label": _(article.label),
        "value": shown(article, amend.value, currency),
        "before": shown(article, change.before, currency) if change.replaces else "",
    }
    if change.replaces:
        return _("À partir de %(month)s, %(label)s : %(value)s (%(before)s auparavant).") % words
    return _("À partir de %(month)s, %(label)s : %(value)s.") % words


def _line(article: Article, one: Value, currency: str) -> str:
    if article.parts:
        told = ((_(part.label), part, getattr(one, part.field)) for part in article.parts)
        return ", ".join(f"{name} {shown(part, value, currency)}" for name, part, value in told)
    return str(one) if article.item is str else _number(one, item_unit(article), currency)


def _number(value: int, unit: Unit, currency: str) -> str:
    words = {"n": count(value)}
    match unit:
        case "cents":
            return amount(value, currency, decimals=True)
        case "bp":
            return numbers.format_decimal(Decimal(value) / 100, locale="en") + "%"
        case "day":
            return _("le %(n)s du mois") % words
        case "days":
            return ngettext("%(n)s jour", "%(n)s jours", value) % words
        case "months":
            return _("un mois") if value == 1 else _("%(n)s mois") % words
        case "people":
            return ngettext("%(n)s personne", "%(n)s personnes", value) % words
    return words["n"]
