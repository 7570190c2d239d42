"""What the pages about people say: dates of roles, what happened, who looked, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel import clock
from caisse.kernel.events import Happened
from caisse.kernel.month import Month
from caisse.kernel.wording import day, month_name
from caisse.people import queries as people
from caisse.people.queries import Look, MembershipView, OfficeRole

BADGES = {
    "active": ("done", "circle-check"),
    "paused": ("attention", "player-pause"),
    "leaving": ("attention", "arrow-right"),
    "closed": ("quiet", "x"),
    "applied": ("quiet", "mail"),
    "onboarding": ("quiet", "clock"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a history: when, and what happened in one sentence."""

    at: int
    sentence: str


def state_word(state: str | None) -> str:
    """The state of a membership as one says it of a household."""
    words = {
        "applied": _("candidature"),
        "onboarding": _("en accueil"),
        "active": _("adhésion active"),
        "paused": _("en pause"),
        "leaving": _("sur le départ"),
        "closed": _("adhésion close"),
    }
    return words.get(state or "", _("pas encore commencée"))


def role_dates(role: OfficeRole, today: date) -> str:
    """« depuis le 10 janvier 2023 », « du 3 au 17 février 2024 »…"""
    first = day(role.since)
    if role.last is not None:
        last = day(role.last)
        return _("du %(first)s au %(last)s") % {"first": first, "last": last}
    if role.since > today:
        return _("à partir du %(first)s") % {"first": first}
    return _("depuis le %(first)s") % {"first": first}


def people_words(adults: int, children: int) -> str:
    """« 2 adultes et 1 enfant »."""
    grown = ngettext("%(n)s adulte", "%(n)s adultes", adults) % {"n": adults}
    if not children:
        return grown
    small = ngettext("%(n)s enfant", "%(n)s enfants", children) % {"n": children}
    return _("%(grown)s et %(small)s") % {"grown": grown, "small": small}


def story(membership_id: int) -> list[Told]:
    """What happened to a household, newest first, with who did it."""
    rows = people.happened_to(membership_id)
    names = people.names_of({row.by.partition(" for ")[0] for row in rows})
    return [Told(row.at, _sentence(row, names)) for row in rows]


def _sentence(row: Happened, names: dict[str, str]) -> str:
    login = row.by.partition(" for ")[0]
    machine = login.startswith("system:")
    who = _("La machine") if machine else names.get(login, login)
    return _templates().get(row.name, row.name) % {"who": who, "day": _since(row)}


def _since(row: Happened) -> str:
    said = row.data.get("since")
    return day(date.fromisoformat(str(said))) if said else ""


def _templates() -> dict[str, str]:
    """A sentence for each event of a household."""
    return {
        "membership.applied": _("%(who)s note que le foyer veut participer."),
        "membership.onboarding": _("%(who)s commence l’accueil du foyer."),
        "membership.joined": _("%(who)s inscrit le foyer."),
        "membership.active": _("%(who)s rend l’adhésion active dès le %(day)s."),
        "membership.paused": _("%(who)s met l’adhésion en pause dès le %(day)s."),
        "membership.leaving": _("%(who)s note le départ du foyer au %(day)s."),
        "membership.closed": _("%(who)s clôt l’adhésion."),
        "membership.erased": _("%(who)s efface le dossier."),
        "household.composition_changed": _("%(who)s note qui vit dans le foyer dès le %(day)s."),
        "address.changed": _("%(who)s corrige l’adresse."),
        "holder.added": _("%(who)s ajoute une personne qui paie."),
        "holder.ended": _("%(who)s note qu’une personne ne paie plus."),
        "contact.changed": _("%(who)s corrige un nom, un e-mail ou un téléphone."),
        "contact.noted": _("%(who)s note un échange avec le foyer."),
        "inquiry.asked": _("%(who)s pose une question au bureau."),
        "inquiry.answered": _("%(who)s répond à la question."),
    }


def coming(membership_id: int) -> list[str]:
    """What is planned for a later day."""
    today = clock.today()
    return [
        _("%(day)s : %(state)s") % {"day": day(one.since), "state": state_word(one.state)}
        for one in people.timeline(membership_id)
        if one.since > today
    ]


def paused_or_to_be(view: MembershipView) -> bool:
    """Whether there is a pause to come back from, now or planned."""
    today = clock.today()
    later = [one.state for one in people.timeline(view.id) if one.since > today]
    return "paused" in (view.state, *later)


def compositions(household_id: int) -> list[tuple[str, str, str]]:
    """Who is counted from which month on, newest first: the month, the count, the births."""
    rows = people.compositions(household_id)
    return [
        (
            month_name(Month.of(row.since)),
            people_words(row.adults, len(row.births)),
            ", ".join(month_name(birth) for birth in row.births),
        )
        for row in reversed(rows)
    ]


def look_sentence(look: Look) -> str:
    """« Nadia, coordination, a ouvert le dossier du foyer n° 118. »"""
    said = {
        "file.opened": _("%(who)s a ouvert le dossier du foyer n° %(number)s."),
        "contact.shown": _("%(who)s a vu l’adresse et le téléphone du foyer n° %(number)s."),
        "balance.shown": _("%(who)s a vu le solde du foyer n° %(number)s."),
    }
    who = f"{look.who} ({', '.join(look.roles)})" if look.roles else look.who
    sentence = said[look.what] % {"who": who, "number": look.membership_id}
    if look.reason_label:
        sentence += " " + _("Raison : %(reason)s.") % {"reason": look.reason_label}
    return sentence


def ago(on: date | None, today: date) -> str:
    """« il y a 7 mois »; « ce mois-ci »."""
    if on is None:
        return ""
    months = (today.year - on.year) * 12 + today.month - on.month - (today.day < on.day)
    if months < 1:
        return _("depuis moins d’un mois")
    return ngettext("il y a %(n)s mois", "il y a %(n)s mois", months) % {"n": months}


def listed_in_words(words: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
