"""A caisse that already runs comes in: its files, their preview (own room: part of the command)."""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from caisse.kernel.cents import show
from caisse.merchants import queries as places
from caisse.site import operations
from caisse.site.command.verbs import OK, REFUSED, Misuse, actor, verb
from caisse.site.command.words import complain, count, say, tell
from caisse.site.operations import TakenOver, Understood
from caisse.site.operations.opening import ANSWER

ROLES = ("administrator", "treasurer")


def _template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")


@verb(
    "template", "Écrire les fichiers à remplir pour une reprise",
    "Write the files to fill in for an import", _template, founded=False,
)  # fmt: skip
def template(arguments: argparse.Namespace) -> int:
    """Headings and examples, ready for a spreadsheet, and how to fill them in."""
    for path in operations.template(arguments.folder, places.kinds()):
        print(path)
    return OK


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--preview", action="store_true", help=say("lire sans rien écrire", "read, write nothing")
    )
    parser.add_argument("--body", default="comité citoyen", help=say("l’instance", "which body"))
    parser.add_argument(
        "--by",
        metavar="IDENTIFIER",
        help=say("qui écrit ; pas avec --preview", "who writes; not with --preview"),
    )


@verb(
    "import", "Reprendre une caisse qui tourne déjà", "Take over a caisse that already runs",
    _import,
)  # fmt: skip
def import_(arguments: argparse.Namespace) -> int:
    """Shows what the files say; without --preview enters all under one decision, or nothing."""
    if not arguments.preview and arguments.by is None:
        raise Misuse(say("Il manque --by (ou --preview).", "--by is missing (or --preview)."))
    who = None if arguments.by is None else actor(arguments, *ROLES)
    found = operations.look(arguments.folder)
    for sentence in _understood(found):
        print(sentence)
    for problem in found.problems:
        complain(operations.said(problem))
    if found.problems:
        wrong = count(len(found.problems), "point|points", "point|points")
        tell(f"{wrong} à corriger : rien n’est entré.", f"{wrong} to correct: nothing is entered.")
        return REFUSED
    if arguments.preview or who is None:
        _tell_before(operations.decision_of(found))
        return OK
    taken = operations.take_over(found=found, by=who, body=arguments.body)
    tell(
        f"Tout est entré par la décision n° {taken.decision}.",
        f"All is entered under decision no. {taken.decision}.",
    )
    path = arguments.folder / ANSWER
    _write(path, taken)
    tell(
        f"Les nouveaux numéros et les identifiants sont dans {path}.",
        f"The new numbers and the handles are in {path}.",
    )
    return OK


def _tell_before(decision: int | None) -> None:
    """The end of a preview: nothing stands against entering, or it was done."""
    if decision is None:
        tell("Tout peut entrer. Rien n’est encore écrit.", "All can enter. Nothing is written yet.")
    else:
        tell(
            f"Ces fichiers sont déjà entrés, par la décision n° {decision}.",
            f"These files were entered already, under decision no. {decision}.",
        )


def _understood(found: Understood) -> Iterator[str]:
    """What the files say, in sentences."""
    adults = sum(household.adults for household in found.households)
    children = sum(len(household.births) for household in found.households)
    parts = (
        count(len(found.households), "foyer|foyers", "household|households"),
        count(adults, "adulte|adultes", "adult|adults"),
        count(children, "enfant|enfants", "child|children"),
        count(len(found.holders), "titulaire|titulaires", "holder|holders"),
    )
    yield f"{', '.join(parts)}."
    yield from _pledged(found)
    yield (
        count(
            len(found.places),
            "lieu conventionné|lieux conventionnés",
            "place approved|places approved",
        )
        + "."
    )
    bank, operating = show(found.of_bank("caisse")), show(found.of_bank("operating"))
    yield say(
        f"Banque : {bank} pour la caisse, {operating} pour le fonctionnement.",
        f"Bank: {bank} of the caisse, {operating} for operating.",
    )
    wallets, owed = show(found.wallets_cents), show(found.places_cents)
    if found.rest_cents >= 0:
        rest = show(found.rest_cents)
        yield say(
            f"Couverture : {bank} = {wallets} en porte-monnaie + {owed} dus aux lieux + {rest} "
            "qui restent dans le fonds.",
            f"Cover: {bank} = {wallets} in wallets + {owed} owed to places + {rest} "
            "that remain in the fund.",
        )
    else:
        missing = show(-found.rest_cents)
        yield say(
            f"Couverture : {wallets} en porte-monnaie + {owed} dus aux lieux. Il manque {missing}.",
            f"Cover: {wallets} in wallets + {owed} owed to places. {missing} are missing.",
        )
    for file, heading in found.ignored:
        yield say(
            f"{file} : la colonne « {heading} » n’est pas lue.",
            f"{file}: the column “{heading}” is not read.",
        )


def _pledged(found: Understood) -> Iterator[str]:
    total, first = sum(pledge.cents for pledge in found.pledges), operations.first_pledged()
    pledges = count(len(found.pledges), "cotisation|cotisations", "pledge|pledges")
    yield say(
        f"{pledges}, {show(total)} par mois, à partir de {first.words}.",
        f"{pledges}, {show(total)} a month, from {first} on.",
    )
    without = len(found.households) - len(found.pledges)
    if without > 0:
        households = count(without, "foyer|foyers", "household|households")
        yield say(f"{households} sans cotisation.", f"{households} without a pledge.")


def _write(path: Path, taken: TakenOver) -> None:
    """The old number of each household beside its new ones; the file is for its reader's eyes."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file, delimiter=";")
        sheet.writerow(["foyer", "adhésion", "porte-monnaie", "identifiants"])
        for each in taken.entered:
            numbers = [each.number, each.membership_id, each.wallet_id]
            sheet.writerow([*numbers, " ".join(each.handles)])
