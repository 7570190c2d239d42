"""How people come in: a login for a person, and the codes that open it once.

A code is drawn by the machine, shown or printed once, and kept as a digest only. Instants here are
of the real clock: a demo that travels in time must not open a door.
"""

import re
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.people.models import AccessCode, CodePurpose, Holder, Login, Person, Role, RoleName
from caisse.people.operations.logins import know_email
from caisse.people.operations.persons import tidy

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
LENGTH = {CodePurpose.ACTIVATION: 12, CodePurpose.DESK: 8}
LIVES = {CodePurpose.ACTIVATION: timedelta(days=60), CodePurpose.DESK: timedelta(minutes=30)}


@transaction.atomic
def open_way_in(*, holder_id: int, by: Actor) -> str:
    """The identifier of the holder's login, opened now when there is none; twice is once.

    Raises Refusal(unknown) for no such holder, or one who may not spend any more.
    """
    today = clock.today()
    holder = Holder.objects.select_for_update().filter(pk=holder_id).first()
    if holder is None or (holder.until is not None and holder.until <= today):
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    return _login_of(holder.person_id, "adh", (RoleName.MEMBER,), by)


@transaction.atomic
def open_way_in_for(*, given_name: str, family_name: str, email: str, role: str, by: Actor) -> str:
    """The identifier of a new login for a person who is no member: a merchant or a funder.

    Raises Refusal: `holders` without a name, `role`.
    """
    given, family, address = _known_as(given_name, family_name, email)
    if not given or not family:
        raise Refusal("holders", "Écrivez le prénom et le nom de la personne.")
    if role not in (RoleName.MERCHANT, RoleName.CASHIER, RoleName.FUNDER):
        raise Refusal("role", "Ce rôle ne se donne pas ici.")
    person = Person.objects.create(given_name=given, family_name=family, email=address, folded="")
    return _login_of(person.pk, "lieu" if role != RoleName.FUNDER else "fin", (role,), by)


@transaction.atomic
def give_code(*, identifier: str, purpose: str, by: Actor) -> str:
    """A new code for that login, « K7M2-Q4XP-9TRD »: it is told here once, and never again.

    Codes given before stop working: the last one told is the good one. `activation` is printed or
    sent and lives 60 days, `desk` is said to somebody who stands there and lives 30 minutes.
    Raises Refusal: `unknown_login`, `inactive_login`.
    """
    login = Login.objects.select_for_update().filter(identifier=identifier).first()
    if login is None:
        raise Refusal("unknown_login", f"« {identifier[:40]} » n’est pas un identifiant connu ici.")
    if not login.is_active:
        raise Refusal("inactive_login", f"L’accès « {identifier} » est fermé.")
    kind = CodePurpose(purpose)
    now = timezone.now()
    login.codes.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH[kind]))
    cause = events.record("code.given", subject=f"login:{identifier}", by=by, purpose=purpose)
    AccessCode.objects.create(
        login=login, purpose=kind, digest=digest(code), expires_at=now + LIVES[kind], cause=cause
    )
    return "-".join(re.findall(".{4}", code))


@transaction.atomic
def use_code(*, code: str) -> str:
    """The identifier of the login that the code opens, once.

    Raises Refusal: `code_unknown`, `code_used`, `code_expired`, `inactive_login`.
    """
    row = AccessCode.objects.select_for_update().filter(digest=digest(code)).first()
    if row is None:
        raise Refusal(
            "code_unknown",
            "Ce code n’est pas connu. Vérifiez chaque signe, ou demandez un nouveau code.",
        )
    if row.used_at is not None:
        raise Refusal("code_used", "Ce code a déjà servi. Demandez un nouveau code à l’accueil.")
    if row.expires_at <= timezone.now():
        raise Refusal("code_expired", "Ce code est trop ancien. Demandez un nouveau code.")
    if not row.login.is_active:
        raise Refusal("inactive_login", "Cet accès est fermé. Parlez-en à l’accueil.")
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    by = Actor(row.login.identifier)
    events.record("code.used", subject=f"login:{row.login.identifier}", by=by, purpose=row.purpose)
    return row.login.identifier


def digest(code: str) -> str:
    """What is kept of a code: an HMAC under the caisse's secret key, of its letters and digits."""
    letters = re.sub(r"[^0-9A-Z]", "", code.upper())[:40]
    return salted_hmac("caisse.people.access_code", letters, algorithm="sha256").hexdigest()


def same_person(first: str, second: str) -> bool:
    """Whether two logins act for one and the same person: an agreement of two needs two people."""
    if first == second:  # no secret: both are known to who asks
        return True
    rows = Login.objects.filter(identifier__in=[first, second])
    people = list(rows.values_list("person_id", flat=True))
    return len(people) == 2 and people[0] is not None and people[0] == people[1]


def stands_behind(identifier: str, *, given_name: str, family_name: str, email: str) -> bool:
    """Whether `open_way_in_for` opened that login for this very person."""
    rows = Login.objects.filter(identifier=identifier, person__isnull=False)
    known = rows.values_list("person__given_name", "person__family_name", "person__email").first()
    return known == _known_as(given_name, family_name, email)


def _known_as(given_name: str, family_name: str, email: str) -> tuple[str, str, str]:
    """Names and address as they are kept."""
    return tidy(given_name)[:80], tidy(family_name)[:80], email.strip()


def _login_of(person_id: int, prefix: str, roles: tuple[str, ...], by: Actor) -> str:
    """The login of a person, with these roles from today on."""
    login = Login.objects.filter(person_id=person_id, is_active=True).order_by("pk").first()
    today = clock.today()
    if login is None:
        login = Login(identifier=f"{prefix}-{secrets.token_hex(5)}", person_id=person_id)
        login.set_unusable_password()
        login.save()
        know_email(login)
        subject = f"login:{login.identifier}"
        events.record("login.created", subject=subject, by=by, roles=sorted(roles))
    held = set(_held(login, today))
    for role in set(roles) - held:
        Role.objects.create(login=login, name=role, since=today)
    return login.identifier


def _held(login: Login, today: date) -> list[str]:
    return list(login.roles.filter(until=None, since__lte=today).values_list("name", flat=True))
