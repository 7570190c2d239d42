"""The files that a caisse which already runs fills in: headings, two examples each, and how."""

from collections.abc import Mapping
from pathlib import Path

from caisse.kernel.refusal import Refusal
from caisse.site.operations.opening_lines import COMMENT, FILES

BOM = "\ufeff"  # without it, spreadsheets take UTF-8 for something else
README = "LISEZMOI.txt"
EXAMPLES: dict[str, tuple[str, str]] = {
    "foyers.csv": (
        "12;2;2015-03 2018-11;3, rue de l’Église;34000;Montpellier;2023-02-01",
        "13;1;;;34070;Montpellier;01/03/2023",
    ),
    "titulaires.csv": (
        "12;Zoé;Martin;moineau-radis;zoe@exemple.fr;06 12 34 56 78",
        "13;Ali;Durand;;;",
    ),
    "cotisations.csv": ("12;60,00;2023-02;;", "13;35;;;"),
    "lieux.csv": (
        "Le Potager;Association Le Potager;grocery;Montpellier;2023-02-01;",
        "Ferme du Lez;;producteurs et productrices, à la ferme ou en paniers;Lattes;2023-05-15;",
    ),
    "soldes.csv": ("12;;43,20", ";Le Potager;310,00"),
    "banque.csv": ("caisse;12 000,00", "fonctionnement;-350,00"),
}
HOW = """\
Reprendre une caisse qui tourne déjà
====================================

Remplissez ces fichiers dans un tableur, puis enregistrez-les en CSV, avec des points-virgules.
Une ligne qui commence par # est un exemple : elle n’est pas lue. Ne changez pas la première ligne.

foyers.csv       Un foyer par ligne, avec son numéro dans l’ancien outil. Les naissances des
                 enfants sont des mois, séparés par des espaces : 2015-03 2018-11. Le jour n’est
                 pas gardé.
titulaires.csv   Qui paie avec le porte-monnaie du foyer. Sans identifiant, un nom est proposé.
cotisations.csv  Ce que le foyer paie chaque mois, et depuis quand. Le revenu ou la situation se
                 disent seulement si le règlement en dépend : ils sont vérifiés, puis oubliés.
lieux.csv        Les lieux conventionnés. Le taux se dit seulement si la prise en charge dépend du
                 lieu.
                 Types de lieu, par leur code ou par leur nom :
{kinds}
soldes.csv       Ce qu’il y a dans chaque porte-monnaie, et ce qui est dû à chaque lieu.
banque.csv       Ce qu’il y a sur le compte de la caisse, et sur celui du fonctionnement. Seul celui
                 du fonctionnement peut être négatif.

Le compte de la caisse doit couvrir tous les soldes, au centime près. Ce qui reste va au fonds.

    caisse import DOSSIER --preview           lit les fichiers, dit ce qui ne va pas, n’écrit rien
    caisse import DOSSIER --by IDENTIFIANT    entre tout, ou rien

Les fichiers contiennent des noms : effacez-les après la reprise.
"""


def template(folder: Path, kinds: Mapping[str, str]) -> list[Path]:
    """Write the files, ready for a spreadsheet, into a folder; returns their paths.

    `kinds` are the kinds of place, code -> French label. Raises Refusal(there_already); no file
    that is there is touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name: BOM + _sheet(name) for name in FILES}
    width = max(len(code) for code in kinds)
    listed = "\n".join(f"{'':19}{code:{width}}  {label}" for code, label in kinds.items())
    texts[README] = HOW.format(kinds=listed)
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise Refusal("there_already", f"« {there[0]} » existe déjà. Choisissez un autre dossier.")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\r\n")
    return [folder / name for name in texts]


def _sheet(name: str) -> str:
    headings = [names[0] for names in FILES[name].known.values()]
    examples = [f"{COMMENT} {line}" for line in EXAMPLES[name]]
    return "\n".join([";".join(headings), *examples]) + "\n"
