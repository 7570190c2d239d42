"""The forecast as the office reads it: its finding, its drawing, its months. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from caisse.accounting.queries import Figures
from caisse.accounting.rules import Step
from caisse.funding.queries import Planned
from caisse.kernel import cents
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, bare, month_name, month_short
from caisse.site import charts, findings
from caisse.site.charts import Chart, Frame, Remarks, Values
from caisse.site.findings import Finding
from caisse.site.glance.parts import Table

PAST = 12  # months before the date's own in the drawing


@dataclass(frozen=True, slots=True)
class Told:
    """A forecast in words and lines.

    `short` is the lowest month of the operating account when it is below zero; `low` and
    `caisse_low` are the lowest months of both accounts. `empty`: nothing is there, nothing is
    planned, and there is nothing to draw.
    """

    finding: Finding
    empty: bool
    currency: str
    short: Step | None
    low: Step
    caisse_low: Step
    steps: tuple[Step, ...]
    wide: Chart
    narrow: Chart
    tables: tuple[Table, ...]


def told(figures: Figures, ahead: Sequence[Step], currency: str) -> Told:
    """The forecast `ahead` after the months of `figures`; its first step is the date's month."""
    today = ahead[0].month
    past = [
        (own.month, own.cash_cents, whole.cash_cents)
        for own, whole in zip(figures.operating.months, figures.caisse.months, strict=True)
        if own.month < today
    ][-PAST:]
    low = min(ahead, key=lambda step: step.operating_cash_cents)
    short = low if low.operating_cash_cents < 0 else None
    empty = not past and not any(_moved(step) for step in ahead)
    return Told(
        finding=Finding(_("Rien n’est encore prévu")) if empty else _finding(low, currency),
        empty=empty,
        currency=currency,
        short=short,
        low=low,
        caisse_low=min(ahead, key=lambda step: step.caisse_cash_cents),
        steps=tuple(ahead),
        wide=_chart("prevision", Frame(720, 320, 70, 10, 30, 48), 4, past, ahead, short, currency),
        narrow=_chart(
            "prevision-etroite",
            Frame(328, 300, 50, 8, 30, 44),
            3,
            past[-6:],
            ahead,
            short,
            currency,
        ),
        tables=tuple(_tables(ahead)),
    )


def _moved(step: Step) -> bool:
    """Whether a month of the forecast holds anything."""
    return any(
        (
            step.operating_in_cents, step.operating_out_cents, step.operating_cash_cents,
            step.caisse_in_cents, step.caisse_out_cents, step.caisse_cash_cents,
        )
    )  # fmt: skip


def late_help(planned: Sequence[Planned], currency: str) -> str:
    """What comes after the lowest month: « 32 000 € arrivent en janvier 2024 : … »; "" without."""
    if not planned:
        return ""
    month = Month.of(planned[0].due_on)
    value = sum(one.cents for one in planned if Month.of(one.due_on) == month)
    text = _("%(value)s arrivent en %(month)s : l’argent existe, il vient trop tard.")
    return text % {"value": amount(value, currency), "month": month_name(month)}


def _finding(low: Step, currency: str) -> Finding:
    """The title: the lowest point of the operating account."""
    when = {"month": month_name(low.month)}
    value = _whole(abs(low.operating_cash_cents))
    if low.operating_cash_cents < 0:
        before = _("Fin %(month)s, il manque") % when
        after = _("pour payer l’équipe")
        return Finding(before, amount(value, currency), after, alarm=True).highlighted()
    if not low.operating_cash_cents:
        return Finding(_("Fin %(month)s, le fonctionnement arrive à zéro juste") % when)
    before = _("Au plus bas, il reste")
    after = _("au fonctionnement, fin %(month)s") % when
    return findings.Finding(before, amount(value, currency), after).highlighted()


def _chart(
    id: str,
    frame: Frame,
    grid: int,
    past: Sequence[tuple[Month, int, int]],
    ahead: Sequence[Step],
    short: Step | None,
    currency: str,
) -> Chart:
    """Both accounts: what was is solid, what is expected is dashed and hollow."""
    months = [month for month, _own, _whole in past] + [step.month for step in ahead]
    own = [one for _month, one, _whole in past] + [step.operating_cash_cents for step in ahead]
    whole = [one for _month, _own, one in past] + [step.caisse_cash_cents for step in ahead]
    low = ""
    if short is not None:
        low = _("%(amount)s fin %(month)s") % {
            "amount": amount(_whole(short.operating_cash_cents), currency),
            "month": month_name(short.month, year=False),
        }
    wide = frame.width > 500
    return charts.lines(
        id=id,
        title=_("Les deux comptes en fin de mois, réels puis prévus"),
        description=_words(past, ahead, currency),
        frame=frame,
        labels=_axis(months, 2 if wide else 6),
        series=[
            Values(
                "operating", _("Fonctionnement") if wide else _("Fonct."), tuple(own), len(ahead)
            ),
            Values("bank", _("Caisse"), tuple(whole), len(ahead)),
        ],
        grid_lines=grid,
        remarks=Remarks(low=low, past=_("réel"), ahead=_("prévu")),
    )


def _tables(ahead: Sequence[Step]) -> Iterable[Table]:
    """Each account month by month, to the euro: nobody knows the cents of next year."""
    for id, caption, name in (
        ("table-fonctionnement", _("Fonctionnement, en euros"), "operating"),
        ("table-caisse", _("Caisse, en euros"), "caisse"),
    ):
        rows = (
            (
                month_short(step.month, year=True),
                *(
                    bare(_whole(getattr(step, f"{name}_{part}_cents")), decimals=False)
                    for part in ("in", "out", "cash")
                ),
            )
            for step in ahead
        )
        yield Table(
            id, caption, (_("Mois"), _("Entre"), _("Sort"), _("Reste à la fin")), tuple(rows)
        )


def _whole(value: int) -> int:
    return cents.share(value, 1, 1, step=100)


def _axis(months: Sequence[Month], every: int) -> list[str]:
    """A label for each `every`-th month; its year under the first one and each January."""
    labels = []
    for place, month in enumerate(months):
        if place % every:
            labels.append("")
        elif place == 0 or month.month <= every:
            labels.append(f"{month_short(month)}|{month.year}")
        else:
            labels.append(month_short(month))
    return labels


def _words(past: Sequence[tuple[Month, int, int]], ahead: Sequence[Step], currency: str) -> str:
    """What the drawing says, for those who do not see it."""
    first, last = ahead[0], ahead[-1]
    text = _(
        "Fonctionnement : de %(first)s à %(last)s. Caisse : de %(whole)s à %(end)s. "
        "De %(month)s à %(until)s."
    )
    return text % {
        "first": amount(first.operating_cash_cents, currency),
        "last": amount(last.operating_cash_cents, currency),
        "whole": amount(first.caisse_cash_cents, currency),
        "end": amount(last.caisse_cash_cents, currency),
        "month": month_name(first.month),
        "until": month_name(last.month),
    }
