"""All that the caisse holds about a person, in plain words: what, why, who reads it, how long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.contributions.queries import MonthLine, PledgeLine
from caisse.kernel import clock, events, paper
from caisse.kernel.wording import amount, count, day, from_month, hour, month_name
from caisse.messages.queries import Chosen, DeviceRow, RemarkRow, channel_labels
from caisse.payments.queries import WalletLine
from caisse.people import queries as people
from caisse.people.queries import ContactRow, HeldWallet, Look, Personal
from caisse.site.telling.sentences import Terms
from caisse.site.telling.wallet import signed, told


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that came in: its address in the network, its name, first and last day."""

    ip: str
    agent: str
    since: str
    seen: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything about one person, read once; the page leaves the movements to the files."""

    caisse: str
    terms: Terms
    held: Personal
    devices: tuple[Device, ...]
    factors: tuple[str, ...]
    movements: tuple[tuple[HeldWallet, tuple[WalletLine, ...]], ...]
    contributions: tuple[tuple[int, Sequence[PledgeLine], Sequence[MonthLine]], ...]
    contacts: tuple[ContactRow, ...]
    looks: tuple[Look, ...]
    story: tuple[events.Happened, ...]
    places: dict[int, str]
    kept_months: int
    roads: Chosen
    told_on: tuple[DeviceRow, ...]
    remarks: tuple[RemarkRow, ...]

    @property
    def file_kept(self) -> str:
        """How long the file of a member is kept."""
        said = _("Tant que vous êtes membre, puis %(n)s mois.")
        return said % {"n": count(self.kept_months)}


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of data: what is held, why, who reads it, for how long."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    why: str
    who: str
    kept: str
    page: str = ""
    link: str = ""


def categories(all_: Gathered) -> tuple[Category, ...]:
    """The categories in the order in which one asks for them."""
    return (
        _person(all_), _home(all_), _membership(all_), _wallet(all_), _contribution(all_),
        _questions(all_), _told(all_), _contacts(all_), _access(all_), _journal(all_),
    )  # fmt: skip


def books_kept() -> str:
    """How long the books are kept. Source: Code de commerce, L123-22."""
    return _("10 ans, c’est la loi des comptes. Un numéro y tient lieu de nom.")


def _person(all_: Gathered) -> Category:
    held = all_.held
    return Category(
        "personne",
        _("Qui vous êtes"),
        (
            (_("Prénom"), held.given_name),
            (_("Nom"), held.family_name),
            (_("E-mail"), held.email or _("aucun")),
            (_("Téléphone"), held.phone or _("aucun")),
        ),
        _("Pour vous reconnaître et vous joindre."),
        _("L’équipe. Jamais les lieux où vous achetez."),
        all_.file_kept,
    )


def _home(all_: Gathered) -> Category:
    facts: list[tuple[str, str]] = []
    for home in all_.held.households:
        town = f"{home.postcode} {home.town}".strip()
        address = ", ".join(part for part in (home.street, town) if part)
        facts.append((_("Adresse"), address or _("aucune")))
        for one in home.compositions:
            births = ", ".join(month_name(month) for month in one.births)
            adults = ngettext("%(n)s adulte", "%(n)s adultes", one.adults) % {
                "n": count(one.adults)
            }
            children = _("enfants nés en %(months)s") % {"months": births} if births else ""
            said = ", ".join(part for part in (adults, children) if part)
            facts.append((_("À partir du %(day)s") % {"day": day(one.since)}, said))
    return Category(
        "foyer",
        _("Votre foyer"),
        tuple(facts),
        _("Pour vous écrire, et pour l’allocation quand elle suit le foyer."),
        _("L’équipe. L’adresse reste cachée tant que personne ne la demande."),
        all_.file_kept,
        "my_household",
        _("Voir mon foyer"),
    )


def _membership(all_: Gathered) -> Category:
    labels = people.state_labels()
    facts: list[tuple[str, str]] = []
    for home in all_.held.households:
        for number, states in home.memberships:
            facts.append((_("Numéro d’adhésion"), str(number)))
            facts += [(day(one.since), labels.get(one.state, one.state)) for one in states]
    return Category(
        "adhesion",
        _("Votre adhésion"),
        tuple(facts),
        _("Pour savoir qui reçoit et qui cotise, mois par mois."),
        _("L’équipe."),
        all_.file_kept,
    )


def _wallet(all_: Gathered) -> Category:
    facts: list[tuple[str, str]] = []
    for wallet, lines in all_.movements:
        facts.append((_("Identifiant pour payer"), wallet.handle))
        facts.append((_("Titulaire depuis"), day(wallet.since)))
        if lines:
            number = ngettext("%(n)s mouvement", "%(n)s mouvements", len(lines))
            facts.append((_("Dans les comptes"), number % {"n": count(len(lines))}))
    return Category(
        "porte-monnaie",
        _("Votre porte-monnaie"),
        tuple(facts),
        _("Pour payer, pour rembourser, et pour que les comptes soient justes."),
        _("Vous. La coordination si elle dit pourquoi. Un lieu voit l’achat, pas votre nom."),
        books_kept(),
        "wallet",
        _("Voir mes mouvements"),
    )


def _contribution(all_: Gathered) -> Category:
    facts: list[tuple[str, str]] = []
    for _number, pledges, months in all_.contributions:
        for pledge in pledges:
            since = _("À partir %(month)s") % {"month": from_month(pledge.since)}
            facts.append((since, amount(pledge.cents, all_.terms.currency)))
        received = sum(line.received_cents - line.returned_cents for line in months)
        facts.append((_("Reçu en tout"), amount(received, all_.terms.currency, decimals=True)))
    return Category(
        "cotisation",
        _("Votre cotisation"),
        tuple(facts),
        _("Pour l’appeler et tenir les comptes. Vos réponses à la grille ne sont pas gardées."),
        _("Vous et la trésorerie. L’équipe voit seulement « à jour » ou non."),
        books_kept(),
    )


def _questions(all_: Gathered) -> Category:
    asked = len(all_.held.questions)
    return Category(
        "demandes",
        _("Vos demandes"),
        ((_("Questions posées ici"), count(asked)),),
        _("Pour vous répondre."),
        _("L’équipe. Un autre titulaire ne les lit pas."),
        all_.file_kept,
        "my_inquiries",
        _("Lire mes demandes"),
    )


def _told(all_: Gathered) -> Category:
    labels, roads = channel_labels(), all_.roads
    facts = (
        (_("Achats et refus"), labels[roads.payments]),
        (_("Argent qui arrive"), labels[roads.arrivals]),
        (_("Courrier de la caisse"), labels[roads.mail]),
        (_("Appareils prévenus"), count(len(all_.told_on))),
        (_("Refus et codes tapés de travers, depuis deux mois"), count(len(all_.remarks))),
    )
    return Category(
        "prevenir",
        _("Comment vous êtes prévenu·e"),
        facts,
        _("Pour vous dire ce qui arrive, comme vous l’avez choisi."),
        _("Vous. L’équipe ne lit ni vos choix ni vos messages d’achats."),
        _("Un refus : deux mois. Vos choix : tant que vous êtes membre."),
        "my_channels",
        _("Choisir"),
    )


def _contacts(all_: Gathered) -> Category:
    facts = tuple(
        (day(one.on), f"{one.label}{f' : {one.note}' if one.note else ''}") for one in all_.contacts
    )
    return Category(
        "contacts",
        _("Vos échanges avec l’équipe"),
        facts or ((_("Échanges notés"), _("aucun")),),
        _("Pour que la personne suivante sache ce qui est convenu."),
        _("L’équipe."),
        all_.file_kept,
    )


def _access(all_: Gathered) -> Category:
    labels = people.role_labels()
    facts = [(_("Identifiant d’accès"), all_.held.login)]
    facts += [(labels[one.role], day(one.since)) for one in all_.held.roles]
    facts.append((_("Codes d’accès donnés"), count(all_.held.codes)))
    facts.append((_("Appareils connectés"), count(len(all_.devices))))
    if all_.devices:
        facts.append((_("Dernière visite"), all_.devices[0].seen))
    return Category(
        "acces",
        _("Comment vous entrez"),
        tuple(facts),
        _("Pour que personne n’entre à votre place."),
        _("Vous. L’administration voit les dates, jamais les codes."),
        _("Un appareil : 30 jours après sa dernière visite."),
        "usersessions_list",
        _("Mes appareils"),
    )


def _journal(all_: Gathered) -> Category:
    facts = (
        (_("Fiche regardée par l’équipe"), count(len(all_.looks))),
        (_("Changements notés"), count(len(all_.story))),
    )
    return Category(
        "journal",
        _("Le journal"),
        facts,
        _("Pour que chaque acte ait un auteur et une date."),
        _("Vous et l’équipe."),
        _("Sans limite : il ne contient ni nom ni texte."),
        "my_looks",
        _("Qui a regardé ma fiche"),
    )


def sheets(all_: Gathered) -> str:
    """The same as printed pages, in typst's markup, with every movement."""
    title = _("Ce que la caisse garde sur vous")
    parts = [f"= {paper.text(title)}\n", f"{paper.text(all_.caisse)}\n"]
    for one in categories(all_):
        parts.append(f"== {paper.text(one.title)}\n")
        parts.append(paper.sheet(one.facts))
        for label, said in ((_("Pourquoi"), one.why), (_("Qui lit"), one.who)):
            parts.append(f"*{paper.text(label)}*: {paper.text(said)}\\\n")
        label = _("Gardé")
        parts.append(f"*{paper.text(label)}*: {paper.text(one.kept)}\n")
    parts += list(_printed_movements(all_))
    parts += list(_printed_questions(all_))
    return "\n".join(parts)


def _printed_movements(all_: Gathered) -> Iterable[str]:
    for _wallet, lines in all_.movements:
        if not lines:
            continue
        rows = []
        for line in lines:
            at, one = clock.local(line.at), told(line, all_.places)
            when = f"{day(at.date())}, {hour(at)}"
            rows.append([when, one.title, signed(line.cents), signed(line.left_cents).lstrip("+")])
        unit = all_.terms.unit
        heading, head = _("Vos mouvements"), [_("Jour"), _("Mouvement"), unit, _("Reste")]
        yield f"== {paper.text(heading)}\n"
        yield paper.table(head, rows)


def _printed_questions(all_: Gathered) -> Iterable[str]:
    answer = _("Réponse")
    for one in all_.held.questions:
        heading = _("Votre demande du %(day)s") % {"day": day(clock.day_of(one.asked_at))}
        yield f"== {paper.text(heading)}\n"
        yield f"{paper.text(one.text)}\n"
        if one.answer:
            yield f"*{paper.text(answer)}*: {paper.text(one.answer)}\n"
