"""What the office types about people; each form does one thing, most of them after a question."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from caisse.kernel import clock, sheet
from caisse.kernel.forms import (
    REQUIRED,
    ActForm,
    ChoiceField,
    DayField,
    EmailField,
    MonthField,
    TextField,
)
from caisse.people import queries
from caisse.people.operations import GIVEN_HERE, NewHolder, NewHousehold

CONFIRMED, AGAIN = "sure", "again"


class AskedForm(ActForm):
    """A form whose act is asked about once more: the page tells what will happen, then it is done.

    Sent a first time the act is tried and taken back, so that a refusal is said before the
    question. What was typed travels in the page, never in an address.
    """

    def asks(self, act: Callable[[], Any], *, tried: bool = True) -> bool:
        """Whether it was understood and would be done, and has still to be asked about."""
        if not self.is_bound or CONFIRMED in self.data or AGAIN in self.data:
            return False
        if not tried:
            return self.is_valid()
        with transaction.atomic():
            fine = self.carries_out(act)
            transaction.set_rollback(True)
        return fine

    def does(self, act: Callable[[], Any]) -> bool:
        """Whether the question was answered yes and the act is done."""
        return self.is_bound and CONFIRMED in self.data and self.carries_out(act)

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was sent, to be sent again with the answer; before that, what is hidden."""
        if not self.is_bound:
            return [(field.name, str(field.value())) for field in self.hidden_fields()]
        return [
            (name, value)
            for name in self.fields
            for value in self.data.getlist(self.add_prefix(name))  # type: ignore[attr-defined]
        ]


class SearchForm(forms.Form):
    """A name, a number or a street; what is searched is kept nowhere."""

    text = TextField(
        label=_("Nom, numéro ou rue"),
        help_text=_("Trois lettres suffisent."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "size": "30"}),
    )


class BirthsField(TextField):
    """The months of birth of the children, « 03/2015 11/2018 »; cleaned to sorted "2015-03"."""

    def clean(self, value: Any) -> tuple[str, ...]:
        """One month per child; several may be the same."""
        said = super().clean(value).replace(",", " ").replace(";", " ").split()
        return tuple(sorted(map(self._month, said)))

    def _month(self, said: str) -> str:
        try:
            return str(sheet.read_month(said))
        except ValueError:
            sentence = _("« %(said)s » n’est pas un mois : écrivez par exemple 03/2015.")
            raise ValidationError(sentence % {"said": said[:20]}) from None


def adults_field() -> forms.IntegerField:
    """How many adults share the budget."""
    return forms.IntegerField(
        label=_("Adultes"),
        min_value=1,
        max_value=30,
        widget=forms.NumberInput(attrs={"size": "3"}),
        error_messages={**REQUIRED, "invalid": _("Écrivez un nombre.")},
    )


def births_field() -> BirthsField:
    """The months of birth of the children."""
    return BirthsField(
        label=_("Mois de naissance de chaque enfant"),
        help_text=_("Mois et année, l’un après l’autre : 03/2015 11/2018. Jamais le jour."),
        required=False,
        max_length=240,
    )


def line(
    label: Any, length: int, *, hint: Any = "", required: bool = False, **at: str
) -> TextField:
    """One line of words; `at` are attributes of the input (autocomplete, type)."""
    return TextField(
        label=label,
        help_text=hint,
        max_length=length,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", **at}),
    )


def person_fields(*, required: bool = True, handle: bool = True) -> dict[str, forms.Field]:
    """The fields of one holder."""
    fields: dict[str, forms.Field] = {
        "given_name": line(_("Prénom"), 80, required=required),
        "family_name": line(_("Nom"), 80, required=required),
        "email": EmailField(required=False),
        "phone": line(_("Téléphone"), 30, type="tel"),
    }
    if handle:
        hint = _("Laissez vide : la caisse en propose un, de deux mots.")
        fields["handle"] = line(_("Identifiant pour payer"), 32, hint=hint, autocapitalize="none")
    return fields


class JoinForm(AskedForm):
    """A household that joins, with as many holders as the bylaws allow."""

    fields_of = {
        "composition": "adults",
        "household": "births",
        "capacity": "joined_on",
        "holders": "given_name_1",
        "handle": "handle_1",
        "taken": "handle_1",
    }
    joined_on = DayField(label=_("Premier jour"), initial=clock.today)
    adults = adults_field()
    births = births_field()
    street = line(_("Numéro et rue"), 160)
    postcode = line(_("Code postal"), 12)
    town = line(_("Commune"), 80)

    def __init__(self, *args: Any, holders: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.holders = holders
        for number in range(1, holders + 1):
            for name, field in person_fields(required=number == 1).items():
                self.fields[f"{name}_{number}"] = field

    def household(self) -> NewHousehold:
        """The household as it was typed."""
        said = self.said
        persons = [self._holder(number) for number in range(1, self.holders + 1)]
        return NewHousehold(
            adults=said["adults"],
            births=said["births"],
            holders=tuple(person for person in persons if person.given_name or person.family_name),
            street=said["street"],
            postcode=said["postcode"],
            town=said["town"],
        )

    def groups(self) -> Iterable[tuple[str, list[BoundField], bool]]:
        """The fields under their headings, and whether the page folds them away."""
        home, place = ("joined_on", "adults", "births"), ("street", "postcode", "town")
        yield str(_("Le foyer")), [self[name] for name in home], False
        yield str(_("L’adresse")), [self[name] for name in place], False
        for number in range(1, self.holders + 1):
            one, other = _("Qui paie avec ce porte-monnaie"), _("Une autre personne paie aussi")
            fields = [self[f"{name}_{number}"] for name in person_fields()]
            yield str(one if number == 1 else other), fields, number > 1

    def _holder(self, number: int) -> NewHolder:
        said = {name: self.said[f"{name}_{number}"] for name in person_fields()}
        return NewHolder(**{**said, "handle": said["handle"] or None})


class CompositionForm(AskedForm):
    """Who shares the food budget, from a month on."""

    fields_of = {"composition": "adults", "household": "births"}
    since = MonthField(label=_("À partir du mois"))
    adults = adults_field()
    births = births_field()


class HolderForm(AskedForm):
    """One more person who may spend from the wallet."""

    fields_of = {"holders": "given_name", "handle": "handle", "taken": "handle"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.update(person_fields())

    def holder(self) -> NewHolder:
        """The person as typed."""
        return NewHolder(**{**self.said, "handle": self.said["handle"] or None})


class DetailsForm(AskedForm):
    """The name, e-mail address and telephone of a holder."""

    fields_of = {"holders": "given_name"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.update(person_fields(handle=False))


class AddressForm(AskedForm):
    """The address of a household."""

    street = line(_("Numéro et rue"), 160, required=True)
    postcode = line(_("Code postal"), 12)
    town = line(_("Commune"), 80)


class PauseForm(AskedForm):
    """Whole months without a membership."""

    fields_of = {"period": "last", "sealed": "first", "state": "first", "planned": "first"}
    first = MonthField(label=_("Premier mois de la pause"))
    last = MonthField(label=_("Dernier mois de la pause"))


class ResumeForm(AskedForm):
    """The month from which the membership is active again."""

    fields_of = {"sealed": "first", "state": "first"}
    first = MonthField(label=_("Premier mois après la pause"))


class LeaveForm(AskedForm):
    """The first day without the household."""

    fields_of = {"state": "on"}
    on = DayField(label=_("Premier jour sans le foyer"), initial=clock.today)


class ContactForm(ActForm):
    """That one has spoken with a household."""

    fields_of = {"kind": "kind", "period": "on", "text": "note"}
    kind = ChoiceField(label=_("Comment ?"))
    on = DayField(label=_("Quel jour ?"), initial=clock.today)
    note = TextField(
        label=_("Ce qui est convenu"),
        help_text=_("Des faits, rien sur la santé. Le foyer a le droit de lire cette note."),
        max_length=200,
        required=False,
        lines=3,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = list(  # type: ignore[attr-defined]
            queries.contact_kinds().items()
        )


class DeclineForm(ActForm):
    """Why one does not agree."""

    fields_of = {"reason": "reason"}
    reason = TextField(label=_("Pourquoi"), max_length=300, lines=3)


def role_choices() -> list[tuple[str, str]]:
    """The roles that the office gives, in words."""
    labels = queries.role_labels()
    return [(role, labels[role]) for role in GIVEN_HERE]


class LoginForm(AskedForm):
    """A way in for somebody of the office."""

    fields_of = {
        "identifier": "identifier",
        "taken": "identifier",
        "role": "roles",
        "holders": "given_name",
    }
    given_name = line(_("Prénom"), 80, required=True)
    family_name = line(_("Nom"), 80, required=True)
    email = EmailField(required=False)
    identifier = line(
        _("Identifiant d’accès"),
        40,
        required=True,
        hint=_("En minuscules, sans nom de famille. Il signe tout ce que la personne fait."),
        autocapitalize="none",
    )
    roles = forms.MultipleChoiceField(
        label=_("Rôles"), widget=forms.CheckboxSelectMultiple, error_messages=REQUIRED
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["roles"].choices = role_choices()  # type: ignore[attr-defined]


class RoleForm(AskedForm):
    """A role for somebody, from a day on, and until a day when it has an end."""

    fields_of = {"role": "role", "period": "last"}
    role = ChoiceField(label=_("Rôle"))
    since = DayField(label=_("Du"), initial=clock.today)
    last = DayField(
        label=_("Au, dernier jour"), help_text=_("Laissez vide : sans fin."), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]


class StandInForm(AskedForm):
    """Who is absent, who acts instead, from which day until which."""

    fields_of = {"same_person": "instead", "nothing": "instead", "role": "absent", "period": "last"}
    absent = ChoiceField(label=_("Qui est absent ?"), few=False)
    since = DayField(label=_("Du"), initial=clock.today)
    last = DayField(label=_("Au, dernier jour"), initial=lambda: clock.today() + timedelta(days=7))
    instead = ChoiceField(label=_("Qui agit à sa place ?"), few=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        open_ones = [one for one in queries.office_logins() if one.is_open]
        choices = [("", str(_("Choisissez"))), *((one.identifier, one.name) for one in open_ones)]
        for name in ("absent", "instead"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
