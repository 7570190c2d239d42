"""Forms of places: what a merchant or the office fills in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import REQUIRED, ActForm, ChoiceField, DayField, EmailField, TextField
from caisse.kernel.wording import weekdays
from caisse.merchants.codes import CODES
from caisse.merchants.models import Right
from caisse.merchants.rules import Hours

TIME = re.compile(r"([01]?[0-9]|2[0-4])\s*(?:[:hH]\s*([0-5][0-9])?)?\s*")
MOST_A_DAY = 6


class HourField(forms.CharField):
    """A time of the day as people write it ("9:30", "9 h 30", "9h"); cleaned to minutes."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        super().__init__(max_length=10, error_messages=REQUIRED, **options)

    def clean(self, value: Any) -> int | None:
        """Minutes since midnight, None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        match = TIME.fullmatch(text)
        minutes = int(match[1]) * 60 + int(match[2] or 0) if match else 24 * 60 + 1
        if minutes > 24 * 60:
            raise ValidationError(_("Écrivez une heure, par exemple 9:30."))
        return minutes


class HoursForm(ActForm):
    """The hours of one weekday, stretch by stretch, and the other days with the same hours."""

    def __init__(self, *args: Any, weekday: int, hours: list[Hours], **options: Any) -> None:
        super().__init__(*args, **options)
        self.weekday = weekday
        self.numbers = list(range(1, max(2, self._sent(), len(hours)) + 1))
        for number in self.numbers:
            said = hours[number - 1] if number <= len(hours) else None
            self._add(number, said)
        names = weekdays()
        self.fields["also"] = forms.MultipleChoiceField(
            label=_("Mêmes horaires aussi le"),
            choices=[(str(n), name) for n, name in enumerate(names) if n != weekday],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    def _sent(self) -> int:
        return min(MOST_A_DAY, sum(name.startswith("opens_") for name in self.data))

    def _add(self, number: int, said: Hours | None) -> None:
        words = {"number": number}
        self.fields[f"opens_{number}"] = HourField(
            label=_("%(number)s. Ouvre à") % words, required=False, initial=_typed(said, "opens")
        )
        self.fields[f"closes_{number}"] = HourField(
            label=_("%(number)s. Ferme à") % words, required=False, initial=_typed(said, "closes")
        )
        self.fields[f"market_{number}"] = TextField(
            label=_("%(number)s. Nom du marché") % words,
            required=False,
            max_length=80,
            initial="" if said is None else said.market,
        )

    @property
    def stretches(self) -> list[list[forms.BoundField]]:
        """The fields of each stretch, for the page."""
        parts = ("opens", "closes", "market")
        return [[self[f"{part}_{number}"] for part in parts] for number in self.numbers]

    def clean(self) -> dict[str, Any]:
        """Both hours or none, the first before the last."""
        said = super().clean() or {}
        for number in self.numbers:
            opens, closes = said.get(f"opens_{number}"), said.get(f"closes_{number}")
            if (opens is None) != (closes is None) and not self.errors:
                missing = "opens" if opens is None else "closes"
                self.add_error(f"{missing}_{number}", _("Il manque cette heure."))
            elif opens is not None and closes is not None and closes <= opens:
                self.add_error(f"closes_{number}", _("Cette heure doit venir après l’ouverture."))
        return said

    def hours(self) -> list[Hours]:
        """The hours understood, for this weekday and the others chosen."""
        found = []
        for day in sorted({self.weekday, *(int(day) for day in self.said["also"])}):
            for number in self.numbers:
                opens, closes = self.said[f"opens_{number}"], self.said[f"closes_{number}"]
                if opens is not None:
                    found.append(Hours(day, opens, closes, self.said[f"market_{number}"]))
        return found

    @property
    def days(self) -> set[int]:
        """The weekdays whose hours this form writes."""
        return {self.weekday, *(int(day) for day in self.said["also"])}


class ClosureForm(ActForm):
    """Days on which a place is closed: holidays, works, a fair elsewhere."""

    first = DayField(label=_("Premier jour fermé"))
    last = DayField(label=_("Dernier jour fermé"))
    note = TextField(
        label=_("Un mot pour vos clients"),
        help_text=_("Par exemple : congés, de retour le 20."),
        required=False,
        max_length=120,
    )
    fields_of = {"days": "last", "text": "note"}


class SheetForm(ActForm):
    """What the public page of a place says."""

    address = TextField(label=_("Adresse"), required=False, max_length=120)
    sells = TextField(
        label=_("Ce que l’on trouve chez vous"),
        help_text=_("Par exemple : pain, farine, œufs."),
        required=False,
        max_length=200,
    )
    access = TextField(
        label=_("Comment on entre"),
        help_text=_("Par exemple : de plain-pied, une marche de 3 cm."),
        required=False,
        max_length=200,
    )


class PositionedSheetForm(SheetForm):
    """The same, with the point on the map: the office knows how to find it."""

    position = forms.CharField(
        label=_("Point sur la carte"),
        help_text=_("Latitude puis longitude, par exemple 43,61092 3,87723."),
        required=False,
        max_length=40,
    )
    fields_of = {"coordinates": "position"}

    def clean_position(self) -> tuple[int, int] | None:
        """Degrees in 1e-5, or None."""
        text = self.cleaned_data["position"].strip()
        if not text:
            return None
        found = re.fullmatch(r"(-?\d{1,2})[.,](\d{1,5})[\s;,]+(-?\d{1,3})[.,](\d{1,5})", text)
        if found is None:
            raise ValidationError(_("Écrivez deux nombres, par exemple 43,61092 3,87723."))
        return _degrees(found[1], found[2]), _degrees(found[3], found[4])


def _rights() -> list[tuple[str, str]]:
    return [(code, gettext(label)) for code, label in Right.choices]


class PersonForm(ActForm):
    """Somebody who will act for a place, and what she may do."""

    given_name = TextField(label=_("Prénom"), max_length=80)
    family_name = TextField(label=_("Nom"), max_length=80)
    email = EmailField(help_text=_("Pour entrer avec un code reçu par e-mail."), required=False)
    right = ChoiceField(label=_("Ce que la personne peut faire"), choices=_rights)
    fields_of = {"right": "right", "holders": "given_name"}


class EmailForm(ActForm):
    """Where a person of a place reads her e-mails."""

    email = EmailField(help_text=_("Personne d’autre ne le lit ici."))


class CallForm(ActForm):
    """« Appelez-moi », with a word about what for."""

    text = TextField(
        label=_("À quel sujet"),
        help_text=_("Vous pouvez laisser ce champ vide."),
        required=False,
        lines=4,
        max_length=1_000,
    )
    fields_of = {"text": "text"}


class BankForm(ActForm):
    """Where a merchant is paid."""

    holder = TextField(
        label=_("Nom du compte"), help_text=_("Comme sur le relevé de la banque."), max_length=70
    )
    iban = forms.CharField(
        label="IBAN",
        help_text=_("27 signes en France, avec ou sans espaces."),
        max_length=60,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    fields_of = {"iban": "iban", "holder": "holder"}


class PlaceForm(ActForm):
    """A place that asks to be chosen by the committee."""

    name = TextField(label=_("Nom du lieu"), max_length=160)
    merchant = TextField(
        label=_("Structure qui tient le lieu"),
        help_text=_("Par exemple : la coopérative La Roquette."),
        max_length=160,
    )
    kind = ChoiceField(label=_("Sorte de lieu"), few=False)
    commune = TextField(label=_("Commune"), required=False, max_length=80)
    fields_of = {"name": "name", "unknown_kind": "kind"}

    def __init__(self, *args: Any, kinds: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [*kinds.items()]  # type: ignore[attr-defined]


class RefusedForm(ActForm):
    """Why the bank refused or sent back a transfer."""

    code = ChoiceField(
        label=_("Motif donné par la banque"),
        choices=[(code, f"{label} ({code})") for code, label in CODES.items()],
        few=False,
    )
    fields_of = {"code": "code"}


class ReasonForm(ActForm):
    """A « no », with its reason."""

    reason = TextField(label=_("Pourquoi"), max_length=300)
    fields_of = {"reason": "reason"}


def _typed(said: Hours | None, part: str) -> str:
    minutes = None if said is None else getattr(said, part)
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _degrees(whole: str, rest: str) -> int:
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100_000 + sign * int(rest.ljust(5, "0"))
