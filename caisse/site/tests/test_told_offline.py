"""A purchase of money that was set aside is told as any other, with what it cost."""

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from caisse.kernel import clock, events
from caisse.kernel.ids import Id, derived_id, new_id, show_id
from caisse.kernel.tests.entering import page
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.messages.reactions import leave
from caisse.payments import queries as payments
from caisse.payments.models import Reserve
from caisse.people import queries as people
from caisse.site.telling import purchases
from caisse.site.tests.members import BY, Home, come_in, home
from caisse.site.tests.test_told import awa, choose, told

__all__ = ["home", "told"]  # fixtures


def sold(home: Home) -> Id:
    """Awa set 10 € aside and pays 12,40 with them and 2,40 of her wallet; the sale's number."""
    code, sale, now = "reserve:00000000000000aa", new_id(), clock.now_ms()
    Reserve.objects.create(
        key=code[8:], wallet=home.joined.wallet_id, place_id=home.place, cents=10_00, since=now,
        until=now + 48 * 3_600_000, public_key=bytes(32), cause=new_id(),
    )  # fmt: skip
    ledger.open_accounts([code])
    with transaction.atomic():
        cause = events.record("test.moved", subject=home.wallet, by=BY)
        aside = Transfer(derived_id(cause, "reserve"), home.wallet, code, 10_00, "reserve", cause)
        ledger.post([aside])
    with transaction.atomic():
        place, paid = f"place:{home.place}", {"method": "member_qr", "made_at": now}
        parts = [
            Transfer(sale, code, place, 10_00, "payment", cause, **paid),  # type: ignore[arg-type]
            Transfer(
                derived_id(sale, "part:1"), home.wallet, place, 2_40, "payment", cause, of=sale,
                **paid,  # type: ignore[arg-type]
            ),
        ]  # fmt: skip
        ledger.post(parts)
    return sale


@pytest.mark.django_db
def test_each_part_that_she_paid_is_told_with_the_words_of_the_sale(told: Home) -> None:
    choose(awa(told), "email")
    words = " · ".join(payments.words_of(sold(told)))
    leave()
    bodies = [one.body.replace("\u00a0", " ") for one in mail.outbox]
    assert len(bodies) == 2 and all(f"Trois mots : {words}" in body for body in bodies)
    for body, cents, left in zip(bodies, ("10,00", "2,40"), ("90,00", "87,60"), strict=True):
        assert f"Montant : {cents} MonA" in body and "Épicerie du Figuier" in body
        assert f"Il vous reste : {left} MonA" in body


@pytest.mark.django_db
def test_a_voice_reads_what_it_cost(told: Home) -> None:
    sold(told)
    to = people.addressee(awa(told))
    letter = None if to is None else purchases.balance(to, None, new_id())
    assert letter is not None
    spoken = letter.spoken.replace("\u00a0", " ")
    assert "zéro" not in spoken and "déjà de côté, Épicerie du Figuier, dix MonA" in spoken
    assert not any(line.endswith(" .") for line in letter.short)


@pytest.mark.django_db
def test_the_receipt_of_a_part_bears_the_words_of_the_sale(client: Client, home: Home) -> None:
    sale = sold(home)
    come_in(client, home)
    for part in (sale, derived_id(sale, "part:1")):
        said = page(client, reverse("my_receipt", args=[show_id(part)]))
        assert all(word in said for word in payments.words_of(sale))
