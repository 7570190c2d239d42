"""The figures of a caisse at a date, their JSON, and the check of the books."""

from caisse.accounting.queries.figures import as_json, check, check_start, figures
from caisse.accounting.queries.tree import (
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

__all__ = [
    "Caisse",
    "CaisseMonth",
    "CaisseTotal",
    "Consolidated",
    "Costs",
    "Figures",
    "ForecastMonth",
    "FunderFigures",
    "FunderTotal",
    "Instalment",
    "KindOfPlace",
    "Operating",
    "OperatingMonth",
    "OperatingTotal",
    "Resources",
    "as_json",
    "check",
    "check_start",
    "figures",
]
