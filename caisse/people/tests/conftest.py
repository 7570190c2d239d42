"""A caisse founded on 10 January 2023 for the tests of people."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date

import pytest

import caisse
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month

OFFICE = Actor("bureau-1", frozenset({"coordinator"}))
FEBRUARY = Month(2023, 2)


def _know_every_article() -> None:
    """A preset speaks of the articles of all packages, whoever runs the tests of one."""
    for package in pkgutil.iter_modules(caisse.__path__, "caisse."):
        if package.ispkg:
            names = {module.name for module in pkgutil.iter_modules([_folder(package.name)])}
            if "rules" in names:
                importlib.import_module(f"{package.name}.rules")


def _folder(package: str) -> str:
    return str(importlib.import_module(package).__path__[0])


@pytest.fixture
def january() -> Iterator[None]:
    """It is 10 January 2023, 9:00."""
    with clock.travelled(clock.instant(date(2023, 1, 10), 9)):
        yield


@pytest.fixture
def founded(db: None, january: None) -> None:
    """Montpellier, its first allocation in February; any number of memberships."""
    _know_every_article()
    bylaws.found(name="Caisse d’essai", preset="montpellier_2023", first_month=FEBRUARY, by=OFFICE)
    bylaws.decide(
        title="Sans limite",
        text="Pour les essais.",
        body="committee",
        effects=[Amend("admission.capacity", None, FEBRUARY)],
        by=OFFICE,
    )
