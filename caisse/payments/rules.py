"""Prices that a member chooses, until when a purchase may be undone, selling without network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from caisse.bylaws.rules import article, articles
from caisse.contributions.rules import ContributionRules
from caisse.kernel.cents import Rounding
from caisse.kernel.one_or_many import Number, portion

BP = 10_000


@articles("payment")
@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The articles of paying."""

    refund_window_days: int | None = article(
        "délai pour rembourser un achat", neutral=None, bounds=(0, 90)
    )
    qr_max_cents: int = article(
        "plus gros paiement avec un QR du téléphone", neutral=60_00, bounds=(1_00, 1_000_00)
    )
    qr_pin_above_cents: int | None = article(
        "code demandé avec le QR du téléphone à partir de", neutral=None, bounds=(0, 1_000_00)
    )
    paper_sale_days: int = article(
        "jours pour taper une vente par téléphone", neutral=7, bounds=(0, 14)
    )
    max_amount_cents: int | None = article(
        "plus gros paiement en une fois", neutral=None, bounds=(1_00, 1_000_00)
    )
    daily_max_cents: int | None = article(
        "paiements d’un porte-monnaie en un jour", neutral=None, bounds=(1_00, 5_000_00)
    )
    pin_free_below_cents: int = article(
        "carte sans code en dessous de", neutral=0, bounds=(0, 50_00)
    )
    partial_allowed: bool = article("une partie d’un achat en euros", neutral=True)

    def contradiction(self) -> str | None:
        """What is wrong with these articles together, in French.

        A printed card is copied by a photograph (payments.md 4): what pays without the code needs a
        bound of its own, or whoever has the copy empties the wallet in small payments.
        """
        if self.pin_free_below_cents and self.daily_max_cents is None:
            return "Une carte sans code demande un maximum par jour (payment.daily_max_cents)."
        return None


@articles("payment")
@dataclass(frozen=True, slots=True)
class GiftRules:
    """Giving to another household (domain.md 2.3, row 22): off while the sum of a month is 0."""

    gift_month_max_cents: int = article(
        "dons d’un foyer à d’autres, par mois", neutral=0, bounds=(0, 500_00)
    )


def gift_room(given_cents: int, rules: GiftRules) -> int:
    """What a wallet that gave so many cents this month may still give."""
    return max(0, rules.gift_month_max_cents - given_cents)


def within_amount(cents: int, rules: PaymentRules) -> bool:
    """Whether one payment may be of so many cents."""
    return rules.max_amount_cents is None or cents <= rules.max_amount_cents


def spares_code(cents: int, rules: PaymentRules) -> bool:
    """Whether a scanned card pays so many cents without its code; never an identifier."""
    return cents < rules.pin_free_below_cents


KINDS = ("pin", "member_qr", "card", "voucher", "shop_qr", "paper")
OFFLINE_KINDS = ("pin", "member_qr", "card")  # those by which a sale without network is paid


def _known(kinds: tuple[str, ...]) -> str | None:
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong or len(set(kinds)) < len(kinds):
        return f"chaque moyen une fois, parmi {', '.join(KINDS)}."
    return None


@articles("instrument")
@dataclass(frozen=True, slots=True)
class InstrumentRules:
    """The ways of paying: which ones there are (domain.md 2.3, row 49), how long a code is."""

    kinds: tuple[str, ...] = article(
        "moyens de payer", neutral=KINDS, bounds=(1, len(KINDS)), check=_known
    )
    pin_length: int = article("chiffres du code", neutral=6, bounds=(6, 8), unit="number")

    @property
    def offline_kinds(self) -> tuple[str, ...]:
        """Those of them that need no network."""
        return tuple(kind for kind in OFFLINE_KINDS if kind in self.kinds)


def _rising(amounts: tuple[int, ...]) -> str | None:
    rising = all(low < high for low, high in pairwise(amounts))
    return None if rising else "les montants vont du plus petit au plus grand."


@articles("voucher")
@dataclass(frozen=True, slots=True)
class VoucherRules:
    """The vouchers that are printed at a desk; without any value none is."""

    denominations_cents: tuple[int, ...] = article(
        "valeurs des bons imprimés",
        neutral=(5_00, 10_00),
        bounds=(0, 6),
        item_bounds=(1_00, 100_00),
        check=_rising,
    )
    validity_months: int = article(
        "durée d’un bon imprimé", neutral=6, bounds=(1, 24), unit="months"
    )


def refundable(paid_on: date, today: date, rules: PaymentRules) -> bool:
    """True while a purchase of the business day `paid_on` may be refunded on `today`.

    The window counts whole days after the purchase; 0 is the same day only.
    """
    first = first_refundable(today, rules)
    return first is None or first <= paid_on


FIRST_DAY = date(2000, 1, 1)  # of a purchase: no caisse is older, and its instant fits every table


def first_refundable(today: date, rules: PaymentRules) -> date | None:
    """The first business day of which a purchase may be refunded on `today`; None: any."""
    window = rules.refund_window_days
    return None if window is None else today - timedelta(days=window)


@articles("price")
@dataclass(frozen=True, slots=True)
class PriceRules:
    """How a chosen part of a fair price becomes a price."""

    rounding: Rounding = article("arrondi des prix", neutral="half_up")
    step_cents: int = article("pas des prix", neutral=1, bounds=(1, 100))


def price_paid(fair_cents: Number, tier_bp: int, rules: PriceRules) -> Number:
    """The price of goods worth `fair_cents` at the tier `tier_bp`, rounded once to a whole step.

    The fair price itself (10,000 bp) is never rounded: it is what the shop asks.
    """
    if tier_bp == BP:
        return fair_cents
    return portion(fair_cents, tier_bp, BP, rules.rounding, rules.step_cents)


def prices(fair_cents: Number, rules: PriceRules, contribution: ContributionRules) -> list[Number]:
    """One price per tier of the article `contribution.price_tiers_bp`, the lowest first."""
    return [price_paid(fair_cents, tier, rules) for tier in contribution.price_tiers_bp]


@articles("payment")
@dataclass(frozen=True, slots=True)
class OfflineRules:
    """Selling without network: what is set aside, and what the caisse may lose at a place."""

    offline: bool = article("vendre sans réseau", neutral=False)
    offline_trust_cents: int = article(
        "perte possible d’un lieu sans réseau", neutral=60_00, bounds=(0, 500_00)
    )
    offline_member_cents: int = article(
        "achats de confiance d’une personne sans réseau", neutral=20_00, bounds=(0, 100_00)
    )
    offline_day_cents: int = article(
        "ventes d’un jour sans réseau", neutral=200_00, bounds=(0, 5_000_00)
    )
    offline_reserve_cents: int = article(
        "argent mis de côté par un foyer", neutral=60_00, bounds=(0, 300_00)
    )
    offline_places: int = article(
        "lieux pour lesquels un foyer met de côté", neutral=3, bounds=(1, 10), unit="number"
    )
    offline_licence_hours: int = article(
        "heures sans contact d’un appareil", neutral=48, bounds=(1, 48), unit="number"
    )
    offline_late_days: int = article(
        "délai pour envoyer les ventes sans réseau", neutral=7, bounds=(1, 21)
    )


def place_bound_cents(ceiling_cents: int, rules: OfflineRules) -> int:
    """All that may be lost at a place until a person looks: R; more, where the article was higher.

    `ceiling_cents` is that of its losses: what was lost, and what its open licences may still lose.
    They keep the room of their beginning, whatever is decided since (payments.md 7.3).
    """
    return max(rules.offline_trust_cents if rules.offline else 0, ceiling_cents)


def offline_bound_cents(places: int, ceilings: Sequence[int], rules: OfflineRules) -> int:
    """The same at `places` places: n · R, where no ceiling of theirs (`ceilings`) is above R."""
    others = max(0, places - len(ceilings))
    fresh = place_bound_cents(0, rules)
    return others * fresh + sum(place_bound_cents(one, rules) for one in ceilings)


def is_used_up(lost_cents: int, left_cents: int | None, rules: OfflineRules) -> bool:
    """Whether the tills of a place take only what was planned, until a person has looked.

    `left_cents` is what its open licences may still lose, None where it has none: then its next one
    would have what is left of R.
    """
    left = rules.offline_trust_cents - lost_cents if left_cents is None else left_cents
    return rules.offline and lost_cents > 0 and left <= 0


def licence_total_cents(rules: OfflineRules) -> int:
    """L, what one licence honours at all: D for each day that it begins."""
    return rules.offline_day_cents * -(-rules.offline_licence_hours // 24)
