"""Households join, change, pause and leave; holders (own room: part of the command)."""

import argparse

from caisse.kernel import clock
from caisse.kernel.cents import show
from caisse.kernel.refusal import Refusal
from caisse.people import operations as people
from caisse.people import queries
from caisse.people.operations import NewHousehold
from caisse.site.command.arguments import by, day, holder, month, number, repeatable
from caisse.site.command.verbs import OK, actor, verb
from caisse.site.command.words import count, say, tell

OFFICE = ("coordinator", "desk", "administrator")


def _composition(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--adults", type=number, default=1, metavar="N")
    parser.add_argument(
        "--birth",
        action="append",
        default=[],
        type=month,
        metavar="YYYY-MM",
        help=say("mois de naissance d’un enfant, à répéter", "a child's month of birth, repeated"),
    )


def _join(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--holder",
        action="append",
        required=True,
        type=holder,
        metavar="GIVEN:FAMILY[:HANDLE]",
        help=say("qui paie avec ce porte-monnaie, à répéter", "who spends from it, repeated"),
    )
    _composition(parser)
    parser.add_argument("--street", default="")
    parser.add_argument("--postcode", default="")
    parser.add_argument("--town", default="")
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    repeatable(parser)
    by(parser)


@verb("join", "Faire adhérer un foyer", "Let a household join", _join)
def join(arguments: argparse.Namespace) -> int:
    """Opens a membership with its wallet; prints the handles to hand over."""
    joined = people.join(
        household=NewHousehold(
            adults=arguments.adults,
            births=tuple(str(birth) for birth in arguments.birth),
            holders=tuple(arguments.holder),
            street=arguments.street,
            postcode=arguments.postcode,
            town=arguments.town,
        ),
        joined_on=arguments.on or clock.today(),
        by=actor(arguments, *OFFICE),
        id=arguments.id,
    )
    handles = ", ".join(joined.handles)
    tell(
        f"Adhésion n° {joined.membership_id}, porte-monnaie n° {joined.wallet_id}. "
        f"Identifiants : {handles}.",
        f"Membership no. {joined.membership_id}, wallet no. {joined.wallet_id}. "
        f"Handles: {handles}.",
    )
    return OK


def _change(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    _composition(parser)
    parser.add_argument("--since", type=day, metavar="YYYY-MM-DD")
    repeatable(parser)
    by(parser)


@verb("change", "Changer la composition d’un foyer", "Change who is in a household", _change)
def change(arguments: argparse.Namespace) -> int:
    """Counts from the next 1st of a month on; what was known before stays written."""
    household_id = _membership(arguments.membership).household_id
    since = arguments.since or clock.today()
    people.change_composition(
        household_id=household_id,
        adults=arguments.adults,
        births=tuple(str(birth) for birth in arguments.birth),
        since=since,
        by=actor(arguments, *OFFICE),
        id=arguments.id,
    )
    adults = count(arguments.adults, "adulte|adultes", "adult|adults")
    children = count(len(arguments.birth), "enfant|enfants", "child|children")
    tell(
        f"Adhésion n° {arguments.membership} : {adults}, {children} à partir du {since:%d/%m/%Y}.",
        f"Membership no. {arguments.membership}: {adults}, {children} from {since} on.",
    )
    return OK


def _holder(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    add = steps.add_parser("add", help=say("ajouter un·e titulaire", "add a holder"))
    add.add_argument("membership", type=number)
    add.add_argument("person", type=holder, metavar="GIVEN:FAMILY[:HANDLE]")
    repeatable(add)
    by(add)
    end = steps.add_parser("end", help=say("mettre fin à un identifiant", "end a handle"))
    end.add_argument("handle")
    by(end)


@verb("holder", "Ajouter un·e titulaire, ou y mettre fin", "Add a holder, or end one", _holder)
def holder_(arguments: argparse.Namespace) -> int:
    """Several people may spend from one wallet, each under a handle of their own."""
    who = actor(arguments, *OFFICE)
    if arguments.step == "end":
        found = queries.holder(arguments.handle)
        if found is None:
            raise Refusal("unknown", "Cet identifiant n’est pas reconnu.")
        people.end_holder(holder_id=found.id, by=who)
        tell(f"« {found.handle} » ne paie plus.", f"“{found.handle}” spends no more.")
        return OK
    wallet_id = _membership(arguments.membership).wallet_id
    if wallet_id is None:
        raise Refusal("unknown", "Ce foyer n’a pas encore de porte-monnaie.")
    held = people.add_holder(wallet_id=wallet_id, holder=arguments.person, by=who, id=arguments.id)
    tell(f"Identifiant : {held.handle}.", f"Handle: {held.handle}.")
    return OK


def _pause(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    parser.add_argument("first", type=month, metavar="FIRST_MONTH")
    parser.add_argument("last", type=month, metavar="LAST_MONTH")
    by(parser)


@verb("pause", "Suspendre une adhésion, par mois entiers", "Pause a membership", _pause)
def pause(arguments: argparse.Namespace) -> int:
    """Nothing is called and nothing is allocated; what is in the wallet can be spent."""
    people.pause(
        membership_id=arguments.membership,
        first=arguments.first,
        last=arguments.last,
        by=actor(arguments, *OFFICE),
    )
    tell(
        f"Adhésion n° {arguments.membership} suspendue de {arguments.first.words} "
        f"à {arguments.last.words}.",
        f"Membership no. {arguments.membership} paused from {arguments.first} to {arguments.last}.",
    )
    return OK


def _resume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    parser.add_argument("first", type=month, metavar="FIRST_MONTH")
    by(parser)


@verb("resume", "Reprendre une adhésion suspendue", "End a pause", _resume)
def resume(arguments: argparse.Namespace) -> int:
    """The membership is active again from the 1st of that month on."""
    people.resume(
        membership_id=arguments.membership, first=arguments.first, by=actor(arguments, *OFFICE)
    )
    tell(
        f"Adhésion n° {arguments.membership} active dès {arguments.first.words}.",
        f"Membership no. {arguments.membership} active from {arguments.first} on.",
    )
    return OK


def _leave(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    by(parser)


@verb("leave", "Mettre fin à une adhésion", "End a membership", _leave)
def leave(arguments: argparse.Namespace) -> int:
    """The first day without it; the wallet can be spent until it is closed."""
    on = arguments.on or clock.today()
    people.leave(membership_id=arguments.membership, on=on, by=actor(arguments, *OFFICE))
    tell(
        f"L’adhésion n° {arguments.membership} prend fin le {on:%d/%m/%Y}.",
        f"Membership no. {arguments.membership} ends on {on.isoformat()}.",
    )
    return OK


def _close(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("membership", type=number)
    repeatable(parser)
    by(parser)


@verb("close", "Solder un départ : le reste revient au fonds", "Settle a departure", _close)
def close(arguments: argparse.Namespace) -> int:
    """A person decides it: what is left in the wallet returns to the fund, the wallet ends."""
    cents = people.close(
        membership_id=arguments.membership,
        by=actor(arguments, "coordinator", "treasurer", "administrator"),
        id=arguments.id,
    )
    tell(
        f"Adhésion n° {arguments.membership} close : {show(cents)} reviennent au fonds.",
        f"Membership no. {arguments.membership} closed: {show(cents)} return to the fund.",
    )
    return OK


def _find(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+")
    by(parser)


@verb("find", "Chercher une adhésion, par nom ou par rue", "Search a membership", _find)
def find(arguments: argparse.Namespace) -> int:
    """Numbers, handles and names, for whoever may see them; what is searched is never kept."""
    actor(arguments, *OFFICE)
    for line in queries.search(" ".join(arguments.text)):
        cells = [", ".join(line.names), ", ".join(line.handles), line.street, line.state or ""]
        print(f"{line.membership_id:>6}  {' · '.join(cell for cell in cells if cell)}")
    return OK


def _membership(number_: int) -> queries.MembershipView:
    found = queries.membership(number_)
    if found is None:
        raise Refusal("unknown", f"Il n’y a pas d’adhésion n° {number_}.")
    return found
