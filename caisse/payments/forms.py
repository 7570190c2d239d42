"""What the office types to give a purchase back."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import ActForm, ChoiceField, EuroField, TextField
from caisse.payments.operations import WHY


class DeviceForm(ActForm):
    """What a device is called at its place."""

    fields_of = {"label": "label"}
    label = TextField(
        label=_("Nom de l’appareil"), help_text=_("Par exemple : Comptoir, Marché."), max_length=40
    )


class RefundForm(ActForm):
    """How much of a purchase goes back to the wallet that paid it, and why."""

    cents = EuroField(label=_("Combien rendre ?"))
    why = ChoiceField(label=_("Pourquoi ?"), choices=tuple(WHY.items()))
    fields_of = {"amount": "cents", "refund_too_large": "cents", "why": "why"}

    def __init__(self, *args: Any, left_cents: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cents"].initial = f"{left_cents // 100},{left_cents % 100:02}"
