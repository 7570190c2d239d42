"""A till to try the API with, in a demo or a copy to learn on (own room: part of the command)."""

import argparse
import json

from django.conf import settings

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.payments import operations as payments
from caisse.people import queries as people
from caisse.people.queries import HolderRow
from caisse.site.command.arguments import by, number
from caisse.site.command.verbs import OK, actor, verb

OFFICE = ("coordinator", "administrator")


def _sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", type=number)
    by(parser)


@verb(
    "sandbox",
    "Donner un appareil et une personne pour essayer l’API",
    "Give a till and a person to try the API with",
    _sandbox,
)
def sandbox(arguments: argparse.Namespace) -> int:
    """JSON: what a till of others needs to pay; refused where money is real."""
    who = actor(arguments, *OFFICE)
    founding = bylaws.founding()
    if not settings.TRAINING and not (founding is not None and founding.demo):
        raise Refusal(
            "real_money",
            "Ici l’argent est vrai. Essayez sur une démo, ou sur une copie d’entraînement.",
        )
    if all(row.id != arguments.place for row in merchants.places(at=clock.today())):
        raise Refusal("unknown_place", f"Il n’y a pas de lieu n° {arguments.place}.")
    till = payments.link_for_trial(place_id=arguments.place, by=who)
    holder, wallet_cents = _who_has_money()
    pin = payments.draw_pin(holder_id=holder.id, by=who)
    card = payments.make_card(holder_id=holder.id, by=who, id=new_id())
    told = {
        "address": "/api/v1/", "openapi": "/api/v1/openapi.json",
        "Caisse-Till": till.said, "key": till.key.hex(), "place": arguments.place,
        "handle": holder.handle, "pin": pin, "card": card.text, "card_number": card.number,
        "wallet_cents": wallet_cents,
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False, indent=1))
    return OK


def _who_has_money() -> tuple[HolderRow, int]:
    """A person of the wallet that holds most, and what it holds (cents)."""
    held = books.balances("wallet")
    for wallet in sorted(held, key=lambda code: -held[code]):
        membership = people.latest_membership(int(wallet.removeprefix("wallet:")))
        rows = people.holders_of(membership) if membership else []
        if rows and held[wallet] > 0:
            return rows[0], held[wallet]
    raise Refusal("nobody", "Personne n’a d’argent ici. Jouez d’abord un mois.")
