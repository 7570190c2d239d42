"""What the office types about the bank and about transfers by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.accounting.operations import LABELS
from caisse.funding import queries as funding
from caisse.kernel.forms import ActForm, ChoiceField, DayField, EuroField, TextField

ACCOUNTS = (("caisse", _("la caisse")), ("operating", _("le fonctionnement")))

FUNDS = {"investment": _("fonds d’investissement"), "solidarity": _("pot de solidarité")}
"""The named funds that every caisse has; one that a committee named has the name it gave."""


class ReadingForm(ActForm):
    """The balance that the bank's statement gives."""

    account = ChoiceField(label=_("Quel compte ?"), choices=ACCOUNTS)
    day = DayField(label=_("À la fin de quel jour ?"))
    cents = EuroField(
        label=_("Solde écrit par la banque"), min_cents=0, help_text=_("En euros, sans signe.")
    )
    overdrawn = forms.BooleanField(label=_("Ce solde est un découvert"), required=False)
    fields_of = {"unknown_account": "account", "day": "day", "amount": "overdrawn"}

    @property
    def signed_cents(self) -> int:
        """Cents, below 0 when the account is overdrawn."""
        cents: int = self.said["cents"]
        return -cents if self.said["overdrawn"] else cents


class TransferForm(ActForm):
    """A manual transfer of the closed list; orders that exist are answered on their own page."""

    what = ChoiceField(label=_("Quel virement ?"))
    fund = ChoiceField(
        few=False,
        label=_("Depuis quel fonds nommé ?"),
        required=False,
        help_text=_("Seulement pour ordonner un paiement depuis un fonds nommé."),
    )
    cents = EuroField(
        label=_("Montant"),
        required=False,
        help_text=_("En euros. Laissez vide pour couvrir les prélèvements revenus."),
    )
    fields_of = {
        "unknown_transfer": "what", "amount": "cents", "no_fee_owed": "cents",
        "nothing_owed": "what", "unknown_fund": "fund", "fund_short": "cents",
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = funding.named_funds()
        offered = [
            (what, label)
            for what, label in LABELS.items()
            if not what.startswith("levy") or (what == "levy" and funds)
        ]
        self.fields["what"].choices = offered  # type: ignore[attr-defined]
        if funds:
            choices = [
                ("", _("Choisir un fonds")),
                *((code, FUNDS.get(code, code)) for code in funds),
            ]
            self.fields["fund"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["fund"]


class DeclineForm(forms.Form):
    """Why one says no."""

    reason = TextField(
        label=_("Pourquoi ?"), max_length=300, help_text=_("Quelques mots, sans nom de personne.")
    )


class DayForm(forms.Form):
    """The day that a page of figures tells; sent by GET, so that the address can be kept."""

    au = DayField(label=_("Au soir du"), required=False)
