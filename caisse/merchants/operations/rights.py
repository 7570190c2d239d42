"""Who may act for a place: rights of logins, within dates, and the code that lets them in."""

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants.models import Place, PlaceRight, Right
from caisse.people import operations as people
from caisse.people import queries as registry


@transaction.atomic
def give_right(*, place_id: int, login: str, right: str, by: Actor) -> None:
    """Let a login act for a place from today on; given again with another right, that one counts.

    Raises Refusal: `unknown_place`, `right`.
    """
    if right not in Right.values:
        raise Refusal("right", "Choisissez ce que la personne peut faire.")
    if not Place.objects.select_for_update().filter(pk=place_id).exists():
        raise Refusal("unknown_place", f"Il n’y a pas de lieu n° {place_id}.")
    held = PlaceRight.objects.filter(place_id=place_id, login=login, until=None).first()
    if held is not None and held.right == right:
        return
    today = clock.today()
    if held is not None:
        held.until = max(today, held.since)
        held.save(update_fields=["until"])
    PlaceRight.objects.create(place_id=place_id, login=login, right=right, since=today)
    events.record("right.given", subject=f"place:{place_id}", by=by, login=login, right=right)


@transaction.atomic
def end_right(*, place_id: int, login: str, by: Actor) -> None:
    """Take the right away from today on; twice is once. A place keeps one person who manages it.

    Raises Refusal(last_manager).
    """
    Place.objects.select_for_update().filter(pk=place_id).first()
    rows = list(PlaceRight.objects.filter(place_id=place_id, until=None))
    row = next((row for row in rows if row.login == login), None)
    if row is None:
        return
    if row.right == Right.MANAGER and sum(one.right == Right.MANAGER for one in rows) == 1:
        raise Refusal("last_manager", "Un lieu garde au moins une personne qui le gère.")
    row.until = max(clock.today(), row.since)
    row.save(update_fields=["until"])
    events.record("right.ended", subject=f"place:{place_id}", by=by, login=login)


@ledger.repeatable
@transaction.atomic
def invite(
    *,
    place_id: int,
    given_name: str,
    family_name: str,
    right: str,
    by: Actor,
    email: str = "",
    id: Id | None = None,
) -> str:
    """Open a way in for somebody who is new here, with a right at the place; the identifier.

    Repeatable by `id`. Raises Refusal: `unknown_place`, `right`, `holders` without a name,
    `differs`.
    """
    subject = f"place:{place_id}"
    person = {"given_name": given_name, "family_name": family_name, "email": email}
    before = events.repeated("place.person_invited", subject=subject, id=id, right=right)
    if before is not None:
        known = str(before.data["login"])
        return known if people.stands_behind(known, **person) else events.refuse_other()
    if right not in Right.values:
        raise Refusal("right", "Choisissez ce que la personne peut faire.")
    login = people.open_way_in_for(**person, role="merchant", by=by)
    give_right(place_id=place_id, login=login, right=right, by=by)
    events.record("place.person_invited", subject=subject, by=by, id=id, right=right, login=login)
    return login


@transaction.atomic
def let_in(*, place_id: int, login: str, by: Actor) -> str:
    """A new code for a person of the place, told here once; codes given before stop working.

    Only for a login that does nothing but act for places, all of them places of `by` unless the
    office gives it: a code opens all that its login may do. Raises Refusal: `unknown_login`,
    `not_here`, and those of `people.operations.give_code`.
    """
    if not _all_ours(place_id, login, by):
        raise Refusal("not_here", "Cette personne a d’autres accès. Le bureau lui donne son code.")
    return people.give_code(identifier=login, purpose="activation", by=by)


@sent_again
@transaction.atomic
def note_email(*, place_id: int, login: str, email: str, by: Actor, id: Id | None = None) -> None:
    """Note where a person of the place reads e-mails: codes for coming in and closings go there.

    Whoever reads that mailbox comes in, so the same people may note it who may give a code
    (`let_in`), and she herself when she does nothing but act for places. "" forgets it. Repeatable
    by `id`, while it stands. Raises Refusal: `unknown_login`, `not_here`, `differs`.
    """
    subject = f"place:{place_id}"
    if events.repeated("place.email_noted", subject=subject, id=id, login=login) is not None:
        if not people.reached_at(login, email):
            events.refuse_other()
        return
    if not _all_ours(place_id, login, by):
        raise Refusal(
            "not_here",
            "Cet accès ouvre plus que ce lieu : l’équipe note l’e-mail dans le dossier.",
        )
    people.note_email(identifier=login, email=email)
    events.record("place.email_noted", subject=subject, by=by, id=id, login=login)


def _all_ours(place_id: int, login: str, by: Actor) -> bool:
    """Whether all that a login may do is to act for places that `by` answers for, or is her own.

    Raises Refusal(unknown_login) for one that does not act for this place.
    """
    held = PlaceRight.objects.filter(login=login, until=None).values_list("place_id", flat=True)
    if place_id not in held:
        raise Refusal("unknown_login", "Cette personne n’agit pas pour ce lieu.")
    managed = PlaceRight.objects.filter(login=by.id, until=None, right=Right.MANAGER)
    own = login == by.id or set(held) <= set(managed.values_list("place_id", flat=True))
    return registry.actor(login).roles == {"merchant"} and (own or by.may("coordinator"))
