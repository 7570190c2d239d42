"""The command line in process, in a home of its own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from caisse.site.command import main


class Told(NamedTuple):
    """What a verb answered: exit code, standard output, errors."""

    code: int
    out: str
    err: str


Caisse = Callable[..., Told]
Run = Callable[..., str]


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """The folder of everything that the caisse of this test owns, except its database."""
    folder = tmp_path / "home"
    (folder / "static").mkdir(parents=True)
    settings.HOME, settings.STATIC_ROOT = folder, folder / "static"
    return folder


@pytest.fixture
def caisse(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caisse:
    """`caisse("check")` runs a verb and returns what it told; it speaks French."""
    monkeypatch.setenv("CAISSE_LANGUAGE", "fr")

    def run(*words: object) -> Told:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Told(code, *capsys.readouterr())

    return run


@pytest.fixture
def begun(caisse: Caisse, travelling: Callable[..., None]) -> Run:
    """Founded in January 2024, with two people of the office, a place and two households."""

    def run(*words: object, code: int = 0) -> str:
        told = caisse(*words, "--by", "ana")
        assert told.code == code, told
        return (told.err if code else told.out).replace("\u202f", " ")

    travelling(date(2024, 1, 8))
    run("found", "Caisse d’essai", "--preset", "montpellier_2023")
    run("login", "ben", "--roles", "coordinator,treasurer")
    run("decide", "Un marché", "--approve", "Le Marché:market_producer:Montpellier")
    run("join", "--holder", "Zoé:Martin:moineau-radis", "--adults", "2", "--birth", "2015-03",
        "--street", "3, rue de l’Église", "--town", "Montpellier")  # fmt: skip
    run("join", "--holder", "Ali:Durand:fauvette-ail")
    run("pledge", "1", "60")
    run("pledge", "2", "12,50")
    run("grant", "sign", "Ville", "--fund", "caisse", "--instalment", "2024-02-02=500")
    return run
