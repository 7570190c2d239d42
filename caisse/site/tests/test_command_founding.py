"""Found a caisse, give ways in; exit codes and the two languages of the command."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import OperationalError

from caisse.bylaws import queries as bylaws
from caisse.kernel import events
from caisse.kernel.month import Month
from caisse.people import queries as people
from caisse.people.operations import use_code
from caisse.site.command import running, verbs
from caisse.site.tests.conftest import Caisse

pytestmark = pytest.mark.django_db(transaction=True)
MONTPELLIER = ("found", "Caisse d’essai 🥕", "--preset", "montpellier_2023")


def test_a_caisse_is_founded_with_a_way_in(caisse: Caisse, travelling: Callable[..., None]) -> None:
    travelling(date(2024, 1, 10))
    told = caisse(*MONTPELLIER, "--by", "ana")
    assert told == (
        0,
        "« Caisse d’essai 🥕 » est fondée par la décision n° 1. Premier mois : 2024-02.\n",
        "",
    )
    founding = bylaws.founding()
    assert founding is not None and founding.first_month == Month(2024, 2)
    assert people.actor("ana").may("administrator", "treasurer")
    assert caisse("check").code == 0
    again = caisse(*MONTPELLIER, "--by", "ben")
    assert (again.code, again.err) == (3, "Cette caisse est déjà fondée.\n")


def test_the_first_month_leaves_time_to_join(
    caisse: Caisse, travelling: Callable[..., None]
) -> None:
    """From the cut-off day on the timetable freezes the next month, which nobody could join."""
    travelling(date(2024, 1, 15))
    assert "Premier mois : 2024-03" in caisse(*MONTPELLIER, "--by", "ana").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("found", "X", "--preset", "nowhere", "--by", "ana"), "n’est pas un modèle de caisse"),
        (("found", " ", "--preset", "montpellier_2023", "--by", "ana"), "de 1 à 120 lettres"),
        ((*MONTPELLIER, "--by", ""), "ne convient pas"),
        ((*MONTPELLIER, "--by", "Émilie"), "ne convient pas"),
        ((*MONTPELLIER, "--by", "ana@example.org"), "ne convient pas"),
        ((*MONTPELLIER, "--by", "ana", "--first-month", "9999-12"), "trop loin"),
    ],
)
def test_what_cannot_be_founded_leaves_nothing(
    caisse: Caisse, words: tuple[str, ...], sentence: str
) -> None:
    told = caisse(*words)
    assert told.code == 3 and sentence in told.err
    assert bylaws.founding() is None
    assert events.history() == []


def test_a_second_person_gets_a_way_in_and_it_is_closed(caisse: Caisse) -> None:
    caisse(*MONTPELLIER, "--by", "ana")
    assert caisse("login", "ben", "--roles", "coordinator, treasurer", "--by", "ana").code == 0
    assert people.actor("ben").may("treasurer")
    refused = caisse("login", "chloe", "--roles", "king", "--by", "ana")
    assert refused.code == 3 and "n’est pas un rôle" in refused.err
    not_hers = caisse("login", "chloe", "--roles", "desk", "--by", "ben")
    assert (not_hers.code, not_hers.err) == (3, "« ben » n’a pas le droit de faire cela.\n")
    assert caisse("login", "ben", "--close", "--by", "ana").code == 0
    assert caisse("find", "martin", "--by", "ben").err == "L’accès « ben » est fermé.\n"


def test_a_code_opens_the_door_the_first_time(caisse: Caisse) -> None:
    caisse(*MONTPELLIER, "--by", "ana")
    told = caisse("code", "ana", "--by", "ana")
    code, sentence = told.out.splitlines()
    assert sentence == "Il sert une fois, pendant 60 jours : ouvrez /entrer/code."
    assert use_code(code=code) == "ana"
    assert all(code not in str(event) for event in events.history())
    unknown = caisse("code", "zoe", "--by", "ana")
    assert (unknown.code, unknown.err) == (3, "« zoe » n’est pas un identifiant connu ici.\n")
    caisse("login", "ben", "--roles", "coordinator", "--by", "ana")
    assert caisse("code", "ana", "--by", "ben").code == 3


def test_presets_are_listed_and_one_says_where_each_article_comes_from(caisse: Caisse) -> None:
    listed = caisse("presets")
    assert listed.code == 0 and len(listed.out.splitlines()) == 13
    assert "montpellier_2023         Montpellier 2023 · " in listed.out
    told = caisse("presets", "flers_claf")
    assert "montant de base : 100,00 € · flers-agglo.fr" in told.out.replace("\u202f", " ")
    assert "inventé" in told.out
    assert caisse("presets", "nowhere").code == 3


def test_before_founding_verbs_say_how_to_begin(caisse: Caisse) -> None:
    told = caisse("check")
    assert told.code == 4 and "caisse found" in told.err and told.out == ""


UUID = "018d2f6e-0000-7000-8000-000000000000"
MISUSES: list[tuple[str, ...]] = [
    (),
    ("dance",),
    ("found",),
    ("found", "X", "--pre", "montpellier_2023", "--by", "ana"),  # no abbreviations
    (*MONTPELLIER, "--by", "ana", "--by", "ben"),
    (*MONTPELLIER, "--by", "ana", "--first-month", "2023-13"),
    ("figures", "--at", "2023-02-29"),
    ("figures", "--at", "２０２３-02-28"),
    ("figures", "--at"),
    ("check", "nothing_of_the_kind"),
    ("serve", "--port", "70000"),
    ("template", "a-file"),
    ("backup", "nowhere/copy"),
    ("receive", "--by", "ana"),
    ("receive", "1", "10", "--by", "ana"),
    ("receive", "1", "0", "--month", "2023-02", "--kind", "debit", "--by", "ana"),
    ("receive", "--csv", "missing.csv", "--by", "ana"),
    ("return", "1", "--by", "ana"),
    ("return", "1", "--code", "AM04", "--csv", "x.csv", "--by", "ana"),
    ("pledge", "1", "-5", "--by", "ana"),
    ("pledge", "1", "12,345", "--by", "ana"),
    ("pledge", "0", "5", "--by", "ana"),
    ("pledge", "9" * 30, "5", "--by", "ana"),
    ("pay", "moineau", "1", "0", "--by", "ana"),
    ("pay", "moineau", "1", "5", "--id", "1234", "--by", "ana"),
    ("pledge", "1", "5", "--id", UUID, "--id", UUID, "--by", "ana"),
    ("figures", "--at", "0001-01-01"),
    ("pay", "moineau", "1", "5", "--method", "barter", "--by", "ana"),
    ("join", "--holder", "Zoé", "--by", "ana"),
    ("join", "--holder", "Zoé:Martin", "--birth", "2015", "--by", "ana"),
    ("decide", "x", "--amend", "allocation.base_cents", "--by", "ana"),
    ("decide", "x", "--approve", "Le Potager", "--by", "ana"),
    ("grant", "sign", "Ville", "--fund", "caisse", "--instalment", "demain=5", "--by", "ana"),
    ("redeem", "hold", "--by", "ana"),
    ("redeem", "void", "2023-02", "--place", "1", "--by", "ana"),
    ("redeem", "void", "2023-02", "--place", "1", "--code", "trop long", "--by", "ana"),
    ("import", "somewhere"),
    ("move", "--to", "mysql://x", "--by", "ana"),
]


def test_wrong_usage_is_2_and_said_in_french(
    caisse: Caisse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    caisse(*MONTPELLIER, "--by", "ana")
    for words in MISUSES:
        told = caisse(*words)
        assert (told.code, told.out) == (2, ""), words
        assert told.err, words
        for english in ("error", "required", "invalid", "argument ", "one of"):
            assert english not in told.err, words


def test_help_speaks_two_languages(caisse: Caisse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Faire adhérer un foyer" in caisse("--help").out
    monkeypatch.setenv("CAISSE_LANGUAGE", "en")
    told = caisse("--help")
    assert told.code == 0 and "Let a household join" in told.out and "options:" in told.out
    monkeypatch.delenv("CAISSE_LANGUAGE")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "usage: caisse join" in caisse("join").err
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert "il manque : --holder, --by" in caisse("join").err
    monkeypatch.setenv("CAISSE_LANGUAGE", "EN")
    assert "No caisse is founded here" in caisse("check").err


def test_every_verb_and_step_has_its_help(caisse: Caisse) -> None:
    for name, verb in verbs.VERBS.items():
        told = caisse(name, "--help")
        assert told.code == 0 and verb.french[:20] in told.out
    for words in ("grant sign", "grant receive", "grant postpone", "cost plan", "holder add"):
        assert caisse(*words.split(), "--help").code == 0


def test_an_unreachable_database_is_busy(caisse: Caisse, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> bool:
        raise OperationalError("database is locked")

    monkeypatch.setattr(running.starting, "empty", locked)
    told = caisse("check")
    assert (told.code, told.err) == (4, "La base ne répond pas : database is locked\n")


def test_a_wrong_setting_is_wrong_usage(tmp_path: Path) -> None:
    for name, value in (("CAISSE_DATABASE", "mysql://x"), ("CAISSE_INSECURE", "yes"),
                        ("CAISSE_TIME_ZONE", "Mars/Olympus")):  # fmt: skip
        environment = {**os.environ, "CAISSE_HOME": str(tmp_path), name: value}
        ran = subprocess.run(
            [sys.executable, "-c", "from caisse.site.command import main; raise SystemExit(main())",
             "presets"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout) == (2, "") and "Traceback" not in ran.stderr


def test_whoever_reads_may_stop_reading(caisse: Caisse) -> None:
    """`caisse presets | head -1` is no failure."""
    line = f"{sys.executable} -c 'from caisse.site.command import main; raise SystemExit(main())'"
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} presets flers_claf | head -1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
