"""Everything as files: whole, described, without a secret."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from caisse.ledger.models import Transfer
from caisse.people.models import Login, Person
from caisse.site.tests.conftest import Caisse, Run

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def test_every_row_is_there_and_every_file_is_sealed(
    begun: Run, caisse: Caisse, tmp_path: Path
) -> None:
    begun("receive", "1", "60", "--month", "2024-02", "--kind", "transfer")
    folder = tmp_path / "all"
    assert caisse("export", folder).code == 0
    with (folder / "ledger_transfer.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == Transfer.objects.count() > 0
    assert {len(row["id"]) for row in rows} == {32}
    with (folder / "people_person.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == Person.objects.count()
    for line in (folder / "files.txt").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_each_table_and_column_is_described(begun: Run, caisse: Caisse, tmp_path: Path) -> None:
    caisse("export", tmp_path / "all")
    told = json.loads((tmp_path / "all" / "tables.json").read_text(encoding="utf-8"))
    assert told["caisse"] == "Caisse d’essai"
    for table in told["tables"]:
        with (tmp_path / "all" / table["file"]).open(encoding="utf-8") as file:
            heading = next(csv.reader(file))
        assert [column["name"] for column in table["columns"]] == heading
        assert table["what"]


def test_no_secret_leaves_and_a_full_folder_is_left_alone(
    begun: Run, caisse: Caisse, tmp_path: Path
) -> None:
    login = Login.objects.get(identifier="ben")
    login.set_password("une phrase bien longue")
    login.save()
    folder = tmp_path / "all"
    caisse("export", folder)
    names = {path.name for path in folder.iterdir()}
    assert not names & {"people_accesscode.csv", "django_session.csv", "mfa_authenticator.csv"}
    assert login.password not in (folder / "people_login.csv").read_text(encoding="utf-8")
    again = caisse("export", folder)
    assert again.code == 3 and "n’est pas vide" in again.err
