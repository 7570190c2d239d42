"""The command line in process, in a home of its own."""

from collections.abc import Callable
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
