"""What is typed about devices, refunds and sales by telephone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.bylaws import queries as bylaws
from caisse.kernel.forms import REQUIRED, ActForm, ChoiceField, DayField, EuroField, TextField
from caisse.merchants.queries import PlaceRow
from caisse.payments.operations import WHY
from caisse.payments.queries import Listable

DECISIONS = 50  # the last ones
_NUMBER = _("Écrivez un nombre, par exemple 5.")


class DeviceForm(ActForm):
    """What a device is called at its place."""

    fields_of = {"label": "label"}
    label = TextField(
        label=_("Nom de l’appareil"), help_text=_("Par exemple : Comptoir, Marché."), max_length=40
    )


class CashierForm(ActForm):
    """What somebody who cashes is called at her place, and what she may do."""

    fields_of = {"label": "label", "level": "level"}
    label = TextField(
        label=_("Prénom ou surnom"), help_text=_("Tel que le lieu l’appelle."), max_length=40
    )
    level = ChoiceField(label=_("Ce que cette personne peut faire"), choices=())

    def __init__(self, *args: Any, levels: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["level"]
        field.choices = list(levels.items())


class RefundForm(ActForm):
    """How much of a purchase goes back to the wallet that paid it, and why."""

    cents = EuroField(label=_("Combien rendre ?"))
    why = ChoiceField(label=_("Pourquoi ?"), choices=tuple(WHY.items()))
    fields_of = {"amount": "cents", "refund_too_large": "cents", "why": "why"}

    def __init__(self, *args: Any, left_cents: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cents"].initial = f"{left_cents // 100},{left_cents % 100:02}"


class OfflineRoomForm(ActForm):
    """How much lies ready for sales without network, by which decision."""

    fields_of = {"amount": "cents", "fund_short": "cents", "unknown_decision": "decision"}
    way = ChoiceField(
        label=_("Que faire ?"), choices=(("more", _("mettre de côté")), ("less", _("reprendre")))
    )
    cents = EuroField(label=_("Combien ?"))
    decision = ChoiceField(label=_("Selon quelle décision ?"), few=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["decision"]
        known = bylaws.register(limit=DECISIONS)
        field.choices = [
            (one.decision.number, f"{one.decision.number}. {one.decision.title}") for one in known
        ]

    @property
    def asked(self) -> dict[str, int]:
        """Cents, below 0 to take back, and the decision's number."""
        said = self.said
        cents: int = said["cents"]
        return {
            "cents": cents if said["way"] == "more" else -cents,
            "decision": int(said["decision"]),
        }


class SalesListForm(ActForm):
    """What a place has noted of sales that its device cannot send."""

    licence_id = ChoiceField(label=_("Quel appareil, quels jours ?"), choices=())
    sold_on = DayField(label=_("Quel jour ?"), help_text=_("Plusieurs jours ? Écrivez le dernier."))
    sales = forms.IntegerField(
        label=_("Combien de ventes ?"),
        help_text=_("Par carte ou identifiant. Celles par téléphone arrivent des téléphones."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "amount", "size": "5"}),
        error_messages=REQUIRED | {"invalid": _NUMBER},
    )
    cents = EuroField(label=_("Quelle somme en tout ?"))
    note = TextField(
        label=_("Qu’est-il arrivé à l’appareil ?"), help_text=_("Sans nom de personne."),
        max_length=200,
    )  # fmt: skip
    fields_of = {
        "unknown_licence": "licence_id",
        "list_paid": "licence_id",
        "list_waits": "licence_id",
        "list_settled": "licence_id",
        "list_too_soon": "licence_id",
        "list_day": "sold_on",
        "list_sales": "sales",
        "list_limit": "cents",
        "fund_short": "cents",
        "amount": "cents",
        "note": "note",
    }

    def __init__(self, *args: Any, rows: Sequence[Listable], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["licence_id"]
        field.choices = [(row.licence_id, row.told) for row in rows]
        if len(rows) == 1:
            field.initial = rows[0].licence_id

    def clean_licence_id(self) -> int:
        """The number of the licence."""
        return int(self.cleaned_data["licence_id"])


class WhoForm(ActForm):
    """Who pays, as she says it on the telephone."""

    fields_of = {"unknown": "who"}
    who = TextField(
        label=_("Identifiant, ou numéro de la carte"),
        help_text=_("Tel que la personne le dit au téléphone."),
        max_length=80,
    )


class DrawForm(ActForm):
    """By what the desk knows who is there."""

    fields_of = {"proof": "proof"}
    proof = ChoiceField(
        label=_("Comment le savez-vous ?"),
        help_text=_("Votre réponse est gardée, pas ce qu’elle vous a dit."),
        choices=(("document", _("Une pièce d’identité")), ("facts", _("Deux renseignements"))),
    )


class LostPinForm(ActForm):
    """The identifier, and the two halves that two referents read out."""

    who = TextField(
        label=_("Identifiant"), help_text=_("Par exemple : moineau-radis."), max_length=80
    )
    code = TextField(
        label=_("Code des deux référents"),
        help_text=_("Dix signes : la première moitié, puis la deuxième."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    fields_of = {"reset_code": "code"}


class GiftForm(ActForm):
    """To whom somebody gives, and how much."""

    fields_of = {
        "gift_to": "to",
        "gift_tries": "to",
        "amount": "cents",
        "gift_limit": "cents",
        "funds_short": "cents",
        "funds_reserved": "cents",
    }
    to = TextField(
        label=_("Identifiant de la personne"),
        help_text=_("Par exemple : moineau-radis."),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    cents = EuroField(label=_("Combien donner ?"))

    def clean_to(self) -> str:
        """The identifier as it is written down: small letters, nothing around."""
        typed: str = self.cleaned_data["to"]
        return typed.strip().lower()


class PaperSaleForm(ActForm):
    """Where somebody buys, and for how much at most."""

    place_id = ChoiceField(label=_("Dans quel lieu ?"), choices=(), few=False)
    cents = EuroField(
        label=_("Quelle somme, au plus ?"), help_text=_("Le lieu peut taper moins, jamais plus.")
    )
    fields_of = {
        "place_closed": "place_id",
        "unknown_place": "place_id",
        "paper_sales": "place_id",
        "amount": "cents",
        "funds_short": "cents",
    }

    def __init__(
        self, *args: Any, places: Sequence[PlaceRow], place_id: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["place_id"]
        active = [one for one in places if one.state == "active"]
        field.choices = [(one.id, one.name) for one in sorted(active, key=lambda one: one.name)]
        field.initial = place_id or None

    def clean_place_id(self) -> int:
        """The number of the place."""
        return int(self.cleaned_data["place_id"])


class AsideForm(ActForm):
    """For which place money is set aside on a card, and how much."""

    place_id = ChoiceField(label=_("Pour quel lieu ?"), choices=(), few=False)
    cents = EuroField(label=_("Combien mettre de côté ?"))
    fields_of = {
        "unknown_place": "place_id",
        "places": "place_id",
        "amount": "cents",
        "reserve_limit": "cents",
        "funds_short": "cents",
    }

    def __init__(self, *args: Any, places: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["place_id"]
        field.choices = list(places)

    def clean_place_id(self) -> int:
        """The number of the place."""
        return int(self.cleaned_data["place_id"])


class AsideAgainForm(ActForm):
    """The sums of the last time, as the page has shown them."""

    lines = forms.RegexField(
        r"^[0-9]{1,9}:[0-9]{1,7}(,[0-9]{1,9}:[0-9]{1,7}){0,9}$", widget=forms.HiddenInput
    )

    @property
    def asked(self) -> list[tuple[int, int]]:
        """Place and cents of each."""
        pairs = (one.split(":") for one in self.cleaned_data["lines"].split(","))
        return [(int(place), int(cents)) for place, cents in pairs]


class GiveBackForm(ActForm):
    """Which of the sums that were set aside goes home."""

    reserve_id = forms.IntegerField(widget=forms.HiddenInput)
