"""Runs one verb and turns what happens into an exit code (own room: part of the command)."""

import argparse
import sys
from collections.abc import Sequence

from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from caisse.bylaws import queries as bylaws
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused
from caisse.site import timekeeping
from caisse.site.command.verbs import BUSY, OK, REFUSED, VERBS
from caisse.site.command.words import complain, say


def run(argv: Sequence[str], parser: argparse.ArgumentParser) -> int:
    """Parse, run, answer; the writer is stopped in the end."""
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0) if isinstance(end.code, int | None) else 2
    verb = VERBS[arguments.verb]
    try:
        if verb.founded and not _ready():
            complain(
                say(
                    "Aucune caisse n’est fondée ici : « caisse found » ou « caisse demo ».",
                    "No caisse is founded here: “caisse found” or “caisse demo”.",
                )
            )
            return BUSY
        return verb.run(arguments) or OK
    except Refusal as refusal:
        complain(refusal.sentence)
        return REFUSED
    except Refused as refused:
        complain(say(f"Le registre refuse : {refused.answer}.", f"The ledger refuses: {refused}."))
        return REFUSED
    except OperationalError as error:
        complain(
            say("La base de données ne répond pas, ", "The database does not answer, ") + str(error)
        )
        return BUSY
    except KeyboardInterrupt:
        return 130
    finally:
        ledger.stop()
        sys.stdout.flush()


def _ready() -> bool:
    """The schema is the code's and a founding stands; the demo's clock is put where it was."""
    try:
        if pending() or bylaws.founding() is None:
            return False
    except DatabaseError:
        return False
    timekeeping.resume(runs=False)
    return True


def pending() -> list[str]:
    """The migrations that the code has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
