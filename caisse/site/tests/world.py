"""Figures of the reference year, typed from its tables (domain.md 8.3 to 8.6), for page tests.

The page's tests use them where the world need not be played; journeys use the played caisse.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from caisse.accounting.queries import (
    Caisse,
    CaisseMonth,
    CaisseTotal,
    Consolidated,
    Costs,
    Figures,
    FunderFigures,
    FunderTotal,
    Instalment,
    KindOfPlace,
    Operating,
    OperatingMonth,
    OperatingTotal,
    Resources,
)
from caisse.accounting.rules import ForecastMonth
from caisse.kernel.month import Month
from caisse.site.glance.parts import Setting

FIRST = Month(2023, 2)

# members, issued, spent, wallets, owed, called, returned, recovered, cashed, grants, reimbursed,
# cash, circulation, gap: euros, table 8.3
CAISSE = """
50 5000 4000 1000 4000 2750 60 0 2690 37500 0 40190 5000 35190
130 13000 11400 2600 11400 7150 180 30 7000 37500 4000 80690 14000 66690
240 24000 22030 4570 22030 13200 340 90 12950 7000 11400 89240 26600 62640
300 30000 28600 5970 28600 16500 430 170 16240 5000 22030 88450 34570 53880
330 33000 32450 6520 32450 18150 450 215 17915 10000 28600 87765 38970 48795
350 35000 32380 9140 32380 19250 480 225 18995 0 32450 74310 41520 32790
350 35000 31900 12240 31900 19250 520 240 18970 0 32380 60900 44140 16760
350 35000 36830 10410 36830 19250 510 260 19000 32500 31900 80500 47240 33260
350 35000 36890 8520 36890 19250 510 255 18995 22500 36830 85165 45410 39755
350 35000 36230 7290 36230 19250 510 255 18995 0 36890 67270 43520 23750
350 35000 36500 5790 36500 19250 510 255 18995 0 36230 50035 42290 7745
350 35000 33530 7260 33530 19250 500 505 19255 8000 36500 40790 40790 0
"""
# hr, running, evaluation, it, out, in, cash: euros, table 8.4
OPERATING = """
16500 3000 0 8000 27500 32000 4500
16500 3000 0 0 19500 65000 50000
16500 3000 0 0 19500 40000 70500
16500 3000 0 6000 25500 20000 65000
16500 3000 3000 0 22500 6000 48500
16500 3000 0 0 19500 6000 35000
16500 3000 0 0 19500 3000 18500
16500 3000 0 0 19500 54000 53000
16500 3000 0 6000 25500 0 27500
16500 3000 0 0 19500 8000 16000
16500 3000 0 0 19500 0 -3500
16500 3000 9000 0 28500 32000 0
"""
PLACES = (
    ("coop_supermarket", 1, 82_260),
    ("organic_supermarket", 6, 92_540),
    ("solidarity_shop", 4, 30_850),
    ("grocery", 6, 34_270),
    ("baker", 4, 13_710),
    ("purchasing_group", 2, 10_280),
    ("canteen", 2, 6_850),
    ("market_producer", 18, 44_560),
    ("farm_producer", 12, 27_420),
)
KINDS = {
    "coop_supermarket": "supermarché coopératif et participatif",
    "organic_supermarket": "magasins bio",
    "solidarity_shop": "épiceries solidaires et cafés-épiceries",
    "grocery": "épiceries de quartier et vrac",
    "baker": "boulangeries",
    "purchasing_group": "groupements d’achat",
    "canteen": "cantines et restaurants solidaires",
    "market_producer": "producteurs et productrices sur les marchés",
    "farm_producer": "producteurs et productrices, à la ferme ou en paniers",
}
# name, fund, then (months after February 2023, euros)
FUNDERS = (
    ("Ville de Montpellier", "caisse", (0, 22_500), (7, 22_500)),
    ("Montpellier Méditerranée Métropole", "caisse", (1, 22_500), (8, 22_500)),
    ("Fondation Daniel et Nina Carasso", "caisse", (0, 15_000), (7, 10_000)),
    ("Fondation de France", "caisse", (1, 15_000)),
    ("Région Occitanie", "caisse", (3, 5_000), (11, 5_000)),
    ("Département de l’Hérault", "caisse", (4, 10_000)),
    ("État (plan pauvreté)", "caisse", (2, 7_000), (11, 3_000)),
    ("France 2030 – AMI DTTAA", "operating", (1, 65_000), (7, 39_000), (11, 26_000)),
    ("Fondation Daniel et Nina Carasso", "operating", (0, 20_000), (7, 15_000)),
    ("Fondation de France", "operating", (2, 25_000)),
    ("Ville de Montpellier", "operating", (2, 15_000)),
    ("Montpellier Méditerranée Métropole", "operating", (3, 20_000)),
    ("Région Occitanie", "operating", (4, 6_000), (11, 6_000)),
    ("Département de l’Hérault", "operating", (5, 6_000)),
    ("État (plan pauvreté)", "operating", (6, 3_000)),
    ("Appel à projets numérique", "operating", (0, 12_000), (9, 8_000)),
)


def figures(months: int = 12) -> Figures:
    """The reference year after `months` months.

    The forecast of the operating account is its own later months, then what is left at their end.
    """
    caisse = _rows(CaisseMonth, CAISSE)[:months]
    operating = _rows(OperatingMonth, OPERATING)
    funders = tuple(_funder(months, *row) for row in FUNDERS)
    caisse_total = _total(CaisseTotal, caisse)
    operating_total = _total(OperatingTotal, operating[:months])
    return Figures(
        caisse=Caisse(caisse, caisse_total),
        operating=Operating(operating[:months], operating_total),
        places=tuple(_place(months, *row) for row in PLACES),
        payments=13_709 if months else 0,
        funders=funders,
        consolidated=_consolidated(caisse_total, operating_total, funders),
        forecast=_forecast(months, operating),
    )


def with_month(figures: Figures, place: int, **cents: Any) -> Figures:
    """The same figures with other cents in the caisse's month number `place`; totals follow."""
    months = list(figures.caisse.months)
    months[place] = replace(months[place], **cents)
    total = _total(CaisseTotal, months)
    return replace(figures, caisse=Caisse(tuple(months), total))


def setting(**changes: Any) -> Setting:
    """Montpellier at the end of the reference year."""
    known: dict[str, Any] = {
        "name": "Montpellier 2023",
        "at": date(2024, 1, 31),
        "first_month": FIRST,
        "same_cents": 100_00,
        "kinds": KINDS,
    }
    return Setting(**(known | changes))


def _rows(cls: Any, text: str) -> tuple[Any, ...]:
    names = [field.name for field in fields(cls)][1:]
    return tuple(
        cls(FIRST + place, **_named(names, line))
        for place, line in enumerate(text.strip().split("\n"))
    )


def _named(names: Sequence[str], line: str) -> dict[str, int]:
    numbers = dict(zip(names, map(int, line.split()), strict=True))
    return {name: n * 100 if name.endswith("_cents") else n for name, n in numbers.items()}


def _total(cls: Any, rows: Sequence[Any]) -> Any:
    names = [field.name for field in fields(cls)]
    return cls(**{name: sum(getattr(row, name) for row in rows) for name in names})


def _place(months: int, kind: str, count: int, euros: int) -> KindOfPlace:
    return KindOfPlace(kind, count, euros * 100) if months else KindOfPlace(kind, 0, 0)


def _funder(months: int, name: str, fund: str, *paid: tuple[int, int]) -> FunderFigures:
    known = tuple(Instalment(FIRST + n, euros * 100) for n, euros in paid if n < months)
    return FunderFigures(name, fund, known)


def _consolidated(
    caisse: CaisseTotal, operating: OperatingTotal, funders: Sequence[FunderFigures]
) -> Consolidated:
    sums: dict[str, int] = {}
    for one in funders:
        sums[one.name] = sums.get(one.name, 0) + one.cents
    activities = operating.running_cents + operating.evaluation_cents
    costs = Costs(caisse.issued_cents, operating.hr_cents, activities, operating.it_cents)
    totals = tuple(FunderTotal(name, cents) for name, cents in sums.items())
    return Consolidated(costs, Resources(caisse.cashed_cents, totals))


def _forecast(months: int, operating: Sequence[OperatingMonth]) -> tuple[ForecastMonth, ...]:
    if not months:
        return ()
    return tuple(
        ForecastMonth(FIRST + n, operating[min(n, 11)].cash_cents, 50_000_00)
        for n in range(months, months + 12)
    )
