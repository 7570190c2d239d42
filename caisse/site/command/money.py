"""Pledges, receipts, returns, grants, purchases, redemptions (own room: part of the command)."""

import argparse
from datetime import date
from pathlib import Path

from caisse.contributions import operations as contributions
from caisse.contributions import queries as books
from caisse.contributions.queries import read_receipts
from caisse.funding import operations as funding
from caisse.kernel.cents import show
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.payments import operations as payments
from caisse.payments.operations import Declined, Receipt
from caisse.people import queries as people
from caisse.site.command.verbs import OK, actor, by, day, id_, month, verb
from caisse.site.command.words import amount, say, tell

OFFICE = ("coordinator", "treasurer", "administrator", "desk")
MONEY = ("treasurer", "administrator", "coordinator")


def _pledge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=int)
    parser.add_argument("amount", metavar="EUROS")
    parser.add_argument("--since", type=month, metavar="YYYY-MM")
    parser.add_argument("--income", metavar="EUROS")
    parser.add_argument("--situation")
    by(parser)


@verb("pledge", "Choisir une cotisation", "Pledge a contribution", _pledge)
def pledge(arguments: argparse.Namespace) -> int:
    """What a household will pay each month; an income is judged and never stored."""
    pledged = contributions.pledge(
        membership_id=arguments.membership,
        cents=amount(arguments.amount),
        by=actor(arguments, *OFFICE),
        since=arguments.since,
        income_cents=amount(arguments.income) if arguments.income else None,
        situation=arguments.situation,
    )
    tell(
        f"Adhésion {arguments.membership} : {show(pledged.cents)} par mois à partir de {pledged.since}.",
        f"Membership {arguments.membership}: {show(pledged.cents)} a month from {pledged.since} on.",
    )
    return OK


def _receive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=int, nargs="?")
    parser.add_argument("amount", metavar="EUROS", nargs="?")
    parser.add_argument("--month", type=month, metavar="YYYY-MM")
    parser.add_argument("--kind", choices=("debit", "transfer", "card", "cash", "cheque"))
    parser.add_argument("--desk")
    parser.add_argument("--recovery", action="store_true")
    parser.add_argument("--confirmed", action="store_true")
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("--preview", action="store_true")
    parser.add_argument("--undo", type=int, metavar="IMPORT")
    parser.add_argument("--reason", default="")
    parser.add_argument("--deposit", action="store_true")
    parser.add_argument("--id", type=id_, metavar="UUID")
    by(parser)


@verb(
    "receive", "Enregistrer une cotisation reçue, ou un fichier CSV",
    "Record a contribution received, or a CSV file", _receive,
)  # fmt: skip
def receive(arguments: argparse.Namespace) -> int:
    """Typed one by one, or a file with its preview; a file is undone as one batch."""
    who = actor(arguments, *OFFICE)
    if arguments.undo is not None:
        contributions.undo_import(batch_id=arguments.undo, by=who, reason=arguments.reason)
        tell(f"Import n° {arguments.undo} annulé.", f"Import no. {arguments.undo} undone.")
        return OK
    if arguments.csv is not None:
        return _receive_file(arguments)
    if arguments.deposit:
        deposited = contributions.deposit(
            desk=arguments.desk or "", kind=arguments.kind or "cash", by=who
        )
        tell(f"{show(deposited.cents)} déposés.", f"{show(deposited.cents)} deposited.")
        return OK
    if None in (arguments.membership, arguments.amount, arguments.month, arguments.kind):
        raise Refusal("incomplete", "Il faut une adhésion, un montant, --month et --kind.")
    received = contributions.receive(
        membership_id=arguments.membership,
        month=arguments.month,
        cents=amount(arguments.amount),
        kind=arguments.kind,
        by=who,
        desk=arguments.desk,
        recovery=arguments.recovery,
        confirmed=arguments.confirmed,
        id=arguments.id,
    )
    tell(f"Recette n° {received.receipt_id}.", f"Receipt no. {received.receipt_id}.")
    return OK


def _receive_file(arguments: argparse.Namespace) -> int:
    """Show what was understood; without --preview, enter it as one batch."""
    preview = read_receipts(arguments.csv.read_bytes())
    problems = [*preview.refused, *books.receipt_problems(preview)]
    for problem in problems:
        print(say(f"ligne {problem.line} : ", f"line {problem.line}: ") + problem.sentence)
    total = sum(line.cents for line in preview.lines)
    tell(
        f"{len(preview.lines)} lignes comprises, {show(total)}, {len(problems)} refusées.",
        f"{len(preview.lines)} lines understood, {show(total)}, {len(problems)} refused.",
    )
    if arguments.preview:
        return OK
    batch = contributions.import_receipts(
        preview=preview, by=actor(arguments, *MONEY), id=arguments.id
    )
    tell(f"Import n° {batch.batch_id}.", f"Import no. {batch.batch_id}.")
    return OK


def _return(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("receipt", type=int)
    parser.add_argument("--code", required=True, metavar="AM04")
    parser.add_argument("--id", type=id_, metavar="UUID")
    by(parser)


@verb("return", "Enregistrer un prélèvement rejeté", "Record a returned debit", _return)
def return_(arguments: argparse.Namespace) -> int:
    """What the bank takes back is always recorded, even when the fund is short."""
    contributions.return_receipt(
        receipt_id=arguments.receipt,
        code=arguments.code,
        by=actor(arguments, *MONEY),
        id=arguments.id,
    )
    tell(
        f"Rejet de la recette n° {arguments.receipt}.", f"Receipt no. {arguments.receipt} returned."
    )
    return OK


def _grant(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True)
    sign = steps.add_parser("sign")
    sign.add_argument("funder")
    sign.add_argument("--fund", choices=("caisse", "operating"), required=True)
    sign.add_argument("--label", default="")
    sign.add_argument("--instalment", action="append", required=True, metavar="2024-03-02=22500")
    by(sign)
    received = steps.add_parser("receive")
    received.add_argument("instalment", type=int)
    received.add_argument("--amount", metavar="EUROS")
    received.add_argument("--id", type=id_, metavar="UUID")
    by(received)
    postpone = steps.add_parser("postpone")
    postpone.add_argument("instalment", type=int)
    postpone.add_argument("due_on", type=day, metavar="YYYY-MM-DD")
    by(postpone)


@verb(
    "grant",
    "Signer, recevoir ou reporter une subvention",
    "Sign, receive or postpone a grant",
    _grant,
)
def grant(arguments: argparse.Namespace) -> int:
    """Each euro names its funder, and its fund: the two are never mixed."""
    who = actor(arguments, *MONEY)
    if arguments.step == "receive":
        cents = amount(arguments.amount) if arguments.amount else None
        funding.receive_instalment(
            instalment_id=arguments.instalment, by=who, cents=cents, id=arguments.id
        )
        tell("Versement enregistré.", "Instalment recorded.")
        return OK
    if arguments.step == "postpone":
        funding.postpone(instalment_id=arguments.instalment, due_on=arguments.due_on, by=who)
        tell("Report enregistré.", "Postponement recorded.")
        return OK
    signed = funding.sign_grant(
        funder_id=funding.add_funder(name=arguments.funder, by=who),
        fund=arguments.fund,
        label=arguments.label,
        instalments=[_instalment(text) for text in arguments.instalment],
        by=who,
    )
    numbers = ", ".join(str(number) for number in signed.instalment_ids)
    tell(f"Versements attendus : n° {numbers}.", f"Instalments expected: no. {numbers}.")
    return OK


def _instalment(text: str) -> tuple[date, int]:
    on, _, euros = text.partition("=")
    try:
        return date.fromisoformat(on), amount(euros)
    except ValueError:
        raise Refusal("not_a_date", f"« {text[:40]} » : écrivez 2024-03-02=22500.") from None


def _pay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle")
    parser.add_argument("place", type=int)
    parser.add_argument("amount", metavar="EUROS")
    parser.add_argument("--method", default="pin")
    parser.add_argument("--id", type=id_, metavar="UUID")
    by(parser)


@verb("pay", "Encaisser un achat", "Take a payment", _pay)
def pay(arguments: argparse.Namespace) -> int:
    """One purchase; the same --id sent again gets the same receipt."""
    who = actor(arguments, *OFFICE, "merchant", "cashier")
    holder = people.holder(arguments.handle)
    if holder is None:
        raise Refusal("code_wrong", "Cet identifiant n’est pas reconnu.")
    payment_id = arguments.id or new_id()
    answer = payments.pay(
        payment_id=payment_id,
        wallet_id=holder.wallet_id,
        place_id=arguments.place,
        cents=amount(arguments.amount),
        method=arguments.method,
        by=who,
    )
    return _answer(answer)


def _refund(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payment", type=id_, metavar="UUID")
    parser.add_argument("amount", metavar="EUROS")
    parser.add_argument("--id", type=id_, metavar="UUID")
    by(parser)


@verb(
    "refund",
    "Rembourser un achat, en tout ou en partie",
    "Refund a purchase, whole or in part",
    _refund,
)
def refund(arguments: argparse.Namespace) -> int:
    """Linked to the purchase; never more than it."""
    answer = payments.refund(
        refund_id=arguments.id or new_id(),
        payment_id=arguments.payment,
        cents=amount(arguments.amount),
        by=actor(arguments, *OFFICE, "merchant"),
    )
    return _answer(answer)


def _answer(answer: Receipt | Declined) -> int:
    if isinstance(answer, Declined):
        raise Refusal(answer.reason, answer.member)
    tell(
        f"Reçu {show_id(answer.id)} : {show(answer.cents)}.",
        f"Receipt {show_id(answer.id)}: {show(answer.cents)}.",
    )
    return OK


def _redeem(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("hold", "pay", "void"))
    parser.add_argument("month", type=month, metavar="YYYY-MM")
    parser.add_argument("--place", type=int)
    parser.add_argument("--code", default="")
    by(parser)


@verb("redeem", "Rembourser les lieux en euros", "Redeem the places in euros", _redeem)
def redeem(arguments: argparse.Namespace) -> int:
    """Hold a month's sales at its end, pay them on the 5th, void what the bank refused."""
    who = actor(arguments, *MONEY)
    if arguments.step == "void":
        if arguments.place is None:
            raise Refusal("incomplete", "Il faut --place.")
        merchants.void_redemption(
            place_id=arguments.place, month=arguments.month, by=who, code=arguments.code
        )
    elif arguments.step == "hold":
        merchants.hold_sales(month=arguments.month, by=who)
    else:
        merchants.pay_redemptions(month=arguments.month, by=who)
    progress = places.progress(month=arguments.month)
    if progress is not None:
        tell(
            f"{progress.places} lieux, {show(progress.cents)}.",
            f"{progress.places} places, {show(progress.cents)}.",
        )
    return OK
