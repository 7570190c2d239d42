"""One style of forms: fields that read what people write, and a form that carries an act out.

A field is drawn by `site/forms/field.html`, a form by `site/forms/form.html`: label, hint, error,
then the field (design.md). What was typed stays after an error; nothing is lost.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from caisse.kernel import cents, ids, sheet
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words

T = TypeVar("T")
LONGEST_TEXT = 2_000
REQUIRED = {"required": _("Ce champ attend une réponse.")}


class Renderer(TemplatesSetting):
    """Forms and fields drawn by the house's own templates."""

    form_template_name = "site/forms/form.html"
    field_template_name = "site/forms/field.html"


class EuroField(forms.CharField):
    """An amount as people write it ("12,50", "1 234,50 €"); cleaned to whole cents.

    Refuses signs, more than two decimals and what could mean two things; never a float.
    `min_cents` and `max_cents` bound it, both included.
    """

    def __init__(self, *, min_cents: int = 1, max_cents: int | None = None, **options: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount", "size": "9"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=40, error_messages=REQUIRED, **options)

    def clean(self, value: Any) -> int | None:
        """Cents, None when nothing was typed in a field that may stay empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            found = cents.parse(text)
        except ValueError as error:
            raise ValidationError(in_words(str(error))) from None
        low, high = self.min_cents, self.max_cents
        if found < low:
            raise ValidationError(_("Écrivez %(low)s ou plus.") % {"low": cents.show(low)})
        if high is not None and found > high:
            raise ValidationError(_("Écrivez %(high)s ou moins.") % {"high": cents.show(high)})
        return found


class DayField(forms.CharField):
    """A day, typed 03/02/2024 or chosen in the browser's calendar; cleaned to a date."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(max_length=20, error_messages=REQUIRED, **options)

    def clean(self, value: Any) -> date | None:
        """A date, None when nothing was typed in a field that may stay empty."""
        text = super().clean(value.isoformat() if isinstance(value, date) else value)
        if not text:
            return None
        try:
            return sheet.read_day(text)
        except ValueError as error:
            raise ValidationError(in_words(str(error))) from None


class MonthField(forms.CharField):
    """A month, "2024-03" or "03/2024"; cleaned to a Month."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"type": "month", "size": "9"}))
        super().__init__(max_length=10, error_messages=REQUIRED, **options)

    def clean(self, value: Any) -> Month | None:
        """A month, None when nothing was typed in a field that may stay empty."""
        text = super().clean(str(value) if isinstance(value, Month) else value)
        if not text:
            return None
        try:
            return sheet.read_month(text)
        except ValueError as error:
            raise ValidationError(in_words(str(error))) from None


class TextField(forms.CharField):
    """Words of a person, at most `max_length` signs; several lines when `lines` is above 1."""

    def __init__(self, *, lines: int = 1, max_length: int = LONGEST_TEXT, **options: Any) -> None:
        if lines > 1:
            options.setdefault("widget", forms.Textarea(attrs={"rows": str(lines)}))
        super().__init__(max_length=max_length, error_messages=REQUIRED, **options)


class EmailField(forms.EmailField):
    """An e-mail address, which may also let its owner come in; as long as a database keeps."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("E-mail"))
        said = _("Écrivez une adresse e-mail, par exemple nom@exemple.fr.")
        widget = forms.EmailInput(attrs={"autocomplete": "off"})
        errors = REQUIRED | {"invalid": said}
        super().__init__(max_length=254, widget=widget, error_messages=errors, **options)


class Answers(forms.Select):
    """A list of answers that stands on none of them until one is chosen."""

    def optgroups(self, name: str, value: list[Any], attrs: Any = None) -> list[Any]:
        """The answers, and first of all that one has yet to choose."""
        groups = super().optgroups(name, value, attrs)
        if any(value) or any(not option["value"] for _label, some, _n in groups for option in some):
            return groups
        first = self.create_option(name, "", str(_("Choisissez")), True, 0)
        return [(None, [first], 0), *groups]


class ChoiceField(forms.ChoiceField):
    """One of a few answers, as large buttons to choose from (a list when there are many)."""

    def __init__(self, *, few: bool = True, **options: Any) -> None:
        options.setdefault("widget", forms.RadioSelect if few else Answers)
        super().__init__(error_messages=REQUIRED, **options)


class OperationField(forms.CharField):
    """The id of what the form does, made when it is shown: sent twice, it happens once."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, initial=lambda: ids.show_id(ids.new_id()))

    def clean(self, value: Any) -> Id:
        """The id; a form without a readable one is not ours."""
        try:
            return ids.parse_id(super().clean(value))
        except ValueError:
            raise ValidationError(_("Rechargez la page, puis recommencez.")) from None


class ActForm(forms.Form):
    """A form that does one thing, once. `fields_of` says where the reason of a refusal belongs.

    `said` is what was understood, without the hidden id, which is `operation_id`.
    """

    operation = OperationField()
    fields_of: Mapping[str, str] = {}

    @property
    def operation_id(self) -> Id:
        """The id of the event that this form makes, chosen when the form was shown."""
        found: Id = self.cleaned_data["operation"]
        return found

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, understood, by the names of the fields."""
        return {name: value for name, value in self.cleaned_data.items() if name != "operation"}

    def carries_out(self, act: Callable[[], T]) -> bool:
        """Whether the form was understood and `act` done; its value is then in `outcome`.

        A Refusal of `act` becomes the form's error, at its field or above all of them.
        """
        if not self.is_bound or not self.is_valid():
            return False
        try:
            self.outcome: Any = act()
        except Refusal as refusal:
            self.refused(refusal)
            return False
        return True

    def refused(self, refusal: Refusal) -> None:
        """Show a refusal where it belongs."""
        field = self.fields_of.get(refusal.reason)
        error = ValidationError(in_words(refusal.sentence), code=refusal.reason)
        self.add_error(field if field in self.fields else None, error)


class SureForm(ActForm):
    """A question that is answered by its button: nothing to type."""
