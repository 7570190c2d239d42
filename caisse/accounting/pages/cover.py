"""The proof, at the end of any day, that each unit in circulation lies at the bank; the checks."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.accounting import queries
from caisse.accounting.forms import DayForm
from caisse.accounting.pages import ACT, ROLES
from caisse.accounting.queries import Cover
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import day_asked, send_sheet, show
from caisse.kernel.sheet import Cell, in_units

BP = 100


@in_menu("money")
@only(*ROLES)
@require_safe
def cover(request: HttpRequest) -> HttpResponse:
    """What lies at the bank of the caisse and what it is there for, as a sum and in words."""
    today = clock.today()
    found = queries.cover(day_asked(request, today))
    words = {
        "cover": found,
        "unit": queries.unit_of(found.day),
        "today": today,
        "aside": [(aside_words(family), cents) for family, cents in found.aside.items()],
        "aside_cents": sum(found.aside.values()),
        "short_cents": -found.gap_cents,
        "percent": found.required_bp // BP,
        "day_form": DayForm(initial={"au": found.day}),
    }
    return show(request, "accounting/cover.html", words)


@only(*ROLES)
@require_safe
def cover_csv(request: HttpRequest) -> HttpResponse:
    """The same sum for a spreadsheet."""
    found = queries.cover(day_asked(request, clock.today()))
    return send_sheet(f"couverture-{found.day}.csv", _sheet(found))


@in_menu("money")
@only("administrator", "coordinator", "treasurer")
@require_http_methods(ACT)
def checks(request: HttpRequest) -> HttpResponse:
    """Whether the books hold: what each start looks at, and on demand every rule (slow)."""
    whole = request.method == "POST"
    lines = queries.check() if whole else queries.check_start()
    words = {
        "whole": whole,
        "money": by(request).may(*ROLES),
        "damaged": [line for line in lines if not line.ok],
        "fine": [line for line in lines if line.ok],
    }
    return show(request, "accounting/checks.html", words)


def aside_words(family: str) -> str:
    """What is set aside and not in circulation, in words."""
    return {
        "fund:caisse": _("Disponible pour les mois à venir"),
        "fund:month": _("Mis de côté pour un mois gelé"),
        "fund:offline": _("Réserve des ventes hors réseau"),
        "fund:named": _("Fonds nommés"),
        "grant:caisse": _("Subventions en passage"),
        "receivable:returns": _("Prélèvements revenus, à couvrir"),
        "receivable:fees": _("Frais de banque, à rendre"),
    }[family]


def _sheet(found: Cover) -> Iterator[Sequence[Cell]]:
    rows: list[tuple[str, int]] = [
        (_("À la banque, compte de la caisse"), found.bank_cents),
        (_("Chez les foyers"), found.wallets_cents),
        (_("Dû aux lieux"), found.places_cents),
        (_("Bons imprimés"), found.vouchers_cents),
        (_("Mis de côté hors réseau"), found.reserves_cents),
        (_("En circulation"), found.circulation_cents),
        (_("Marge"), found.margin_cents),
        *((aside_words(family), cents) for family, cents in found.aside.items()),
    ]
    yield [_("au soir du"), _("quoi"), _("euros")]
    for words, cents in rows:
        yield [found.day, words, in_units(cents)]
