"""The keys of codes, cards and signatures: told, made anew (own room: part of the command)."""

import argparse

from caisse.payments import operations as payments
from caisse.payments import queries
from caisse.site.command.arguments import by, number
from caisse.site.command.verbs import OK, Misuse, actor, verb
from caisse.site.command.words import say, tell

KEY_STEPS = ("show", "pin", "root", "prepare", "sign", "end")


def _keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "step",
        choices=KEY_STEPS,
        help=say(
            "show : les numéros ; pin : une autre clé des codes ; root : une autre clé des cartes, "
            "QR et bons ; prepare, puis sign : une autre clé de signature ; end : en finir une",
            "show: their numbers; pin: another key of the codes; root: another key of cards, QRs "
            "and vouchers; prepare, then sign: another key of signatures; end: end an old one",
        ),
    )
    parser.add_argument("number", type=number, metavar="KEY", nargs="?")
    by(parser)


@verb("keys", "Changer les clés des codes, cartes et signatures", "Change the keys", _keys)
def change_keys(arguments: argparse.Namespace) -> int:
    """A new key beside those before, which stay good for what they have sealed and signed."""
    who, step = actor(arguments, "administrator"), arguments.step
    if (arguments.number is not None) != (step == "end"):
        raise Misuse(say("« end » attend le numéro d’une clé.", "“end” takes the number of a key."))
    if step == "show":
        _show()
        return OK
    if step == "end":
        payments.end_sign_key(number=arguments.number, by=who)
        tell(
            f"La clé de signature n° {arguments.number} est finie. Réimprimez les cartes et les "
            "bons d’avant : sans réseau, ils ne paient plus.",
            f"Key of signatures {arguments.number} is ended. Print cards and vouchers of before "
            "again: without network they pay no more.",
        )
        return OK
    act = {
        "pin": payments.change_pin_key,
        "root": payments.add_root_key,
        "prepare": payments.prepare_sign_key,
        "sign": payments.begin_sign_key,
    }[step]
    made = act(by=who)
    tell(
        f"Clé n° {made}. Copiez de nouveau le dossier des clés dans un autre endroit sûr.",
        f"Key {made}. Copy the folder of keys to another safe place again.",
    )
    return OK


def _show() -> None:
    """Which keys there are: their numbers, never what they are."""
    known = queries.key_numbers()
    for label, english, numbers in (
        ("codes pour payer", "codes to pay with", known.pins),
        ("cartes, QR et bons", "cards, QRs and vouchers", known.roots),
        ("signatures", "signatures", known.signs),
        ("signature préparée", "prepared for signatures", known.prepared),
    ):
        told = ", ".join(str(one) for one in numbers) or say("aucune", "none")
        tell(f"{label} : {told}", f"{english}: {told}")
