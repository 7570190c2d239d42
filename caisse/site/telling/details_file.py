"""The same data as a file for machines: JSON whose keys are explained inside it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.ids import show_id
from caisse.payments.queries import WalletLine
from caisse.people.queries import HeldHousehold, HeldWallet, InquiryView
from caisse.site.telling.details import Gathered

FORMAT = "caisse.member/1"


def document(all_: Gathered) -> dict[str, Any]:
    """Every personal datum and every movement; `keys` says what each key means."""
    held = all_.held
    told: dict[str, Any] = {
        "person": {
            "login": held.login,
            "given_name": held.given_name,
            "family_name": held.family_name,
            "email": held.email,
            "phone": held.phone,
        },
        "households": [_household(one) for one in held.households],
        "wallets": [_wallet(wallet, lines, all_.places) for wallet, lines in all_.movements],
        "contributions": [_contribution(*one) for one in all_.contributions],
        "inquiries": [_inquiry(one) for one in held.questions],
        "told": {
            "payments": all_.roads.payments,
            "arrivals": all_.roads.arrivals,
            "mail": all_.roads.mail,
            "language": all_.roads.language,
            "devices": [
                {"since": _at(one.made_at), "amounts": one.amounts} for one in all_.told_on
            ],
        },
        "refusals": [
            {
                "at": _at(one.at),
                "reason": one.reason,
                "cents": one.cents,
                "place": None if one.place_id is None else all_.places.get(one.place_id),
            }
            for one in all_.remarks
        ],
        "contacts": [
            {"on": one.on.isoformat(), "kind": one.kind, "note": one.note} for one in all_.contacts
        ],
        "access": _access(all_),
        "looks": [
            {"at": _at(one.at), "who": one.who, "what": one.what, "reason": one.reason}
            for one in all_.looks
        ],
        "events": [
            {"at": _at(one.at), "name": one.name, "subject": one.subject} for one in all_.story
        ],
    }
    head = {"format": FORMAT, "made_at": _at(clock.now_ms()), "caisse": all_.caisse}
    return {**head, "unit": all_.terms.unit, "keys": keys(), **told}


def paths(value: Any, before: str = "") -> Iterator[str]:
    """The keys of a document, « wallets.movements.cents »; lists are passed through."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            path = f"{before}.{key}" if before else str(key)
            yield path
            yield from paths(inside, path)
    elif isinstance(value, list):
        for inside in value:
            yield from paths(inside, before)


def _household(home: HeldHousehold) -> dict[str, Any]:
    return {
        "street": home.street,
        "postcode": home.postcode,
        "town": home.town,
        "compositions": [
            {
                "since": one.since.isoformat(),
                "adults": one.adults,
                "births": [str(month) for month in one.births],
            }
            for one in home.compositions
        ],
        "memberships": [
            {
                "number": number,
                "states": [{"since": one.since.isoformat(), "state": one.state} for one in states],
            }
            for number, states in home.memberships
        ],
    }


def _wallet(
    wallet: HeldWallet, lines: Sequence[WalletLine], places: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "number": wallet.wallet_id,
        "handle": wallet.handle,
        "since": wallet.since.isoformat(),
        "until": wallet.until.isoformat() if wallet.until else None,
        "movements": [
            {
                "id": show_id(line.id),
                "at": _at(line.at),
                "reason": line.reason,
                "undone": line.undone,
                "cents": line.cents,
                "voucher_cents": line.voucher_cents,
                "aside_cents": line.aside_cents,
                "left_cents": line.left_cents,
                "for_month": str(line.for_month),
                "place": None if line.place_id is None else places.get(line.place_id),
                "of": None if line.of is None else show_id(line.of),
            }
            for line in lines
        ],
    }


def _contribution(number: int, pledges: Sequence[Any], months: Sequence[Any]) -> dict[str, Any]:
    return {
        "membership": number,
        "pledges": [{"since": str(one.since), "cents": one.cents} for one in pledges],
        "months": [
            {
                "month": str(one.month),
                "called_cents": one.called_cents,
                "received_cents": one.received_cents,
                "returned_cents": one.returned_cents,
            }
            for one in months
        ],
    }


def _inquiry(one: InquiryView) -> dict[str, Any]:
    return {
        "asked_at": _at(one.asked_at),
        "kind": one.kind,
        "text": one.text,
        "answer": one.answer,
        "answered_at": None if one.answered_at is None else _at(one.answered_at),
    }


def _access(all_: Gathered) -> dict[str, Any]:
    return {
        "roles": [
            {
                "role": one.role,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in all_.held.roles
        ],
        "codes_given": all_.held.codes,
        "factors": list(all_.factors),
        "devices": [
            {"ip": one.ip, "agent": one.agent, "since": one.since, "seen": one.seen}
            for one in all_.devices
        ],
    }


def _at(ms: int) -> str:
    return clock.local(ms).isoformat(timespec="seconds")


def keys() -> dict[str, str]:
    """What each key means. Cents are hundredths of the unit; days and instants are ISO 8601."""
    return {
        "format": _("la forme de ce fichier et sa version"),
        "made_at": _("quand ce fichier a été fait"),
        "caisse": _("le nom de la caisse"),
        "unit": _("l’unité des montants du porte-monnaie ; les montants sont en centièmes"),
        "keys": _("ce que veut dire chaque mot de ce fichier"),
        "person": _("vous : identifiant d’accès, prénom, nom, e-mail, téléphone"),
        "households": _("votre foyer : adresse, composition, adhésions"),
        "households.compositions": _("qui est compté, depuis quel jour : adultes, naissances"),
        "households.memberships": _("chaque adhésion, avec son état depuis chaque jour"),
        "wallets": _("les porte-monnaie avec lesquels vous payez, ou avez payé"),
        "wallets.handle": _("votre identifiant pour payer"),
        "wallets.until": _("le premier jour où vous ne payez plus avec, ou rien"),
        "wallets.movements": _("chaque mouvement : montant, reste, lieu, mois, achat remboursé"),
        "wallets.movements.voucher_cents": _("ce qu’un bon a payé, d’argent sorti avant"),
        "wallets.movements.aside_cents": _("ce qu’a payé de l’argent mis de côté avant"),
        "wallets.movements.undone": _("vrai pour une écriture de correction"),
        "contributions": _("vos cotisations : promises, appelées, reçues, revenues, en centimes"),
        "inquiries": _("vos demandes et les réponses"),
        "told": _("comment vous êtes prévenu·e, de quoi, sur quels appareils"),
        "refusals": _("les achats refusés et les codes tapés de travers, depuis deux mois"),
        "contacts": _("vos échanges avec l’équipe, tels que notés"),
        "access": _("comment vous entrez : rôles, clés, codes donnés, appareils"),
        "looks": _("qui de l’équipe a regardé votre fiche, quand, quoi, pourquoi"),
        "events": _("les actes notés au journal à propos de votre foyer"),
    }
