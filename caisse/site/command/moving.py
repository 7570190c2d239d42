"""Back up, restore, move between engines (own room: part of the command)."""

import argparse
from pathlib import Path

from caisse.kernel.actor import Actor
from caisse.site import operations
from caisse.site.command.locking import only_one
from caisse.site.command.verbs import OK, verb
from caisse.site.command.words import tell


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)


@verb("backup", "Copier la caisse pendant qu’elle sert", "Copy the caisse while it serves", _backup)
def backup(arguments: argparse.Namespace) -> int:
    """The copy is opened and counted again before it is called good."""
    operations.backup(arguments.file)
    tell(f"Copie vérifiée : {arguments.file}", f"Copy verified: {arguments.file}")
    return OK


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--replace", action="store_true")
    parser.add_argument("--by", required=True, metavar="IDENTIFIER")


@verb("restore", "Remettre une copie en place", "Put a copy in place", _restore, founded=False)
def restore(arguments: argparse.Namespace) -> int:
    """The server must be stopped; what was there is kept unless the database is PostgreSQL."""
    with only_one():
        told = operations.restore(arguments.file, replace=arguments.replace, by=Actor(arguments.by))
    print(told, end="")
    tell("Copie remise en place, livres recomptés.", "Copy in place, books recounted.")
    return OK


def _move(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="postgresql://… | sqlite")


@verb("move", "Passer d’un moteur de base à l’autre", "Move to the other database engine", _move)
def move(arguments: argparse.Namespace) -> int:
    """Copies every row and counts it there; then CAISSE_DATABASE chooses the new one."""
    url = "" if arguments.to == "sqlite" else arguments.to
    with only_one():
        copied = operations.move(url)
    tell(
        f"{sum(copied.values())} lignes copiées et contrôlées. Changez CAISSE_DATABASE pour les utiliser.",
        f"{sum(copied.values())} rows copied and checked. Change CAISSE_DATABASE to use them.",
    )
    return OK
