"""The people whom a visitor of the demo may be: a member, a shop, the office, a funder."""

from dataclasses import dataclass

from caisse.demo.operations.stage import CAST, COORDINATION, NAMES
from caisse.funding import operations as funding
from caisse.funding import queries as grants
from caisse.kernel import clock
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.messages import operations as messages
from caisse.people import operations as people
from caisse.people import queries as registry

MEMBERSHIPS = (118, 7)  # two households of the first months; the first one has children
# a shop, a stall that has left the caisse, and one that sells on markets without network
PLACES = ("L’Épicerie du Figuier", "Les Légumes de Samira", "Maraîchage du Vieux-Mas")
FUNDER = "Ville de Montpellier"
SHOPKEEPERS = (("Yolande", "Pignanelle"), ("Samira", "Larzillac"), ("Driss", "Maguelonne"))
OFFICER = ("Gaspard", "Montarnal")
PHONE, EMAIL = "04 65 71 00 10", "accueil@caisse.example"  # kept for fictions
ADDRESS, HOURS = "12 rue des Tilleuls, 34000 Montpellier", "mardi et jeudi, de 9 h à 12 h"
PRIVACY = "Nadia, à l’accueil"
ICONS = {
    "member": "wallet",
    "merchant": "building-store",
    "funder": "coins",
    "committee": "users-group",
}


@dataclass(frozen=True, slots=True)
class Guest:
    """One of the people of the demo, as the door shows her."""

    login: str
    name: str
    role: str
    icon: str


def open_doors() -> None:
    """Ways in for two members, three places and a funder of the demo; twice is once."""
    if registry.logins_with_role(("merchant",), on=clock.today()):
        return
    messages.write_card(
        phone=PHONE, email=EMAIL, address=ADDRESS, hours=HOURS, privacy=PRIVACY, by=COORDINATION
    )
    for membership in MEMBERSHIPS:
        for holder in registry.holders_of(membership):
            people.open_way_in(holder_id=holder.id, by=COORDINATION)
    for name, (given, family) in zip(PLACES, SHOPKEEPERS, strict=True):
        place = places.place_named(name)
        if place is not None:
            login = people.open_way_in_for(
                given_name=given, family_name=family, email="", role="merchant", by=COORDINATION
            )
            merchants.give_right(place_id=place.id, login=login, right="manager", by=COORDINATION)
    login = people.open_way_in_for(
        given_name=OFFICER[0], family_name=OFFICER[1], email="", role="funder", by=COORDINATION
    )
    funder = next(one for one in grants.funders() if one.name == FUNDER)
    funding.give_funder_right(funder_id=funder.id, login=login, by=COORDINATION)


def cast() -> list[Guest]:
    """The people whom a visitor of the demo may be; empty where the demo opened no door."""
    labels = registry.role_labels()
    shown = []
    for one in registry.logins_with_role(("member", "merchant", "funder"), on=clock.today()):
        where = _where(one.login, one.role)
        role = f"{labels[one.role]}{f', {where}' if where else ''}"
        shown.append(Guest(one.login, one.name, role, ICONS[one.role]))
    office = registry.names_of(set(CAST))
    for login, roles in CAST.items():
        if login in office:
            role = ", ".join(labels[role] for role in roles)
            icon = ICONS.get(roles[0], "user-circle")
            shown.append(Guest(login, f"{NAMES[login][0]} {NAMES[login][1]}", role, icon))
    return shown


def _where(login: str, role: str) -> str:
    if role == "merchant":
        names = places.names()
        return ", ".join(names[row.place_id] for row in places.rights(login=login))
    if role == "funder":
        return ", ".join(row.name for row in grants.funders_read_by(login))
    return ""
