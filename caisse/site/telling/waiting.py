"""What waits for whom: each thing to do as one calm line, with who may do it and until when.

The list is read from the books each time; nothing is marked as done by hand.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.funding import queries as funding
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, count, day, from_month, month_name
from caisse.ledger import queries as ledger
from caisse.merchants import queries as merchants
from caisse.merchants.rules import RedemptionRules, paid_on
from caisse.messages import queries as messages
from caisse.month import queries as months
from caisse.people import queries as people
from caisse.people.operations import KINDS
from caisse.site.telling.tasks import Task
from caisse.site.telling.waiting_sales import offline_sales, wrong_codes

SOON, SHORTLY = timedelta(60), timedelta(5)
LATELY = timedelta(31)
NAMED = 3  # places in one line
HANDS = ("coordinator", "desk")  # those who talk with people


@dataclass(frozen=True, slots=True)
class Column:
    """The tasks of one kind of person."""

    title: str
    tasks: tuple[Task, ...]


def columns(actor: Actor, names: dict[str, str]) -> tuple[Column, ...]:
    """What waits for `actor`, for the other roles of the office, and for the committee."""
    found = [*_months(names), *_acts(), *_people(), *_money(), *_places(), *_letters()]
    found += [*offline_sales(), *wrong_codes()]
    mine = [
        replace(task, detail=f"{task.detail} {task.call}".strip())
        for task in found
        if task.waits_for(actor)
    ]
    rest = [task for task in found if not task.waits_for(actor)]
    shown = [Column(_("Vous"), tuple(_sorted(mine)))]
    labels = people.role_labels()
    for role in ("treasurer", "coordinator", "desk", "administrator"):
        theirs = [task for task in rest if task.roles[0] == role]
        if theirs:
            shown.append(Column(capital(labels[role]), tuple(_sorted(theirs))))
    committee = tuple(_committee())
    if committee:
        shown.append(Column(_("Le comité citoyen"), committee))
    return tuple(shown)


def _sorted(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: not task.urgent)


def _months(names: dict[str, str]) -> Iterator[Task]:
    today = clock.today()
    if (late := months.late_to_freeze()) is not None:
        title = _("Figer %(month)s") % {"month": month_name(late)}
        said = _("Ce mois attend d’être figé.")
        address = reverse("month", args=[str(late)])
        yield Task("calendar", title, said, "", address, ("coordinator", "treasurer"), True)
    for run in months.runs(first=Month.of(today) + -2):
        words = {"month": month_name(run.month), "day": day(run.credit_on)}
        address, close = reverse("month", args=[str(run.month)]), run.credit_on <= today
        due = _("avant le %(day)s") % words
        if run.state == "frozen":
            title = _("Contrôler %(month)s") % words
            said = _("Le mois est figé. Lisez ce qui change.")
            yield Task("calendar", title, said, due, address, ("treasurer", "coordinator"), close)
        elif run.state == "checked":
            who = names.get(run.checked_by, run.checked_by)
            title = _("Approuver %(month)s") % words
            said = _("%(who)s a déjà donné son accord.") % {"who": who}
            roles = ("coordinator", "treasurer")
            yield Task("calendar", title, said, due, address, roles, close, run.checked_by)
        elif run.state == "approved" and run.waits_for:
            title = _("%(month)s attend de l’argent") % {"month": capital(words["month"])}
            said = _("Le fonds ne suffit pas encore. La machine essaie chaque jour.")
            yield Task("coins", title, said, "", address, ("treasurer",), True)


def _acts() -> Iterator[Task]:
    listed = {name: kind for name, kind in KINDS.items() if not kind.apart}
    for act in people.waiting_acts(*listed):
        said = amount(act.cents, "€") if act.cents else _("Une première personne a préparé.")
        since = _("depuis le %(day)s") % {"day": day(clock.day_of(act.prepared_at))}
        kind = listed[act.kind]
        title = _("Donner un second accord : %(what)s") % {"what": kind.label}
        address = reverse("acts")
        yield Task("users", title, said, since, address, kind.roles, not_by=act.prepared_by)


def _people() -> Iterator[Task]:
    asked = people.waiting_inquiries()
    if asked:
        title = ngettext("Répondre à %(n)s demande", "Répondre à %(n)s demandes", len(asked))
        since = _("la plus ancienne : %(day)s") % {"day": day(clock.day_of(asked[0].asked_at))}
        yield Task(
            "message-question",
            title % {"n": count(len(asked))},
            _("de membres ou de lieux"),
            since,
            reverse("inquiries"),
            HANDS,
        )
    returned = contributions.returned_lately(since=clock.today() - LATELY)
    if returned:
        title = ngettext("Rappeler %(n)s foyer", "Rappeler %(n)s foyers", returned)
        yield Task(
            "phone",
            title % {"n": count(returned)},
            _("Un prélèvement est revenu. Proposez une pause ou un autre montant."),
            _("ces 31 derniers jours"),
            reverse("arrears"),
            HANDS,
        )


def _money() -> Iterator[Task]:
    today = clock.today()
    for fund in ("caisse", "operating"):
        planned = funding.planned_instalments(
            fund=fund, after=date(2000, 1, 1), until=today, known_at=today
        )
        for one in planned:
            said = _("%(cents)s attendus le %(day)s") % {
                "cents": amount(one.cents, "€"),
                "day": day(one.due_on),
            }
            title = _("Relancer %(funder)s") % {"funder": one.funder}
            address = reverse("funders")
            yield Task("building-bank", title, said, _("en retard"), address, ("treasurer",), True)
    for family, words in (("cash", _("espèces")), ("cheques", _("chèques"))):
        for code, balance in ledger.balances(family).items():
            if balance:
                desk = code.partition(":")[2]
                title = _("Déposer l’argent du guichet %(desk)s") % {"desk": desk}
                said = f"{amount(-balance, '€')}, {words}"
                roles = ("treasurer", "coordinator")
                yield Task("cash", title, said, "", reverse("desks"), roles)


def _places() -> Iterator[Task]:
    today = clock.today()
    month = Month.of(today).previous()
    found = merchants.progress(month=month)
    rules = bylaws.in_force(RedemptionRules, month=month)
    due, soon = paid_on(month, rules), today + SHORTLY
    if found is not None and found.held and found.cents and not found.paid and due <= soon:
        words = {
            "month": month_name(month),
            "amount": amount(found.cents, "€"),
            "n": count(found.places),
        }
        yield Task(
            "building-store",
            _("Payer les lieux pour %(month)s") % words,
            _("%(amount)s, %(n)s lieux") % words,
            _("le %(day)s") % {"day": day(due)},
            reverse("redemption", args=[str(month)]),
            ("treasurer",),
            today >= due,
        )
    places = merchants.places(at=today)
    first = {row.merchant_id: row.id for row in reversed(places)}
    for one in merchants.waiting_bank_details():
        if one.act is None:  # nobody has rung back yet
            since = _("depuis le %(day)s") % {"day": day(clock.day_of(one.proposed_at))}
            place = first.get(one.merchant_id)
            address = reverse("place_bank", args=[place]) if place else reverse("places_office")
            said = _("Un lieu change de compte. Appelez-le au numéro déjà connu.")
            title = _("Vérifier un compte bancaire")
            yield Task("building-bank", title, said, since, address, ("coordinator", "treasurer"))
    yield from _unpayable(today)
    for row in places:
        if row.until is not None and row.until <= today + SOON:
            title = _("Renouveler la convention de %(place)s") % {"place": row.name}
            said = _("Elle finit le %(day)s.") % {"day": day(row.until)}
            address = reverse("place_office", args=[row.id])
            yield Task("building-store", title, said, "", address, ("coordinator",))


def _unpayable(today: date) -> Iterator[Task]:
    """Places that sell and that no transfer could reach; transfers that came back (0021)."""
    poor = merchants.without_account(at=today)
    if poor:
        first = poor[0]
        title = ngettext(
            "Demander son compte bancaire à %(place)s",
            "Demander leur compte bancaire à %(n)s lieux",
            len(poor),
        )
        said = _("Sans compte vérifié, les ventes ne seront pas virées : %(names)s")
        yield Task(
            "building-bank",
            title % {"place": first.name, "n": count(len(poor))},
            said % {"names": _names([one.name for one in poor])},
            _("le plus ancien : depuis le %(day)s") % {"day": day(first.since)},
            reverse("place_bank", args=[first.place_id]),
            ("coordinator", "treasurer"),
            first.since <= today - LATELY,
        )
    for one in merchants.returned_transfers(at=today):
        noted = clock.day_of(one.at)
        said = _("%(amount)s, ventes %(of_month)s : %(why)s. Appelez le lieu.")
        words = {
            "amount": amount(one.cents, "€"),
            "of_month": from_month(one.month),
            "why": one.why,
        }
        yield Task(
            "building-bank",
            _("Un virement à %(place)s est revenu") % {"place": one.place},
            said % words,
            _("depuis le %(day)s") % {"day": day(noted)},
            reverse("place_bank", args=[one.place_id]),
            ("treasurer", "coordinator"),
            noted <= today - SHORTLY,
        )


def _names(names: list[str]) -> str:
    """Three of them, and that there are more; the end of a sentence."""
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else ".")


def _letters() -> Iterator[Task]:
    found = messages.waiting()
    if found.letters:
        title = ngettext("Imprimer %(n)s lettre", "Imprimer %(n)s lettres", found.letters)
        said = _("pour les foyers sans e-mail")
        address = reverse("printing")
        yield Task("printer", title % {"n": count(found.letters)}, said, "", address, HANDS)
    if found.failed:
        title = ngettext(
            "%(n)s e-mail n’est pas parti", "%(n)s e-mails ne sont pas partis", found.failed
        )
        said = _("Le serveur de courrier a dit non.")
        address = reverse("notices")
        roles = ("administrator", "coordinator")
        yield Task("mail", title % {"n": count(found.failed)}, said, "", address, roles)


def _committee() -> Iterator[Task]:
    applied = merchants.applied()
    if applied:
        title = ngettext(
            "Examiner %(n)s demande de lieu", "Examiner %(n)s demandes de lieux", len(applied)
        )
        yield Task(
            "building-store",
            title % {"n": count(len(applied))},
            ", ".join(row.name for row in applied[:3]),
            "",
            reverse("places_office"),
            ("committee",),
        )


def only_urgent_first(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The first urgent task keeps its mark, the others are told calmly: one deadline at a time."""
    first = next((n for n, task in enumerate(tasks) if task.urgent), None)
    return tuple(
        task if n == first else replace(task, urgent=False) for n, task in enumerate(tasks)
    )
