"""The files of a caisse that already runs, as they are read: no database."""

import time
from collections.abc import Mapping

import pytest

from caisse.merchants.queries import kinds
from caisse.site.operations.opening_files import Understood, understand

FOYERS = "foyer;adultes;naissances des enfants;rue;code postal;commune;adhésion le\n"
TITULAIRES = "foyer;prénom;nom;identifiant;courriel;téléphone\n"
GOOD: dict[str, str] = {
    "foyers.csv": FOYERS + "12;2;2015-03 11/2018;3, rue de l’Église;34000;Montpellier;2023-02-01\n"
    "13;1;;;;;01/03/2023\n",
    "titulaires.csv": TITULAIRES + "12;Zoé;Martin;Moineau-Radis;zoe@exemple.fr;+33 6 12 34 56 78\n"
    "13;Ali;Durand;;;\n",
    "cotisations.csv": "foyer;montant;depuis\n12;60,00;2023-02\n013;5;\n",
    "lieux.csv": "lieu;structure;type;commune;depuis;taux\n"
    "Le Potager;;Épiceries de quartier et vrac;Lattes;2023-02-01;\n",
    "soldes.csv": "foyer;lieu;montant\n12;;43,20\n;le  potager;1 310,00\n",
    "banque.csv": "compte;montant\nCaisse;2 000,00\nFonctionnement;-350,50\n",
}


def read(**changed: str | bytes | None) -> Understood:
    """The good files with some changed (`foyers` stands for foyers.csv), None for one missing."""
    files: dict[str, bytes] = {name: text.encode() for name, text in GOOD.items()}
    for word, text in changed.items():
        name = f"{word}.csv"
        files.pop(name, None)
        if text is not None:
            files[name] = text.encode() if isinstance(text, str) else text
    return understand(files, kinds())


def problems(**changed: str | bytes | None) -> list[tuple[str, int, str]]:
    found = read(**changed).problems
    for problem in found:
        assert problem.sentence.endswith("."), problem
        assert "'" not in problem.sentence, problem
    return [tuple(problem) for problem in found]  # type: ignore[misc]


def test_good_files_are_understood_as_people_write_them() -> None:
    found = read()
    assert found.problems == () and found.ignored == ()
    first, second = found.households
    assert (first.number, first.adults, first.births) == ("12", 2, ("2015-03", "2018-11"))
    assert (first.street, second.joined_on.isoformat()) == ("3, rue de l’Église", "2023-03-01")
    assert [holder.handle for holder in found.holders] == ["moineau-radis", None]
    assert found.holders[0].phone == "+33 6 12 34 56 78"
    assert [(pledge.number, pledge.cents) for pledge in found.pledges] == [
        ("12", 6000),
        ("13", 500),
    ]
    assert (found.places[0].kind, found.places[0].merchant) == ("grocery", "Le Potager")
    assert found.balances[1].place == "Le Potager"
    assert (found.of_bank("caisse"), found.of_bank("operating")) == (2000_00, -350_50)
    assert (found.wallets_cents, found.places_cents, found.rest_cents) == (4320, 1310_00, 646_80)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_encodings_and_delimiters_say_the_same(encoding: str, delimiter: str) -> None:
    def sheet(text: str) -> bytes:
        if delimiter == ",":  # decimals and streets then stand in quotes
            rows = [",".join(f'"{cell}"' for cell in line.split(";")) for line in text.split("\n")]
            return "\n".join(rows).encode(encoding)
        return text.replace(";", delimiter).encode(encoding)

    found = understand({name: sheet(text) for name, text in GOOD.items()}, kinds())
    assert found.problems == ()
    assert found.rest_cents == read().rest_cents and found.households == read().households


def test_the_fingerprint_is_that_of_the_texts() -> None:
    one = read().fingerprint
    assert read(foyers=("\ufeff" + GOOD["foyers.csv"])).fingerprint == one
    assert read(soldes=GOOD["soldes.csv"].replace("43,20", "43,21")).fingerprint != one
    assert read(soldes=None).fingerprint != one
    assert read(lieux=GOOD["soldes.csv"], soldes=GOOD["lieux.csv"]).fingerprint != one


def test_lines_that_begin_with_a_hash_are_examples() -> None:
    found = read(soldes="foyer;lieu;montant\n# 12;;1 000 000\n12;;43,20\n")
    assert found.problems == () and found.wallets_cents == 43_20


def test_an_empty_or_missing_file_counts_as_nothing_unless_it_is_needed() -> None:
    assert problems(cotisations=None, lieux=None, soldes="foyer;montant\n") == []
    needed = problems(foyers=None)
    assert needed[0] == ("foyers.csv", 0, "ce fichier manque.")
    assert ("titulaires.csv", 2, "le foyer 12 n’est pas dans foyers.csv.") in needed
    assert problems(banque=None) == [("banque.csv", 0, "ce fichier manque.")]


LINES: Mapping[str, list[tuple[str, str]]] = {
    "foyers": [
        ("14;2;;;;;29/02/2023", "n’est pas une date"),
        ("14;2;;;;;", "n’est pas une date"),
        ("14;deux;;;;;2023-02-01", "n’est pas un nombre d’adultes"),
        ("14;-1;;;;;2023-02-01", "commence comme une formule"),
        ("14;２;;;;;2023-02-01", "n’est pas un nombre d’adultes"),
        ("14;2;mars-15;;;;2023-02-01", "n’est pas un mois"),
        ("=1+1;2;;;;;2023-02-01", "commence comme une formule"),
        ("n° 14;2;;;;;2023-02-01", "n’est pas un numéro de foyer"),
        (";2;;;;;2023-02-01", "n’est pas un numéro de foyer"),
        (f"14;2;;{'x' * 200};;;2023-02-01", "la rue compte plus de 160 caractères"),
        ("14;2;;\u202eabc;;;2023-02-01", "caractère invisible"),
        ("12;2;;;;;2023-02-01", "ce foyer est déjà à la ligne 2"),
        ("012;2;;;;;2023-02-01", "ce foyer est déjà à la ligne 2"),
        ("14;2;;;;2023-02-01", "6 cellules pour 7 colonnes"),
        ("14;2;;;;;2023-02-01", "personne ne tient le porte-monnaie du foyer 14"),
    ],
    "titulaires": [
        ("12;;Martin;;;", "il faut un prénom et un nom"),
        ("12;Léa;Martin;;nowhere;", "n’est pas une adresse e-mail"),
        ("12;Léa;Martin;;;au café", "n’est pas un numéro de téléphone"),
        ("12;Léa;Martin;;;=06", "commence comme une formule"),
        (f"12;{'é' * 90};Martin;;;", "le prénom compte plus de 80"),
        ("99;Léa;Martin;;;", "le foyer 99 n’est pas dans foyers.csv"),
        ("12;Léa;Martin;MOINEAU-radis;;", "cet identifiant est déjà à la ligne 2"),
    ],
    "cotisations": [
        ("12;5;", "ce foyer est déjà à la ligne 2"),
        ("99;5;", "le foyer 99 n’est pas dans foyers.csv"),
        ("13;1,234.50;", "n’est pas un montant"),
        ("13;1e3;", "n’est pas un montant"),
        ("13;-0;", "commence comme une formule"),
        ("13;12,345;", "n’est pas un montant"),
        ("13;９;", "n’est pas un montant"),
        ("13;99999999999999999999;", "trop grand"),
        ("13;5;2023-13", "n’est pas un mois"),
    ],
    "lieux": [
        ("Ferme;;castle;;2023-02-01;", "n’est pas un type de lieu"),
        (";;grocery;;2023-02-01;", "il faut le nom du lieu"),
        ("le potager;Autre;grocery;;2023-02-01;", "ce lieu est déjà à la ligne 2"),
        ("Ferme;;grocery;;;", "n’est pas une date"),
        (f"{'x' * 161};;grocery;;2023-02-01;", "le nom du lieu compte plus de 160"),
    ],
    "soldes": [
        ("12;;1", "ce solde est déjà à la ligne 2"),
        ("12;Le Potager;1", "celui d’un foyer, ou celui d’un lieu"),
        (";;1", "celui d’un foyer, ou celui d’un lieu"),
        ("99;;1", "le foyer 99 n’est pas dans foyers.csv"),
        (";Ailleurs;1", "le lieu « Ailleurs » n’est pas dans lieux.csv"),
        ("13;;-5", "commence comme une formule"),
    ],
    "banque": [
        ("Livret;5", "n’est pas un compte"),
        ("caisse;5", "ce compte est déjà à la ligne 2"),
        ("caisse;-5", "jamais à découvert"),
        ("fonctionnement;--5", "n’est pas un montant"),
        ("fonctionnement;+5", "n’est pas un montant"),
    ],
}


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [(file, line, said) for file, lines in LINES.items() for line, said in lines],
)
def test_a_line_that_cannot_be_understood_is_refused_by_file_and_line(
    file: str, line: str, sentence: str
) -> None:
    text = GOOD[f"{file}.csv"]
    if file == "cotisations" and line.startswith("13"):
        text = "\n".join(text.split("\n")[:2]) + "\n"
    last = len(text.splitlines()) + 1
    found = problems(**{file: text + line + "\n"})
    assert [(name, number) for name, number, _ in found] == [(f"{file}.csv", last)], found
    assert sentence in found[0][2]


def test_files_that_are_no_tables_are_refused_as_a_whole() -> None:
    for content, said in (
        (b"", "vide"),
        (b"\x00\x01\x02" * 100, "caractère nul"),
        (b"%PDF-1.7\n%\xe2\xe3", "Il manque la colonne"),
        (b"foyer;montant;montant\n12;1;2\n", "deux fois"),
        (b'foyer;montant\n"12;1\n', "guillemets"),
        (b"foyer;montant\n" + b"9" * 20_000 + b";1\n", "trop longue"),
        (b"foyer;montant\n" + b"12;1\n" * 20_001, "20000 lignes"),
    ):
        found = problems(soldes=content)
        assert [(name, line) for name, line, _ in found] == [("soldes.csv", 0)], content[:20]
        assert said in found[0][2]


def test_a_huge_file_costs_us_nothing() -> None:
    start = time.monotonic()
    for content in (b"x" * 11_000_000, b"12;1\n" * 2_500_000, b'"' * 9_000_000):
        assert problems(soldes=content)
    assert time.monotonic() - start < 5


def test_headings_may_stand_anywhere_and_unknown_ones_are_told() -> None:
    found = read(soldes="remarque;MONTANT ;Lieu;foyer\nbonjour;1,00;;12\n")
    assert found.problems == () and found.wallets_cents == 100
    assert found.ignored == (("soldes.csv", "remarque"),)
    swapped = read(banque="montant\n12\n")
    assert "« compte »" in swapped.problems[0].sentence


def test_all_problems_are_told_in_the_order_of_files_and_lines() -> None:
    found = problems(
        banque="compte;montant\nLivret;5\n",
        foyers=FOYERS + "12;x;;;;;2023-02-01\n13;1;;;;;never\n",
        soldes="foyer;lieu;montant\n12;;1\n",
    )
    places = [(name, line) for name, line, _ in found]
    order = ["foyers.csv", "titulaires.csv", "cotisations.csv", "soldes.csv", "banque.csv"]
    assert places == sorted(places, key=lambda place: (order.index(place[0]), place[1]))
    assert {name for name, _ in places} == set(order)
