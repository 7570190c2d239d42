"""The forms of the office's own pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import REQUIRED, ActForm, ChoiceField, EmailField, TextField
from caisse.kernel.wording import amount
from caisse.messages.queries import Reachable

MOST_VOUCHERS = 24  # of one value; `issue_sheet` says how many in all


class SheetsForm(ActForm):
    """What is printed, for which households: numbers from … to."""

    fields_of = {"too_many": "last", "nobody": "first"}
    what = ChoiceField(
        label=_("Que voulez-vous imprimer ?"),
        choices=(
            ("sheets", _("Feuilles d’accueil, avec le code d’entrée")),
            ("cards", _("Cartes pour payer, pour qui n’en a pas")),
            ("codes", _("Codes pour payer, pour qui n’en a pas")),
        ),
        initial="sheets",
    )
    first = forms.IntegerField(
        label=_("Du foyer n°"), min_value=1, max_value=10**9, error_messages=REQUIRED
    )
    last = forms.IntegerField(
        label=_("au foyer n°"),
        help_text=_("100 foyers au plus en une fois."),
        min_value=1,
        max_value=10**9,
        error_messages=REQUIRED,
    )


class AnswerForm(ActForm):
    """What the office answers."""

    fields_of = {"text": "text"}
    text = TextField(label=_("Votre réponse"), lines=6)


class CardForm(ActForm):
    """How the caisse can be reached."""

    phone = TextField(label=_("Téléphone"), max_length=30, required=False)
    email = EmailField(label=_("Adresse e-mail"), required=False)
    address = TextField(label=_("Adresse postale"), max_length=200, required=False)
    hours = TextField(
        label=_("Quand on peut passer"),
        help_text=_("Par exemple : mardi et jeudi, de 9 h à 12 h."),
        max_length=200,
        required=False,
    )
    privacy = TextField(
        label=_("À qui parler de ses données personnelles"), max_length=200, required=False
    )


class BalanceForm(ActForm):
    """By what road a holder hears what is left: those that lead to the number on file."""

    fields_of = {"channel": "channel", "no_phone": "channel", "no_mobile": "channel"}
    channel = ChoiceField(label=_("Par quel moyen ?"))

    def __init__(self, *args: object, known: Reachable, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        sms = [("sms", _("Par SMS"))] if known.mobile else []
        choices = [*sms, ("voice", _("Par un appel, lu à voix haute"))] if known.phone else []
        self.fields["channel"].choices = choices  # type: ignore[attr-defined]


class VouchersForm(ActForm):
    """How many vouchers of each value, as `values` (cents of each)."""

    def __init__(self, *args: Any, values: Sequence[int], unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.counted = {f"of_{cents}": cents for cents in values}
        for name, cents in self.counted.items():
            label = _("Combien de bons de %(amount)s ?") % {"amount": amount(cents, unit)}
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=MOST_VOUCHERS,
                initial=0,
                widget=forms.NumberInput(attrs={"size": "3"}),
                error_messages={**REQUIRED, "invalid": _("Écrivez un nombre.")},
            )

    @property
    def values(self) -> list[int]:
        """The value of each voucher that is asked for."""
        return [cents for name, cents in self.counted.items() for _n in range(self.said[name])]


class DozenForm(VouchersForm):
    """The same for each of several households: numbers from … to."""

    fields_of = SheetsForm.fields_of
    first = SheetsForm.base_fields["first"]
    last = SheetsForm.base_fields["last"]


class BackForm(ActForm):
    """One voucher, by its 13 signs or by a reader of QRs."""

    fields_of = dict.fromkeys(("voucher_unknown", "voucher_used", "voucher_expired"), "said")
    code = TextField(
        label=_("Les 13 signes du bon"),
        help_text=_("Ils sont imprimés sous la valeur. Un lecteur de codes peut lire le QR."),
        max_length=160,
    )
