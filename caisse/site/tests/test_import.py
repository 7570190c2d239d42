"""A caisse that already runs comes in: one decision, covered to the cent, all or nothing, once."""

import stat
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from caisse.bylaws import operations as bylaws
from caisse.bylaws import queries as register
from caisse.bylaws.rules import Amend
from caisse.contributions import queries as contributions
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants import queries as places
from caisse.month import operations as months
from caisse.people import queries as people
from caisse.people.models import Membership, Person
from caisse.site import operations
from caisse.site.tests.conftest import Caisse
from caisse.site.tests.test_import_files import FOYERS, GOOD, TITULAIRES

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
ANA = Actor("ana", frozenset({"administrator", "treasurer"}))
FEBRUARY = Month(2024, 2)
Write = Callable[..., Path]


@pytest.fixture
def write(caisse: Caisse, travelling: Callable[..., None], tmp_path: Path) -> Write:
    """Founded in January 2024; `write(soldes=…)` makes a folder of the good files, some changed."""
    travelling(date(2024, 1, 10))
    assert caisse("found", "X", "--preset", "montpellier_2023", "--by", "ana").code == 0

    def files(**changed: str | None) -> Path:
        folder = tmp_path / f"files-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, text in GOOD.items():
            said = changed.get(name.removesuffix(".csv"), text)
            if said is not None:
                (folder / name).write_text(said, encoding="utf-8-sig")
        return folder

    return files


def refused(caisse: Caisse, folder: Path) -> str:
    """What the import says against the files; nothing is written."""
    before = len(events.history(limit=1000))
    preview = caisse("import", folder, "--preview")
    told = caisse("import", folder, "--by", "ana")
    assert (told.code, preview.code) == (3, 3)
    assert told.err == preview.err
    assert len(events.history(limit=1000)) == before
    assert (Person.objects.count(), Membership.objects.count()) == (0, 0)
    assert books.balance("bank:caisse") == 0
    return told.err.replace("\u202f", " ")


def test_everything_comes_in_under_one_decision(caisse: Caisse, write: Write) -> None:
    folder = write()
    preview = caisse("import", folder, "--preview")
    assert preview.code == 0 and preview.err == ""
    assert preview.out.replace("\u202f", " ") == (
        "2 foyers, 3 adultes, 2 enfants, 2 titulaires.\n"
        "2 cotisations, 65,00 € par mois, à partir de février 2024.\n"
        "1 lieu conventionné.\n"
        "Banque : 2 000,00 € pour la caisse, −350,50 € pour le fonctionnement.\n"
        "Couverture : 2 000,00 € = 43,20 € en porte-monnaie + 1 310,00 € dus aux lieux "
        "+ 646,80 € qui restent dans le fonds.\n"
        "Tout peut entrer. Rien n’est encore écrit.\n"
    )
    assert Membership.objects.count() == 0
    told = caisse("import", folder, "--by", "ana")
    assert told.code == 0 and "décision n° 2" in told.out
    decision = register.decision(2)
    assert decision is not None and decision.title == "Reprise d’une caisse existante"
    assert (books.balance("wallet:1"), books.balance("wallet:2")) == (43_20, 0)
    (place,) = places.places(at=date(2024, 1, 10))
    assert books.balance(place.account) == 1310_00
    assert place.since == date(2023, 2, 1) and place.kind == "grocery"
    assert (books.balance("bank:caisse"), books.balance("fund:caisse")) == (-2000_00, 646_80)
    assert (books.balance("bank:operating"), books.balance("fund:operating")) == (350_50, -350_50)
    assert {movement.cause for movement in books.since(0)} == {decision.id}
    assert {m.reason for m in books.since(0)} == {"opening_bank", "opening_wallet", "opening_place"}
    assert caisse("check").code == 0


def test_members_are_what_they_were(caisse: Caisse, write: Write) -> None:
    folder = write()
    assert caisse("import", folder, "--by", "ana").code == 0
    answer = folder / "correspondance.csv"
    lines = answer.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "foyer;adhésion;porte-monnaie;identifiants"
    assert lines[1] == "12;1;1;moineau-radis"
    number, membership, wallet, handle = lines[2].split(";")
    assert (number, membership, wallet) == ("13", "2", "2") and people.membership_of(handle) == 2
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
    view = people.membership(1)
    assert view is not None and view.since == date(2023, 2, 1) and view.state == "active"
    assert people.composition(1, month=FEBRUARY) == (2, 2)
    assert contributions.pledged(month=FEBRUARY)[1].tolist() == [60_00, 5_00]
    found = {row.membership_id: row.street for row in people.search("martin")}  # or « martinet-… »
    assert found[1] == "3, rue de l’Église"
    taken = events.history(names=["caisse.taken_over"])[0]
    assert "Martin" not in str(events.history(limit=1000)) and taken.data["households"] == 2


def test_the_month_goes_on_from_there(
    caisse: Caisse, write: Write, travelling: Callable[..., None]
) -> None:
    assert caisse("import", write(), "--by", "ana").code == 0
    travelling(date(2024, 1, 16))
    months.freeze(month=FEBRUARY, by=ANA)
    months.check(month=FEBRUARY, by=ANA)
    months.approve(month=FEBRUARY, by=Actor("ben", ANA.roles))
    travelling(date(2024, 2, 5))
    months.credit(month=FEBRUARY, by=ANA)
    assert (books.balance("wallet:1"), books.balance("wallet:2")) == (143_20, 100_00)
    paid = caisse("pay", "moineau-radis", 1, "143,20", "--by", "ana")
    assert paid.code == 0, paid
    assert caisse("check").code == 0


def test_sent_twice_is_once_and_other_files_are_refused(caisse: Caisse, write: Write) -> None:
    folder = write()
    first = caisse("import", folder, "--by", "ana")
    (folder / "correspondance.csv").unlink()
    count = len(events.history(limit=1000))
    again = caisse("import", folder, "--by", "ana")
    assert (first.code, again) == (0, first)
    assert (folder / "correspondance.csv").exists()
    assert "déjà entrés, par la décision n° 2" in caisse("import", folder, "--preview").out
    assert len(events.history(limit=1000)) == count
    other = caisse("import", write(soldes="foyer;montant\n12;1\n"), "--by", "ana")
    assert (other.code, other.out) == (3, "")
    assert other.err == "Une caisse est déjà reprise ici, par la décision n° 2.\n"


def test_two_people_at_the_same_time_enter_it_once(write: Write) -> None:
    found = operations.look(write())
    together = threading.Barrier(2)
    told: list[Any] = []

    def enter() -> None:
        together.wait(10)
        try:
            told.append(operations.take_over(found=found, by=ANA))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 2 and told[0] == told[1]
    assert Membership.objects.count() == 2 and books.balance("fund:caisse") == 646_80


def test_the_bank_covers_it_to_the_cent(caisse: Caisse, write: Write) -> None:
    said = refused(caisse, write(banque="compte;montant\ncaisse;1353,19\n"))
    assert said == (
        "banque.csv : il manque 0,01 € : la caisse a 1 353,19 € pour 1 353,20 € en circulation.\n"
    )
    enough = write(banque="compte;montant\ncaisse;1353,20\n")
    assert caisse("import", enough, "--by", "ana").code == 0
    assert books.balance("fund:caisse") == 0 and caisse("check").code == 0


def test_money_that_is_there_already_covers_nothing_of_the_files(
    caisse: Caisse, write: Write
) -> None:
    caisse("bank", "interest", "5000", "--fund", "caisse", "--by", "ana")
    preview = caisse("import", write(banque="compte;montant\ncaisse;1000\n"), "--preview")
    assert preview.code == 3 and "il manque 353,20" in preview.err.replace("\u202f", " ")


def test_the_bylaws_judge_each_line(caisse: Caisse, write: Write) -> None:
    for article, value in (("contribution.min_cents", 20_00), ("admission.capacity", 1)):
        bylaws.decide(title=article, text="", body="x", by=ANA,
                      effects=[Amend(article, value, Month(2024, 1))])  # fmt: skip
    said = refused(
        caisse,
        write(
            foyers=FOYERS + "12;0;;;;;2023-02-01\n13;1;2030-01;;;;2023-02-01\n",
            titulaires=TITULAIRES
            + "12;Zoé;Martin;zoe-martin;;\n12;B;B;;;\n12;C;C;;;\n13;Ali;Durand;;;\n",
            lieux="lieu;type;depuis;taux\nLe Potager;baker;2023-02-01;half\n",
            cotisations="foyer;montant;depuis\n12;60;2023-02\n13;5;2030-01\n",
        ),
    )
    lines = [line.split(" : ")[0] for line in said.splitlines()]
    assert lines == [
        "foyers.csv, ligne 2",
        "foyers.csv, ligne 3",
        "titulaires.csv, ligne 2",
        "titulaires.csv, ligne 4",
        "cotisations.csv, ligne 3",
        "lieux.csv, ligne 2",
        "foyers.csv",
    ], said
    assert "au moins une personne adulte" in said and "trop loin" in said


def test_a_place_that_begins_later_is_owed_nothing(caisse: Caisse, write: Write) -> None:
    later = "lieu;type;depuis\nLe Potager;baker;2024-03-01\n"
    assert "n’encaisse pas encore" in refused(caisse, write(lieux=later))
    assert caisse("import", write(lieux=later, soldes=None), "--by", "ana").code == 0
    assert caisse("pay", "moineau-radis", 1, "1", "--by", "ana").code == 3


def test_it_is_too_late_once_a_month_is_frozen(
    caisse: Caisse, write: Write, travelling: Callable[..., None]
) -> None:
    folder = write()
    travelling(date(2024, 1, 16))
    months.freeze(month=FEBRUARY, by=ANA)
    told = caisse("import", folder, "--preview")
    assert (told.code, told.out) == (3, "")
    assert told.err == (
        "Le mois de février 2024 est déjà figé : une reprise se fait avant le premier mois.\n"
    )


def test_files_already_entered_are_known_after_the_first_month(
    caisse: Caisse, write: Write, travelling: Callable[..., None]
) -> None:
    folder = write()
    first = caisse("import", folder, "--by", "ana")
    travelling(date(2024, 1, 16))
    months.freeze(month=FEBRUARY, by=ANA)
    later = caisse("import", folder, "--by", "ana")
    assert later.code == 0 and later.out.splitlines()[-2:] == first.out.splitlines()[-2:]


def test_who_is_asked_for_and_what_is_no_folder(caisse: Caisse, write: Write) -> None:
    folder = write()
    caisse("login", "desk", "--roles", "desk", "--by", "ana")
    assert caisse("import", folder).code == 2
    assert caisse("import", folder, "--by", "desk").code == 3
    assert caisse("import", folder / "foyers.csv", "--preview").code == 3
    (folder / "cotisation.csv").write_text("x")
    assert "cotisation.csv : fichier inconnu" in refused(caisse, folder)


def test_a_handle_that_somebody_has_is_refused(caisse: Caisse, write: Write) -> None:
    caisse("join", "--holder", "Eve:Petit:moineau-radis", "--by", "ana")
    told = caisse("import", write(), "--preview")
    assert told.code == 3 and "titulaires.csv, ligne 2 : cet identifiant est déjà pris" in told.err


def test_a_failure_in_the_middle_leaves_nothing(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = operations.look(write())
    from caisse.site.operations import opening

    def failing(*_: object, **__: object) -> None:
        raise Refusal("planted", "Au milieu.")

    monkeypatch.setattr(opening.ledger, "post", failing)
    with pytest.raises(Refusal, match="Au milieu"):
        operations.take_over(found=found, by=ANA)
    assert (Person.objects.count(), Membership.objects.count()) == (0, 0)
    assert places.places(at=date(2024, 1, 10)) == [] and register.decision(2) is None


def test_the_template_is_ready_for_a_spreadsheet(
    caisse: Caisse, write: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "files"
    told = caisse("template", folder)
    assert told.code == 0 and len(told.out.splitlines()) == 7
    foyers = (folder / "foyers.csv").read_bytes()
    assert foyers.startswith(b"\xef\xbb\xbffoyer;adultes;") and foyers.count(b"\r\n# ") == 2
    readme = (folder / "LISEZMOI.txt").read_text(encoding="utf-8")
    for code in places.kinds():
        assert code in readme
    assert caisse("template", folder).code == 3
    empty = caisse("import", folder, "--preview")
    assert empty.code == 3 and "aucun foyer" in empty.err
    for file in folder.glob("*.csv"):  # the examples fit each other
        text = file.read_bytes().decode("utf-8-sig").replace("# ", "")
        file.write_text(text, encoding="utf-8-sig")
    assert caisse("import", folder, "--by", "ana").code == 0
    assert caisse("check").code == 0


def test_what_is_older_than_the_bylaws_is_judged_by_those_of_today(
    caisse: Caisse, write: Write
) -> None:
    """A child born after its household joined, a place agreed before any rate was decided."""
    born = FOYERS + "12;2;2023-06;;;;2023-02-01\n13;1;;;;;2024-03-01\n"
    mode = "coverage.mode=rate_by_place@2024-01"
    rates = 'coverage.rates_bp=[{"code": "half", "rate_bp": 5000}]@2024-01'
    decided = caisse("decide", "Taux", "--amend", mode, "--amend", rates, "--by", "ana")
    assert decided.code == 0, decided
    place = "lieu;type;depuis;taux\nLe Potager;baker;2023-02-01;{}\n"
    said = refused(caisse, write(foyers=born, lieux=place.format("")))
    assert said.startswith("lieux.csv, ligne 2 : Le taux")
    told = caisse("import", write(foyers=born, lieux=place.format("half")), "--by", "ana")
    assert told.code == 0, told
    assert people.composition(1, month=FEBRUARY) == (2, 1)
    assert places.places(at=date(2023, 3, 1))[0].rate == "half"
    later = people.membership(2)
    assert later is not None and later.state is None  # it joins in March
    assert people.roll(month=FEBRUARY, child_max_age=14).membership.tolist() == [1]
