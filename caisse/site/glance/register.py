"""The bylaws on the glance page: the articles that apply, by theme, and the latest decisions."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws.queries import Decision, InForce
from caisse.kernel.wording import NARROW, count, day, spaced
from caisse.site.findings import Finding
from caisse.site.glance.parts import Decided, Item, Register, Theme
from caisse.site.telling.values import label, shown


def register(articles: Iterable[InForce], decisions: Sequence[Decision], currency: str) -> Register:
    """What the page says of the bylaws; `decisions` are the newest ones, the newest first.

    An article that was never decided, or whose value is as if it did not exist, is left out.
    """
    applied = [one for one in articles if one.by is not None and one.value != one.article.neutral]
    applied.sort(key=lambda one: rank(one.article.name))
    number = decisions[0].number if decisions else 0
    finding = ngettext(
        "%(count)s article du règlement s’applique",
        "%(count)s articles du règlement s’appliquent",
        len(applied),
    )
    if not applied:
        finding = _("Le règlement n’a pas encore d’article")
    note = ngettext(
        "%(count)s décision depuis la fondation", "%(count)s décisions depuis la fondation", number
    )
    return Register(
        finding=Finding(finding % {"count": count(len(applied))} if applied else finding),
        note=note % {"count": count(number)},
        themes=tuple(
            Theme(title, tuple(_item(one, currency) for one in group))
            for title, group in groupby(applied, key=lambda one: theme(one.article.name))
        ),
        decisions=tuple(_decided(one) for one in decisions),
    )


def _themes() -> dict[str, str]:
    """Themes in the order in which a newcomer asks; what is not there comes last."""
    return {
        "allocation": _("Ce que chacun reçoit"),
        "balance": _("Ce qui n’est pas dépensé"),
        "contribution": _("Ce que chacun donne"),
        "admission": _("Qui entre"),
        "approval": _("Les lieux d’achat"),
        "coverage": _("Ce que la caisse prend en charge"),
        "payment": _("Payer"),
        "price": _("Les prix"),
        "redemption": _("Rembourser les lieux"),
        "fund": _("L’argent de côté"),
        "currency": _("La monnaie"),
    }


def theme(name: str) -> str:
    """The question that the article `name` answers, as a title."""
    return _themes().get(_prefix(name), _("Autres articles"))


def rank(name: str) -> int:
    """Where the theme of the article `name` comes, from 0."""
    known, prefix = list(_themes()), _prefix(name)
    return known.index(prefix) if prefix in known else len(known)


def _prefix(name: str) -> str:
    # The unit of membership stands alone in the bylaws: it says who enters.
    return "admission" if name == "member_unit" else name.partition(".")[0]


def _item(one: InForce, currency: str) -> Item:
    value = shown(one.article, one.value, currency)
    reason = reverse("article", args=[one.article.name])
    return Item(label(one.article), spaced(value), reason)


def _decided(one: Decision) -> Decided:
    reason = reverse("decision", args=[one.number])
    return Decided(f"n°{NARROW}{one.number}", spaced(one.title), day(one.decided_on), reason)
