"""The cards that a licence strikes: of whoever may spend, or might have when one began."""

import json
from datetime import timedelta

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.payments import cards, formats, keys, operations
from caisse.payments.cards import Sealed
from caisse.payments.offline.licences import tag_of
from caisse.payments.tests.market import awa
from caisse.people.models import Holder
from tests.offline.real import DESK, Member, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def token(text: str) -> bytes:
    """What names a card to who scans it."""
    message = formats.message_of(text)
    assert message is not None
    return message[2:18]


def struck(shop: Shop, *texts: str) -> list[bool]:
    """Whether the shop's next licence strikes each of these cards."""
    said = json.loads(shop.open(holds_nothing=True).text)
    return [tag_of(bytes.fromhex(said["nonce"]), token(one)) in said["struck"] for one in texts]


def test_a_token_is_the_block_of_the_cards_text(awa: Member) -> None:
    sealed = Sealed(awa.holder, 1)
    assert cards.token(sealed, key=keys.card_keys()[0]) == token(awa.card)


def test_replaced_and_blocked_cards_are_struck_until_their_holder_is_long_gone(awa: Member) -> None:
    shop, zoe, lina = Shop("Halle"), Member(2, 0), Member(3, 0)
    fresh = operations.make_card(holder_id=awa.holder, by=DESK, id=new_id()).text
    operations.block_card(holder_id=zoe.holder, by=DESK)
    texts = (awa.card, fresh, zoe.card, lina.card)
    assert struck(shop, *texts) == [True, False, True, False]
    hers = Holder.objects.filter(pk=awa.holder)
    hers.update(since=clock.today() - timedelta(days=99))
    for days, still in ((-1, True), (0, True), (30, True), (31, False)):
        hers.update(until=clock.today() - timedelta(days=days))
        assert struck(shop, *texts) == [still, False, True, False], days
