"""What the figures say, one sentence each: the titles of the charts. Pure: cents in, words out.

A room of its own, because a title that is a finding is a rule: it must be true for every caisse,
also the one founded yesterday and the one that lacks money.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, count, month_name, number_word, percent

EURO = "€"


@dataclass(frozen=True, slots=True)
class Finding:
    """A title: `before`, then `mark` (what a highlighter would mark, maybe nothing), then `after`.

    `alarm` is true when it says that money is missing.
    """

    before: str
    mark: str = ""
    after: str = ""
    alarm: bool = False
    marked: bool = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.before, self.mark, self.after) if part)

    def highlighted(self) -> "Finding":
        """The same, with its mark under the highlighter: one of the page at most."""
        return replace(self, marked=bool(self.mark))


def spending(*, issued_cents: int, spent_cents: int, unit: str) -> Finding:
    """How much of what the households received is spent."""
    words = {"unit": unit}
    if spent_cents <= 0:
        if issued_cents <= 0:
            return Finding(_("Aucun %(unit)s n’est encore versé") % words)
        return Finding(_("Les %(unit)s sont versés, aucun n’est encore dépensé") % words)
    if issued_cents <= 0:
        return Finding(_("Des %(unit)s sont dépensés, aucun n’est encore versé") % words)
    steps = (
        (spent_cents > issued_cents, _("Il se dépense plus qu’il n’est versé :")),
        (spent_cents == issued_cents, _("Tout ce qui est versé est dépensé :")),
        (20 * spent_cents >= 19 * issued_cents, _("Presque tout ce qui est versé est dépensé :")),
        (
            4 * spent_cents > 3 * issued_cents,
            _("Plus des trois quarts de ce qui est versé sont dépensés :"),
        ),
        (
            2 * spent_cents > issued_cents,
            _("Plus de la moitié de ce qui est versé est dépensée :"),
        ),
        (True, _("Une partie de ce qui est versé est dépensée :")),
    )
    return Finding(_first(steps), percent(spent_cents, issued_cents))


def cover(*, cash_cents: int, circulation_cents: int, unit: str, currency: str = EURO) -> Finding:
    """Whether what lies at the bank covers what circulates."""
    gap = cash_cents - circulation_cents
    words = {"unit": unit}
    if gap < 0:
        after = _("pour couvrir les %(unit)s en circulation") % words
        return Finding(_("Il manque"), amount(-gap, currency), after, alarm=True)
    if circulation_cents == 0:
        return Finding(_("Aucun %(unit)s ne circule pour l’instant") % words)
    if currency == EURO:
        return Finding(_("Un %(unit)s en circulation, un euro mis de côté") % words)
    return Finding(_("Chaque %(unit)s en circulation est couvert") % words)


def sharing(*, members_cents: int, funders_cents: int) -> Finding:
    """What part of the money of the caisse its members bring."""
    members, funders = max(members_cents, 0), max(funders_cents, 0)
    if members + funders == 0:
        return Finding(_("Aucun argent n’est encore entré"))
    whole = members + funders
    steps = (
        (funders == 0, _("Les membres apportent tout")),
        (10 * members > 9 * whole, _("Les membres apportent presque tout")),
        (3 * members > 2 * whole, _("Les membres apportent plus des deux tiers")),
        (5 * members > 3 * whole, _("Les membres apportent plus de la moitié")),
        (members > funders, _("Les membres apportent un peu plus de la moitié")),
        (members == funders, _("Les membres apportent la moitié")),
        (5 * members > 2 * whole, _("Les membres apportent un peu moins de la moitié")),
        (3 * members > whole, _("Les membres apportent plus du tiers")),
        (4 * members > whole, _("Les membres apportent plus du quart")),
        (members > 0, _("Les membres apportent le quart ou moins")),
        (True, _("Les financeurs apportent tout")),
    )
    return Finding(_first(steps))


def margin(*, gaps: Sequence[tuple[Month, int]], unit: str, currency: str = EURO) -> Finding:
    """Whether each month's end had enough at the bank. `gaps`: cash − circulation by month."""
    if not gaps:
        return Finding(_("Aucun mois n’est encore passé"))
    short = [(month, gap) for month, gap in gaps if gap < 0]
    words = {"unit": unit}
    if not short and len(gaps) == 1:
        return Finding(_("La caisse a de quoi couvrir tous les %(unit)s") % words)
    if not short:
        text = _("Chaque fin de mois, la caisse a de quoi couvrir tous les %(unit)s")
        return Finding(text % words)
    worst_month, worst = min(short, key=lambda pair: pair[1])
    after = _("pour couvrir les %(unit)s") % words
    before = _("Fin %(month)s, il manque") % {"month": month_name(worst_month)}
    return Finding(before, amount(-worst, currency), after, alarm=True)


def operating(
    *, past: Sequence[tuple[Month, int]], ahead: Sequence[tuple[Month, int]], currency: str = EURO
) -> Finding:
    """The low point of the operating fund: what is to come first, then what was.

    `past` and `ahead` are the cash at the end of each month, real and forecast.
    """
    low_ahead = min(ahead, key=lambda pair: pair[1], default=None)
    low_past = min(past, key=lambda pair: pair[1], default=None)
    after = _("pour le fonctionnement")
    if low_ahead is not None and low_ahead[1] < 0:
        before = _("Fin %(month)s, il manquera") % {"month": month_name(low_ahead[0])}
        return Finding(before, amount(-low_ahead[1], currency), after, alarm=True)
    if low_past is None:
        return Finding(_("Le fonctionnement n’a encore rien reçu ni dépensé"))
    if low_past[1] < 0:
        now = low_past[0] == past[-1][0]
        text = _("Fin %(month)s, il manque") if now else _("Fin %(month)s, il a manqué")
        before = text % {"month": month_name(low_past[0])}
        return Finding(before, amount(-low_past[1], currency), after, alarm=True)
    if not any(value for _month, value in past):
        return Finding(_("Le fonctionnement n’a rien en caisse, et ne doit rien"))
    return Finding(_("L’argent du fonctionnement n’a jamais manqué"))


def places(*, spent_cents: Sequence[int], count_active: int, unit: str) -> Finding:
    """How concentrated spending is: how few kinds of place receive half of it."""
    words = {"unit": unit}
    whole = sum(spent_cents)
    if whole <= 0:
        if count_active == 0:
            return Finding(_("Aucun lieu d’achat n’est encore choisi"))
        return Finding(
            ngettext(
                "%(count)s lieu attend son premier achat",
                "%(count)s lieux attendent leur premier achat",
                count_active,
            )
            % {"count": count(count_active)}
        )
    kinds, reached = 0, 0
    for value in sorted(spent_cents, reverse=True):
        kinds, reached = kinds + 1, reached + value
        if 2 * reached >= whole:
            break
    part = _("la moitié") if 2 * reached == whole else _("plus de la moitié")
    if reached == whole:
        part = _("la totalité")
    text = ngettext(
        "%(count)s sorte de lieu reçoit %(part)s des %(unit)s",
        "%(count)s sortes de lieux reçoivent %(part)s des %(unit)s",
        kinds,
    )
    word = _("Une") if kinds == 1 else capital(number_word(kinds))
    return Finding(text % (words | {"count": word, "part": part}))


def budget(*, food_cents: int, costs_cents: int, currency: str = EURO) -> Finding:
    """Of 100 spent by the whole project, how many go to food."""
    if costs_cents <= 0:
        return Finding(_("Rien n’est encore dépensé"))
    if food_cents <= 0:
        return Finding(_("Rien ne va encore à l’alimentation"))
    if food_cents >= costs_cents:
        return Finding(_("Tout le budget va à l’alimentation"))
    hundred = min(max((200 * food_cents + costs_cents) // (2 * costs_cents), 1), 99)
    words = {"hundred": amount(100_00, currency), "food": amount(hundred * 100, currency)}
    text = _("Sur %(hundred)s dépensés, environ %(food)s vont à l’alimentation")
    if (100 * food_cents) % costs_cents == 0:
        text = _("Sur %(hundred)s dépensés, %(food)s vont à l’alimentation")
    return Finding(text % words)


def time_at_the_table(months: int) -> str:
    """The title of the sheet: how long the caisse has run, in words."""
    if months == 0:
        return _("Bientôt à la même table")
    years, rest = divmod(months, 12)
    if rest == 0:
        text = ngettext("%(count)s an à la même table", "%(count)s ans à la même table", years)
        return text % {"count": capital(number_word(years))}
    return _("%(count)s mois à la même table") % {"count": capital(number_word(months))}


def _first(steps: Sequence[tuple[bool, str]]) -> str:
    """The words of the first step that holds; the last one always does."""
    return next(words for holds, words in steps if holds)
