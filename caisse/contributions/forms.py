"""The forms of contributions: what a member gives, what an office receives, counts and undoes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caisse.contributions import operations
from caisse.contributions.codes import CODES
from caisse.contributions.models import DESK_KINDS, Kind
from caisse.contributions.rules import ContributionRules
from caisse.kernel.forms import (
    REQUIRED,
    ActForm,
    ChoiceField,
    DayField,
    EuroField,
    MonthField,
    TextField,
)
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import amount, capital, month_name, spaced

DESK_FIRST = (Kind.CASH, Kind.CHEQUE, Kind.CARD, Kind.TRANSFER, Kind.DEBIT)
UNKEPT = "unkept"
"""How the name of a field begins whose answer nobody may keep: not in a table, not in a session."""

MOST_CENTS = 10_000_00


class GuideForm(forms.Form):
    """One question of the guide; what was answered before it travels along, and is never kept."""

    def __init__(
        self, label: str, name: str, choices: Sequence[tuple[str, str]], data: Any, help: str = ""
    ) -> None:
        super().__init__(data)
        self.fields[name] = ChoiceField(label=label, help_text=help, choices=choices)


class IncomeForm(forms.Form):
    """The declared income of a month: judged, never kept."""

    unkept_income = EuroField(
        label=gettext_lazy("Revenu net du foyer pour un mois"),
        help_text=gettext_lazy("À peu près. Personne ne vérifie, et rien n’est gardé."),
        min_cents=0,
        max_cents=100_000_00,
    )


class SituationForm(forms.Form):
    """The answer to the question of situation: judged, never kept."""

    def __init__(self, rules: ContributionRules, data: Any) -> None:
        super().__init__(data)
        choices = [(one.code, spaced(capital(one.label))) for one in rules.situations]
        self.fields["unkept_situation"] = ChoiceField(
            label=_("Comment sont les fins de mois ?"), choices=choices
        )


class PledgeForm(ActForm):
    """How much a household gives each month: an amount, or one of the levels of the articles.

    What a mode asks besides (income, situation) was answered on the page before, and travels along
    unseen; with `seen` it is asked on this page, at a desk.
    """

    fields_of = {
        **dict.fromkeys(("level", "step", "minimum", "maximum"), "amount"),
        "income": "unkept_income",
        "situation": "unkept_situation",
    }

    def __init__(
        self,
        rules: ContributionRules,
        *,
        unit: str,
        data: Any = None,
        initial: int | None = None,
        seen: bool = False,
    ) -> None:
        first = {} if initial is None else {"amount": _typed(initial, rules)}
        super().__init__(data, initial=first)
        if rules.mode == "rate_of_income":
            self.fields.update(IncomeForm().fields)
        if rules.mode == "situation_question":
            self.fields.update(SituationForm(rules, None).fields)
        for name in [name for name in self.fields if name.startswith(UNKEPT) and not seen]:
            self.fields[name].widget = forms.HiddenInput()
        self.fields["amount"] = _amount_field(rules, unit)

    @property
    def cents(self) -> int:
        """The amount chosen, in cents."""
        return int(self.said["amount"])

    @property
    def answers(self) -> dict[str, Any]:
        """What the mode of contribution asks besides, for `operations.pledge`."""
        return {
            "income_cents": self.said.get("unkept_income"),
            "situation": self.said.get("unkept_situation"),
        }

    def now(self, name: str) -> Any:
        """What stands in a field of the page, understood; None for what is not understood."""
        if name not in self.fields:
            return None
        raw = self[name].value()
        try:
            value = self.fields[name].clean(raw)
        except ValidationError:
            return None
        return int(value) if name == "amount" and value else value


def _typed(cents: int, rules: ContributionRules) -> str:
    """An amount as it stands in the field."""
    return str(cents) if levels_of(rules) else amount(cents, "").strip().replace("\u202f", "")


def _amount_field(rules: ContributionRules, unit: str) -> forms.Field:
    levels = levels_of(rules)
    if levels:
        choices = [(str(cents), words) for cents, words in levels_in_words(rules, unit)]
        return ChoiceField(label=_("Votre cotisation par mois"), choices=choices)
    return EuroField(
        label=_("Montant par mois, en %(unit)s") % {"unit": unit}, min_cents=0, max_cents=MOST_CENTS
    )


def levels_of(rules: ContributionRules) -> tuple[int, ...]:
    """The only amounts that the articles let a household choose from; () when it is free to."""
    if rules.mode == "graded_levels":
        return rules.levels_cents
    if rules.mode == "quotient_table":
        return tuple(band.due_cents for band in rules.quotient_bands)
    return ()


def levels_in_words(rules: ContributionRules, unit: str) -> list[tuple[int, str]]:
    """Each of these amounts as one reads it, with the family quotient that it is for."""
    if rules.mode == "graded_levels":
        return [(cents, amount(cents, unit)) for cents in rules.levels_cents]
    return [
        (band.due_cents, f"{amount(band.due_cents, unit)} : {band.label}")
        for band in rules.quotient_bands
    ]


class PauseForm(ActForm):
    """From which month on, for how many months; never why."""

    fields_of = {"first": "first", "sealed": "first", "state": "first", "period": "months"}

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        firsts = [(str(month), month_name(month)) for month in operations.pause_months()]
        lengths = [(str(n), _length(n)) for n in (1, 2, 3, 4, 6, 12)]
        self.fields["first"] = ChoiceField(
            label=_("À partir de"), choices=firsts, few=False, initial=firsts[0][0]
        )
        self.fields["months"] = ChoiceField(
            label=_("Pendant"), choices=lengths, few=False, initial="1"
        )

    @property
    def first(self) -> Month:
        """The first month of the pause."""
        return Month.parse(self.said["first"])


def _length(months: int) -> str:
    return _("un mois") if months == 1 else _("%(n)s mois") % {"n": months}


class ReceiptForm(ActForm):
    """One receipt. A second one that looks the same asks to be confirmed."""

    fields_of = {
        "cents": "amount",
        "kind": "kind",
        "desk": "desk",
        "month": "month",
        "date": "received_on",
        "duplicate": "confirmed",
    }
    amount = EuroField(label=gettext_lazy("Montant reçu"), max_cents=MOST_CENTS)
    kind = ChoiceField(
        label=gettext_lazy("Moyen"),
        choices=[(kind.value, capital(str(kind.label))) for kind in DESK_FIRST],
    )
    month = MonthField(label=gettext_lazy("Pour la cotisation de"))
    received_on = DayField(label=gettext_lazy("Reçu le"))
    desk = TextField(
        label=gettext_lazy("Guichet"),
        help_text=gettext_lazy("Pour les espèces et les chèques : là où l’argent attend."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"list": "guichets", "size": "20"}),
    )
    recovery = forms.BooleanField(
        label=gettext_lazy("Ce versement remplace un prélèvement rejeté"), required=False
    )

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        if data is not None and "confirmed" in data:
            self.fields["confirmed"] = _confirmation()

    def refused(self, refusal: Refusal) -> None:
        """Show the question beside the refusal that it answers."""
        if refusal.reason == "duplicate":
            self.fields.setdefault("confirmed", _confirmation())
        super().refused(refusal)

    def receipt(self) -> dict[str, Any]:
        """What `operations.receive` needs; a desk is said for cash and cheques only."""
        said = self.said
        at_desk = said["kind"] in DESK_KINDS
        return {
            "cents": said["amount"],
            "kind": said["kind"],
            "month": said["month"],
            "received_on": said["received_on"],
            "desk": (said["desk"].strip().lower() or None) if at_desk else None,
            "recovery": said["recovery"],
            "confirmed": bool(said.get("confirmed")),
        }


def _confirmation() -> forms.BooleanField:
    return forms.BooleanField(label=_("C’est bien un deuxième encaissement"), required=False)


class DeskForm(ActForm):
    """What was counted at a desk, and what explains a difference."""

    fields_of = {"explanation": "explanation"}
    cash = EuroField(label=gettext_lazy("Espèces comptées"), min_cents=0, max_cents=1_000_000_00)
    cheques = EuroField(
        label=gettext_lazy("Total des chèques"), min_cents=0, max_cents=1_000_000_00
    )
    explanation = TextField(
        label=gettext_lazy("Si quelque chose diffère, dites pourquoi"),
        help_text=gettext_lazy("Sans nom de personne."),
        required=False,
        max_length=300,
        lines=2,
    )


class UndoForm(ActForm):
    """Why something is undone."""

    fields_of = {"reason": "reason"}
    reason = TextField(
        label=gettext_lazy("Pourquoi ?"),
        help_text=gettext_lazy("En quelques mots, sans nom de personne."),
        max_length=200,
    )


class ReturnForm(ActForm):
    """That the bank took a debit back: its code, the day."""

    fields_of = {"code": "code", "date": "returned_on"}
    code = ChoiceField(
        label=gettext_lazy("Motif de la banque"),
        choices=[(code, f"{code} : {entry.label}") for code, entry in CODES.items()],
    )
    returned_on = DayField(label=gettext_lazy("Rejeté le"))


class ContactForm(ActForm):
    """That somebody spoke with a household: two choices, and no remark about anyone."""

    way = ChoiceField(label=gettext_lazy("Comment"), choices=operations.ContactWay.choices)
    end = ChoiceField(label=gettext_lazy("Convenu"), choices=operations.ContactEnd.choices)


class ImportForm(forms.Form):
    """A file of receipts or of returns, to look at before anything is written."""

    kind = ChoiceField(
        label=gettext_lazy("Ce fichier contient"),
        choices=[
            ("receipts", gettext_lazy("des encaissements")),
            ("returns", gettext_lazy("des prélèvements rejetés")),
        ],
    )
    sheet = forms.FileField(
        label=gettext_lazy("Fichier CSV"),
        help_text=gettext_lazy(
            "Enregistré depuis un tableur, la première ligne nomme les colonnes."
        ),
        error_messages={**REQUIRED, "empty": gettext_lazy("Ce fichier est vide.")},
    )


class PrepareForm(ActForm):
    """The lines that were looked at, sealed by us, ready to be prepared."""

    sheet = forms.CharField(widget=forms.HiddenInput)
    twice = forms.BooleanField(
        label=gettext_lazy("Entrer aussi les lignes qui sont déjà là"), required=False
    )
