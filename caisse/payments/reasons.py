"""The closed list of refusals at a till (own room: a table that operations and pages read).

Each reason has one sentence for the cashier and one for the member; neither says what a shop must
not know. « Rien n’est prélevé. » goes before the cashier's, except while an answer is awaited.
"""

from dataclasses import dataclass

from caisse.kernel import cents as money

NOTHING_TAKEN = "Rien n’est prélevé."
CHECKING = "checking"

SENTENCES: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Il vous reste {left}. Vous pouvez payer une partie et compléter en euros.",
    ),
    "amount_limit": (
        "Ce montant dépasse ce qui est possible en une fois.",
        "La caisse a fixé un maximum par achat. Un montant plus petit passera.",
    ),
    "code_wrong": (
        "Le code ou l’identifiant n’est pas reconnu. La personne peut le retaper.",
        "Vérifiez l’identifiant et le code, puis recommencez.",
    ),
    "code_paused": (
        "Le code n’est pas possible ici aujourd’hui. La carte, avec le code, est acceptée.",
        "Par sécurité, le code est en pause. Votre argent est en sûreté. L’accueil peut aider.",
    ),
    "till_code_paused": (
        "Cet appareil ne prend plus de code jusqu’à {until}.",
        "Un autre appareil du lieu peut encaisser. Ou attendez {until}.",
    ),
    "means_unavailable": (
        "Ce moyen de paiement n’est pas disponible aujourd’hui. Un autre moyen ?",
        "Votre porte-monnaie ou ce moyen est en pause. Appelez l’accueil.",
    ),
    "card_replaced": (
        "Cette carte a été remplacée. Un autre moyen ?",
        "Une carte plus récente existe. Utilisez-la, ou passez à l’accueil.",
    ),
    "qr_unreadable": (
        "Ce QR n’est pas une carte de la caisse. Un autre moyen ?",
        "Montrez la carte de la caisse, ou dites votre identifiant.",
    ),
    "place_closed": (
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Appelez la caisse.",
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Voir les lieux proches.",
    ),
    "till_suspended": (
        "Cet appareil est suspendu. Appelez la caisse.",
        "Cet appareil ne peut pas encaisser. Un autre appareil du lieu peut le faire.",
    ),
    "refund_too_large": (
        "Le remboursement dépasse l’achat. Reste : {left}.",
        "Le remboursement dépasse l’achat. Reste : {left}.",
    ),
    "refund_too_late": (
        "Le délai de remboursement est passé ({days} jours).",
        "Le délai est passé ; l’accueil peut regarder avec vous.",
    ),
    "purchase_unknown": (
        "Aucun achat de ce lieu ne porte ce numéro.",
        "Vérifiez le numéro du reçu.",
    ),
    "id_reused": (
        "Erreur d’appareil : numéro déjà pris. Recommencez la vente.",
        "Rien n’a été débité. La vente peut recommencer.",
    ),
    "abandoned": (
        "Cette vente a été abandonnée. Recommencez si besoin.",
        "Cette vente a été abandonnée, rien n’a été débité.",
    ),
    "device_clock": (
        "L’appareil n’est pas à l’heure. Il se règle seul : recommencez la vente.",
        "Rien n’a été débité. La vente peut recommencer.",
    ),
    "offline_off": (
        "Sans réseau, ce lieu ne peut pas encaisser.",
        "Sans réseau, ce paiement n’est pas possible ici. Un bon ?",
    ),
    "offline_licence_old": (
        "L’appareil doit retrouver le réseau. Son autorisation est finie.",
        "L’appareil du lieu doit retrouver le réseau.",
    ),
    "offline_member_limit": (
        "Sans réseau, ce montant est trop grand pour cette personne.",
        "Sans réseau, un montant plus petit passe. Complétez en euros.",
    ),
    "offline_till_limit": (
        "Le maximum sans réseau est atteint pour aujourd’hui.",
        "Le maximum sans réseau est atteint ici.",
    ),
    "offline_room_used": (
        "Sans réseau, seuls les paiements prévus passent encore.",
        "Sans réseau, seul l’argent mis de côté pour ce lieu passe ici.",
    ),
    "offline_other_place": (
        "Ce QR est prévu pour un autre lieu. La personne peut en choisir un autre.",
        "Choisissez ce lieu, ou « partout », dans l’application.",
    ),
    "late": (
        "Cette vente arrive trop tard. Une personne de la caisse décide.",
        "Cette vente arrive trop tard. Une personne de la caisse décide.",
    ),
    CHECKING: (
        "On vérifie… Ne refaites pas le paiement.",
        "On vérifie… Ne refaites pas le paiement.",
    ),
}

# The place's own refusal of a refund: its account stands at the floor that the bylaws allow.
OF_THE_PLACE: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le remboursement ne passe pas pour ce montant. "
        "Un montant plus petit, ou le reste en euros ?",
        "Ce lieu ne peut pas rendre ce montant aujourd’hui ; l’accueil peut regarder avec vous.",
    ),
}
# « Il vous reste » is for the member's own screen or paper, and never passes through the shop's.
AT_SHOP: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Ce montant dépasse ce qui vous reste. Vous pouvez payer une partie, le reste en euros.",
    ),
}
# A card whose code was typed wrong too often is not said to be the way out.
WITH_CARD: dict[str, tuple[str, str]] = {
    "code_paused": (
        "Cette carte ne prend plus de code pour l’instant. Un autre moyen ?",
        "Par sécurité, votre carte est en pause. Votre argent est en sûreté. L’accueil peut aider.",
    ),
}


@dataclass(frozen=True, slots=True)
class Declined:
    """What a till says instead of a receipt: `reason` of the closed list, and its two sentences."""

    reason: str
    cashier: str
    member: str

    @property
    def settled(self) -> bool:
        """False for `checking`: money may have moved, the same id must be asked again."""
        return self.reason != CHECKING

    @property
    def on_screen(self) -> str:
        """The cashier's whole sentence."""
        return f"{NOTHING_TAKEN} {self.cashier}" if self.settled else self.cashier


REFUND_SHORT = Declined("funds_short", *OF_THE_PLACE["funds_short"])


def at_shop(answer: Declined, *, by_card: bool) -> Declined:
    """A refusal as a shop's device says it, also to who has scanned a card."""
    said = {**AT_SHOP, **(WITH_CARD if by_card else {})}.get(answer.reason)
    return answer if said is None else Declined(answer.reason, *said)


def declined(reason: str, *, left_cents: int = 0, days: int = 0, until: str = "") -> Declined:
    """The refusal `reason` with its sentences; the values are those of which they speak."""
    said = {"left": money.show(left_cents), "days": days, "until": until}
    cashier, member = (text.format(**said) for text in SENTENCES[reason])
    return Declined(reason, cashier, member)
