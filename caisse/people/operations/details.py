"""What is corrected on a person or an address. The events say that it changed, never to what."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Model

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.people.models import Holder, Household, Person
from caisse.people.operations.finding import homes_of, rewrite_words
from caisse.people.operations.logins import know_email
from caisse.people.operations.persons import (
    NewHolder,
    NewHousehold,
    demand_person,
    new_household,
    new_person,
)

OF_PERSON = ("given_name", "family_name", "email", "phone", "folded")
OF_HOME = ("street", "postcode", "town", "folded")


@sent_again
@transaction.atomic
def change_contact(
    *,
    holder_id: int,
    given_name: str,
    family_name: str,
    email: str,
    phone: str,
    by: Actor,
    id: Id | None = None,
) -> None:
    """Correct the name, the e-mail address and the telephone of a holder; the handle stays.

    A new e-mail address is from then on the only one to which a code for coming in is sent.
    Repeatable by `id`, while it stands. Raises Refusal: `unknown`, `holders` without a name,
    `differs`.
    """
    holder = Holder.objects.select_for_update().filter(pk=holder_id).first()
    if holder is None:
        raise Refusal("unknown", "Ce titulaire n’existe pas.")
    subject = f"holder:{holder_id}"
    asked = NewHolder(given_name, family_name, email=email, phone=phone)
    person, new = Person.objects.select_for_update().get(pk=holder.person_id), new_person(asked)
    if events.repeated("contact.changed", subject=subject, id=id) is not None:
        _demand_same(person, new, OF_PERSON)
        return
    demand_person(asked)
    for field in OF_PERSON:
        setattr(person, field, getattr(new, field))
    person.save(update_fields=OF_PERSON)
    for login in person.logins.filter(is_active=True).order_by("pk"):
        know_email(login)
    rewrite_words(homes_of(person.pk))
    events.record("contact.changed", subject=subject, by=by, id=id)


@sent_again
@transaction.atomic
def change_address(
    *, household_id: int, street: str, postcode: str, town: str, by: Actor, id: Id | None = None
) -> None:
    """Correct the address of a household. Repeatable by `id`, while it stands.

    Raises Refusal: `unknown`, `differs`.
    """
    row = Household.objects.select_for_update().filter(pk=household_id).first()
    if row is None:
        raise Refusal("unknown", "Ce foyer n’existe pas.")
    subject = f"household:{household_id}"
    new = new_household(NewHousehold(street=street, postcode=postcode, town=town))
    if events.repeated("address.changed", subject=subject, id=id) is not None:
        _demand_same(row, new, OF_HOME)
        return
    for field in OF_HOME:
        setattr(row, field, getattr(new, field))
    row.save(update_fields=OF_HOME)
    rewrite_words([household_id])
    events.record("address.changed", subject=subject, by=by, id=id)


def _demand_same(row: Model, new: Model, fields: Sequence[str]) -> None:
    """Raise Refusal(differs) unless `row` says what is sent again: its event cannot tell."""
    if any(getattr(row, field) != getattr(new, field) for field in fields):
        events.refuse_other()
