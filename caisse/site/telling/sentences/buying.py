"""What the caisse pays at a place, and how the place is paid, article by article."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from caisse.site.telling.sentences.shapes import Say, cents, choice, listed, number, on, percent

KINDS = {
    "pin": later("l’identifiant et le code"),
    "member_qr": later("le QR du téléphone"),
    "card": later("la carte et le code"),
    "voucher": later("des bons imprimés"),
    "shop_qr": later("le QR du commerçant"),
    "paper": later("un appel de l’accueil"),
}


def bought() -> dict[str, Say]:
    """Cover, prices, refunds."""
    return {
        "coverage.mode": choice(
            {
                "full": _("Un achat se paie en entier avec les %(unit)s."),
                "rate_by_place": _("La part payée par la caisse dépend du lieu."),
                "rate_by_product": _("La part payée par la caisse dépend du produit."),
            }
        ),
        "price.step_cents": lambda value, terms: (
            _("Les prix se comptent au centime près.")
            if value == 1
            else _("Les prix vont de %(a)s en %(a)s.") % {"a": terms.money(value)}
        ),
        "payment.refund_window_days": number(
            _("Un achat se rembourse le jour même seulement."),
            _("Un achat se rembourse pendant %(n)s jours."),
            _("Un achat se rembourse sans limite de temps."),
        ),
        "payment.paper_sale_days": number(
            _("Personne ne vend par téléphone."),
            _("Une vente par téléphone garde la somme %(n)s jours au plus."),
        ),
        "coverage.rates_bp": lambda value, terms: (
            _("Les taux de prise en charge, pour un achat de %(whole)s : %(list)s.")
            % {
                "whole": terms.money(100_00),
                "list": listed(f"{one.code}, {terms.money(one.rate_bp)}" for one in value),
            }
            if value
            else _("Il n’y a pas de taux de prise en charge.")
        ),
    }


def paid_with() -> dict[str, Say]:
    """The ways of paying, and what each asks for."""
    return {
        "instrument.kinds": lambda value, terms: (
            _("Tous les moyens de payer de la caisse sont permis.")
            if len(value) == len(KINDS)
            else _("On paie avec : %(list)s.") % {"list": listed(_(KINDS[one]) for one in value)}
        ),
        "payment.qr_max_cents": cents("", _("Un QR du téléphone paie %(amount)s au plus.")),
        "payment.qr_pin_above_cents": cents(
            _("Un QR du téléphone demande toujours le code."),
            _("À partir de %(amount)s, un QR du téléphone demande aussi le code."),
            _("Un QR du téléphone paie sans code."),
        ),
        "payment.max_amount_cents": cents(
            "", _("Un paiement est de %(amount)s au plus."), _("Un paiement n’a pas de maximum.")
        ),
        "payment.daily_max_cents": cents(
            "",
            _("Un porte-monnaie paie %(amount)s au plus par jour."),
            _("Un porte-monnaie paie autant qu’il veut en un jour."),
        ),
        "payment.pin_free_below_cents": cents(
            _("Une carte paie toujours avec le code."),
            _("En dessous de %(amount)s, une carte scannée paie sans code."),
        ),
        "payment.partial_allowed": lambda value, _terms: (
            _("Une partie d’un achat peut se payer en euros.")
            if value
            else _("Un achat se paie en entier, sans complément en euros.")
        ),
        "payment.gift_month_max_cents": cents(
            _("Un foyer ne donne rien à un autre."),
            _("Un foyer donne %(amount)s au plus par mois à d’autres foyers."),
        ),
        "instrument.pin_length": number(
            "", _("Le code pour payer a %(n)s chiffres. La caisse le tire au sort.")
        ),
        "voucher.denominations_cents": lambda value, terms: (
            _("Un bon imprimé vaut %(list)s.")
            % {"list": listed((terms.food(cents) for cents in value), _("ou"))}
            if value
            else _("La caisse n’imprime pas de bons.")
        ),
        "voucher.validity_months": number("", _("Un bon imprimé paie pendant %(n)s mois.")),
    }


def without_network() -> dict[str, Say]:
    """Selling where there is no network: what is set aside, what the caisse may lose."""
    return {
        "payment.offline": lambda value, _terms: (
            _("Un lieu peut encaisser sans réseau.")
            if value
            else _("Sans réseau, aucun lieu n’encaisse.")
        ),
        "payment.offline_trust_cents": cents(
            _("Sans réseau, seul l’argent mis de côté passe."),
            _("Sans réseau, la caisse peut perdre %(amount)s par lieu, puis une personne regarde."),
        ),
        "payment.offline_member_cents": cents(
            _("Sans réseau, seul l’argent mis de côté passe."),
            _("Sans réseau, une personne paie %(amount)s au plus par lieu, sans mise de côté."),
        ),
        "payment.offline_day_cents": cents(
            _("Sans réseau, un lieu n’encaisse rien."),
            _("Sans réseau, un lieu encaisse %(amount)s au plus par jour."),
        ),
        "payment.offline_reserve_cents": cents(
            _("Un foyer ne met rien de côté."),
            _("Un foyer met de côté %(amount)s au plus."),
        ),
        "payment.offline_places": number("", _("Un foyer met de côté pour %(n)s lieux au plus.")),
        "payment.offline_licence_hours": number(
            "", _("Un appareil vend sans réseau pendant %(n)s heures au plus.")
        ),
        "payment.offline_late_days": number(
            "", _("Une vente sans réseau s’envoie dans les %(n)s jours.")
        ),
    }


def redeemed() -> dict[str, Say]:
    """How places get their euros, and what a refund may take from them."""
    return {
        "redemption.frequency": choice(
            {
                "monthly": _("Les lieux sont remboursés chaque mois."),
                "on_demand": _("Les lieux sont remboursés quand ils le demandent."),
            }
        ),
        "redemption.pay_day": on(_("Les lieux reçoivent leurs euros le %(day)s du mois suivant.")),
        "redemption.min_amount_cents": cents(
            _("Les lieux sont remboursés dès le premier centime."),
            _("Sous %(amount)s, le remboursement d’un lieu attend le mois suivant."),
        ),
        "redemption.fee_bp": percent(
            _("Les lieux ne paient pas de frais."),
            _("Sur %(whole)s de ventes, un lieu paie %(part)s de frais."),
        ),
        "redemption.refund_floor_cents": cents(
            _("Rembourser un achat ne met jamais un lieu en dette."),
            _("Rembourser un achat peut mettre un lieu en dette de %(amount)s au plus."),
        ),
        "redemption.two_person_refund_cents": cents(
            _("Au bureau, rembourser un achat demande toujours deux personnes."),
            _("Au bureau, rembourser plus de %(amount)s d’un achat demande deux personnes."),
        ),
    }
