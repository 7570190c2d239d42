"""What one receives, keeps and loses, article by article."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws.rules import Value
from caisse.site.telling.sentences.shapes import (
    Say,
    Terms,
    cents,
    choice,
    number,
    on,
    percent,
    semicolons,
)


def received() -> dict[str, Say]:
    """What each household receives, and how the amount is made."""
    return {
        "allocation.mode": choice(
            {
                "flat": _("Chaque mois, tous reçoivent le même montant."),
                "by_composition": _("Ce que l’on reçoit dépend des adultes et des enfants."),
                "by_size_band": _("Ce que l’on reçoit dépend de la taille du foyer."),
                "mean_of_contributions": _("Chacun reçoit la moyenne des cotisations du mois."),
                "none": _("La caisse ne verse rien chaque mois."),
            }
        ),
        "allocation.base_cents": cents(
            _("Le montant de base est nul."),
            _("Le montant de base est de %(amount)s par mois."),
            food=True,
        ),
        "allocation.additional_adult_cents": cents(
            _("Un adulte de plus ne change rien au montant."),
            _("Chaque adulte de plus ajoute %(amount)s."),
            food=True,
        ),
        "allocation.child_cents": cents(
            _("Un enfant ne change rien au montant."),
            _("Chaque enfant ajoute %(amount)s."),
            _("Un enfant compte comme un adulte de plus."),
            food=True,
        ),
        "allocation.child_max_age": number(
            _("Le règlement ne compte pas les enfants à part."),
            _("Un enfant a moins de %(n)s ans."),
        ),
        "allocation.size_bands": _bands,
        "allocation.max_people_counted": number(
            "",
            _("Au plus %(n)s personnes du foyer comptent."),
            _("Toutes les personnes du foyer comptent."),
        ),
    }


def limited() -> dict[str, Say]:
    """How the amount begins, and what may lower it."""
    return {
        "allocation.levy_bp": percent(
            _("Rien n’est mis de côté sur les cotisations."),
            _("Sur %(whole)s de cotisations, %(part)s sont mis de côté."),
        ),
        "allocation.levy_to": lambda value, terms: {
            "solidarity": _("Ce qui est mis de côté va au pot de solidarité."),
            "investment": _("Ce qui est mis de côté va au fonds d’investissement."),
        }.get(value, _("Ce qui est mis de côté va au fonds « %(fund)s ».") % {"fund": value}),
        "allocation.credit_day": on(_("Le versement a lieu le %(day)s du mois.")),
        "allocation.first_month": choice(
            {
                "full": _("Le premier mois est versé en entier."),
                "prorata": _("Le premier mois est versé selon les jours qui restent."),
                "next_month": _("Qui adhère en cours de mois reçoit à partir du mois suivant."),
            }
        ),
        "allocation.budget_guard": choice(
            {
                "warn": _("Si l’argent vient à manquer, la caisse prévient."),
                "block": _("Si l’argent vient à manquer, le versement du mois s’arrête."),
                "scale": _("Si l’argent vient à manquer, tous les montants baissent autant."),
            }
        ),
    }


def _bands(value: Value, terms: Terms) -> str:
    if not value:
        return _("Le montant ne suit pas de barème par taille.")
    lines = [
        (
            _("au-delà, %(amount)s")
            if band.max_people is None
            else ngettext(
                "jusqu’à %(n)s personne, %(amount)s",
                "jusqu’à %(n)s personnes, %(amount)s",
                band.max_people,
            )
        )
        % {"n": band.max_people, "amount": terms.food(band.cents)}
        for band in value
    ]
    return _("Le barème par taille : %(lines)s.") % {"lines": semicolons(lines)}


def kept() -> dict[str, Say]:
    """What becomes of what is not spent."""
    return {
        "balance.rollover": choice(
            {
                "full": _("Ce qui n’est pas dépensé reste au porte-monnaie."),
                "capped": _("Ce qui n’est pas dépensé reste, jusqu’à un plafond."),
                "none": _("Ce qui n’est pas dépensé ne passe pas au mois suivant."),
            }
        ),
        "balance.cap_multiple": number(
            _("Le porte-monnaie ne garde rien d’un mois à l’autre."),
            _("Le porte-monnaie garde au plus %(n)s fois le versement d’un mois."),
            _("Le porte-monnaie n’a pas de plafond."),
        ),
        "balance.expiry_months": number(
            "",
            _("Les %(unit)s se perdent au bout de %(n)s mois."),
            _("Les %(unit)s ne se perdent pas avec le temps."),
        ),
        "balance.expiry_destination": choice(
            {
                "fund": _("Ce qui se perd revient au fonds de la caisse."),
                "solidarity_pot": _("Ce qui se perd va au pot de solidarité."),
                "investment_fund": _("Ce qui se perd va au fonds d’investissement."),
            }
        ),
        "fund.backing_ratio_min_bp": lambda value, terms: (
            _("Pour %(units)s en circulation, au moins %(money)s sont à la banque.")
            % {"units": terms.food(100_00), "money": terms.money(value)}
        ),
    }
