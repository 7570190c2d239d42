"""Money set aside on cards: an honest till is paid for whatever code was typed, room or none."""

import json
import random

import pytest

from caisse.ledger import queries as books
from caisse.payments import formats
from caisse.payments.offline.licences import covered, tag_of
from caisse.payments.offline.records import CodeSale
from caisse.payments.operations import licences as opening
from tests.offline.real import Member, Shop, ground, post, set_aside

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
FUNDS = [0, 25_00, 60_00, 3_300_00]


def test_no_more_is_named_than_the_room_covers_the_first_ones_first() -> None:
    ready = {b"a": 20_00, b"b": 30_00, b"c": 5_00}
    assert covered(ready, 60_00) == ready
    assert covered(ready, 40_00) == {b"a": 20_00, b"b": 20_00}
    assert covered(ready, 0) == {} == covered({}, 60_00)


class CardTill:
    """What an honest till does with cards and identifiers, by the text of its licence alone."""

    def __init__(self, text: str) -> None:
        said = json.loads(text)
        self.nonce, self.ready = bytes.fromhex(said["nonce"]), dict(said["cards"])
        self.most, self.room = said["member_cents"], said["room_cents"]
        self.used: dict[str, int] = {}

    def takes(self, who: str, cents: int) -> bool:
        """Whether it takes this sale; it is counted then."""
        ready = self.named(who)
        sum_ = self.used.get(who, 0) + cents
        within = sum_ <= ready
        if not within and (sum_ > self.most + ready or cents > self.room):
            return False
        self.room -= 0 if within else cents
        self.used[who] = sum_
        return True

    def named(self, who: str) -> int:
        if not who.startswith(formats.MARK):
            return 0
        token = formats.from_base45(who.removeprefix(formats.MARK))[2:18]
        cents: int = self.ready.get(tag_of(self.nonce, token), 0)
        return cents


def market(fund: int, rng: random.Random) -> None:
    """A morning at a stall: cards with money set aside, others, identifiers, right and wrong codes.

    All that the till takes is posted, whoever has spent her money elsewhere in the meantime.
    """
    ground(fund)
    shop, members = Shop("Halle"), [Member(n, 100_00) for n in range(1, 7)]
    for one in members[:4]:
        set_aside(one, shop.place, 20_00)
    till = CardTill(shop.open().text)
    for one in members[::2]:
        wallet = f"wallet:{one.wallet}"
        post((wallet, "fund:caisse", books.balance(wallet), "leaving"))
    taken: list[CodeSale] = []
    for _each in range(30):
        one, cents = rng.choice(members), rng.choice([1_00, 5_00, 12_00, 20_00])
        who, method = rng.choice([(one.card, "card"), (one.card, "card"), (one.handle, "pin")])
        if till.takes(who, cents):
            digits = rng.choice([one.pin, one.wrong_pin, one.wrong_pin])
            taken.append(shop.code_sale(who, digits, cents, method=method))
    rng.shuffle(taken)
    assert shop.sync(*taken) == ["posted"] * len(taken), "an honest till was not paid"
    assert books.balance(f"place:{shop.place}") == sum(one.cents for one in taken)
    assert -books.balance(f"loss:{shop.place}") <= min(fund, 60_00)


@DATABASE
@pytest.mark.parametrize("fund", FUNDS)
def test_an_honest_till_is_always_paid_for_cards(fund: int) -> None:
    market(fund, random.Random(f"cards-{fund}"))


@DATABASE
def test_a_licence_that_names_more_than_its_room_covers_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def all_of_it(cards: dict[bytes, int], room_cents: int) -> dict[bytes, int]:
        return cards

    monkeypatch.setattr(opening, "covered", all_of_it)
    with pytest.raises(AssertionError, match="an honest till was not paid"):
        market(0, random.Random("cards-broken"))


@DATABASE
def test_set_aside_goes_before_what_nobody_has_planned() -> None:
    """Strangers have used up all that is left to trust: who planned is served."""
    ground(3_300_00)
    awa, shop = Member(1, 100_00), Shop("Halle")
    set_aside(awa, shop.place, 20_00)
    till = CardTill(shop.open().text)
    assert (till.room, till.named(awa.card)) == (40_00, 20_00)
    strangers = [f"personne-{n}" for n in range(2)]
    assert all(till.takes(who, 20_00) for who in strangers) and not till.takes("une-autre", 1)
    assert till.takes(awa.card, 15_00) and not till.takes(awa.card, 5_01)
    sales = [shop.code_sale(who, "123456", 20_00, method="pin") for who in strangers]
    wrong = shop.code_sale(awa.card, awa.wrong_pin, 15_00)
    assert shop.sync(*sales, wrong) == ["posted"] * 3
    assert books.balance(f"loss:{shop.place}") == -55_00


@DATABASE
def test_with_an_empty_fund_a_right_code_takes_what_was_set_aside_and_nothing_is_named() -> None:
    """A wrong one would be nobody's but the place's: so its till takes no card on such a day."""
    ground(0)
    awa, shop = Member(1, 100_00), Shop("Halle")
    set_aside(awa, shop.place, 20_00)
    till = CardTill(shop.open().text)
    assert till.named(awa.card) == 0 and not till.takes(awa.card, 5_00)
    right = shop.code_sale(awa.card, awa.pin, 15_00)
    wrong = shop.code_sale(awa.card, awa.wrong_pin, 5_00)
    assert shop.sync(right, wrong) == ["posted", "offline_room_used"]
    assert books.balance(f"place:{shop.place}") == 15_00
    assert books.balance(f"wallet:{awa.wallet}") == 80_00
    shop.close()
    assert books.balance(f"wallet:{awa.wallet}") == 85_00
