"""How CAISSE_DATABASE is read."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from caisse.settings import database


def test_statements_are_not_compiled_unless_somebody_says_so() -> None:
    ours = database("postgresql://caisse@/caisse?host=/run/postgresql&port=5432")
    assert (ours["HOST"], ours["PORT"]) == ("/run/postgresql", "5432")
    assert ours["OPTIONS"] == {"options": "-c jit=off"}
    theirs = database("postgresql://caisse@db/caisse?options=-c%20jit%3Don")
    assert theirs["OPTIONS"] == {"options": "-c jit=on"}


def test_another_address_is_named() -> None:
    for url in ("mysql://u@h/db", "postgresql://h", "caisse.sqlite3"):
        with pytest.raises(ImproperlyConfigured, match="CAISSE_DATABASE"):
            database(url)
