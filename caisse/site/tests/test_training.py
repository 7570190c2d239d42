"""A copy to learn on: the same books, no name of anybody in its file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import fold
from caisse.payments import operations as payments
from caisse.people import operations as people
from caisse.people.models import Person
from caisse.site import operations
from caisse.site.operations import copying
from caisse.site.operations.training import EMPTIED
from caisse.site.tests.conftest import Run
from caisse.site.tests.test_copying import run

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

SECRETS = ("Zyxwanary", "zyxwanary@exemple.fr", "0699990000", "rue Zyxwanary", "texte secret")


def make(home: Path, folder: Path) -> tuple[int, str]:
    """The verb `training` in a process of its own: on PostgreSQL it opens a second database."""
    ours = ""
    if connection.vendor == "postgresql":
        ours = copying._address(str(connection.settings_dict["NAME"]))
    else:
        copying.copy_file(Path(connection.settings_dict["NAME"]), home / "caisse.sqlite3")
    connection.close()
    told = run(home, ours, "training", str(folder))
    return told.returncode, told.stderr


@pytest.fixture
def personal(begun: Run) -> None:
    """A caisse in which somebody has a name, an address and a question."""
    begun("join", "--holder", "Zyxwanary:Zyxwanary", "--street", "9, rue Zyxwanary")
    Person.objects.filter(given_name="Zyxwanary").update(
        email="zyxwanary@exemple.fr", phone="0699990000"
    )
    people.ask(subject="membership:3", kind="other", text="texte secret", by=Actor("ana"))
    desk = Actor("ana", frozenset({"coordinator", "desk"}))
    payments.draw_pin(holder_id=1, by=desk)
    payments.make_card(holder_id=1, by=desk, id=new_id())
    device = payments.invite_device(place_id=1, label="Comptoir", by=desk, id=new_id())
    payments.give_invitation(device_id=device, by=desk)


def test_no_name_is_left_in_the_copy_and_its_books_are_whole(
    personal: None, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "learn"
    assert make(home, folder) == (0, "")
    whole = (folder / "caisse.sqlite3").read_bytes()
    for secret in SECRETS:
        assert secret.encode() not in whole
        assert secret.lower().encode() not in whole
    with closing(sqlite3.connect(folder / "caisse.sqlite3")) as opened:
        for table in EMPTIED:
            assert opened.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table
    told = copying.check(folder, "")
    assert "zero_sum" in told and "!" not in told


def test_the_copy_finds_people_by_their_new_names(
    personal: None, home: Path, tmp_path: Path
) -> None:
    assert make(home, tmp_path / "learn") == (0, "")
    with closing(sqlite3.connect(tmp_path / "learn" / "caisse.sqlite3")) as opened:
        given = opened.execute("SELECT given_name FROM people_person ORDER BY id").fetchall()
        words = {word for (word,) in opened.execute("SELECT word FROM people_searchword")}
    assert len(given) == 3
    assert {fold(name) for (name,) in given} <= words


def test_a_caisse_that_is_there_is_not_overwritten(begun: Run, tmp_path: Path) -> None:
    (tmp_path / "caisse.sqlite3").touch()
    with pytest.raises(Refusal) as refused:
        operations.training_copy(tmp_path)
    assert refused.value.reason == "there_already"


def test_the_door_of_a_copy_lets_everybody_in_by_a_click(
    begun: Run, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "demonstration" not in client.get("/entrer").content.decode()
    assert client.post("/entrer/demonstration", {"qui": "ana"}).status_code == 404
    monkeypatch.setattr(settings, "TRAINING", True)
    assert client.post("/entrer/demonstration", {"qui": "ben"}).status_code == 302
    page = client.get("/gestion")
    assert page.status_code == 200
    assert "Copie d’entraînement" in page.content.decode()
