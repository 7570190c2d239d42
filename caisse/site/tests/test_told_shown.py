"""What leaves for a voucher, for money that is set aside, for a card that was shown: one each."""

from collections.abc import Sequence

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from caisse.kernel import clock, events
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.messages import operations
from caisse.messages.models import Notice
from caisse.messages.operations import following, remarks
from caisse.messages.reactions import leave
from caisse.payments import operations as payments_of
from caisse.people import queries as people
from caisse.site.telling import purchases
from caisse.site.tests.members import BY, Home, come_in, home
from caisse.site.tests.test_pages import read
from caisse.site.tests.test_told import awa, choose, told

__all__ = ["home", "told"]  # fixtures

HOUR_MS = 3_600_000


def aside(home: Home, *values: int, back: bool = False) -> None:
    """In one act, money is set aside on accounts of their own, or is back from them, in cents."""
    with transaction.atomic():
        cause = events.record("test.moved", subject=home.wallet, by=BY)
        codes = [f"reserve:{value:016x}" for value in values]
        ledger.open_accounts(codes)
        moved = [
            Transfer(
                derived_id(cause, code), *((code, home.wallet) if back else (home.wallet, code)),
                value, "release" if back else "reserve", cause,
            )
            for code, value in zip(codes, values, strict=True)
        ]  # fmt: skip
        ledger.post(moved)


def bodies() -> list[str]:
    return [one.body.replace("\u00a0", " ").replace("\u202f", " ") for one in mail.outbox]


def until(hour: int, *, days: int = 0) -> None:
    clock.travel(clock.instant(clock.today(), hour) + days * clock.DAY_MS)


def test_a_day_of_money_set_aside_is_one_notice_in_the_evening(told: Home) -> None:
    choose(awa(told), "email")
    aside(told, 20_00, 15_00)
    leave()
    clock.travel(clock.now_ms() + HOUR_MS)
    aside(told, 15_00, back=True)
    leave()
    assert Notice.objects.count() == 1 and mail.outbox == [], "more may come to it"
    until(20)
    leave()
    (body,) = bodies()
    for said in (
        "De l’argent a été mis de côté.", "Mis de côté pour payer sans réseau : 35,00 MonA",
        "Revenu dans le porte-monnaie : 15,00 MonA", "Il vous reste : 80,00 MonA",
        "Ce n’est pas vous ?",
    ):  # fmt: skip
        assert said in body, body
    assert "Épicerie" not in body
    aside(told, 20_00, back=True)
    leave()
    leave()
    assert len(mail.outbox) == 1
    until(8, days=1)
    leave()
    assert bodies()[1].count("MonA") == 2, "what came in the evening, and what is left"
    assert "De l’argent mis de côté est revenu." in bodies()[1]


def test_a_purchase_at_the_market_is_told_at_once_as_any_other(told: Home) -> None:
    choose(awa(told), "email")
    aside(told, 10_00)
    with transaction.atomic():
        cause = events.record("test.moved", subject=told.wallet, by=BY)
        paid = Transfer(
            new_id(), f"reserve:{10_00:016x}", f"place:{told.place}", 4_00, "payment", cause,
            method="member_qr", made_at=clock.now_ms(),
        )  # fmt: skip
        ledger.post([paid])
    leave()
    kinds = set(Notice.objects.values_list("kind", "again_at"))
    assert ("purchase", 0) in kinds and len(kinds) == 2


def cashed(home: Home) -> Id:
    """A voucher of 5 € of Awa's is cashed; the number of the purchase."""
    sheet = payments_of.issue_sheet(
        wallet_id=home.joined.wallet_id, values=[5_00], by=BY, id=new_id()
    )
    till = payments_of.open_till(place_id=home.place, by=BY)
    id = new_id()
    answer = payments_of.cash_voucher(
        payment_id=id, said=sheet.papers[0].text, place_id=home.place, cents=7_00, till=till
    )
    assert isinstance(answer, payments_of.Receipt), answer
    return id


@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("listeners", [following.MOST_LISTENERS, 0])
def test_a_voucher_that_is_cashed_is_told_once_without_what_is_left(
    told: Home, listeners: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose it is stands nowhere in its payment: it is told also where few listen."""
    monkeypatch.setattr(following, "MOST_LISTENERS", listeners)
    choose(awa(told), "email")
    cashed(told)
    for _turn in range(3):
        leave()
    (body,) = bodies()
    assert mail.outbox[0].subject == "Un de vos bons vient d’être encaissé"
    assert "Montant : 5,00 MonA" in body and "Lieu : Épicerie du Figuier" in body
    assert "reste" not in body and "porte-monnaie" not in body


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_a_voucher_is_told_on_every_road(told: Home) -> None:
    id, to = cashed(told), people.addressee(awa(told))
    letter = None if to is None else purchases.cashed(to, None, id)
    assert letter is not None
    assert "reste" not in f"{letter.spoken} {letter.short} {letter.flash}"
    assert "5,00" in letter.short[0]
    assert "cinq MonA" in letter.spoken.replace("\u00a0", " ")


SHOWN = {
    ("card", "means_unavailable"): "Votre carte bloquée a été présentée à Épicerie du Figuier",
    ("card", "card_replaced"): "Votre ancienne carte a été présentée à Épicerie du Figuier",
    ("qr", "qr_expired"): "Un ancien QR de votre téléphone a été présenté à Épicerie du Figuier",
    ("qr", "qr_used"): "Un QR de votre téléphone a été présenté deux fois à Épicerie du Figuier",
    ("qr", "means_unavailable"): "Un QR de votre téléphone bloqué a été présenté à Épicerie",
    ("voucher", "voucher_used"): "Un bon déjà encaissé a été présenté à Épicerie du Figuier",
    ("voucher", "voucher_expired"): "Un bon qui n’est plus valable a été présenté à Épicerie",
    ("voucher", "voucher_whole"): "Un bon de 5,00 MonA n’est pas passé à Épicerie du Figuier",
}


def shown(home: Home, kinds: Sequence[tuple[str, str]]) -> None:
    remarks._WAITING.clear()
    for kind, reason in kinds:
        operations.jot(
            wallet_id=home.joined.wallet_id, kind=kind, reason=reason, place_id=home.place,
            cents=5_00 if kind == "voucher" else None,
        )  # fmt: skip
        operations.write_jotted()


@pytest.mark.parametrize("kind", SHOWN, ids=" ".join)
def test_what_was_shown_and_not_taken_leaves_with_its_reason(
    told: Home, client: Client, kind: tuple[str, str]
) -> None:
    choose(awa(told), "email")
    shown(told, [kind])
    leave()
    leave()
    (sent,) = mail.outbox
    (body,) = bodies()
    assert SHOWN[kind] in body, body
    assert "Figuier" not in sent.subject and "MonA" not in sent.subject, "a list of mails"
    assert "Rien n’a été prélevé." in body and "Ce n’est pas vous ?" in body
    assert "Heure : 9 h 00" in body and "Lieu : Épicerie du Figuier" in body
    page = read(come_in(client, told), "/moi/messages").text.replace("\u00a0", " ")
    assert SHOWN[kind] in page and "{" not in page
