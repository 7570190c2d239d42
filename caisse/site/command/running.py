"""Runs one verb and turns what happens into an exit code (own room: part of the command)."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from django.db import DatabaseError, DataError, OperationalError

from caisse.bylaws import queries as bylaws
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused
from caisse.site import starting, timekeeping
from caisse.site.command.locking import beside
from caisse.site.command.verbs import (
    BUSY,
    FAILED,
    OK,
    REFUSED,
    USAGE,
    VERBS,
    Busy,
    Misuse,
    Verb,
)
from caisse.site.command.words import complain, say

INTERRUPTED = 130
ALONE = frozenset({"move", "restore", "serve"})  # these take care of who works beside them
LEDGER = {
    "insufficient": ("il manque de l’argent sur un compte", "an account does not hold the sum"),
    "ceiling": ("un compte dépasserait son plafond", "an account would pass its ceiling"),
    "closed": ("un compte est fermé", "an account is closed"),
    "differs": ("ce numéro a déjà servi à autre chose", "this number stands for something else"),
    "stale": ("ce numéro n’est pas d’aujourd’hui", "this number is not of today"),
    "route": ("cet argent n’a pas le droit d’aller là", "this money may not go there"),
    "unknown": ("un compte n’existe pas", "an account does not exist"),
}
"""Answers of the ledger that an operation did not put in words of its own."""
FILES: dict[type[OSError], tuple[str, str]] = {
    FileExistsError: ("ce nom est déjà pris", "this name is taken"),
    FileNotFoundError: ("ce fichier n’existe pas", "there is no such file"),
    IsADirectoryError: ("c’est un dossier", "it is a folder"),
    NotADirectoryError: ("ce n’est pas un dossier", "it is no folder"),
    PermissionError: ("l’accès est refusé par la machine", "the machine denies access"),
}


def run(argv: Sequence[str], parser: argparse.ArgumentParser) -> int:
    """Parse, run, answer; the writer is stopped in the end."""
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0) if isinstance(end.code, int | None) else USAGE
    try:
        code = _guarded(VERBS[arguments.verb], arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our lines has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        ledger.stop()
    return code


def _guarded(verb: Verb, arguments: argparse.Namespace) -> int:
    """Run the verb; what is no fault of ours becomes a sentence and an exit code."""
    try:
        obstacle = _obstacle() if verb.founded else None
        if obstacle is not None:
            complain(obstacle)
            return BUSY
        with nullcontext() if verb.name in ALONE else beside():
            return verb.run(arguments) or OK
    except Misuse as misuse:
        complain(f"caisse {verb.name} : {misuse}")
        return USAGE
    except Busy as busy:
        complain(str(busy))
        return BUSY
    except Refusal as refusal:
        complain(refusal.sentence)
        return REFUSED
    except Refused as refused:
        french, english = LEDGER.get(refused.answer, (refused.answer, refused.answer))
        complain(say(f"Le registre refuse : {french}.", f"The ledger refuses: {english}."))
        return REFUSED
    except OperationalError as error:
        told = str(error).strip()
        complain(say(f"La base ne répond pas : {told}", f"The database does not answer: {told}"))
        return BUSY
    except DataError:
        complain(say("Une valeur est trop longue.", "A value is too long."))
        return USAGE
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its kinds are faults of ours
            raise
        complain(say(f"Base illisible : {error}", f"The database cannot be read: {error}"))
        return FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        french, english = FILES.get(type(error), (error.strerror or str(error),) * 2)
        complain(f"{error.filename or 'caisse'} : {say(french, english)}")
        return USAGE


def _obstacle() -> str | None:
    """Why nothing can be done here, or None; the demo's clock is then put where it stood."""
    if not starting.empty():
        schema = starting.schema_problem()
        if schema is not None:
            return schema
        if bylaws.founding() is not None:
            timekeeping.resume(runs=False)
            return None
    return say(
        "Aucune caisse n’est fondée ici : « caisse found » ou « caisse demo ».",
        "No caisse is founded here: “caisse found” or “caisse demo”.",
    )
