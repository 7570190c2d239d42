"""Events as sentences that somebody who is no technician reads: who did what, to what, when.

Every event of the house has its sentence here; a test compares the list with the code. No sentence
holds a name of a member: the subject of an event is a pseudonym, and so it stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from caisse.kernel.events import Happened
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, from_month, month_name

MONTHS, PEOPLE, MONEY, PLACES, COMMITTEE, HOUSE = (
    "mois",
    "personnes",
    "argent",
    "lieux",
    "comite",
    "maison",
)
SECTIONS: dict[str, str | Promise] = {
    MONTHS: later("Les mois"),
    PEOPLE: later("Les personnes"),
    MONEY: later("L’argent"),
    PLACES: later("Les lieux"),
    COMMITTEE: later("Le comité"),
    HOUSE: later("La maison"),
}

SAID: dict[str, tuple[str, str | Promise]] = {
    "act.agreed": (HOUSE, later("%(who)s donne le second accord (%(subject)s).")),
    "act.declined": (HOUSE, later("%(who)s refuse un acte préparé (%(subject)s).")),
    "act.ended": (HOUSE, later("Un acte préparé finit : personne n’a donné de second accord.")),
    "act.prepared": (HOUSE, later("%(who)s prépare un acte qui attend un accord (%(subject)s).")),
    "address.changed": (PEOPLE, later("%(who)s corrige l’adresse du %(subject)s.")),
    "agreement.began": (PLACES, later("La convention de %(subject)s commence.")),
    "agreement.ended": (PLACES, later("La convention de %(subject)s finit.")),
    "balance.noted": (MONEY, later("%(who)s note le solde de la banque (%(subject)s).")),
    "balance.shown": (PEOPLE, later("%(who)s lit le solde du %(subject)s.")),
    "bank_details.changed": (PLACES, later("%(who)s change un compte bancaire, à deux.")),
    "bank_details.declined": (PLACES, later("%(who)s refuse un nouveau compte bancaire.")),
    "bank_details.proposed": (PLACES, later("%(who)s propose un nouveau compte bancaire.")),
    "bylaws.sealed": (MONTHS, later("Le règlement %(of_month)s ne change plus.")),
    "caisse.founded": (COMMITTEE, later("La caisse est fondée.")),
    "caisse.restored": (HOUSE, later("%(who)s remet une sauvegarde en place.")),
    "caisse.taken_over": (HOUSE, later("%(who)s reprend une caisse qui tournait déjà.")),
    "card.written": (HOUSE, later("%(who)s écrit comment joindre la caisse.")),
    "balance.sent": (PEOPLE, later("%(who)s envoie un solde, sans le voir.")),
    "channel.chosen": (PEOPLE, later("%(who)s choisit comment recevoir ses nouvelles.")),
    "cashier.added": (PLACES, later("%(who)s ajoute une personne à la caisse de %(subject)s.")),
    "cashier.changed": (PLACES, later("%(who)s change les droits d’une personne à la caisse.")),
    "cashier.redrawn": (PLACES, later("%(who)s tire un autre code de caisse (%(subject)s).")),
    "cashier.removed": (PLACES, later("%(who)s retire une personne de la caisse de %(subject)s.")),
    "code.given": (PEOPLE, later("%(who)s donne un code d’entrée (%(subject)s).")),
    "code.used": (PEOPLE, later("Un code d’entrée a servi (%(subject)s).")),
    "codes.strict": (
        HOUSE,
        later("Trop de codes faux : les identifiants ne passent qu’aux lieux habituels."),
    ),
    "contact.changed": (PEOPLE, later("%(who)s corrige les coordonnées du %(subject)s.")),
    "contact.noted": (PEOPLE, later("%(who)s note un contact avec le %(subject)s.")),
    "contact.shown": (PEOPLE, later("%(who)s lit les coordonnées du %(subject)s.")),
    "contribution.contact_noted": (PEOPLE, later("%(who)s a parlé avec le %(subject)s.")),
    "contribution.deposited": (MONEY, later("%(who)s dépose l’argent d’un guichet à la banque.")),
    "contribution.pledged": (PEOPLE, later("%(who)s note une cotisation (%(subject)s).")),
    "contribution.receipt_undone": (MONEY, later("%(who)s annule un encaissement.")),
    "contribution.received": (MONEY, later("%(who)s note une cotisation reçue (%(subject)s).")),
    "contribution.return_undone": (MONEY, later("%(who)s annule un prélèvement revenu.")),
    "contribution.returned": (MONEY, later("Un prélèvement revient de la banque.")),
    "contributions.called": (MONEY, later("Les cotisations %(of_month)s sont appelées.")),
    "contributions.import_undone": (MONEY, later("%(who)s annule un fichier entier.")),
    "contributions.receipts_imported": (MONEY, later("%(who)s enregistre un fichier de recettes.")),
    "contributions.returns_imported": (MONEY, later("%(who)s enregistre un fichier de retours.")),
    "cost.changed": (MONEY, later("%(who)s change une dépense prévue.")),
    "cost.paid": (MONEY, later("%(who)s paie une dépense : %(cents)s.")),
    "cost.planned": (MONEY, later("%(who)s prévoit une dépense : %(cents)s.")),
    "cost.undone": (MONEY, later("%(who)s annule une dépense payée.")),
    "decision.adopted": (COMMITTEE, later("Une décision est adoptée (%(subject)s).")),
    "day.sent": (PLACES, later("%(who)s reçoit par e-mail la clôture d’un jour de %(subject)s.")),
    "demo.played": (HOUSE, later("La démonstration a été jouée jusqu’ici.")),
    "desk.closed": (MONEY, later("%(who)s clôt la journée d’un guichet (%(subject)s).")),
    "device.code_given": (PLACES, later("%(who)s donne un code pour relier un appareil.")),
    "device.codes_let_in": (PLACES, later("%(who)s laisse retaper les codes d’un appareil.")),
    "device.confirmed": (PLACES, later("%(who)s confirme un appareil de %(subject)s.")),
    "device.enrolled": (PLACES, later("Un appareil est relié à %(subject)s.")),
    "device.invited": (PLACES, later("%(who)s ajoute un appareil à %(subject)s.")),
    "device.resumed": (PLACES, later("%(who)s laisse un appareil de %(subject)s encaisser.")),
    "device.revoked": (PLACES, later("%(who)s retire un appareil de %(subject)s.")),
    "device.suspended": (PLACES, later("%(who)s suspend un appareil de %(subject)s.")),
    "document.attached": (MONEY, later("%(who)s joint une pièce.")),
    "document.withdrawn": (MONEY, later("%(who)s retire une pièce.")),
    "fee.made_good": (MONEY, later("%(who)s rembourse les frais de banque à la caisse.")),
    "fee.recorded": (MONEY, later("La banque prend des frais : %(cents)s.")),
    "file.opened": (PEOPLE, later("%(who)s ouvre le dossier du %(subject)s.")),
    "funder.access_opened": (MONEY, later("%(who)s ouvre sa page à un financeur.")),
    "funder.added": (MONEY, later("%(who)s inscrit un financeur.")),
    "funder.right_ended": (MONEY, later("%(who)s retire l’accès d’un financeur.")),
    "funder.right_given": (MONEY, later("%(who)s donne un accès à un financeur.")),
    "funder.topped_up": (MONEY, later("Un tiers complète les cotisations : %(cents)s.")),
    "gift.given": (PEOPLE, later("Un foyer fait un don à un autre.")),
    "gift.undone": (PEOPLE, later("%(who)s annule un don entre foyers.")),
    "gift.unknown": (PEOPLE, later("Un foyer tape un identifiant qui ne reçoit pas de don.")),
    "grant.signed": (MONEY, later("%(who)s signe une convention de financement.")),
    "grant.written_off": (MONEY, later("%(who)s renonce à ce qu’un financeur ne paiera pas.")),
    "holder.added": (PEOPLE, later("%(who)s ajoute une personne au porte-monnaie.")),
    "holder.ended": (PEOPLE, later("%(who)s retire une personne d’un porte-monnaie.")),
    "holds.expired": (MONEY, later("Des sommes réservées trop longtemps sont libérées.")),
    "household.address_changed": (PEOPLE, later("%(who)s corrige l’adresse du %(subject)s.")),
    "household.composition_changed": (PEOPLE, later("%(who)s change la composition d’un foyer.")),
    "inquiry.answered": (PEOPLE, later("%(who)s répond à une demande (%(subject)s).")),
    "inquiry.asked": (PEOPLE, later("Une demande arrive (%(subject)s).")),
    "instalment.postponed": (MONEY, later("%(who)s note qu’un versement est reporté.")),
    "instalment.received": (MONEY, later("%(who)s note un versement reçu d’un financeur.")),
    "interest.recorded": (MONEY, later("La banque verse des intérêts : %(cents)s.")),
    "letters.printed": (HOUSE, later("%(who)s imprime des lettres.")),
    "late.paid": (MONEY, later("%(who)s paie une vente arrivée trop tard : %(cents)s.")),
    "late.refused": (MONEY, later("%(who)s refuse une vente arrivée trop tard : %(cents)s.")),
    "levy.ordered": (MONEY, later("%(who)s demande un virement d’un fonds : %(cents)s.")),
    "levy.paid": (MONEY, later("La banque a payé un virement d’un fonds.")),
    "levy.voided": (MONEY, later("%(who)s annule un virement d’un fonds.")),
    "list.paid": (MONEY, later("%(who)s paie une liste de ventes sur papier : %(cents)s.")),
    "login.closed": (PEOPLE, later("%(who)s ferme un accès (%(subject)s).")),
    "licence.closed": (
        PLACES,
        later("Un appareil de %(subject)s a envoyé toutes ses ventes."),
    ),
    "licence.opened": (PLACES, later("Un appareil de %(subject)s peut vendre sans réseau.")),
    "login.created": (PEOPLE, later("%(who)s ouvre un accès (%(subject)s).")),
    "login.stood_in": (PEOPLE, later("%(who)s note un remplacement (%(subject)s).")),
    "losses.reviewed": (MONEY, later("%(who)s a regardé les pertes de %(subject)s : %(cents)s.")),
    "membership.active": (PEOPLE, later("%(who)s note que le %(subject)s est actif.")),
    "membership.applied": (PEOPLE, later("Un foyer demande à entrer (%(subject)s).")),
    "membership.erased": (PEOPLE, later("%(who)s efface le dossier du %(subject)s.")),
    "membership.closed": (PEOPLE, later("%(who)s solde le départ du %(subject)s.")),
    "membership.joined": (PEOPLE, later("%(who)s fait entrer un ou plusieurs foyers.")),
    "membership.leaving": (PEOPLE, later("%(who)s note le départ du %(subject)s.")),
    "membership.onboarding": (PEOPLE, later("%(who)s accueille le %(subject)s.")),
    "membership.paused": (PEOPLE, later("%(who)s note une pause du %(subject)s.")),
    "month.adjusted": (MONTHS, later("%(who)s corrige le mois %(of_month)s.")),
    "month.approved": (MONTHS, later("%(who)s approuve le mois %(of_month)s.")),
    "month.checked": (MONTHS, later("%(who)s contrôle le mois %(of_month)s.")),
    "month.closed": (MONTHS, later("%(who)s clôt le mois %(of_month)s.")),
    "month.credited": (MONTHS, later("Le mois %(of_month)s est versé aux foyers.")),
    "month.frozen": (MONTHS, later("Le mois %(of_month)s est figé : %(total_cents)s.")),
    "month.waiting": (MONTHS, later("Le mois %(of_month)s attend : il manque de l’argent.")),
    "notice.retried": (HOUSE, later("%(who)s fait repartir un courrier.")),
    "pin.reset_allowed": (PEOPLE, later("Deux référents confirment une personne.")),
    "push.subscribed": (PEOPLE, later("%(who)s veut être prévenu·e sur un appareil.")),
    "push.unsubscribed": (PEOPLE, later("%(who)s retire un appareil de ses nouvelles.")),
    "card.made": (PEOPLE, later("%(who)s fait une carte pour payer.")),
    "card.blocked": (PEOPLE, later("%(who)s bloque une carte pour payer.")),
    "offline.room_set": (MONEY, later("%(who)s change la réserve des ventes sans réseau.")),
    "paper_sale.agreed": (PLACES, later("%(who)s garde %(cents)s pour une vente par téléphone.")),
    "paper_sale.cancelled": (PLACES, later("%(who)s annule une vente par téléphone : %(cents)s.")),
    "paper_sale.redrawn": (PLACES, later("%(who)s redonne les chiffres d’une vente.")),
    "phone.blocked": (PEOPLE, later("%(who)s bloque un téléphone pour payer.")),
    "phone.cleared": (PEOPLE, later("%(who)s a parlé avec un foyer d’un téléphone copié.")),
    "phone.copied": (PEOPLE, later("Un téléphone a été copié : le foyer ne met plus de côté.")),
    "phone.code_given": (PEOPLE, later("%(who)s donne un code pour relier un téléphone.")),
    "phone.invited": (PEOPLE, later("%(who)s ajoute un téléphone pour payer.")),
    "phone.linked": (PEOPLE, later("Un téléphone est relié pour payer.")),
    "pin.drawn": (PEOPLE, later("%(who)s tire un code pour payer.")),
    "pin.key_changed": (HOUSE, later("%(who)s change la clé des codes.")),
    "pin.redrawn": (PEOPLE, later("%(who)s remplace un code pour payer.")),
    "place.approved": (PLACES, later("%(subject)s est choisi par le comité.")),
    "place.closed_for": (PLACES, later("%(who)s note une fermeture de %(subject)s.")),
    "place.described": (PLACES, later("%(who)s décrit %(subject)s.")),
    "place.email_noted": (PLACES, later("%(who)s note un e-mail pour %(subject)s.")),
    "place.hours_set": (PLACES, later("%(who)s écrit les horaires de %(subject)s.")),
    "place.person_invited": (PLACES, later("%(who)s invite une personne à %(subject)s.")),
    "place.opened_again": (PLACES, later("%(who)s annule une fermeture de %(subject)s.")),
    "place.registered": (PLACES, later("%(who)s inscrit %(subject)s.")),
    "place.resumed": (PLACES, later("%(who)s laisse %(subject)s encaisser à nouveau.")),
    "place.suspended": (PLACES, later("%(who)s suspend %(subject)s.")),
    "place.withdrawn": (PLACES, later("%(subject)s quitte la caisse par décision du comité.")),
    "places.floor_changed": (PLACES, later("Le plancher des lieux change.")),
    "purchase.refunded": (PLACES, later("%(who)s rembourse un achat : %(cents)s.")),
    "reserve.made": (PEOPLE, later("%(who)s met de côté sur une carte : %(cents)s.")),
    "reserves.released": (PEOPLE, later("De l’argent mis de côté revient aux foyers : %(cents)s.")),
    "redemption.asked": (PLACES, later("%(subject)s demande son virement.")),
    "redemption.paid": (PLACES, later("%(who)s note que les lieux sont payés (%(subject)s).")),
    "redemption.refused": (PLACES, later("La banque refuse le virement de %(subject)s.")),
    "returns.covered": (MONEY, later("Le fonds couvre des prélèvements revenus.")),
    "root.key_added": (HOUSE, later("%(who)s ajoute une clé des cartes et des bons.")),
    "right.ended": (PLACES, later("%(who)s retire une personne de %(subject)s.")),
    "right.given": (PLACES, later("%(who)s donne un droit sur %(subject)s.")),
    "retention.applied": (PEOPLE, later("Les dossiers gardés assez longtemps sont effacés.")),
    "role.ended": (PEOPLE, later("%(who)s retire un rôle (%(subject)s).")),
    "role.granted": (PEOPLE, later("%(who)s donne un rôle (%(subject)s).")),
    "sales.held": (PLACES, later("Les ventes %(of_month)s sont comptées pour être payées.")),
    "sale.late": (PLACES, later("Une vente sans réseau arrive trop tard : %(cents)s.")),
    "sheet.expired": (PEOPLE, later("Des bons imprimés sont périmés : leur valeur est rendue.")),
    "sheet.issued": (PEOPLE, later("%(who)s imprime des bons pour payer.")),
    "sheet.withdrawn": (PEOPLE, later("%(who)s retire une feuille de bons.")),
    "sign.key_began": (HOUSE, later("%(who)s fait signer une nouvelle clé.")),
    "sign.key_ended": (HOUSE, later("%(who)s finit une ancienne clé de signature.")),
    "sign.key_prepared": (HOUSE, later("%(who)s prépare une clé de signature.")),
    "slips.issued": (PEOPLE, later("Un téléphone met de côté : %(cents)s.")),
    "slips.struck": (PEOPLE, later("%(who)s arrête ce qu’un téléphone a mis de côté.")),
    "till.code_paused": (
        PLACES,
        later("Un appareil de %(subject)s ne prend plus de code : dix codes faux en une heure."),
    ),
    "till.closed": (PLACES, later("%(who)s ferme une caisse de %(subject)s.")),
    "till.opened": (PLACES, later("%(who)s ouvre une caisse à %(subject)s.")),
    "voucher.withdrawn": (PEOPLE, later("%(who)s reprend un bon imprimé.")),
}


UNTOLD = frozenset({"demo.played"})  # the machine's own mark, of no interest to a reader
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Line:
    """One event as it is read: its instant (milliseconds), its sentence, how often it was so."""

    id: bytes
    at: int
    words: str
    times: int = 1


def names_in(section: str) -> list[str]:
    """The names of the events of one section; all of them for ""."""
    return [name for name, (where, _words) in SAID.items() if section in ("", where)]


def tell(found: Iterable[Happened], people: dict[str, str], places: dict[int, str]) -> list[Line]:
    """The events as sentences; `people` and `places` are names by login and by number.

    The same sentence several times within an hour is told once, with how often.
    """
    lines: list[Line] = []
    for event in found:
        if event.name in UNTOLD:
            continue
        line = _line(event, people, places)
        last = lines[-1] if lines else None
        if last is not None and last.words == line.words and last.at - line.at < HOUR_MS:
            lines[-1] = replace(last, times=last.times + 1)
        else:
            lines.append(line)
    return lines


def _line(event: Happened, people: dict[str, str], places: dict[int, str]) -> Line:
    words = SAID.get(event.name, (HOUSE, later("%(who)s : %(subject)s.")))[1]
    said = {
        "who": _who(event.by, people),
        "subject": _subject(event.subject, places),
        "of_month": _of_month(event.subject),
        "cents": _cents(event, "cents", "asked"),
        "total_cents": _cents(event, "total_cents"),
    }
    return Line(event.id, event.at, capital(str(words) % said))


def _who(by: str, people: dict[str, str]) -> str:
    """« Nadia », « La machine », or the pseudonym of somebody without a name."""
    login = by.split(" for ", 1)[0]
    if login.startswith("system:"):
        return _("La machine")
    return people.get(login, login)


def _subject(subject: str, places: dict[int, str]) -> str:
    kind, _colon, number = subject.partition(":")
    if kind == "membership":
        return _("foyer n° %(number)s") % {"number": number}
    if kind == "place" and number.isdecimal():
        return places.get(int(number)) or _("lieu n° %(number)s") % {"number": number}
    if kind in ("login", "month", "desk"):
        return number
    if _is_month(subject):
        return month_name(Month.parse(subject))
    return number or subject


def _of_month(subject: str) -> str:
    """« d’octobre 2026 » for a subject that is a month."""
    month = subject.partition(":")[2] or subject
    return from_month(Month.parse(month)) if _is_month(month) else month


def _is_month(subject: str) -> bool:
    return len(subject) == 7 and subject[4] == "-" and subject.replace("-", "").isdecimal()


def _cents(event: Happened, *names: str) -> str:
    for name in names:
        value = event.data.get(name)
        if isinstance(value, int):
            return amount(value, "€")
    return ""
