"""The pieces of the house, each in all its states, on one page for those who build it."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from caisse.kernel.forms import ActForm, ChoiceField, DayField, EuroField, TextField
from caisse.kernel.guard import OFFICE, only


class ExampleForm(ActForm):
    """One field of each kind, with its hint and, on this page, its error."""

    amount = EuroField(
        label=_("Montant par mois"), help_text=_("En euros, de 1 à 999."), max_cents=99_900
    )
    name = TextField(label=_("Nom, numéro ou rue"), help_text=_("Trois lettres suffisent."))
    day = DayField(label=_("À partir du"))
    answer = ChoiceField(
        label=_("Que reste-t-il par mois ?"),
        help_text=_("À peu près. Personne ne vérifie."),
        choices=[("200", _("moins de 200 €")), ("400", _("de 200 à 400 €"))],
    )
    kind = ChoiceField(label=_("Sujet"), few=False, choices=[("1", _("Une question"))])
    reason = TextField(label=_("Votre raison"), lines=3, required=False)
    agreed = forms.BooleanField(label=_("J’ai lu le règlement"), required=False)


@only(*OFFICE)
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """`/gestion/composants`: what a page is made of; nothing here acts."""
    typed = {"amount": "1500", "name": "dia", "day": "2024-03-01", "answer": "400", "kind": "1"}
    example = ExampleForm(typed)
    example.is_valid()
    return render(request, "site/components.html", {"example": example})
