"""Databases of their own for the tests of crashes."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.crash.copies import Shelf
from tests.crash.home import Crash, founded


@pytest.fixture(scope="module")
def shelf(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shelf]:
    """A shelf for the tests of one module; they take it instead of the mark `django_db`."""
    with django_db_blocker.unblock():
        made = Shelf(tmp_path_factory.mktemp("shelf"))
        yield made
        made.clear()


@pytest.fixture
def empty(shelf: Shelf) -> Iterator[None]:
    """This process is in a fresh database without a caisse; numbers begin at 1."""
    name = shelf.copy(shelf.empty, "empty_one")
    with shelf.on(name):
        yield
    shelf.drop(name)


@pytest.fixture(scope="session")
def crash(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Crash]:
    """A small caisse in a home of its own, and a process whose forks pay in it and are killed."""
    with django_db_blocker.unblock(), founded(tmp_path_factory.mktemp("crash"), "crash") as found:
        yield found
