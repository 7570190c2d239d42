"""The menu of each actor: which pages stand in it, for whom (own room: the assembly's own).

A page that is not built stands in no menu; one that a role may not read is not shown to it.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu: the page's name, its word, its icon, who sees it, the pages inside it."""

    page: str
    label: str | Promise
    icon: str
    roles: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


OFFICE = ("desk", "coordinator", "treasurer", "administrator")
PEOPLE = ("desk", "coordinator", "treasurer")
MONEY = ("coordinator", "treasurer")
MENUS: dict[str, tuple[Entry, ...]] = {
    "moi": (
        Entry("wallet", _("Porte-monnaie"), "wallet", inside=("member",)),
        Entry("places", _("Où acheter"), "map-pin"),
        Entry("my_pledge", _("Cotiser"), "coins", inside=("pledge",)),
        Entry("decisions", _("Décisions"), "users-group"),
    ),
    "commerce": (
        Entry("my_places", _("Mes lieux"), "building-store", inside=("merchant",)),
        Entry("places", _("Tous les lieux"), "map-pin"),
        Entry("rulebook", _("Règlement"), "gavel"),
    ),
    "gestion": (
        Entry("today", _("Aujourd’hui"), "calendar", OFFICE, ("today",)),
        Entry("people", _("Personnes"), "users", PEOPLE, ("people",)),
        Entry("months", _("Mois"), "calendar-month", OFFICE, ("months",)),
        Entry("money_office", _("Argent"), "coins", ("coordinator", "treasurer"), ("money",)),
        Entry("places_office", _("Lieux"), "building-store", OFFICE[:3], ("places",)),
        Entry("journal", _("Journal"), "list-details", OFFICE, ("journal",)),
    ),
    "financeur": (
        Entry("my_grants", _("Mes conventions"), "coins", inside=("funder",)),
        Entry("figures", _("Les chiffres"), "table"),
        Entry("decisions", _("Décisions"), "gavel"),
    ),
    "referent": (
        Entry("referent", _("Nouveau code"), "key", inside=("referent",)),
        Entry("places", _("Où acheter"), "map-pin"),
        Entry("decisions", _("Décisions"), "users-group"),
    ),
}
MENUS["entrer"] = MENUS["compte"] = MENUS["aide"] = ()


TOOLS = (
    Entry("acts", _("Accords à deux"), "users", ("coordinator", "treasurer", "administrator")),
    Entry("inquiries", _("Demandes"), "message-question", ("desk", "coordinator")),
    Entry("paper_sales", _("Ventes par téléphone"), "phone", ("desk", "coordinator")),
    Entry("offline", _("Ventes sans réseau"), "wifi-off", MONEY),
    Entry("unreached", _("Pas joints depuis longtemps"), "phone", PEOPLE),
    Entry("arrears", _("Cotisations en attente"), "clock", PEOPLE),
    Entry("desks", _("Guichets"), "coins", PEOPLE),
    Entry("signals", _("Signaux"), "eye", ("coordinator", "treasurer")),
    Entry("notices", _("Courrier"), "mail", ("desk", "coordinator", "administrator")),
    Entry("printing", _("Imprimer"), "printer", ("desk", "coordinator")),
    Entry("access", _("Accès et rôles"), "key", ("coordinator", "administrator")),
    Entry("who_looked", _("Qui a regardé quoi"), "eye", ("coordinator", "administrator")),
    Entry("checks", _("Contrôler les livres"), "shield", ("treasurer", "administrator")),
    Entry("accountant", _("Fichiers pour la comptable"), "download", ("treasurer",)),
    Entry("training", _("Copie d’entraînement"), "devices", ("coordinator", "administrator")),
    Entry("settings", _("Réglages"), "settings", ("coordinator", "administrator")),
    Entry("health", _("Santé de la machine"), "shield", ("administrator",)),
    Entry("components", _("Les pièces de la maison"), "list-details", ("administrator",)),
)
"""What stands under « Outils » on the office's first page."""


def homes(roles: frozenset[str]) -> list[tuple[str, str | Promise]]:
    """The first pages that these roles lead to, with their word; the office's before the others."""
    known = (
        (set(OFFICE), "today", _("Le bureau")),
        ({"merchant"}, "my_places", _("Mes lieux")),
        ({"funder"}, "my_grants", _("Mes conventions")),
        ({"referent"}, "referent", _("Confirmer une personne")),
        ({"member"}, "wallet", _("Mon porte-monnaie")),
    )
    return [(page, label) for wanted, page, label in known if wanted & roles]
