"""Why a payment is declined, in two sentences (own room: tables that operations and pages read).

`refusals` has the closed list; here is what is said in its place where less may be known.
"""

from dataclasses import dataclass

from caisse.payments import reaching
from caisse.payments.refusals import CHECKING, SENTENCES, WITH_AMOUNT, WITH_DATE, WITH_HOURS

NOTHING_TAKEN = "Rien n’est prélevé."

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
