"""Pledges, calls, receipts, deposits, returns (own room: part of the command)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from caisse.contributions import operations as contributions
from caisse.contributions import queries as books
from caisse.contributions.queries import read_receipts, read_returns
from caisse.kernel.cents import show
from caisse.kernel.sheet import MOST_BYTES, RefusedLine
from caisse.site.command.arguments import (
    by,
    day,
    euros,
    month,
    number,
    repeatable,
    some_euros,
)
from caisse.site.command.verbs import OK, REFUSED, Misuse, actor, verb
from caisse.site.command.words import complain, count, say, tell

OFFICE = ("coordinator", "treasurer", "administrator", "desk")
MONEY = ("treasurer", "administrator", "coordinator")
KINDS = ("debit", "transfer", "card", "cash", "cheque")


def _pledge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    parser.add_argument("amount", type=euros, metavar="EUROS")
    parser.add_argument("--since", type=month, metavar="YYYY-MM")
    parser.add_argument(
        "--income",
        type=euros,
        metavar="EUROS",
        help=say("revenu net du mois, jugé et oublié", "net monthly income, judged and forgotten"),
    )
    parser.add_argument("--situation", help=say("jugée et oubliée", "judged and forgotten"))
    repeatable(parser)
    by(parser)


@verb("pledge", "Choisir une cotisation", "Pledge a contribution", _pledge)
def pledge(arguments: argparse.Namespace) -> int:
    """What a household will pay each month; an income is judged and never stored."""
    pledged = contributions.pledge(
        membership_id=arguments.membership,
        cents=arguments.amount,
        by=actor(arguments, *OFFICE),
        since=arguments.since,
        income_cents=arguments.income,
        situation=arguments.situation,
        id=arguments.id,
    )
    tell(
        f"Adhésion n° {arguments.membership} : {show(pledged.cents)} par mois "
        f"à partir de {pledged.since.words}.",
        f"Membership no. {arguments.membership}: {show(pledged.cents)} a month "
        f"from {pledged.since} on.",
    )
    return OK


def _call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("month", type=month, metavar="YYYY-MM")
    by(parser)


@verb("call", "Appeler les cotisations d’un mois", "Call the contributions of a month", _call)
def call(arguments: argparse.Namespace) -> int:
    """What each household owes for the month; the timetable does it on the due day."""
    called = contributions.call(month=arguments.month, by=actor(arguments, *MONEY))
    members = count(called.members, "foyer|foyers", "household|households")
    tell(
        f"{called.month} : {show(called.cents)} appelés à {members}.",
        f"{called.month}: {show(called.cents)} called from {members}.",
    )
    return OK


def _receive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number, nargs="?")
    parser.add_argument("amount", type=some_euros, metavar="EUROS", nargs="?")
    parser.add_argument("--month", type=month, metavar="YYYY-MM")
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--desk", help=say("espèces et chèques", "cash and cheques"))
    parser.add_argument("--recovery", action="store_true")
    parser.add_argument(
        "--confirmed",
        action="store_true",
        help=say("le même encaissement deux fois, c’est voulu", "the same receipt twice is meant"),
    )
    _file(parser)
    parser.add_argument("--undo", type=number, metavar="IMPORT")
    parser.add_argument("--reason", default="")
    repeatable(parser)
    by(parser)


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument(
        "--preview", action="store_true", help=say("lire sans rien écrire", "read, write nothing")
    )


@verb(
    "receive", "Enregistrer une cotisation reçue, ou un fichier CSV",
    "Record a contribution received, or a CSV file", _receive,
)  # fmt: skip
def receive(arguments: argparse.Namespace) -> int:
    """Typed one by one, or a file with its preview; a file is undone as one batch."""
    typed = (arguments.membership, arguments.amount, arguments.month, arguments.kind)
    ways = (arguments.undo, arguments.csv, arguments.membership)
    if sum(way is not None for way in ways) != 1 or (arguments.membership and None in typed):
        raise Misuse(
            say(
                "Écrivez ADHÉSION EUROS --month --kind, ou --csv FICHIER, ou --undo IMPORT.",
                "Write MEMBERSHIP EUROS --month --kind, or --csv FILE, or --undo IMPORT.",
            )
        )
    if arguments.undo is not None:
        undone = contributions.undo_import(
            batch_id=arguments.undo, by=actor(arguments, *MONEY), reason=arguments.reason,
            id=arguments.id,
        )  # fmt: skip
        tell(
            f"Import n° {arguments.undo} annulé : {show(undone)}.",
            f"Import no. {arguments.undo} undone: {show(undone)}.",
        )
        return OK
    return _receive_file(arguments) if arguments.csv is not None else _receive_one(arguments)


def _receive_one(arguments: argparse.Namespace) -> int:
    received = contributions.receive(
        membership_id=arguments.membership,
        month=arguments.month,
        cents=arguments.amount,
        kind=arguments.kind,
        by=actor(arguments, *OFFICE),
        received_on=arguments.on,
        desk=arguments.desk,
        recovery=arguments.recovery,
        confirmed=arguments.confirmed,
        id=arguments.id,
    )
    tell(f"Encaissement n° {received.receipt_id}.", f"Receipt no. {received.receipt_id}.")
    return OK


def _receive_file(arguments: argparse.Namespace) -> int:
    """Show what was understood; without --preview, enter it as one batch."""
    who = actor(arguments, *MONEY)
    preview = read_receipts(_content(arguments.csv))
    problems = [*preview.refused, *books.receipt_problems(preview)]
    _show(problems, len(preview.lines), preview.total_cents)
    if arguments.preview:
        meant = [p for p in problems if p.reason != "duplicate" or not arguments.confirmed]
        return REFUSED if meant else OK
    batch = contributions.import_receipts(
        preview=preview, by=who, id=arguments.id, confirmed=arguments.confirmed
    )
    tell(f"Import n° {batch.batch_id}.", f"Import no. {batch.batch_id}.")
    return OK


def _content(path: Path) -> bytes:
    """The bytes of a file, one more than the reader accepts when it is too large."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _show(problems: Sequence[RefusedLine], lines: int, total_cents: int) -> None:
    """What a file says: the lines that cannot be entered on stderr, then the sum of the others."""
    for problem in problems:
        complain(say(f"ligne {problem.line} : ", f"line {problem.line}: ") + problem.sentence)
    understood = count(lines, "ligne comprise|lignes comprises", "line understood|lines understood")
    refused = count(len(problems), "refusée|refusées", "refused|refused")
    print(f"{understood}, {show(total_cents)}, {refused}.")


def _deposit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("desk")
    parser.add_argument("--kind", choices=("cash", "cheque"), required=True)
    repeatable(parser)
    by(parser)


@verb("deposit", "Déposer à la banque ce qu’un guichet a reçu", "Take a desk’s money in", _deposit)
def deposit(arguments: argparse.Namespace) -> int:
    """From then on it covers what is issued."""
    deposited = contributions.deposit(
        desk=arguments.desk, kind=arguments.kind, by=actor(arguments, *OFFICE), id=arguments.id
    )
    receipts = count(deposited.receipts, "encaissement|encaissements", "receipt|receipts")
    tell(
        f"{show(deposited.cents)} déposés, {receipts}.",
        f"{show(deposited.cents)} deposited, {receipts}.",
    )
    return OK


def _return(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("receipt", type=number, nargs="?")
    parser.add_argument("--code", metavar="AM04")
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    _file(parser)
    repeatable(parser)
    by(parser)


@verb(
    "return", "Enregistrer un prélèvement rejeté, ou un fichier CSV",
    "Record a returned debit, or a CSV file", _return,
)  # fmt: skip
def return_(arguments: argparse.Namespace) -> int:
    """What the bank takes back is always recorded, even when the fund is short."""
    if (arguments.csv is None) == (arguments.receipt is None or arguments.code is None):
        raise Misuse(
            say(
                "Écrivez ENCAISSEMENT --code, ou --csv FICHIER.",
                "Write RECEIPT --code, or --csv FILE.",
            )
        )
    who = actor(arguments, *MONEY)
    if arguments.csv is not None:
        return _return_file(arguments)
    returned = contributions.return_receipt(
        receipt_id=arguments.receipt, code=arguments.code, by=who, returned_on=arguments.on,
        id=arguments.id,
    )  # fmt: skip
    tell(
        f"Rejet de l’encaissement n° {arguments.receipt} : {show(returned.cents)}. "
        f"{returned.label[:1].upper()}{returned.label[1:]}.",
        f"Receipt no. {arguments.receipt} returned: {show(returned.cents)}.",
    )
    return OK


def _return_file(arguments: argparse.Namespace) -> int:
    preview = read_returns(_content(arguments.csv))
    problems = [*preview.refused, *books.return_problems(preview)]
    _show(problems, len(preview.lines), preview.total_cents)
    if arguments.preview:
        return REFUSED if problems else OK
    batch = contributions.import_returns(
        preview=preview, by=actor(arguments, *MONEY), id=arguments.id
    )
    tell(f"Import n° {batch.batch_id}.", f"Import no. {batch.batch_id}.")
    return OK
