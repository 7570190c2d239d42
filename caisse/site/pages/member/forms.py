"""What a member writes: a question, a second holder, a day of departure, how she is told; why one
looks at hers."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caisse.kernel.forms import ActForm, ChoiceField, DayField, TextField
from caisse.messages.queries import Chosen, Reachable
from caisse.messages.rules import shown_number
from caisse.people import queries as people

SHARING = 500


class InquiryForm(ActForm):
    """A question to the office."""

    fields_of = {"kind": "kind", "text": "text"}
    kind = ChoiceField(
        few=False,
        label=gettext_lazy("De quoi s’agit-il ?"),
        choices=lambda: list(people.inquiry_kinds().items()),
    )
    text = TextField(
        lines=5,
        label=gettext_lazy("Votre demande"),
        help_text=gettext_lazy("En quelques mots. Seule l’équipe la lit."),
    )


class SharingForm(ActForm):
    """Whom the wallet is to be shared with; the office adds the person."""

    fields_of = {"text": "text"}
    text = TextField(
        max_length=SHARING,
        label=gettext_lazy("Qui doit aussi pouvoir payer ?"),
        help_text=gettext_lazy("Un prénom, un nom, et comment joindre la personne."),
    )


class LeavingForm(ActForm):
    """The first day without the caisse, one of those offered."""

    fields_of = {"state": "le", "unknown": "le"}
    le = DayField(label=gettext_lazy("Jour du départ"), widget=forms.HiddenInput)

    def __init__(self, *args: object, days: tuple[date, ...], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.days = days

    def clean_le(self) -> date:
        """The day, when it is one that can be chosen today."""
        day: date = self.cleaned_data["le"]
        if day not in self.days:
            raise forms.ValidationError(_("Ce jour ne peut plus être choisi. Prenez-en un autre."))
        return day


class LookForm(ActForm):
    """Why the coordination looks at a balance; its household reads it."""

    fields_of = {"reason": "reason"}
    reason = ChoiceField(
        label=gettext_lazy("Pourquoi regardez-vous ?"),
        choices=lambda: list(people.look_reasons().items()),
    )


class ChannelsForm(ActForm):
    """By what road one hears of what: those that lead to the person, of `known`.

    What has one answer only is no question: it is not among the fields, its answer is `said`.
    """

    fields_of = {"channel": "payments", "no_email": "mail"}
    payments = ChoiceField(label=gettext_lazy("Un achat, un remboursement, un refus"))
    arrivals = ChoiceField(label=gettext_lazy("De l’argent qui arrive"))
    mail = ChoiceField(label=gettext_lazy("Le courrier de la caisse"))

    def __init__(self, *args: object, known: Reachable, chosen: Chosen, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        letter = chosen.mail if known.email else "letter"
        here = [("here", _("Seulement dans mes messages"))]
        email = [("email", _("Aussi par e-mail"))] if known.email else []
        shown = {"end": shown_number(known.phone)}
        sms = [("sms", _("Aussi par SMS, au %(end)s") % shown)] if known.mobile else []
        voice = [("voice", _("Aussi par un appel, au %(end)s") % shown)] if known.phone else []
        for name, value in (("payments", chosen.payments), ("arrivals", chosen.arrivals)):
            self.fields[name].choices = [*here, *email, *sms, *voice]  # type: ignore[attr-defined]
            self.fields[name].initial = value
        by_email = [("email", _("Par e-mail"))] if known.email else []
        self.fields["mail"].choices = [*by_email, ("letter", _("Par lettre"))]  # type: ignore[attr-defined]
        self.fields["mail"].initial = letter
        self.alone: dict[str, str] = {}
        for name in ("payments", "arrivals", "mail"):
            choices = self.fields[name].choices  # type: ignore[attr-defined]
            only = choices[0][0]
            # an older page may send what leads nowhere any more: that is refused, at its field
            if len(choices) == 1 and self.data.get(name, only) == only:
                self.alone[name] = only
                del self.fields[name]

    @property
    def said(self) -> dict[str, str]:
        """What was chosen, and what there is no choice about."""
        return {**super().said, **self.alone}


class PushForm(ActForm):
    """What a browser says of itself, filled in by push.js; and what its screen may show."""

    endpoint = forms.CharField(max_length=600, widget=forms.HiddenInput)
    public_key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    secret = forms.CharField(max_length=40, widget=forms.HiddenInput)
    amounts = forms.BooleanField(
        required=False,
        label=gettext_lazy("Montrer le montant et le lieu, aussi sur l’écran verrouillé"),
    )
