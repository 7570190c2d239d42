"""Ways in: logins and the roles they hold, within dates."""

import re
from collections.abc import Iterable
from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.people.models import Login, Person, Role, RoleName
from caisse.people.operations.persons import NewHolder, new_person, tidy

IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
SHORTEST_PASSWORD = 12


@sent_again
@transaction.atomic
def create_login(
    *,
    identifier: str,
    roles: Iterable[str],
    by: Actor,
    password: str | None = None,
    given_name: str = "",
    family_name: str = "",
    email: str = "",
    id: Id | None = None,
) -> int:
    """Open a way in under a pseudonym, with `roles` from today on; returns its number.

    The identifier signs every event of its owner for ever, so it holds no e-mail address (a colon
    is left to the machine's own actors). Without a password nobody can log in with one. With a
    name, a person stands behind it; a code can then be sent to her e-mail address.
    Repeatable by `id`. Raises Refusal: `identifier`, `taken`, `role`, `password`, `differs`.
    """
    wanted = sorted(set(roles))
    subject = f"login:{identifier}"
    person = _person(given_name, family_name, email)
    if events.repeated("login.created", subject=subject, id=id, roles=wanted) is not None:
        return _created_before(identifier, person, password)
    if IDENTIFIER.fullmatch(identifier) is None:
        raise Refusal(
            "identifier",
            f"« {identifier[:40]} » ne convient pas : de 1 à 40 lettres minuscules sans accent, "
            "chiffres, points ou traits d’union.",
        )
    for name in wanted:
        _demand_role(name)
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise Refusal(
            "password", f"Un mot de passe compte au moins {SHORTEST_PASSWORD} caractères."
        )
    login = Login(identifier=identifier)
    login.set_password(password)
    try:
        with transaction.atomic():
            if person is not None:
                person.save()
            login.person = person
            login.save()
    except IntegrityError:
        raise Refusal("taken", f"L’identifiant « {identifier} » est déjà pris.") from None
    know_email(login)
    today = clock.today()
    Role.objects.bulk_create([Role(login=login, name=name, since=today) for name in wanted])
    events.record("login.created", subject=subject, by=by, id=id, roles=wanted)
    return login.pk


def _created_before(identifier: str, asked: Person | None, password: str | None) -> int:
    """The number that the first call answered; Refusal(differs) for another person or password."""
    login = Login.objects.select_related("person").get(identifier=identifier)
    known, new = (
        None if one is None else (one.given_name, one.family_name, one.email)
        for one in (login.person, asked)
    )
    same = known == new and (
        not login.has_usable_password()
        if password is None
        else check_password(password, login.password)
    )
    return login.pk if same else events.refuse_other()


@transaction.atomic
def grant_role(
    *,
    identifier: str,
    role: str,
    by: Actor,
    since: date | None = None,
    until: date | None = None,
    id: Id | None = None,
) -> None:
    """Give a role from `since` (None: today) until the day before `until` (None: without end).

    Repeatable by `id`. Raises Refusal: `role`, `unknown_login`, `period`, `differs`.
    """
    _demand_role(role)
    login = _login(identifier)
    first = clock.today() if since is None else since
    subject = f"login:{identifier}"
    told = {"role": role, "since": str(first), "until": None if until is None else str(until)}
    asked = {key: told[key] for key in told if key != "since" or since is not None}
    if events.repeated("role.granted", subject=subject, id=id, **asked) is not None:
        return
    if until is not None and until <= first:
        raise Refusal("period", "Un rôle finit après son début.")
    Role.objects.create(login=login, name=role, since=first, until=until)
    events.record("role.granted", subject=subject, by=by, id=id, **told)


@transaction.atomic
def end_role(*, identifier: str, role: str, by: Actor, until: date | None = None) -> None:
    """Take a role away from the day `until` on (None: today); twice is once."""
    login = _login(identifier)
    day = clock.today() if until is None else until
    held = login.roles.filter(name=role).exclude(until__lte=day)
    for row in held:
        row.until = max(day, row.since)
        row.save(update_fields=["until"])
        events.record("role.ended", subject=f"login:{identifier}", by=by, role=role, until=str(day))


@transaction.atomic
def close_login(*, identifier: str, by: Actor) -> None:
    """Close a way in; its identifier keeps signing what it did. Closing twice changes nothing."""
    login = _login(identifier)
    if login.is_active:
        login.is_active = False
        login.save(update_fields=["is_active"])
        events.record("login.closed", subject=f"login:{identifier}", by=by)


@transaction.atomic
def note_email(*, identifier: str, email: str) -> None:
    """Keep the e-mail address of the person behind a login; codes that open it go there, too.

    The caller records who noted it: an event says that it changed, never to what. Raises Refusal:
    `unknown_login` for no such login, or one without a person.
    """
    login = _login(identifier)
    if login.person is None:
        raise Refusal("unknown_login", "Personne n’est nommé derrière cet accès.")
    login.person.email = email.strip()
    login.person.save(update_fields=["email"])
    know_email(login)


def reached_at(identifier: str, email: str) -> bool:
    """Whether that is the e-mail address on file of the person behind a login."""
    rows = Login.objects.filter(identifier=identifier, person__email=email.strip())
    return rows.exists()


def know_email(login: Login) -> None:
    """Let the login's person come in by a code sent to her e-mail address, and by no other.

    An address that another login has already opens that one: two people cannot share one way in.
    """
    wanted = login.person.email.strip().lower() if login.person is not None else ""
    login.emailaddress_set.exclude(email=wanted).delete()  # type: ignore[attr-defined]
    if wanted and not EmailAddress.objects.filter(email=wanted).exists():
        EmailAddress.objects.create(user=login, email=wanted, verified=True, primary=True)


def _person(given_name: str, family_name: str, email: str) -> Person | None:
    """The row of the person behind a login, not yet saved; None without a name."""
    if not tidy(given_name):
        return None
    return new_person(NewHolder(given_name, family_name, email=email))


def _login(identifier: str) -> Login:
    login = Login.objects.select_for_update().filter(identifier=identifier).first()
    if login is None:
        raise Refusal("unknown_login", f"« {identifier[:40]} » n’est pas un identifiant connu ici.")
    return login


def _demand_role(name: str) -> None:
    if name not in RoleName.values:
        raise Refusal("role", f"« {name[:40]} » n’est pas un rôle ({', '.join(RoleName.values)}).")
