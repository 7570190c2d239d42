"""What the office types about costs, agreements and those who read a funder's page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caisse.funding import queries
from caisse.kernel.forms import (
    REQUIRED,
    ActForm,
    ChoiceField,
    DayField,
    EmailField,
    EuroField,
    TextField,
)

ROWS = 6  # instalments of one agreement that the form offers
LETTER = gettext_lazy("Date du courrier")
LETTER_HINT = gettext_lazy("Le jour où vous l’avez su : les prévisions d’avant ne changent pas.")


class PlanForm(ActForm):
    """A cost that is expected."""

    line = ChoiceField(label=gettext_lazy("Ligne de dépense"))
    due_on = DayField(label=gettext_lazy("Date prévue"))
    cents = EuroField(label=gettext_lazy("Montant"), help_text=gettext_lazy("En euros."))
    known_on = DayField(label=gettext_lazy("Connu depuis"), required=False, help_text=LETTER_HINT)
    fields_of = {"unknown_line": "line", "amount": "cents", "known_on": "known_on"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = list(queries.lines().items())  # type: ignore[attr-defined]


class ChangeForm(ActForm):
    """A planned cost moved, changed, or given up with 0 euro."""

    due_on = DayField(label=gettext_lazy("Nouvelle date"))
    cents = EuroField(
        label=gettext_lazy("Nouveau montant"),
        min_cents=0,
        help_text=gettext_lazy("En euros. Écrivez 0 pour renoncer à cette dépense."),
    )
    known_on = DayField(label=gettext_lazy("Connu depuis"), required=False, help_text=LETTER_HINT)
    fields_of = {"amount": "cents", "known_on": "known_on"}


class PayForm(ActForm):
    """A cost that was paid, planned or not."""

    line = ChoiceField(label=gettext_lazy("Ligne de dépense"))
    cents = EuroField(
        label=gettext_lazy("Montant payé"),
        help_text=gettext_lazy("En euros, tel qu’il sort du compte de fonctionnement."),
    )
    fields_of = {"unknown_line": "line", "amount": "cents"}

    def __init__(self, *args: Any, line: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = queries.lines()
        if line:
            del self.fields["line"]
        else:
            self.fields["line"].choices = list(known.items())  # type: ignore[attr-defined]


class UndoForm(ActForm):
    """Why a cost is undone by its counter-entry."""

    reason = TextField(
        label=gettext_lazy("Pourquoi ?"),
        max_length=200,
        help_text=gettext_lazy("Quelques mots, sans nom de personne : cette raison reste lisible."),
    )
    fields_of = {"reason": "reason"}


class GrantForm(ActForm):
    """A signed agreement with its instalments; the funder is chosen, or named for the first time.

    `new_funder` counts when no funder is chosen.
    """

    funder = ChoiceField(few=False, label=gettext_lazy("Financeur"), required=False)
    new_funder = TextField(
        label=gettext_lazy("Ou un nouveau financeur"), max_length=160, required=False
    )
    fund = ChoiceField(
        label=gettext_lazy("Pour quel compte ?"),
        choices=(
            ("caisse", gettext_lazy("la caisse : l’argent pour manger")),
            ("operating", gettext_lazy("le fonctionnement : l’équipe, les outils")),
        ),
    )
    label = TextField(label=gettext_lazy("Objet de la convention"), max_length=200)
    signed_on = DayField(label=gettext_lazy("Signée le"))
    is_investment = forms.BooleanField(
        label=gettext_lazy("C’est une aide à l’investissement"), required=False
    )
    fields_of = {
        "unknown_funder": "funder", "name": "new_funder", "unknown_fund": "fund",
        "known_on": "signed_on", "amount": "cents_1",
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(row.id), row.name) for row in queries.funders()]
        choices = [("", _("Choisir dans la liste")), *known]
        self.fields["funder"].choices = choices  # type: ignore[attr-defined]
        for n in range(1, ROWS + 1):
            asked = {"required": n == 1}
            self.fields[f"due_{n}"] = DayField(
                label=_("Versement %(n)s, prévu le") % {"n": n}, **asked
            )
            self.fields[f"cents_{n}"] = EuroField(
                label=_("Versement %(n)s, montant") % {"n": n}, **asked
            )

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields of the agreement itself."""
        names = ("funder", "new_funder", "fund", "label", "signed_on", "is_investment")
        return [self[name] for name in names]

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The day and the amount of each instalment."""
        return [(self[f"due_{n}"], self[f"cents_{n}"]) for n in range(1, ROWS + 1)]

    @property
    def more_filled(self) -> bool:
        """Whether an instalment after the second one was typed, or is wrong."""
        names = [f"{part}_{n}" for n in range(3, ROWS + 1) for part in ("due", "cents")]
        return any(self.data.get(name) for name in names)

    def clean(self) -> dict[str, Any]:
        """A funder, and both halves of every instalment."""
        said = super().clean() or self.cleaned_data
        if not said.get("funder") and not (said.get("new_funder") or "").strip():
            self.add_error("funder", _("Choisissez un financeur, ou écrivez son nom."))
        for n in range(2, ROWS + 1):
            day, cents = said.get(f"due_{n}"), said.get(f"cents_{n}")
            half = f"cents_{n}" if day and not cents else f"due_{n}" if cents and not day else ""
            if half and half not in self.errors:
                self.add_error(half, ValidationError(_("Il manque cette moitié du versement.")))
        return said

    @property
    def instalments(self) -> Sequence[tuple[date, int]]:
        """What was typed of the instalments, in order."""
        pairs = ((self.said[f"due_{n}"], self.said[f"cents_{n}"]) for n in range(1, ROWS + 1))
        return [(day, cents) for day, cents in pairs if day and cents]


class ReceiveForm(ActForm):
    """Money of an instalment that came: all that is left, or a part of it."""

    cents = EuroField(label=gettext_lazy("Montant arrivé"), help_text=gettext_lazy("En euros."))
    fields_of = {"amount": "cents", "more_than_expected": "cents"}


class PostponeForm(ActForm):
    """A letter that moves an instalment, or changes its amount."""

    due_on = DayField(label=gettext_lazy("Nouvelle date"))
    cents = EuroField(
        label=gettext_lazy("Montant en entier"),
        help_text=gettext_lazy("En euros. Ce qui est déjà arrivé compte dedans."),
    )
    known_on = DayField(label=LETTER, help_text=LETTER_HINT)
    fields_of = {"amount": "cents", "known_on": "known_on"}


class AccessForm(ActForm):
    """The person of a funder who will read its page."""

    given_name = TextField(label=gettext_lazy("Prénom"), max_length=80)
    family_name = TextField(label=gettext_lazy("Nom"), max_length=80)
    email = EmailField(
        required=False,
        help_text=gettext_lazy("Pour recevoir un code. Sans elle, le code imprimé suffit."),
    )
    fields_of = {"holders": "given_name"}


class DocumentForm(ActForm):
    """A paper behind an entry."""

    kind = ChoiceField(label=gettext_lazy("Qu’est-ce que c’est ?"))
    paper = forms.FileField(
        label=gettext_lazy("Le fichier ou la photo"),
        help_text=gettext_lazy("PDF, JPEG, PNG ou WebP, 10 Mo au plus."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
        error_messages={**REQUIRED, "empty": gettext_lazy("Ce fichier est vide.")},
    )
    fields_of = {"kind": "kind", "paper_kind": "paper", "paper_large": "paper"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = queries.document_kinds()  # type: ignore[attr-defined]
