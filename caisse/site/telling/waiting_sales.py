"""What waits for the office since people pay: sales without network, codes tried out."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel import clock
from caisse.kernel.wording import count, day, hour
from caisse.merchants import queries as merchants
from caisse.payments import queries as payments
from caisse.people import queries as people
from caisse.site.telling.tasks import Task

OVERDUE = timedelta(2)


def offline_sales() -> Iterator[Task]:
    """Sales without network that do not come, told while they are honoured; those too late."""
    overdue = payments.overdue_licences()
    numbers = _numbers({one.place_id for one in overdue})
    for one in overdue:
        last = clock.day_of(one.honoured_until)
        title = _("Appeler %(place)s : des ventes sans réseau manquent peut-être")
        said = _("« %(device)s » n’a pas encore dit que tout est envoyé.")
        yield Task(
            "wifi-off",
            title % {"place": one.place},
            said % {"device": one.device},
            _("avant le %(day)s") % {"day": day(last)},
            reverse("offline_place", args=[one.place_id]),
            ("coordinator", "treasurer"),
            last <= clock.today() + OVERDUE,
            call=" · ".join(numbers.get(one.place_id, [])[:2]),
        )
    yield from _to_look_at()
    late = payments.count_late_sales()
    if late:
        title = ngettext(
            "Décider d’une vente arrivée trop tard",
            "Décider de %(n)s ventes arrivées trop tard",
            late,
        )
        said = _("Un lieu a vendu sans réseau. Il n’est pas payé.")
        address = reverse("offline")
        roles = ("coordinator", "treasurer")
        yield Task("wifi-off", title % {"n": count(late)}, said, "", address, roles)


def _to_look_at() -> Iterator[Task]:
    """Who sells, or sets aside, no more until a person has looked, or talked (payments.md 7.3)."""
    roles = ("coordinator", "treasurer")
    for place in payments.used_up_places():
        title = _("Regarder les pertes de %(place)s") % {"place": place.name}
        said = _("Sa réserve est épuisée : sans réseau, ce lieu ne vend que ce qui est prévu.")
        address = reverse("offline_place", args=[place.id])
        yield Task("wifi-off", title, said, "", address, roles, urgent=True)
    for wallet in payments.stopped_wallets():
        since = _("depuis le %(day)s") % {"day": day(clock.day_of(wallet.at))}
        said = _("Deux paiements portent le même numéro. Ce foyer ne met plus rien de côté.")
        address = reverse("offline_wallet", args=[wallet.wallet_id])
        title = _("Parler avec un foyer : son téléphone a été copié")
        yield Task("device-mobile", title, said, since, address, roles)


def wrong_codes() -> Iterator[Task]:
    """Wrong codes that came in numbers, told for a day: somebody may be trying codes out."""
    now, address, roles = clock.now_ms(), reverse("journal"), ("coordinator", "administrator")
    until, paused = payments.code_alarms()
    if until:
        said = _("Pendant une heure, un identifiant ne paie qu’aux lieux habituels.")
        more = _("Les cartes, les téléphones et les bons passent.")
        yield Task(
            "alert-triangle",
            _("Trop de codes faux dans toute la caisse"),
            f"{said} {more}",
            _when(until),
            address,
            roles,
            until > now,
        )
    names = merchants.names() if paused else {}
    numbers = _numbers({one.place_id for one in paused})
    for one in paused:
        yield Task(
            "alert-triangle",
            _("Appeler %(place)s : dix codes faux en une heure")
            % {"place": names.get(one.place_id, "")},
            _("Un appareil n’y prend plus de code, par sécurité. Quelqu’un en essaie peut-être."),
            _when(one.until),
            address,
            roles,
            one.until > now,
            call=" · ".join(numbers.get(one.place_id, [])[:2]),
        )


def _when(until: int) -> str:
    words = {"hour": hour(clock.local(until)), "day": day(clock.day_of(until))}
    return _("jusqu’à %(hour)s, le %(day)s") % words


def _numbers(place_ids: set[int]) -> dict[int, list[str]]:
    """Who holds a right on each of these places, with the number that is known."""
    rights = merchants.rights(place_ids=place_ids) if place_ids else []
    known = people.people_behind({row.login for row in rights}) if rights else {}
    found: dict[int, list[str]] = {}
    for row in rights:
        one = known.get(row.login)
        if one is not None and one.phone:
            name = f"{one.given_name} {one.family_name}"
            found.setdefault(row.place_id, []).append(f"{name}, {one.phone}")
    return found
