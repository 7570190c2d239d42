"""The office's own ways in: who may give which role, until when, and the last administrator.

Whoever is no administrator gives, takes and opens only what she holds herself: a role would
otherwise be worth every other one. The command line and the founding use `logins` directly.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.people.models import CodePurpose, Login, Role, RoleName
from caisse.people.operations.logins import close_login, create_login, end_role, grant_role
from caisse.people.operations.persons import tidy
from caisse.people.operations.ways_in import give_code, open_way_in

GIVEN_HERE = (
    RoleName.DESK,
    RoleName.COORDINATOR,
    RoleName.TREASURER,
    RoleName.COMMITTEE,
    RoleName.RESEARCHER,
    RoleName.REFERENT,
    RoleName.ADMINISTRATOR,
)
GUARDED = frozenset({*GIVEN_HERE, RoleName.FUNDER})


@transaction.atomic
def open_office_login(
    *,
    identifier: str,
    given_name: str,
    family_name: str,
    email: str,
    roles: Iterable[str],
    by: Actor,
    id: Id | None = None,
) -> None:
    """Open a way in for somebody of the office; a code then opens it once. Repeatable by `id`.

    Raises Refusal: `holders` without a name, `role`, and those of `create_login`.
    """
    wanted = set(roles)
    if not tidy(given_name) or not tidy(family_name):
        raise Refusal("holders", "Écrivez le prénom et le nom de la personne.")
    if not wanted:
        raise Refusal("role", "Choisissez au moins un rôle.")
    _demand_may_give(wanted, by)
    create_login(
        identifier=identifier,
        roles=wanted,
        given_name=given_name,
        family_name=family_name,
        email=email.strip(),
        by=by,
        id=id,
    )


@transaction.atomic
def give_role(
    *, identifier: str, role: str, since: date, until: date | None, by: Actor, id: Id | None = None
) -> None:
    """Give a role from `since` until the day before `until` (None: without end).

    Repeatable by `id`. Raises Refusal: `role`, `period`, `unknown_login`, `differs`.
    """
    _demand_may_give({role}, by)
    if since < clock.today() and (id is None or events.happened(id) is None):
        raise Refusal("period", "Un rôle commence aujourd’hui ou plus tard.")
    grant_role(identifier=identifier, role=role, since=since, until=until, by=by, id=id)


@sent_again
@transaction.atomic
def stand_in(
    *, absent: str, instead: str, since: date, until: date, by: Actor, id: Id
) -> tuple[str, ...]:
    """Let `instead` act for `absent` until the day before `until`: the roles that she lacks.

    What two people must do still takes two persons. Returns the roles given. Repeatable by `id`.
    Raises Refusal: `same_person`, `nothing`, `role`, `period`, `unknown_login`, `differs`.
    """
    if absent == instead:
        raise Refusal("same_person", "Une personne ne se remplace pas elle-même.")
    subject = f"login:{instead}"
    told = {"absent": absent, "since": str(since), "until": str(until)}
    before = events.repeated("login.stood_in", subject=subject, id=id, **told)
    if before is not None:
        return tuple(before.data["roles"])
    missing = _held(absent, since) & set(GIVEN_HERE) - _held(instead, since)
    if not missing:
        raise Refusal("nothing", "Cette personne a déjà tous les rôles de l’autre.")
    for role in sorted(missing):
        give_role(
            identifier=instead, role=role, since=since, until=until, by=by, id=derived_id(id, role)
        )
    roles = sorted(missing)
    events.record("login.stood_in", subject=subject, by=by, id=id, roles=roles, **told)
    return tuple(roles)


@transaction.atomic
def take_role(*, identifier: str, role: str, by: Actor) -> None:
    """End a role today; twice is once. Raises Refusal: `role`, `last_administrator`."""
    _demand_may_give({role}, by)
    if role == RoleName.ADMINISTRATOR:
        _demand_another_administrator(identifier)
    end_role(identifier=identifier, role=role, by=by)


@transaction.atomic
def shut_login(*, identifier: str, by: Actor) -> None:
    """Close a way in of the office. Raises Refusal: `role`, `last_administrator`."""
    held = _held(identifier, clock.today())
    _demand_may_give(held & GUARDED, by)
    if RoleName.ADMINISTRATOR in held:
        _demand_another_administrator(identifier)
    close_login(identifier=identifier, by=by)


@transaction.atomic
def give_office_code(*, identifier: str, by: Actor) -> str:
    """A code for the first entry of somebody of the office, told once. Raises Refusal: `role`."""
    _demand_may_give(_held(identifier, clock.today()) & GUARDED, by)
    return give_code(identifier=identifier, purpose=CodePurpose.ACTIVATION, by=by)


@transaction.atomic
def give_holder_code(*, holder_id: int, purpose: str, by: Actor) -> str:
    """A code for a holder, told once: at a desk, or on her welcome sheet.

    One who also works for the office has her code from somebody who could give her roles.
    Raises Refusal: `unknown`, `role`.
    """
    identifier = open_way_in(holder_id=holder_id, by=by)
    _demand_may_give(_held(identifier, clock.today()) & GUARDED, by)
    return give_code(identifier=identifier, purpose=purpose, by=by)


def _demand_may_give(roles: set[str], by: Actor) -> None:
    for role in sorted(roles):
        if role not in GUARDED:
            raise Refusal("role", "Ce rôle ne se donne pas ici.")
        if not by.may(RoleName.ADMINISTRATOR, role):
            raise Refusal(
                "role",
                f"Il faut avoir soi-même le rôle « {RoleName(role).label} », "
                "ou celui d’administration.",
            )


def _demand_another_administrator(identifier: str) -> None:
    """Raise Refusal unless somebody else is an administrator without end."""
    held = Role.objects.select_for_update().filter(name=RoleName.ADMINISTRATOR, until=None)
    others = held.filter(since__lte=clock.today(), login__is_active=True)
    if not [row for row in others.order_by("pk") if row.login.identifier != identifier]:
        raise Refusal(
            "last_administrator",
            "C’est la dernière personne qui administre la caisse. Donnez d’abord ce rôle à une "
            "autre.",
        )


def _held(identifier: str, day: date) -> set[str]:
    login = Login.objects.filter(identifier=identifier).first()
    if login is None:
        raise Refusal("unknown_login", f"« {identifier[:40]} » n’est pas un identifiant connu ici.")
    held = login.roles.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    return set(held.values_list("name", flat=True))
