"""Welcome sheets by the dozen: from when, how much, the code that opens one's own pages."""

from caisse.bylaws import queries as bylaws
from caisse.contributions.rules import ContributionRules, first_due
from caisse.kernel import clock, paper
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.messages import queries as messages
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.queries import HolderRow
from caisse.site.telling import letters

MOST = 100


def welcome_sheets(*, first: int, last: int, by: Actor) -> bytes:
    """One page per holder of the households `first` to `last`, each with a new activation code.

    A code printed before for the same person stops working. Raises Refusal: `too_many`, `nobody`.
    """
    if last - first >= MOST:
        raise Refusal("too_many", f"{MOST} foyers au plus en une fois.")
    pages = []
    for membership in sorted(registry.memberships(set(range(first, last + 1)))):
        for holder in registry.holders_of(membership):
            login = people.open_way_in(holder_id=holder.id, by=by)
            code = people.give_code(identifier=login, purpose="activation", by=by)
            pages.append(_page(membership, holder, code))
    if not pages:
        raise Refusal("nobody", "Aucun foyer ne porte ces numéros.")
    return paper.pdf(title="Feuilles d’accueil", body="#pagebreak()\n".join(pages))


def _page(membership: int, holder: HolderRow, code: str) -> str:
    rules = bylaws.in_force(ContributionRules, month=Month.of(clock.today()))
    month = max(first_due(clock.today(), rules), Month.of(holder.since))
    reach = messages.reach()
    facts = [
        ("Foyer n°", str(membership)),
        ("Votre identifiant pour payer", holder.handle),
        *letters.facts_of(membership, month),
    ]
    contact = [
        (label, value)
        for label, value in (
            ("Téléphone", reach.phone),
            ("E-mail", reach.email),
            ("Accueil", reach.hours),
            ("Adresse", reach.address),
        )
        if value
    ]
    said = (
        "Avec ce code, ouvrez votre espace : sur le site de la caisse, choisissez « Entrer », "
        "puis « J’ai un code ». Il sert une fois, pendant 60 jours."
    )
    return "\n\n".join(
        (
            f"= {paper.text('Bienvenue dans la caisse')}",
            paper.text(f"{holder.given_name} {holder.family_name}"),
            paper.sheet(facts),
            f"== {paper.text('Votre code d’entrée')}",
            f"#align(center, text(size: 26pt, weight: 700, {paper.quoted(code)}))",
            paper.text(said),
            paper.text("Sans téléphone ni ordinateur, tout se fait aussi à l’accueil."),
            f"== {paper.text('Nous joindre')}" if contact else "",
            paper.sheet(contact),
        )
    )
