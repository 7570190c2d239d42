"""A household's allocation in words: each line, its amount, why, its article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws.rules import find
from caisse.kernel.wording import amount, count, day, percent, spaced
from caisse.month.queries import Allocation
from caisse.month.rules import Part


@dataclass(frozen=True, slots=True)
class Reason:
    """One line as it is read: what, the amount in cents, why, and the article that says so."""

    label: str
    cents: int
    why: str
    article: str
    article_label: str
    first: bool = False


def reasons(found: Allocation, unit: str) -> list[Reason]:
    """All the lines of an allocation, those at zero too, then its adjustments."""
    values = _values(found, unit)
    lines = [
        Reason(
            spaced(_labels(part, found) % values),
            part.cents,
            spaced(_whys(part, found) % values),
            part.article,
            _(find(part.article).label),
            first=number == 0,
        )
        for number, part in enumerate(found.parts)
    ]
    return [*lines, *(_adjusted(on, cents) for on, cents in found.adjusted)]


def _adjusted(on: date, cents: int) -> Reason:
    why = _("Il manquait cela au mois. Deux personnes l’ont vérifié.")
    return Reason(_("Ajustement du %(day)s") % {"day": day(on)}, cents, why, "", "")


def _values(found: Allocation, unit: str) -> Mapping[str, str]:
    line, rules = found.line, found.rules
    people = line.adults + line.children
    share = percent(found.total_cents, found.asked_cents) if found.asked_cents else percent(1, 1)
    return {
        "people": count(people),
        "more": count(max(0, line.adults - 1)),
        "children": count(line.children),
        "each": amount(rules.additional_adult_cents, unit),
        "child": amount(rules.child_cents or 0, unit),
        "age": count(rules.child_max_age),
        "most": count(rules.max_people_counted or 0),
        "levy": percent(rules.levy_bp, 10_000),
        "total": amount(found.total_cents, "€"),
        "asked": amount(found.asked_cents, "€"),
        "households": count(found.households),
        "share": share,
        "held": amount(found.held_cents or 0, unit),
        "cap": amount(found.ceiling_cents or 0, unit),
        "day": day(found.credit_on),
        "gone": amount(found.expired_cents, unit),
        "unit": unit,
    }


def _labels(part: Part, found: Allocation) -> str:
    line = found.line
    return {
        "base": _("Allocation de base"),
        "people": _("Personnes du foyer : %(people)s"),
        "adults": _("Adultes en plus : %(more)s"),
        "children": _("Enfants : %(children)s"),
        "band": ngettext(
            "Foyer de %(people)s personne",
            "Foyer de %(people)s personnes",
            line.adults + line.children,
        ),
        "mean": _("Moyenne des cotisations"),
        "nothing": _("Allocation du mois"),
        "counted": _("Personnes comptées au plus : %(most)s"),
        "contribution": _("Votre cotisation"),
        "first_month": _("Premier mois"),
        "available": _("Argent disponible"),
        "cap": _("Plafond du porte-monnaie"),
        "closed": _("Porte-monnaie fermé"),
        "expiry": _("Ce qui n’était pas dépensé"),
    }[part.kind]


def _whys(part: Part, found: Allocation) -> str:
    if part.kind == "cap":
        return _cap(part, found)
    if part.kind == "expiry":
        return _expiry(part, found)
    return {
        ("base", "same"): _("La même pour chaque foyer membre."),
        ("base", "household"): _("Pour le premier adulte du foyer."),
        ("people", "same"): _("Ici, leur nombre ne change rien."),
        ("adults", "each"): _("Chaque adulte en plus ajoute %(each)s."),
        ("children", "each"): _("Chaque enfant de moins de %(age)s ans ajoute %(child)s."),
        ("children", "as_adult"): _("Un enfant compte comme un adulte en plus."),
        ("band", "size"): _("Le barème du règlement suit la taille du foyer."),
        ("counted", "whole"): _("Toutes les personnes de votre foyer comptent."),
        ("counted", "part"): _("Au-delà, une personne de plus n’ajoute rien."),
        ("mean", "mean"): _("Ce que tous les foyers donnent, partagé également."),
        ("mean", "levied"): _(
            "Ce que tous donnent, moins %(levy)s mis de côté, partagé également."
        ),
        ("nothing", "none"): _("Le règlement ne prévoit pas d’allocation."),
        ("contribution", "apart"): _("Ce que vous donnez ne change pas ce que vous recevez."),
        ("contribution", "shared"): _("Elle entre dans la moyenne, comme celle des autres."),
        ("first_month", "whole"): _("Vous recevez le mois entier."),
        ("first_month", "part"): _("Votre foyer est arrivé pendant ce mois."),
        ("available", "whole"): ngettext(
            "%(total)s sont mis de côté pour %(households)s foyer.",
            "%(total)s sont mis de côté pour %(households)s foyers.",
            found.households,
        ),
        ("available", "part"): _(
            "La caisse a %(total)s pour %(asked)s : chacun reçoit %(share)s de sa part."
        ),
        ("closed", "closed"): _("Il ne recevait rien ce jour-là. La somme est revenue au fonds."),
    }[part.kind, part.why]


def _cap(part: Part, found: Allocation) -> str:
    if part.why == "none":
        return _("Ici, un porte-monnaie n’a pas de plafond.")
    if part.why == "ahead":
        return _("Il est regardé le jour du versement : au plus %(cap)s.")
    if part.why == "whole":
        if found.held_cents is None:
            return _("Rien n’est retenu.")
        return _("Rien n’est retenu : il restait %(held)s, le plafond est %(cap)s.")
    if found.held_cents is None:
        return _("Le porte-monnaie était plein : il garde au plus %(cap)s.")
    return _("Il restait %(held)s et le plafond est %(cap)s. Le surplus est revenu au fonds.")


def _expiry(part: Part, found: Allocation) -> str:
    if part.why == "kept":
        return _("Rien ne se perd avec le temps.")
    if found.expired_cents:
        return _(
            "%(gone)s trop anciens ont quitté votre porte-monnaie. Le montant n’en change pas."
        )
    return _("Rien n’était trop ancien ce jour-là.")
