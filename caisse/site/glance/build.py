"""The glance page from its figures: one value, complete, the same for the screen and the sheets."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.accounting.queries import Figures
from caisse.kernel.wording import (
    amount,
    bare,
    capital,
    count,
    day,
    month_name,
    per_mille,
    percent,
    period,
    tenths,
)
from caisse.site import charts, findings
from caisse.site.charts import Rect
from caisse.site.glance import sections, tables
from caisse.site.glance.parts import (
    Bar,
    Budget,
    Cover,
    Glance,
    Item,
    Key,
    Kind,
    Places,
    Register,
    Section,
    Setting,
    Share,
)


def build(figures: Figures, setting: Setting, register: Register) -> Glance:
    """The page of `figures`, as they stand on `setting.at`, beside the bylaws of that day."""
    months = figures.caisse.months
    cover = _cover(figures, setting)
    spending = sections.spending(figures, setting)
    # One highlighter per page: on what is missing, else on what is spent.
    if cover.section.finding.alarm:
        cover = replace(cover, section=_highlighted(cover.section))
    else:
        spending = _highlighted(spending)
    intro, intro_end = _intro(figures, setting)
    return Glance(
        setting=setting,
        first=months[0].month if months else None,
        last=months[-1].month if months else None,
        months=len(months),
        intro=intro,
        intro_end=intro_end,
        first_month=month_name(setting.first_month),
        day=_("Au %(day)s") % {"day": day(setting.at)},
        when=capital(period(months[0].month, months[-1].month)) if months else "",
        received=_received(setting),
        sheet_title=findings.time_at_the_table(len(months)),
        keys=_keys(figures, setting),
        spending=spending,
        cover=cover,
        sharing=_sharing(figures, setting),
        margin=sections.margin(figures, setting),
        operating=sections.operating(figures, setting),
        places=_places(figures, setting),
        budget=_budget(figures, setting),
        register=register,
    )


def _highlighted(section: Section) -> Section:
    return replace(section, finding=section.finding.highlighted())


def _active_places(figures: Figures) -> tuple[int, int]:
    """Active places, and how many of them are producers'."""
    producers = sum(row.count for row in figures.places if _is_producer(row.kind))
    return sum(row.count for row in figures.places), producers


def _is_producer(kind: str) -> bool:
    """True for the kinds that sell what they grow; their codes end so."""
    return kind.endswith("_producer")


def _intro(figures: Figures, setting: Setting) -> tuple[str, str]:
    """What happened, in three sentences; the end of the last one is written bold."""
    months = figures.caisse.months
    number, _producers = _active_places(figures)
    words = {
        "unit": setting.unit,
        "currency": setting.currency,
        "members": _members(months[-1].members, setting) if months else "",
        "period": capital(period(months[0].month, months[-1].month)) if months else "",
    }
    shared = _("Les membres mettent en commun ce qu’ils peuvent.")
    if months and months[-1].members > 1:
        shared = _("%(period)s, %(members)s mettent en commun ce qu’ils peuvent.")
    received = _(
        "Chaque mois, tous reçoivent une somme en %(unit)s : 1 %(unit)s vaut 1 %(currency)s."
    )
    if setting.same_cents is not None:
        received = _(
            "Chaque mois, tous reçoivent la même somme en %(unit)s :"
            " 1 %(unit)s vaut 1 %(currency)s."
        )
    spent = _("Ils l’échangent contre de la nourriture dans")
    end = ngettext(
        "%(count)s lieu choisi par le comité citoyen",
        "%(count)s lieux choisis par le comité citoyen",
        number,
    ) % {"count": count(number)}
    if number == 0:
        spent, end = _("Le comité citoyen choisit les lieux où l’échanger."), ""
    return " ".join((shared % words, received % words, spent)), end


def _keys(figures: Figures, setting: Setting) -> tuple[Key, ...]:
    """The five figures of the strip, each with the section that explains it."""
    total, months = figures.caisse.total, figures.caisse.months
    members = months[-1].members if months else 0
    number, producers = _active_places(figures)
    unit = setting.unit
    bought = _("aucun achat")
    if figures.payments:
        bought = ngettext("en %(count)s achat", "en %(count)s achats", figures.payments)
    issued = ngettext("versés en %(count)s mois", "versés en %(count)s mois", len(months))
    cashed = _("%(cashed)s encaissés") % {"cashed": amount(total.cashed_cents, setting.currency)}
    return (
        Key(count(members), "", _members_lines(members, setting), "mona"),
        Key(
            amount(total.called_cents, setting.currency),
            "",
            (_("cotisations appelées,"), cashed),
            "ressources",
        ),
        Key(_bare(total.issued_cents), unit, (issued % {"count": len(months)},), "mona"),
        Key(
            _bare(total.spent_cents),
            unit,
            (_("dépensés"), bought % {"count": count(figures.payments)}),
            "lieux",
        ),
        Key(count(number), "", _places_lines(number, producers), "lieux"),
    )


def _received(setting: Setting) -> str:
    """What each member receives, in one sentence of the sheet."""
    if setting.same_cents is None:
        return _("Chaque mois, chacun reçoit des %(unit)s pour manger.") % {"unit": setting.unit}
    each = amount(setting.same_cents, setting.unit)
    return _("Chacun reçoit %(each)s par mois, pour manger.") % {"each": each}


def _bare(value: int) -> str:
    return bare(value, decimals=False)


def _members(number: int, setting: Setting) -> str:
    """« 350 foyers », or what a membership stands for in this caisse."""
    words = {
        "person": ngettext("%(count)s personne", "%(count)s personnes", number),
        "group": ngettext("%(count)s groupe", "%(count)s groupes", number),
    }
    other = ngettext("%(count)s foyer", "%(count)s foyers", number)
    return words.get(setting.member_unit, other) % {"count": count(number)}


def _members_lines(members: int, setting: Setting) -> tuple[str, ...]:
    names = {
        "person": ngettext("membre", "membres", members),
        "group": ngettext("groupe membre", "groupes membres", members),
    }
    name = names.get(setting.member_unit, ngettext("foyer membre", "foyers membres", members))
    if setting.same_cents is None or members == 0:
        return (name,)
    each = amount(setting.same_cents, setting.unit)
    return (f"{name},", _("%(each)s par mois chacun") % {"each": each})


def _places_lines(number: int, producers: int) -> tuple[str, ...]:
    name = ngettext("lieu d’achat", "lieux d’achat", number)
    if producers == 0:
        return (name,)
    text = ngettext("dont %(count)s producteur", "dont %(count)s producteurs", producers)
    return (f"{name},", text % {"count": count(producers)})


def _cover(figures: Figures, setting: Setting) -> Cover:
    """Bank against circulation on the day of the figures, as two bars of one scale."""
    months = figures.caisse.months
    row = months[-1] if months else None
    cash, circulation = (row.cash_cents, row.circulation_cents) if row else (0, 0)
    finding = findings.cover(
        cash_cents=cash,
        circulation_cents=circulation,
        unit=setting.unit,
        currency=setting.currency,
    )
    note = _("Au %(day)s, au centime près") % {"day": day(setting.at)}
    whole = max(cash, circulation)
    gap = cash - circulation
    bank = Bar(
        head=_("À la banque : %(cash)s") % {"cash": amount(cash, setting.currency)},
        parts=tuple(charts.stack([("solid", min(cash, circulation)), _gap_part(gap)], whole)),
        head_end=_gap_words(gap, setting),
    )
    return Cover(
        section=Section("couverture", finding, note if row else ""),
        bank=bank,
        circulation=_circulating(row, whole, setting),
        equal=gap == 0,
        sentence=_cover_sentence(row, setting),
    )


def _gap_part(gap: int) -> tuple[str, int]:
    return ("missing", -gap) if gap < 0 else ("soft", gap)


def _gap_words(gap: int, setting: Setting) -> str:
    if gap == 0:
        return ""
    text = _("il manque %(gap)s") if gap < 0 else _("dont %(gap)s de marge")
    return text % {"gap": amount(abs(gap), setting.currency)}


def _other(row: Any) -> int:
    """What circulates neither in wallets nor at places: vouchers, money set aside."""
    return int(row.circulation_cents - row.wallets_cents - row.owed_to_places_cents)


def _circulating(row: Any | None, whole: int, setting: Setting) -> Bar:
    if row is None:
        return Bar(head="", parts=())
    other = _other(row)
    parts = [("hatch", row.wallets_cents), ("dots", other), ("empty", row.owed_to_places_cents)]
    start = _("%(wallets)s chez les foyers") % {"wallets": _bare(row.wallets_cents)}
    if other:
        start += ", " + _("%(other)s en bons") % {"other": _bare(other)}
    return Bar(
        head=_("En circulation : %(circulation)s")
        % {"circulation": amount(row.circulation_cents, setting.unit)},
        parts=tuple(charts.stack(parts, whole)),
        start=start,
        end=_("%(owed)s dus aux lieux d’achat") % {"owed": _bare(row.owed_to_places_cents)},
    )


def _cover_sentence(row: Any | None, setting: Setting) -> str:
    """The two bars in one sentence, for the sheet and for those who do not see them."""
    if row is None:
        return ""
    return _(
        "%(cash)s à la banque : %(wallets)s chez les foyers, %(owed)s dus aux lieux%(gap)s."
    ) % {
        "cash": amount(row.cash_cents, setting.currency),
        "wallets": _bare(row.wallets_cents),
        "owed": _bare(row.owed_to_places_cents),
        "gap": f", {words}" if (words := _gap_words(row.backing_gap_cents, setting)) else "",
    }


def _sharing(figures: Figures, setting: Setting) -> Share:
    """Members and funders of the caisse: who brings how much of it."""
    total = figures.caisse.total
    members, grants = max(total.cashed_cents, 0), max(total.grants_cents, 0)
    finding = findings.sharing(members_cents=members, funders_cents=grants)
    shown = tables.money_in(figures) if figures.caisse.months else ()
    section = Section("ressources", finding, tables=shown)
    if members + grants == 0:
        return Share(section, None)
    share = per_mille(members, members + grants)
    number = len({one.name for one in figures.funders if one.fund == "caisse" and one.instalments})
    funders = ngettext("%(count)s financeur", "%(count)s financeurs", number)
    return Share(
        section,
        Bar(
            head=_("Les membres"),
            head_end=funders % {"count": count(number)},
            parts=tuple(charts.stack([("solid", members), ("dots", grants)])),
            start=f"{amount(members, setting.currency)} · {tenths(share)}",
            end=f"{amount(grants, setting.currency)} · {tenths(1000 - share)}",
        ),
    )


def _places(figures: Figures, setting: Setting) -> Places:
    """Kinds of place, the largest first, and what producers receive."""
    known = [row for row in figures.places if row.count or row.spent_cents]
    rows = sorted(known, key=lambda row: -row.spent_cents)
    number, producers = _active_places(figures)
    whole = sum(row.spent_cents for row in rows)
    finding = findings.places(
        spent_cents=[row.spent_cents for row in rows], count_active=number, unit=setting.unit
    )
    note = ""
    received = sum(row.spent_cents for row in rows if _is_producer(row.kind))
    if producers and received > 0:
        note = ngettext(
            "Le producteur reçoit %(share)s des %(unit)s dépensés",
            "Les %(count)s producteurs reçoivent %(share)s des %(unit)s dépensés",
            producers,
        ) % {"count": count(producers), "share": percent(received, whole), "unit": setting.unit}
    largest = max((row.spent_cents for row in rows), default=0)
    kinds = tuple(
        Kind(
            label=setting.kind(row.kind),
            count=ngettext("%(count)s lieu", "%(count)s lieux", row.count)
            % {"count": count(row.count)},
            spent=_bare(row.spent_cents),
            bar=_kind_bar(row, largest),
        )
        for row in rows
    )
    shown = (tables.places(figures, setting),) if rows else ()
    return Places(Section("lieux", finding, note, tables=shown), kinds)


def _kind_bar(row: Any, largest: int) -> Rect | None:
    kind = "hatch" if _is_producer(row.kind) else "solid"
    return next(iter(charts.stack([(kind, row.spent_cents)], largest)), None)


def _budget(figures: Figures, setting: Setting) -> Budget:
    """The whole project: what it costs, who pays."""
    costs, resources = figures.consolidated.costs, figures.consolidated.resources
    lines = (
        (_("Nourriture (%(unit)s versés)") % {"unit": setting.unit}, costs.caisse_cents, "issued"),
        (_("Équipe"), costs.hr_cents, "operating-hr"),
        (_("Animation et évaluation"), costs.activities_cents, "operating-running"),
        (_("Informatique"), costs.it_cents, "operating-it"),
    )
    paying = [one for one in resources.funders if one.cents]
    funders = sorted(paying, key=lambda one: (-one.cents, one.name))
    sources = (
        (_("Cotisations des membres"), resources.contributions_cents, "cashed"),
        *((one.name, one.cents, "") for one in funders),
    )
    spent = sum(value for _name, value, _reason in lines)
    received = sum(value for _name, value, _reason in sources)
    finding = findings.budget(
        food_cents=costs.caisse_cents, costs_cents=spent, currency=setting.currency
    )
    return Budget(
        section=Section("budget", finding, tables=tables.funders(figures, setting)),
        costs=_items(lines, setting),
        costs_total=amount(spent, setting.currency),
        resources=_items(sources, setting),
        resources_total=amount(received, setting.currency),
        rest=_rest(received - spent, setting),
    )


def _items(lines: Iterable[tuple[str, int, str]], setting: Setting) -> tuple[Item, ...]:
    """Lines with the place of the page of figures that explains each; funders share theirs."""
    page = reverse("figures")
    return tuple(
        Item(name, amount(value, setting.currency), f"{page}#{_place(reason)}")
        for name, value, reason in lines
    )


def _place(figure: str) -> str:
    return f"chiffre-{figure}" if figure else "financeurs"


def _rest(rest: int, setting: Setting) -> Item | None:
    if rest == 0:
        return None
    name = _("Il reste") if rest > 0 else _("Il manque")
    return Item(name, amount(abs(rest), setting.currency))
