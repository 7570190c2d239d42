"""The closed list of refusals at a till (own room: a table that operations and pages read).

Each reason has one sentence for the cashier and one for the member; neither says what a shop must
not know. « Rien n’est prélevé. » goes before the cashier's, except while an answer is awaited.
"""

from dataclasses import dataclass

from caisse.payments import reaching

NOTHING_TAKEN = "Rien n’est prélevé."
CHECKING = "checking"

SENTENCES: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Il vous reste {left}. Vous pouvez payer une partie et compléter en euros.",
    ),
    # for her own telephone and her messages: a shop is told `funds_short` (`at_shop`)
    "funds_reserved": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "{amount} sont mis de côté pour {place} jusqu’à {until}. "
        "Reprenez-les dans « Payer » ou à l’accueil.",
    ),
    "amount_limit": (
        "Ce montant dépasse ce qui est possible en une fois.",
        "Un montant plus petit passera. Le maximum est fixé par la caisse, ou par vous.",
    ),
    "day_limit": (
        "Ce montant dépasse ce qui est possible aujourd’hui. Un plus petit, ou le reste en euros ?",
        "La caisse fixe un maximum par jour, et cet achat le dépasse. Un plus petit passera "
        "peut-être ; demain, tout repart.",
    ),
    "code_wrong": (
        "Le code ou l’identifiant n’est pas reconnu. La personne peut le retaper.",
        "Vérifiez l’identifiant et le code, puis recommencez.",
    ),
    "code_paused": (
        "Le code n’est pas possible ici aujourd’hui. Carte avec code, téléphone ou bon acceptés.",
        "Par sécurité, payez avec votre carte, votre téléphone ou un bon. Votre argent est en "
        "sûreté. L’accueil peut aider{phone}.",
    ),
    "till_code_paused": (
        "Cet appareil ne prend plus de code jusqu’à {until}. Téléphone ou bon à scanner acceptés.",
        "Payez par téléphone ou avec un bon à scanner, sur un autre appareil, ou attendez {until}.",
    ),
    "means_unavailable": (
        "Ce moyen de paiement n’est pas disponible aujourd’hui. Un autre moyen ?",
        "Votre porte-monnaie ou ce moyen est en pause. Appelez l’accueil{phone}.",
    ),
    "card_replaced": (
        "Cette carte a été remplacée. Un autre moyen ?",
        "Une carte plus récente existe. Utilisez-la, ou passez à l’accueil.",
    ),
    "code_needed": (
        "Ce montant demande le code. La personne peut le taper.",
        "Ce montant demande votre code. Tapez-le, puis « Payer ».",
    ),
    "qr_expired": (
        "Ce QR est trop ancien. La personne peut en afficher un nouveau.",
        "Touchez « Nouveau QR ». Si cela recommence, ouvrez « Payer » une fois avec du réseau.",
    ),
    "qr_used": (
        "Ce QR a déjà servi. La personne peut en afficher un nouveau.",
        "Ce QR a déjà servi. Touchez « Nouveau QR ».",
    ),
    "qr_unreadable": (
        "Ce QR n’est pas un moyen de payer de la caisse. Un autre moyen ?",
        "Ouvrez « Payer » sur votre téléphone, montrez votre carte, ou dites votre identifiant.",
    ),
    "other_caisse": (
        "Ce moyen vient d’une autre caisse. Un autre moyen ?",
        "Ici, seuls les moyens de cette caisse passent.",
    ),
    "authorisation_unknown": (
        "Ce numéro d’accord n’est pas reconnu. Appelez la caisse{phone}.",
        "Rien n’a été débité. La caisse peut vérifier avec le lieu.",
    ),
    "voucher_used": (
        "Ce bon a déjà été encaissé.",
        "Ce bon a déjà été encaissé. Si ce n’est pas vous, appelez l’accueil.",
    ),
    "voucher_expired": (
        "Ce bon n’est plus valable.",
        "Ce bon n’est plus valable : sa valeur est revenue sur le porte-monnaie qui l’a payé.",
    ),
    "voucher_unknown": (
        "Ce bon n’est pas reconnu. On peut retaper ses 13 signes.",
        "Ce bon n’est pas reconnu. L’accueil peut le vérifier avec vous.",
    ),
    "voucher_whole": (
        "Ce bon paie {amount} en une fois : l’achat doit être au moins de ce montant.",
        "Gardez ce bon pour un achat d’au moins {amount}.",
    ),
    "category_not_covered": (
        "La caisse ne prend pas tout cet achat en charge. Tapez-le par catégorie, le reste en "
        "euros.",
        "La caisse ne paie qu’une part des achats ici. Le lieu la tape, le reste est en euros.",
    ),
    "place_closed": (
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Appelez la caisse{phone}.",
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Voir les lieux proches.",
    ),
    "till_suspended": (
        "Cet appareil est suspendu. Appelez la caisse{phone}.",
        "Cet appareil ne peut pas encaisser. Un autre appareil du lieu peut le faire.",
    ),
    "cashier_right": (
        "Cette action demande le code d’une personne responsable.",
        "Une autre personne du lieu peut le faire.",
    ),
    "cashier_code": (
        "Ce code de caisse n’est pas connu ici. Retapez-le, ou appelez la personne responsable.",
        "Une autre personne du lieu peut encaisser.",
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
        "Sans réseau, ce paiement n’est pas possible ici. Plus tard, ou en euros ?",
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
    "offline_clock": (
        "L’heure de l’appareil est fausse. Corrigez-la ou retrouvez le réseau.",
        "L’appareil du lieu doit être remis à l’heure.",
    ),
    "offline_repeat": (
        "Ce paiement est déjà enregistré ici.",
        "Déjà enregistré, voyez vos trois mots.",
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

# The same where the value of which the sentence speaks is known: `amount`; `hours`, of a licence;
# or `on`, a day, an hour.
WITH_AMOUNT: dict[str, tuple[str, str]] = {
    "amount_limit": (
        "Ce montant dépasse ce qui est possible en une fois.",
        "Le maximum est de {amount} en une fois. Un montant plus petit passera.",
    ),
    "code_needed": (
        "Ce montant demande le code. La personne peut le taper.",
        "À partir de {amount}, il faut votre code. Tapez-le, puis « Payer ».",
    ),
    "offline_member_limit": (
        "Sans réseau, pas plus de {amount} pour cette personne.",
        "Sans réseau, {amount} au plus. Complétez en euros.",
    ),
}
WITH_HOURS: dict[str, tuple[str, str]] = {
    "offline_licence_old": (
        "L’appareil doit retrouver le réseau. Son autorisation de {hours} h est finie.",
        "L’appareil du lieu doit retrouver le réseau.",
    ),
}
WITH_DATE: dict[str, tuple[str, str]] = {
    "qr_used": (
        "Ce QR a déjà servi. La personne peut en afficher un nouveau.",
        "Ce QR a déjà servi à {on}. Touchez « Nouveau QR ».",
    ),
    "voucher_used": (
        "Ce bon a déjà été encaissé.",
        "Ce bon a été encaissé le {on}. Si ce n’est pas vous, appelez l’accueil{phone}.",
    ),
    "voucher_expired": (
        "Ce bon n’est plus valable.",
        "Ce bon était valable jusqu’au {on} : sa valeur revient au porte-monnaie qui l’a payé.",
    ),
}

# What a till says without network, and what its sales may be answered afterwards: its page holds
# these sentences, the first one for an answer that it does not know.
WITHOUT_NETWORK = (
    "late",
    "offline_off",
    "offline_licence_old",
    "offline_clock",
    "offline_till_limit",
    "offline_member_limit",
    "offline_other_place",
    "offline_room_used",
    "offline_repeat",
    "qr_unreadable",
    "qr_expired",
    "code_wrong",
    "means_unavailable",
    "place_closed",
    "id_reused",
    "abandoned",
    "funds_short",
)

# The place's own refusal of a refund: its account stands at the floor that the bylaws allow.
OF_THE_PLACE: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le remboursement ne passe pas pour ce montant. "
        "Un montant plus petit, ou le reste en euros ?",
        "Ce lieu ne peut pas rendre ce montant aujourd’hui ; l’accueil peut regarder avec vous.",
    ),
}
# Nothing is left: her own screen offers her no part of it.
EMPTY: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Il ne vous reste rien à dépenser. Réglez cet achat en euros.",
    ),
}
# « Il vous reste » is for the member's own screen or paper, and never passes through the shop's.
# The shop's says the same, with the same keys, whether something is left or nothing: else a sale of
# one cent too much would tell it whose wallet is empty.
AT_SHOP: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Ce montant dépasse ce qui vous reste. S’il vous en reste, payez une partie, le reste en "
        "euros.",
    ),
}
# That money is set aside is hers to know: what a shop is told has the other reason's every byte.
SHOPS_WORD = {"funds_reserved": "funds_short"}
# All that she has was asked for, by her own code: that there is nothing is the answer itself.
AT_SHOP_ALL: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas, même pour une partie. Tout en euros, ou un autre moyen ?",
        "Le porte-monnaie ne paie rien de cet achat. Réglez-le en euros, ou autrement.",
    ),
}
# What was shown in the place of a voucher.
WITH_VOUCHER: dict[str, tuple[str, str]] = {
    "qr_unreadable": (
        "Ce QR n’est pas un bon de la caisse. Un autre moyen ?",
        "Montrez un bon de la caisse, ou lisez ses 13 signes.",
    ),
}
# A card whose code was typed wrong too often is not said to be the way out.
WITH_CARD: dict[str, tuple[str, str]] = {
    "code_paused": (
        "Cette carte ne prend plus de code pour l’instant. Un autre moyen ?",
        "Par sécurité, votre carte est en pause. Votre argent est en sûreté. L’accueil peut aider.",
    ),
}
# What was agreed on the telephone is known to the place: it may be told the amount again.
AGREED: tuple[str, str] = (
    "Cet accord est de {left} au plus. Tapez un montant plus petit, ou prenez le reste en euros.",
    "L’accord donné au téléphone est de {left} au plus.",
)

WITH_QR: dict[str, tuple[str, str]] = {
    "code_paused": (
        "Ce téléphone ne prend plus de code pour l’instant. Un montant plus petit, ou autrement ?",
        "Par sécurité, le code est en pause avec ce téléphone. Votre argent est en sûreté.",
    ),
}
SCANNED = {"card": WITH_CARD, "member_qr": WITH_QR}
# The QR of a till or a place, read by a telephone: another one is the shop's to show.
BY_PHONE: dict[str, tuple[str, str]] = {
    "qr_unreadable": (
        "Ce QR n’est pas un moyen de payer de la caisse. Un autre moyen ?",
        "Ce QR ne demande pas de paiement ici. Le commerçant peut en montrer un autre.",
    ),
    "qr_expired": (
        "Ce QR est trop ancien. La personne peut en afficher un nouveau.",
        "Ce QR est trop ancien. Le commerçant peut en montrer un nouveau.",
    ),
    "qr_used": (
        "Ce QR a déjà servi. La personne peut en afficher un nouveau.",
        "Ce QR est déjà payé. Le commerçant peut en montrer un nouveau.",
    ),
}


@dataclass(frozen=True, slots=True)
class Declined:
    """What a till says instead of a receipt: `reason` of the closed list, and its two sentences.

    `empty`: nothing is left in the wallet. It is for its holder's own telephone alone.
    """

    reason: str
    cashier: str
    member: str
    empty: bool = False

    @property
    def settled(self) -> bool:
        """False for `checking`: money may have moved, the same id must be asked again."""
        return self.reason != CHECKING

    @property
    def on_screen(self) -> str:
        """The cashier's whole sentence."""
        return f"{NOTHING_TAKEN} {self.cashier}" if self.settled else self.cashier


CODE_ON_PHONE = Declined(
    "code_needed",
    SENTENCES["code_needed"][0],
    "Ce montant demande votre code. Montrez votre QR au commerçant : vous le taperez là.",
)
SCANNED_BY_PHONE = {name: Declined(name, *said) for name, said in BY_PHONE.items()}
REFUND_SHORT = Declined("funds_short", *OF_THE_PLACE["funds_short"])
NO_VOUCHER = Declined("qr_unreadable", *WITH_VOUCHER["qr_unreadable"])


def without_network() -> list[Declined]:
    """The refusals that a till's page holds, for when nobody else can say them."""
    return [at_shop(declined(reason), method="") for reason in WITHOUT_NETWORK]


def with_values() -> list[Declined]:
    """Those of them in which a till puts a value itself: `{amount}` or `{hours}` stands for it."""
    known = {**WITH_AMOUNT, **WITH_HOURS}
    return [Declined(reason, *known[reason]) for reason in WITHOUT_NETWORK if reason in known]


def at_shop(answer: Declined, *, method: str, up_to: bool = False) -> Declined:
    """A refusal as a shop's device says it, also to who has scanned a card or a telephone.

    With `up_to` all that the wallet has was asked for.
    """
    known = AT_SHOP_ALL if up_to else AT_SHOP
    reason = SHOPS_WORD.get(answer.reason, answer.reason)
    said = {**known, **SCANNED.get(method, {})}.get(reason)
    return answer if said is None else Declined(reason, *said)


def agreement_exceeded(cents: int) -> Declined:
    """More was typed than the `cents` that were agreed to on the telephone."""
    cashier, member = (text.format(left=reaching.amount(cents)) for text in AGREED)
    return Declined("amount_limit", cashier, member)


def declined(
    reason: str,
    *,
    left_cents: int = 0,
    amount_cents: int = 0,
    hours: int = 0,
    days: int = 0,
    until: str = "",
    phone: str = "",
    on: str = "",
    place: str = "",
) -> Declined:
    """The refusal `reason` with its sentences; the values are those of which they speak.

    `phone` is the caisse's; unsaid, the number that the process remembers; none where nobody has
    written one. `on` is the day, or the hour, of what was before. An empty wallet has 0
    `left_cents`. `place` is for where money is set aside.
    """
    phone = phone or reaching.phone()
    said = {
        "left": reaching.amount(left_cents), "amount": reaching.amount(amount_cents),
        "hours": hours, "days": days, "until": until, "on": on, "place": place,
        "phone": f" : {phone}" if phone else "",
    }  # fmt: skip
    empty = SHOPS_WORD.get(reason, reason) in EMPTY and left_cents <= 0
    known = WITH_AMOUNT.get(reason) if amount_cents else WITH_DATE.get(reason) if on else None
    if hours:
        known = WITH_HOURS.get(reason)
    if empty:
        known = EMPTY.get(reason)
    cashier, member = (text.format(**said) for text in known or SENTENCES[reason])
    return Declined(reason, cashier, member, empty)
