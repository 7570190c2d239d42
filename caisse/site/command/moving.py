"""Back up, restore, move between engines (own room: part of the command)."""

import argparse
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.site import operations
from caisse.site.command.arguments import by
from caisse.site.command.locking import alone
from caisse.site.command.verbs import OK, Misuse, verb
from caisse.site.command.words import say, tell


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


@verb("backup", "Copier la caisse pendant qu’elle sert", "Copy the caisse while it serves", _backup)
def backup(arguments: argparse.Namespace) -> int:
    """The copy is opened and counted again before it is called good."""
    told = operations.backup(arguments.file)
    print(told, end="")
    if told:
        tell(f"Copie recomptée : {arguments.file}", f"Copy counted again: {arguments.file}")
    else:
        tell(
            f"Copie lue jusqu’au bout : {arguments.file}. Elle n’est pas recomptée : "
            "il faut le droit de créer une base.",
            f"Copy read to its end: {arguments.file}. It is not counted again: "
            "that needs the right to create a database.",
        )
    return OK


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--replace",
        action="store_true",
        help=say("même si une caisse est déjà là", "even if a caisse is there already"),
    )
    by(parser)


@verb("restore", "Remettre une copie en place", "Put a copy in place", _restore, founded=False)
def restore(arguments: argparse.Namespace) -> int:
    """The server must be stopped; what was there is kept unless the database is PostgreSQL."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", arguments.by):
        raise Refusal("unknown_login", f"« {arguments.by[:40]} » n’est pas un identifiant.")
    with alone():
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
    with alone():
        try:
            copied = sum(operations.move(url).values())
        except ImproperlyConfigured as error:
            raise Misuse(str(error)) from None
    tell(
        f"{copied} lignes copiées et contrôlées. Changez CAISSE_DATABASE pour les utiliser.",
        f"{copied} rows copied and checked. Change CAISSE_DATABASE to use them.",
    )
    return OK


def _training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")


@verb(
    "training",
    "Faire une copie d’entraînement",
    "Make a copy to learn on",
    _training,
)
def training(arguments: argparse.Namespace) -> int:
    """The same books in a home of its own, with other names; served by CAISSE_HOME=DIR."""
    renamed = operations.training_copy(arguments.folder)
    tell(
        f"Copie d’entraînement prête : {renamed} personnes y ont un autre nom. "
        f"Servez-la avec CAISSE_HOME={arguments.folder} caisse serve.",
        f"Copy to learn on ready: {renamed} persons have another name there. "
        f"Serve it with CAISSE_HOME={arguments.folder} caisse serve.",
    )
    return OK


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")


@verb(
    "export",
    "Écrire tout ce que la caisse sait, en fichiers lisibles",
    "Write everything the caisse holds as files that anyone can read",
    _export,
)
def export(arguments: argparse.Namespace) -> int:
    """One CSV per table, described, with a checksum of each file; no secret among them."""
    rows = operations.export(arguments.folder)
    tell(
        f"{rows} lignes écrites dans {arguments.folder}. Ce dossier contient des noms.",
        f"{rows} rows written to {arguments.folder}. This folder holds names.",
    )
    return OK
