"""Grants, costs, what the bank takes and gives by itself (own room: part of the command)."""

import argparse

from caisse.funding import operations as funding
from caisse.kernel.cents import show
from caisse.site.command.arguments import (
    by,
    day,
    euros,
    instalment,
    number,
    repeatable,
    short,
    some_euros,
)
from caisse.site.command.verbs import OK, actor, verb
from caisse.site.command.words import say, tell

MONEY = ("treasurer", "administrator", "coordinator")
FUNDS = ("caisse", "operating")
LINES = ("hr", "running", "evaluation", "it")


def _grant(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    sign = steps.add_parser("sign", help=say("signer une convention", "sign an agreement"))
    sign.add_argument("funder", type=short)
    sign.add_argument("--fund", choices=FUNDS, required=True)
    sign.add_argument("--label", type=short, default="")
    sign.add_argument(
        "--instalment",
        action="append",
        required=True,
        type=instalment,
        metavar="2024-03-02=22500",
        help=say("date et montant d’un versement, à répéter", "a due date and amount, repeated"),
    )
    repeatable(sign)
    by(sign)
    received = steps.add_parser("receive", help=say("recevoir un versement", "receive one"))
    received.add_argument("instalment", type=number)
    received.add_argument("--amount", type=some_euros, metavar="EUROS")
    repeatable(received)
    by(received)
    postpone = steps.add_parser("postpone", help=say("reporter un versement", "postpone one"))
    postpone.add_argument("instalment", type=number)
    postpone.add_argument("due_on", type=day, metavar="YYYY-MM-DD")
    postpone.add_argument("--amount", type=some_euros, metavar="EUROS")
    postpone.add_argument(
        "--known-on",
        type=day,
        metavar="YYYY-MM-DD",
        help=say("date de la lettre du financeur", "the day of the funder’s letter"),
    )
    repeatable(postpone)
    by(postpone)
    topup = steps.add_parser(
        "topup", help=say("compléter les cotisations", "add to members’ contributions")
    )
    topup.add_argument("funder", type=short)
    topup.add_argument("amount", type=some_euros, metavar="EUROS")
    repeatable(topup)
    by(topup)


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
        funding.receive_instalment(
            instalment_id=arguments.instalment, by=who, cents=arguments.amount, id=arguments.id
        )
        tell("Versement enregistré.", "Instalment recorded.")
    elif arguments.step == "postpone":
        funding.postpone(
            instalment_id=arguments.instalment,
            due_on=arguments.due_on,
            by=who,
            known_on=arguments.known_on,
            cents=arguments.amount,
            id=arguments.id,
        )
        tell("Report enregistré.", "Postponement recorded.")
    elif arguments.step == "topup":
        payer = funding.add_funder(name=arguments.funder, by=who)
        funding.top_up(funder_id=payer, cents=arguments.amount, by=who, id=arguments.id)
        tell(f"Complément de {show(arguments.amount)} reçu.", f"{show(arguments.amount)} received.")
    else:
        signed = funding.sign_grant(
            funder_id=funding.add_funder(name=arguments.funder, by=who),
            fund=arguments.fund,
            label=arguments.label,
            instalments=arguments.instalment,
            by=who,
            id=arguments.id,
        )
        numbers = ", ".join(str(number) for number in signed.instalment_ids)
        tell(f"Versements attendus : n° {numbers}.", f"Instalments expected: no. {numbers}.")
    return OK


def _cost(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    plan = steps.add_parser("plan", help=say("prévoir une dépense", "expect a cost"))
    plan.add_argument("line", choices=LINES)
    plan.add_argument("due_on", type=day, metavar="YYYY-MM-DD")
    plan.add_argument("amount", type=some_euros, metavar="EUROS")
    repeatable(plan)
    by(plan)
    change = steps.add_parser(
        "change", help=say("changer une prévision", "change what was expected")
    )
    change.add_argument("planned", type=number)
    change.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    change.add_argument(
        "--amount", type=euros, metavar="EUROS", help=say("0 l’annule", "0 cancels it")
    )
    repeatable(change)
    by(change)
    paid = steps.add_parser("pay", help=say("payer une dépense", "pay a cost"))
    paid.add_argument("line", choices=LINES)
    paid.add_argument("amount", type=some_euros, metavar="EUROS")
    paid.add_argument("--planned", type=number, metavar="PLANNED")
    paid.add_argument("--fund", choices=FUNDS, default="operating")
    repeatable(paid)
    by(paid)


@verb("cost", "Prévoir ou payer une dépense", "Expect or pay an operating cost", _cost)
def cost(arguments: argparse.Namespace) -> int:
    """From the operating account; the segregated one is refused, always."""
    who = actor(arguments, *MONEY)
    if arguments.step == "pay":
        funding.pay_cost(
            line=arguments.line,
            cents=arguments.amount,
            by=who,
            fund=arguments.fund,
            planned_id=arguments.planned,
            id=arguments.id,
        )
        tell(f"{show(arguments.amount)} payés.", f"{show(arguments.amount)} paid.")
        return OK
    if arguments.step == "plan":
        planned = funding.plan_cost(
            line=arguments.line,
            due_on=arguments.due_on,
            cents=arguments.amount,
            by=who,
            id=arguments.id,
        )
    else:
        planned = funding.change_cost(
            planned_id=arguments.planned,
            by=who,
            due_on=arguments.on,
            cents=arguments.amount,
            id=arguments.id,
        )
    tell(f"Dépense prévue n° {planned}.", f"Planned cost no. {planned}.")
    return OK


def _bank(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    fee = steps.add_parser("fee", help=say("frais pris à la caisse", "a fee taken from the caisse"))
    fee.add_argument("amount", type=some_euros, metavar="EUROS")
    repeatable(fee)
    by(fee)
    good = steps.add_parser("make-good", help=say("rendre ces frais", "make the fees good"))
    good.add_argument("--amount", type=some_euros, metavar="EUROS")
    repeatable(good)
    by(good)
    interest = steps.add_parser("interest", help=say("intérêts reçus", "interest received"))
    interest.add_argument("amount", type=some_euros, metavar="EUROS")
    interest.add_argument("--fund", choices=FUNDS, required=True)
    repeatable(interest)
    by(interest)


@verb("bank", "Noter les frais et les intérêts", "Record the bank’s fees and interest", _bank)
def bank(arguments: argparse.Namespace) -> int:
    """What the bank takes and gives by itself; fees are made good from operating money."""
    who = actor(arguments, *MONEY)
    if arguments.step == "fee":
        funding.record_fee(cents=arguments.amount, by=who, id=arguments.id)
        tell("Frais enregistrés.", "Fee recorded.")
    elif arguments.step == "make-good":
        funding.make_fee_good(by=who, cents=arguments.amount, id=arguments.id)
        tell("Frais rendus à la caisse.", "Fees made good.")
    else:
        funding.record_interest(
            fund=arguments.fund, cents=arguments.amount, by=who, id=arguments.id
        )
        tell("Intérêts enregistrés.", "Interest recorded.")
    return OK
