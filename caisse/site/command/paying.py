"""Purchases, refunds, places, redemption (own room: part of the command)."""

import argparse

from caisse.kernel.cents import show
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.payments import operations as payments
from caisse.payments.operations import Declined, Receipt
from caisse.people import queries as people
from caisse.site.command.arguments import bank_code, by, id_, month, number, repeatable, some_euros
from caisse.site.command.verbs import OK, Busy, Misuse, actor, verb
from caisse.site.command.words import count, say, tell

OFFICE = ("coordinator", "treasurer", "administrator", "desk")
MONEY = ("treasurer", "administrator", "coordinator")
METHODS = ("pin", "member_qr", "card", "shop_qr")


def _pay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle")
    parser.add_argument("place", type=number)
    parser.add_argument("amount", type=some_euros, metavar="EUROS")
    parser.add_argument("--method", choices=METHODS, default="pin")
    repeatable(parser)
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
        cents=arguments.amount,
        method=arguments.method,
        by=who,
    )
    return _answer(answer, payment_id)


def _refund(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payment", type=id_, metavar="UUID")
    parser.add_argument("amount", type=some_euros, metavar="EUROS")
    repeatable(parser)
    by(parser)


@verb(
    "refund",
    "Rembourser un achat, en tout ou en partie",
    "Refund a purchase, whole or in part",
    _refund,
)
def refund(arguments: argparse.Namespace) -> int:
    """Linked to the purchase; never more than it."""
    refund_id = arguments.id or new_id()
    answer = payments.refund(
        refund_id=refund_id,
        payment_id=arguments.payment,
        cents=arguments.amount,
        by=actor(arguments, *OFFICE, "merchant"),
    )
    return _answer(answer, refund_id)


def _answer(answer: Receipt | Declined, id: Id) -> int:
    """Print the receipt; raise Refusal, or Busy when the same id must be asked again."""
    if isinstance(answer, Declined):
        if not answer.settled:  # money may have moved: only the same id tells
            raise Busy(f"{answer.cashier} --id {show_id(id)}")
        raise Refusal(answer.reason, answer.member)
    tell(
        f"Reçu {show_id(answer.id)} : {show(answer.cents)}.",
        f"Receipt {show_id(answer.id)}: {show(answer.cents)}.",
    )
    return OK


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("suspend", "resume"))
    parser.add_argument("place", type=number)
    repeatable(parser)
    by(parser)


@verb("place", "Suspendre un lieu, ou le reprendre", "Suspend a place, or resume it", _place)
def place(arguments: argparse.Namespace) -> int:
    """Payments stop at once; refunds and redemption go on. Approving is a decision (decide)."""
    who = actor(arguments, *MONEY)
    if arguments.step == "suspend":
        merchants.suspend_place(place_id=arguments.place, by=who, id=arguments.id)
        tell("Ce lieu n’encaisse plus.", "This place takes no more payments.")
    else:
        merchants.resume_place(place_id=arguments.place, by=who, id=arguments.id)
        tell("Ce lieu encaisse de nouveau.", "This place takes payments again.")
    return OK


def _redeem(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("ask", "hold", "pay", "void"))
    parser.add_argument("month", type=month, metavar="YYYY-MM", nargs="?")
    parser.add_argument("--place", type=number)
    parser.add_argument("--code", type=bank_code, metavar="AC01")
    repeatable(parser)
    by(parser)


@verb("redeem", "Rembourser les lieux en euros", "Redeem the places in euros", _redeem)
def redeem(arguments: argparse.Namespace) -> int:
    """Hold a month's sales at its end, pay them on the 5th, void what the bank refused."""
    who, step, month_ = actor(arguments, *MONEY), arguments.step, arguments.month
    if step == "ask":
        _demand(arguments.place is not None, "--place")
        asked = merchants.ask_redemption(place_id=arguments.place, by=who, id=arguments.id)
        tell(f"{show(asked)} demandés.", f"{show(asked)} asked for.")
        return OK
    _demand(month_ is not None, "YYYY-MM")
    if step == "void":
        _demand(arguments.place is not None, "--place")
        _demand(arguments.code is not None, "--code")
        merchants.void_redemption(
            place_id=arguments.place, month=month_, by=who, code=arguments.code, id=arguments.id
        )
    elif step == "hold":
        merchants.hold_sales(month=month_, by=who)
    else:
        merchants.pay_redemptions(month=month_, by=who)
    progress = places.progress(month=month_)
    if progress is not None:
        print(f"{count(progress.places, 'lieu|lieux', 'place|places')}, {show(progress.cents)}.")
    return OK


def _demand(there: bool, argument: str) -> None:
    """Raise Misuse for an argument that this step needs."""
    if not there:
        raise Misuse(say(f"Il manque {argument}.", f"{argument} is missing."))
