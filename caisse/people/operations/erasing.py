"""Forget who a household was: names, address, telephone, words written about it.

What stays says nothing of anybody: numbers, dates, how many people lived there (the plans of past
months stand on it), and the books. No name was ever in an event, so their chain does not change.
"""

import logging
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Q

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, work
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import (
    Contact,
    Holder,
    Household,
    Inquiry,
    Login,
    Membership,
    Person,
    Role,
    RoleName,
    SearchWord,
    State,
)
from caisse.people.operations.states import write_state
from caisse.people.queries import erasable, months_before, stale_applications, timeline
from caisse.people.rules import RetentionRules

log = logging.getLogger("caisse.people")

MOST_AT_ONCE = 500  # files of one night; the others follow the night after
OF_A_MEMBER = (RoleName.MEMBER,)


@sent_again
@ledger.repeatable
@transaction.atomic
def erase(*, membership_id: int, by: Actor, id: Id | None = None) -> None:
    """Erase the file of a household whose membership is closed; nobody can bring it back.

    A person who is known for something else too (another wallet, a role in the office) keeps her
    name. Repeatable by `id`. Raises Refusal: `unknown`, `state` while it is not closed, `erased`,
    `differs`.
    """
    subject = f"membership:{membership_id}"
    if events.repeated("membership.erased", subject=subject, id=id) is not None:
        return
    row = Membership.objects.select_for_update().filter(pk=membership_id).first()
    if row is None:
        raise Refusal("unknown", "Cette adhésion n’existe pas.")
    if row.erased_on is not None:
        raise Refusal("erased", "Ce dossier est déjà effacé.")
    today = clock.today()
    standing = [one for one in timeline(membership_id) if one.since <= today]
    if not standing or standing[-1].state != State.CLOSED:
        said = State(standing[-1].state).label if standing else "pas encore ouverte"
        raise Refusal("state", f"Cette adhésion est {said}. Elle s’efface une fois close.")
    _erase(row, today)
    events.record("membership.erased", subject=subject, by=by, id=id)


def apply_retention(today: date) -> dict[str, int]:
    """Erase what was kept as long as the bylaws allow; how many files and applications went.

    A closed file goes article retention.member_file_months after its end; an application that
    nobody took up, retention.application_months after it was made. One event says the counts.
    """
    rules = bylaws.in_force(RetentionRules, month=Month.of(today))
    files = erasable(closed_by=months_before(today, rules.member_file_months), limit=MOST_AT_ONCE)
    _each(files, lambda number: erase(membership_id=number, by=SYSTEM))
    applied_by = months_before(today, rules.application_months)
    applications = stale_applications(applied_by=applied_by, limit=MOST_AT_ONCE)
    _each(applications, lambda number: _drop(number, today))
    counts = {"files": len(files), "applications": len(applications)}
    if files or applications:
        with transaction.atomic():
            events.record(
                "retention.applied", subject="caisse", by=SYSTEM,
                files=len(files), applications=len(applications),
            )  # fmt: skip
    return counts


def _each(numbers: list[int], act: Callable[[int], None]) -> None:
    left = iter(numbers)

    def step() -> int:
        number = next(left, 0)
        if number:
            try:
                act(number)
            except Refusal as refusal:  # one file keeps none of the others
                log.warning("membership:%s is not erased: %s", number, refusal.reason)
        return number

    work.through(step)


@ledger.repeatable
@transaction.atomic
def _drop(membership_id: int, today: date) -> None:
    """An application that came to nothing: closed, and erased at once.

    One that was taken up since it was listed stays.
    """
    Membership.objects.select_for_update().get(pk=membership_id)
    if timeline(membership_id)[-1].state != State.APPLIED:
        return
    write_state(membership_id, State.CLOSED, today, SYSTEM)
    erase(membership_id=membership_id, by=SYSTEM)


def _erase(row: Membership, today: date) -> None:
    home = row.household
    persons = set(Holder.objects.filter(wallet__household=home).values_list("person", flat=True))
    known = {number for number in persons if _known_elsewhere(number, home, today)}
    for number in sorted(persons - known):
        _forget(number, today)
    others = home.memberships.exclude(pk=row.pk).filter(erased_on=None)
    if not others.exists():
        Household.objects.filter(pk=home.pk).update(street="", postcode="", town="", folded="")
    SearchWord.objects.filter(membership=row).delete()
    Contact.objects.filter(membership=row).delete()
    for subject in (f"membership:{row.pk}", f"household:{home.pk}"):
        Inquiry.objects.filter(subject=subject).update(text="", answer="")
    Membership.objects.filter(pk=row.pk).update(erased_on=today, reached_on=None)


def _known_elsewhere(person: int, home: Household, today: date) -> bool:
    """Whether the caisse still needs to know this person by her name."""
    open_still = Q(until=None) | Q(until__gt=today)
    if Holder.objects.filter(open_still, person=person).exclude(wallet__household=home).exists():
        return True
    roles = Role.objects.filter(open_still, login__person=person)
    return roles.exclude(name__in=OF_A_MEMBER).exists()


def _forget(person: int, today: date) -> None:
    """Her name, how to reach her, and every way in that she had."""
    blank = dict.fromkeys(("given_name", "family_name", "email", "phone", "folded"), "")
    Person.objects.filter(pk=person).update(**blank)
    for login in Login.objects.filter(person=person):
        login.is_active = False
        login.set_unusable_password()
        login.save(update_fields=["is_active", "password"])
        login.codes.all().delete()
        for rows in ("emailaddress_set", "authenticator_set", "usersession_set"):
            getattr(login, rows).all().delete()  # django-allauth's: addresses, keys, sessions
        Role.objects.filter(Q(until=None) | Q(until__gt=today), login=login).update(until=today)
