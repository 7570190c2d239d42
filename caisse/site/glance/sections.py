"""The drawn sections of the glance page: a finding, its drawings, its tables."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from caisse.accounting.queries import Figures
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, month_name, month_short, period
from caisse.site import charts, findings
from caisse.site.charts import Chart, Frame, Remarks, Values
from caisse.site.glance import tables
from caisse.site.glance.parts import Section, Setting

SHOWN = 24  # months that a drawing can hold; the tables have them all
AHEAD = 12  # months of the past beside the twelve of the forecast
LABEL_PX = 40  # what one short month needs on an axis


def spending(figures: Figures, setting: Setting) -> Section:
    """Issued and spent, month by month."""
    rows = figures.caisse.months[-SHOWN:]
    total = figures.caisse.total
    finding = findings.spending(
        issued_cents=total.issued_cents, spent_cents=total.spent_cents, unit=setting.unit
    )
    words = {"unit": setting.unit}

    def draw(id: str, frame: Frame, lines: int) -> Chart | None:
        if not rows:
            return None
        return charts.bars(
            id=id,
            title=_("%(unit)s versés et dépensés, par mois") % words,
            description=_spending_words(rows, setting),
            frame=frame,
            labels=axis([row.month for row in rows], frame.plot_width),
            pairs=[(row.issued_cents, row.spent_cents) for row in rows],
            kinds=("issued", "spent"),
            lines=lines,
        )

    return Section(
        id="mona",
        finding=finding,
        note=_shown_note(figures.caisse.months),
        wide=draw("dessin-mona", Frame(620, 292, 60, 4, 14, 48), 4),
        sheet=draw("feuille-mona", Frame(620, 256, 60, 4, 14, 48), 4),
        narrow=draw("dessin-mona-etroit", Frame(328, 236, 50, 2, 14, 44), 2),
        tables=(tables.spending(figures),) if rows else (),
    )


def _spending_words(rows: Sequence[Any], setting: Setting) -> str:
    most = max(rows, key=lambda row: row.spent_cents)
    return _(
        "Deux barres par mois, %(period)s. Le mois où l’on dépense le plus : %(month)s,"
        " avec %(spent)s. Le tableau qui suit donne chaque mois."
    ) % {
        "period": period(rows[0].month, rows[-1].month),
        "month": month_name(most.month),
        "spent": amount(most.spent_cents, setting.unit),
    }


def margin(figures: Figures, setting: Setting) -> Section:
    """Bank and circulation at each month's end, and what lies between."""
    months = figures.caisse.months
    rows = months[-SHOWN:]
    gaps = [(row.month, row.backing_gap_cents) for row in months]

    def draw(id: str, frame: Frame, names: tuple[str, str], lines: int) -> Chart | None:
        if len(rows) < 2:
            return None
        return charts.lines(
            id=id,
            title=_("Euros en banque et %(unit)s en circulation, en fin de mois")
            % {"unit": setting.unit},
            description=_margin_words(rows, setting),
            frame=frame,
            labels=axis([row.month for row in rows], frame.plot_width),
            series=[
                Values("bank", names[0], tuple(row.cash_cents for row in rows)),
                Values("circulation", names[1], tuple(row.circulation_cents for row in rows)),
            ],
            grid_lines=lines,
            remarks=Remarks(area=_("la marge")),
        )

    wide_names = (_("En banque"), _("En circulation"))
    narrow_names = (_("Banque"), setting.unit)
    return Section(
        id="marge",
        finding=findings.margin(gaps=gaps, unit=setting.unit, currency=setting.currency),
        note=_smallest(gaps, setting),
        wide=draw("dessin-marge", Frame(620, 292, 60, 8, 14, 48), wide_names, 4),
        sheet=draw("feuille-marge", Frame(620, 204, 60, 8, 14, 48), wide_names, 4),
        narrow=draw("dessin-marge-etroit", Frame(328, 236, 50, 8, 14, 44), narrow_names, 2),
        tables=tables.margin(figures, setting) if rows else (),
    )


def _margin_words(rows: Sequence[Any], setting: Setting) -> str:
    last = rows[-1]
    return _(
        "Deux lignes, %(period)s. Fin %(month)s : %(cash)s en banque, %(circulation)s en"
        " circulation. Le tableau qui suit donne chaque mois."
    ) % {
        "period": period(rows[0].month, last.month),
        "month": month_name(last.month),
        "cash": amount(last.cash_cents, setting.currency),
        "circulation": amount(last.circulation_cents, setting.unit),
    }


def _smallest(gaps: Sequence[tuple[Month, int]], setting: Setting) -> str:
    """The smallest margin, when there is one to speak of."""
    if len(gaps) < 2:
        return ""
    month, gap = min(gaps, key=lambda pair: pair[1])
    if gap < 0:
        return ""
    return _("La plus petite marge : %(gap)s, fin %(month)s") % {
        "gap": amount(gap, setting.currency),
        "month": month_name(month),
    }


def operating(figures: Figures, setting: Setting) -> Section:
    """The operating account: what happened, what is expected, its low point."""
    past = [(row.month, row.cash_cents) for row in figures.operating.months]
    ahead = [(row.month, row.operating_cash_cents) for row in figures.forecast]
    finding = findings.operating(past=past, ahead=ahead, currency=setting.currency)
    drawn = [*past[-AHEAD:], *ahead]
    low_month, low = min(drawn, key=lambda pair: pair[1], default=(None, 0))
    low_words = ""
    if low_month is not None and low < 0:
        words = {
            "amount": amount(low, setting.currency),
            "month": month_name(low_month, year=False),
        }
        low_words = _("%(amount)s fin %(month)s") % words

    def draw(id: str, frame: Frame, lines: int) -> Chart | None:
        if len(drawn) < 2:
            return None
        return charts.lines(
            id=id,
            title=_("Argent du fonctionnement, en fin de mois"),
            description=_operating_words(past, ahead, setting),
            frame=frame,
            labels=axis([month for month, _cash in drawn], frame.plot_width),
            series=[Values("operating", "", tuple(value for _m, value in drawn), len(ahead))],
            grid_lines=lines,
            remarks=Remarks(low=low_words, past=_("réel"), ahead=_("prévu")),
        )

    shown = tables.operating(figures) if past else ()
    return Section(
        id="fonctionnement",
        finding=finding,
        note=_("Un compte à part : l’équipe, l’animation, l’évaluation, l’informatique"),
        wide=draw("dessin-fonctionnement", Frame(500, 290, 60, 10, 30, 48), 4),
        narrow=draw("dessin-fonctionnement-etroit", Frame(328, 246, 50, 8, 30, 44), 2),
        tables=(*shown, tables.forecast(figures)) if ahead else shown,
        words=tuple(_protected(figures, setting)) if finding.alarm else (),
    )


def _operating_words(
    past: Sequence[tuple[Month, int]], ahead: Sequence[tuple[Month, int]], setting: Setting
) -> str:
    parts = []
    for words, values in ((_("réel"), past), (_("prévu"), ahead)):
        if values:
            month, low = min(values, key=lambda pair: pair[1])
            parts.append(
                _("Point bas %(kind)s : %(low)s, fin %(month)s.")
                % {
                    "kind": words,
                    "low": amount(low, setting.currency),
                    "month": month_name(month),
                }
            )
    return " ".join([_("Une ligne, mois par mois."), *parts])


def _protected(figures: Figures, setting: Setting) -> list[str]:
    """Why the money of the caisse does not pay the operating costs, with the figures of the day."""
    low = min(figures.operating.months, key=lambda row: row.cash_cents, default=None)
    rows = {row.month: row for row in figures.caisse.months}
    rule = _(
        "L’argent de la caisse attend les achats des foyers. Il ne paie jamais le fonctionnement."
    )
    if low is None or low.cash_cents >= 0 or low.month not in rows:
        return [rule]
    row = rows[low.month]
    facts = _("Fin %(month)s, la caisse a %(cash)s en banque, et %(circulation)s circulent.") % {
        "month": month_name(low.month),
        "cash": amount(row.cash_cents, setting.currency),
        "circulation": amount(row.circulation_cents, setting.unit),
    }
    return [facts, rule]


def axis(months: Sequence[Month], room_px: int) -> list[str]:
    """Labels for an axis of `room_px`: as many as fit, each with its year when the year is new."""
    every = max(1, -(-len(months) * LABEL_PX // max(room_px, 1)))
    if every > 1:
        every = max(every, 3)  # every third month: quarters of a year are easier to read
    shown = charts.sparse([month_short(month) for month in months], every)
    places = [place for place, label in enumerate(shown) if label]
    new = {places[0], *(b for a, b in pairwise(places) if months[a].year != months[b].year)}
    return [
        f"{label}|{months[place].year}" if place in new else label
        for place, label in enumerate(shown)
    ]


def _shown_note(months: Sequence[Any]) -> str:
    if len(months) <= SHOWN:
        return ""
    return _("Le dessin montre les %(count)s derniers mois") % {"count": SHOWN}
