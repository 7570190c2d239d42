"""Who may join, and what one gives, article by article."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel.wording import count
from caisse.site.telling.sentences.shapes import (
    Say,
    Terms,
    cents,
    choice,
    listed,
    number,
    on,
    percent,
    semicolons,
)

BP = 10_000


def members() -> dict[str, Say]:
    """Who is a member, and in which money."""
    return {
        "member_unit": choice(
            {
                "person": _("Chaque personne adhère pour elle-même."),
                "household": _("On adhère par foyer : un foyer, un porte-monnaie."),
                "group": _("On adhère seul, ou à plusieurs qui partagent un budget alimentaire."),
            }
        ),
        "admission.capacity": number(
            _("La caisse n’a aucune place pour l’instant."),
            _("La caisse a %(n)s places."),
            _("Le nombre de places n’a pas de limite."),
        ),
        "balance.household_sub_wallets": lambda value, terms: (
            ngettext(
                "%(n)s personne paie avec le porte-monnaie du foyer.",
                "Jusqu’à %(n)s personnes paient avec le même porte-monnaie.",
                value,
            )
            % {"n": count(value)}
        ),
        "retention.member_file_months": number(
            "", _("La caisse garde un dossier %(n)s mois après la clôture, puis l’efface.")
        ),
        "retention.application_months": number(
            "", _("Une demande restée sans suite s’efface après %(n)s mois.")
        ),
        "currency.code": lambda value, terms: (
            _("La caisse compte en euros.")
            if value == "EUR"
            else _("La caisse compte dans cette monnaie : %(code)s.") % {"code": value}
        ),
        "currency.food_unit_name": lambda value, terms: (
            _("L’unité de la caisse s’appelle « %(name)s ». 1 %(name)s vaut 1 %(currency)s.")
            % {"name": value, "currency": terms.currency}
        ),
    }


def given() -> dict[str, Say]:
    """What everyone may give, and when."""
    return {
        "contribution.mode": choice(
            {
                "free": _("Chacun choisit sa cotisation."),
                "guided": _("Chacun choisit sa cotisation. Une grille propose un montant."),
                "graded_levels": _("Chacun choisit sa cotisation parmi des niveaux."),
                "rate_of_income": _("La cotisation est une part du revenu que l’on déclare."),
                "quotient_table": _("La cotisation dépend du quotient familial."),
                "situation_question": _("La cotisation dépend de la réponse à une question."),
                "three_prices": _("Il n’y a pas de cotisation : chacun choisit son prix."),
                "none": _("La caisse ne demande pas de cotisation."),
            }
        ),
        "contribution.min_cents": cents(
            _("Il n’y a pas de cotisation minimale."),
            _("La cotisation est d’au moins %(amount)s par mois."),
        ),
        "contribution.max_cents": cents(
            _("La cotisation est nulle."),
            _("La cotisation ne dépasse pas %(amount)s par mois."),
            _("Il n’y a pas de cotisation maximale."),
        ),
        "contribution.min_per_extra_person_cents": cents(
            _("Le minimum est le même pour une ou plusieurs personnes."),
            _("Chaque personne de plus ajoute %(amount)s au minimum."),
        ),
        "contribution.min_per_extra_adult_cents": cents(
            _("Le minimum est le même pour un ou plusieurs adultes."),
            _("Chaque adulte de plus ajoute %(amount)s au minimum."),
        ),
        "contribution.step_cents": lambda value, terms: (
            _("La cotisation se choisit au centime près.")
            if value == 1
            else _("La cotisation va de %(a)s en %(a)s.") % {"a": terms.money(value)}
        ),
        "contribution.levels_cents": lambda value, terms: (
            _("Les niveaux de cotisation : %(levels)s.")
            % {"levels": listed(map(terms.money, value), _("ou"))}
            if value
            else _("La cotisation ne suit pas de niveaux.")
        ),
        "contribution.cutoff_day": on(
            _("On change sa cotisation jusqu’au %(day)s du mois d’avant.")
        ),
        "contribution.debit_day": on(_("La cotisation est demandée le %(day)s du mois.")),
    }


def asked() -> dict[str, Say]:
    """How the amount is found: income, situation, guide, price."""
    return {
        "contribution.income_rate_bp": percent(
            _("La cotisation ne suit pas le revenu."),
            _("Sur %(whole)s de revenu net, la cotisation est d’au moins %(part)s."),
        ),
        "contribution.situations": lambda value, terms: (
            _("Les situations : %(list)s.")
            % {"list": semicolons(f"{one.label}, {_range(one, terms)}" for one in value)}
            if value
            else _("Le règlement ne pose pas de question sur la situation.")
        ),
        "contribution.quotient_bands": lambda value, terms: (
            _("La table des quotients : %(list)s.")
            % {"list": semicolons(f"{one.label}, {terms.money(one.due_cents)}" for one in value)}
            if value
            else _("Le règlement n’a pas de table des quotients.")
        ),
        "contribution.topup_by": lambda value, terms: (
            _("Qui complète les cotisations : %(payer)s.") % {"payer": value}
            if value
            else _("Personne ne complète les cotisations.")
        ),
        "contribution.topup_to_cents": cents(
            _("Aucun complément n’est prévu."), _("La cotisation est complétée jusqu’à %(amount)s.")
        ),
        "contribution.price_tiers_bp": lambda value, terms: (
            _("Pour un prix juste de %(whole)s, chacun choisit de payer %(parts)s.")
            % {"whole": terms.money(100_00), "parts": listed(map(terms.money, value), _("ou"))}
            if value != (BP,)
            else _("Le prix est le même pour tous.")
        ),
        "contribution.guide_questions": lambda value, terms: (
            ngettext(
                "La grille pose %(n)s question : %(list)s.",
                "La grille pose %(n)s questions : %(list)s.",
                len(value),
            )
            % {"n": len(value), "list": listed(one.label for one in value)}
            if value
            else _("La grille n’a pas de question.")
        ),
        "contribution.guide_amounts_cents": lambda value, terms: (
            _("La grille propose de %(low)s à %(high)s par mois.")
            % {"low": terms.money(min(value)), "high": terms.money(max(value))}
            if value
            else _("La grille ne propose aucun montant.")
        ),
    }


def _range(one: Any, terms: Terms) -> str:
    words = {"low": terms.money(one.min_cents), "high": terms.money(one.max_cents or 0)}
    if one.max_cents is None:
        return _("%(low)s ou plus") % words
    return _("de %(low)s à %(high)s") % words
