"""What the office sends about a month: a step, an error that it flags, an answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import ActForm, TextField
from caisse.kernel.refusal import Refusal
from caisse.month.queries import RunView


class StepForm(ActForm):
    """The next step of a month; `position` says which run its reader saw."""

    position = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=9_999)

    def demand(self, run: RunView) -> None:
        """Raise Refusal(changed) when another run of the month came in between."""
        if self.cleaned_data["position"] != run.position:
            raise Refusal("changed", "Un ajustement est venu entre-temps. Relisez ce mois.")


class FlagForm(ActForm):
    """An error of a month, in words."""

    text = TextField(
        label=_("Qu’est-ce qui ne va pas ?"),
        help_text=_("Dites quel foyer par son numéro, jamais par son nom."),
        lines=4,
        max_length=1_000,
    )
    fields_of = {"text": "text"}


class AnswerForm(ActForm):
    """The answer to an error that was flagged."""

    text = TextField(
        label=_("Votre réponse"),
        help_text=_("Dites ce que vous avez vérifié, et ce qui va suivre."),
        lines=4,
        max_length=1_000,
    )
    fields_of = {"text": "text"}
