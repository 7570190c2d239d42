"""The monthly run, step by step (own room: part of the command)."""

import argparse

from caisse.kernel.cents import show
from caisse.month import operations, queries
from caisse.site.command.arguments import by, month
from caisse.site.command.verbs import OK, actor, verb
from caisse.site.command.words import count, say, tell

STEPS = ("freeze", "check", "approve", "credit", "close", "adjust")
ROLES = ("coordinator", "treasurer", "administrator")
WORDS = {
    "frozen": ("figé", "frozen"),
    "checked": ("contrôlé", "checked"),
    "approved": ("approuvé", "approved"),
    "credited": ("versé", "credited"),
    "closed": ("clos", "closed"),
}


def _month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("month", type=month, metavar="YYYY-MM")
    by(parser)


@verb(
    "month", "Mener le mois : figer, contrôler, approuver, verser, clore, ajuster",
    "Run the month: freeze, check, approve, credit, close, adjust", _month,
)  # fmt: skip
def month_(arguments: argparse.Namespace) -> int:
    """Only forward; whoever checked may not approve; a correction is an adjustment run."""
    who = actor(arguments, *ROLES)
    getattr(operations, arguments.step)(month=arguments.month, by=who)
    run = queries.run(month=arguments.month)
    assert run is not None
    french, english = WORDS[run.state]
    tell(
        f"{run.month} : {french}, {show(run.total_cents)} au plan, "
        f"{show(run.credited_cents or 0)} versés.",
        f"{run.month}: {english}, {show(run.total_cents)} planned, "
        f"{show(run.credited_cents or 0)} credited.",
    )
    if arguments.step in ("freeze", "check", "adjust"):
        _tell_differences(run)
    return OK


def _tell_differences(run: queries.RunView) -> None:
    """What changes against the month before, and what the budget guard said."""
    found = queries.differences(run_id=run.id)
    members = count(found.members, "foyer|foyers", "household|households")
    tell(
        f"{members} ({found.members_before} le mois d’avant). Arrivées : {len(found.came)}, "
        f"départs : {len(found.went)}, changements : {len(found.changed)}.",
        f"{members} ({found.members_before} the month before). Coming: {len(found.came)}, "
        f"leaving: {len(found.went)}, changing: {len(found.changed)}.",
    )
    missing = max(0, run.asked_cents - run.available_cents)
    if missing:
        print(
            say(
                f"Attention : il manque {show(missing)} selon les prévisions.",
                f"Attention: {show(missing)} are missing according to the forecast.",
            )
        )
