"""The forms of the office's own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import REQUIRED, ActForm, ChoiceField, TextField
from caisse.messages.queries import Reachable


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
    email = forms.EmailField(
        label=_("Adresse e-mail"),
        required=False,
        error_messages={"invalid": _("Écrivez une adresse e-mail, par exemple nom@exemple.fr.")},
    )
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
