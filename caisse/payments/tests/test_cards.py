"""Printed cards: what stands on them, paying with one, lost, replaced, blocked, by the dozen."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel import events
from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.ledger.models import Account
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import cards, formats, operations
from caisse.payments.cards import Sealed
from caisse.payments.models import Card
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import card_bucket
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import DAY, HANDLE, World
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
SIGN = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = bytes(range(32))


def test_base_45_is_that_of_the_standard() -> None:
    """The examples of RFC 9285, section 4."""
    for said, text in ((b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")):
        assert formats.base45(said) == text and formats.from_base45(text) == said
    for text in ("A", "AAAA", "GGW", ":::", "::", "a", "é"):
        with pytest.raises(ValueError):
            formats.from_base45(text)


@given(st.binary(max_size=200))
def test_base_45_comes_back(said: bytes) -> None:
    assert formats.from_base45(formats.base45(said)) == said


@given(st.integers(0, 10**8 - 1), st.integers(0, 9), st.integers(1, 9))
def test_the_number_of_a_card_shows_a_slip_of_the_finger(drawn: int, at: int, more: int) -> None:
    number = cards.number_of(drawn)
    assert cards.tidy_number(cards.shown_number(number)) == number
    slipped = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    assert cards.tidy_number(slipped) is None
    if at < 9 and number[at] != number[at + 1]:
        swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert cards.tidy_number(swapped) is None


def test_a_card_says_whose_it_is_to_its_caisse_alone() -> None:
    said = Sealed(7, 2)
    text = cards.card_text(said, key=KEY, sign=SIGN, sign_number=1)
    assert cards.read_card(text, key=KEY) == said
    assert len(text) == 2 + 123, "82 bytes, which a QR of version 6 holds"
    assert cards.read_card(text, key=bytes(32)) is None
    signed = formats.from_base45(text.removeprefix(formats.MARK))
    chance = random.Random(3)
    for _each in range(200):  # of the block any bit: it decrypts to no card
        other = bytearray(signed)
        other[chance.randrange(cards.HEAD_BYTES, cards.SIGNED_BYTES)] ^= 1 << chance.randrange(8)
        assert cards.read_card(formats.text_of(bytes(other)), key=KEY) is None
    resigned = formats.text_of(signed[: cards.SIGNED_BYTES] + bytes(64))
    assert cards.read_card(resigned, key=KEY) == said, "its signature is for tills without network"
    for odd in ("", "CA", "moineau-radis", text[:-1], text + "A", text.lower(), "🥕" * 60):
        assert cards.read_card(odd, key=KEY) is None


class CardWorld(World):
    """A member with a PIN and a card."""

    def __init__(self) -> None:
        super().__init__()
        self.holder = operations.make_card(holder_id=1, by=OFFICE, id=new_id()).holder_id

    @property
    def text(self) -> str:
        return operations.printed_card(self.holder).text

    def scan(self, text: str = "", pin: str = "", **said: object) -> Answer:
        """Pay with a scanned card."""
        till = said.pop("till", self.till)
        assert isinstance(till, PhoneTill)
        wanted = {
            "id": said.get("id") or str(_uuid()), "cents": 1_00, "method": "card",
            "card": text or self.text, "pin": pin or self.pin, "attempt": 1,
        }  # fmt: skip
        return till.send("POST", "payments", wanted | said)

    def tries(self) -> int:
        account = books.account(card_bucket(self.wallet, self.holder))
        return 0 if account is None else account.held


def _uuid() -> str:
    return show_id(new_id())


@pytest.fixture
def world() -> Iterator[CardWorld]:
    BRAKE.release()
    yield CardWorld()
    BRAKE.release()


@DATABASE
def test_a_card_and_its_code_pay_once(world: CardWorld) -> None:
    id = _uuid()
    first = world.scan(id=id)
    assert first.status == 201 and first.said["cents"] == 1_00
    assert world.scan(id=id).body == first.body and world.left == 99_00
    assert books.transfer(parse_id(id)).method == "card"  # type: ignore[union-attr]
    assert HANDLE not in first.body.decode()


@DATABASE
def test_wrong_codes_with_a_card_count_against_that_card_alone(world: CardWorld) -> None:
    assert [world.scan(pin=world.wrong, attempt=n).said["reason"] for n in (1, 2, 3)] == [
        "code_wrong"
    ] * 3
    right, wrong = world.scan(), world.scan(pin=world.wrong, attempt=4)
    assert right.said["reason"] == "code_paused" and right.body == wrong.body
    assert world.tries() == 3
    assert world.pay().status == 201, "the identifier is not touched"
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    assert world.scan().status == 201, "a new card has tries of its own"


@DATABASE
def test_who_is_attacked_pays_with_her_card(world: CardWorld) -> None:
    """A stranger has used up what the identifier allows: the card cannot be touched without it."""
    other, till = approved("Vrac"), PhoneTill()
    world.confirm(till, world.invite(other))
    for attempt in (1, 2, 3):
        world.pay(world.wrong, till=till, attempt=attempt)
    assert world.pay(till=till).said["reason"] == "code_paused"
    assert world.scan(till=till).status == 201


@DATABASE
def test_a_lost_card_is_replaced_and_the_balance_stays(world: CardWorld) -> None:
    old, number = world.text, Card.objects.get().number
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    answer = world.scan(old)
    assert (answer.status, answer.said["reason"]) == (422, "card_replaced")
    assert world.pay(handle=number).said["reason"] == "code_wrong"
    assert world.tries() == 0 and world.left == 100_00
    assert world.scan().status == 201


@DATABASE
def test_a_blocked_card_is_refused_until_another_is_made(world: CardWorld) -> None:
    text, number = world.text, Card.objects.get().number
    for _each in range(2):
        operations.block_card(holder_id=world.holder, by=OFFICE)
    assert world.scan(text).said["reason"] == "means_unavailable"
    assert world.pay(handle=number).said["reason"] == "code_wrong"
    with pytest.raises(Refusal):
        operations.printed_card(world.holder)
    assert world.pay().status == 201, "the identifier still pays"
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    assert world.scan().status == 201
    assert len(events.history(names=["card.blocked"])) == 1


@DATABASE
def test_a_number_that_is_typed_is_an_identifier(world: CardWorld) -> None:
    number = Card.objects.get().number
    assert world.pay(handle=cards.shown_number(number)).status == 201
    assert world.pay(world.wrong, handle=number).said["reason"] == "code_wrong"
    assert world.tries() == 0
    bucket = books.account(f"tries:{world.wallet}:u")
    assert bucket is not None and bucket.held == 1


@DATABASE
def test_what_is_no_card_of_ours_is_said_before_the_code_is_looked_at(world: CardWorld) -> None:
    foreign = cards.card_text(Sealed(1, 1), key=KEY, sign=SIGN, sign_number=1)
    for text in (foreign, "CA" + "0" * 123, "bonjour", "https://exemple.fr"):
        assert world.scan(text).said["reason"] == "qr_unreadable"
    for said in ({"card": 7}, {"card": "x" * 161}, {"handle": HANDLE}, {"method": "voucher"}):
        assert world.scan(**said).status == 400
    assert world.pay(card=world.text).status == 400
    assert world.tries() == 0


def second_holder(world: CardWorld) -> tuple[int, str, str]:
    """Another holder of the wallet: her number, her PIN, and a PIN that is not hers."""
    people.add_holder(
        wallet_id=world.wallet, holder=NewHolder("Ada", "Moulin", "radis-rose"), by=OFFICE
    )
    found = registry.holder("radis-rose")
    assert found is not None and found.wallet_id == world.wallet
    pin = operations.draw_pin(holder_id=found.id, by=OFFICE)
    return found.id, pin, f"{(int(pin) + 1) % 10**6:06d}"


@DATABASE
def test_a_card_that_spent_its_tries_stays_shut_whatever_other_card_is_made(
    world: CardWorld,
) -> None:
    """The thief of one holder's card gets nothing by the card or the PIN of the other holder."""
    ada, pin, wrong = second_holder(world)
    stolen = operations.make_card(holder_id=ada, by=OFFICE, id=new_id()).text
    assert world.scan(stolen, pin).status == 201
    said = [world.scan(stolen, wrong, attempt=n).said["reason"] for n in range(1, 5)]
    assert said == ["code_wrong"] * 3 + ["code_paused"]
    for _each in range(2):
        operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
        operations.draw_pin(holder_id=ada, by=OFFICE)
        assert world.scan(stolen, wrong).said["reason"] == "code_paused"
    assert books.held(card_bucket(world.wallet, ada)) == 3 and world.tries() == 0
    assert world.scan().status == 201, "the other holder's card was never touched"


@DATABASE
def test_a_card_made_anew_has_tries_of_its_own(world: CardWorld) -> None:
    """And the other holder's card keeps those that it has left."""
    ada, pin, wrong = second_holder(world)
    other = operations.make_card(holder_id=ada, by=OFFICE, id=new_id()).text
    assert [world.scan(other, wrong, attempt=n).said["reason"] for n in (1, 2)] == [
        "code_wrong"
    ] * 2
    said = [world.scan(pin=world.wrong, attempt=n).said["reason"] for n in range(1, 5)]
    assert said == ["code_wrong"] * 3 + ["code_paused"]
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    assert world.scan().status == 201
    said = [world.scan(other, wrong, attempt=n).said["reason"] for n in (3, 4)]
    assert said == ["code_wrong", "code_paused"]
    assert "Cette carte ne prend plus de code" in world.scan(other, pin).said["cashier"]


@DATABASE
def test_a_card_of_before_its_tries_had_this_name_pays_and_is_limited(world: CardWorld) -> None:
    bucket = card_bucket(world.wallet, world.holder)
    Account.objects.filter(code=bucket).delete()
    assert world.scan().status == 201
    account = books.account(bucket)
    assert account is not None and account.ceiling == 3


@DATABASE
def test_a_first_card_replaces_none_that_is_good(world: CardWorld) -> None:
    with pytest.raises(Refusal) as refusal:
        operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id(), first=True)
    assert refusal.value.reason == "has_card"
    operations.block_card(holder_id=world.holder, by=OFFICE)
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id(), first=True)


@DATABASE
def test_a_card_is_made_once_for_each_order(world: CardWorld) -> None:
    id = new_id()
    first = operations.make_card(holder_id=world.holder, by=OFFICE, id=id)
    assert operations.make_card(holder_id=world.holder, by=OFFICE, id=id) == first
    assert Card.objects.get().generation == 2
    with pytest.raises(Refusal):
        operations.make_card(holder_id=99, by=OFFICE, id=new_id())
    with pytest.raises(Refusal):
        operations.block_card(holder_id=99, by=OFFICE)


@DATABASE
def test_a_holder_who_left_pays_no_more_with_a_card(world: CardWorld) -> None:
    text = world.text
    people.end_holder(holder_id=world.holder, by=OFFICE)
    assert world.scan(text).said["reason"] == "code_wrong"
    assert world.left == 100_00


@DATABASE
def test_the_card_stands_in_no_event_and_no_log(world: CardWorld) -> None:
    text, number = world.text, Card.objects.get().number
    world.scan()
    said = [str(one.data) for one in events.history(limit=1_000)]
    assert not any(text in one or number in one for one in said)


@DATABASE
def test_desks_that_print_at_once_make_one_card_and_one_code(world: CardWorld) -> None:
    """Eight at once: one of them makes it, the others learn that there is one."""
    joined = people.join(
        household=NewHousehold(holders=(NewHolder("Ada", "Roux", "radis-rose"),)),
        joined_on=DAY, by=OFFICE,
    )  # fmt: skip
    holder = registry.holders_of(joined.membership_id)[0].id
    done: list[str] = []

    def desk(_number: int) -> None:
        for act in (
            lambda: operations.make_card(holder_id=holder, by=OFFICE, id=new_id(), first=True),
            lambda: operations.draw_pin(holder_id=holder, by=OFFICE, first=True),
        ):
            try:
                act()
                done.append("made")
            except Refusal as refusal:
                done.append(refusal.reason)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(desk, range(8)))
    assert sorted(done) == ["has_card"] * 7 + ["has_pin"] * 7 + ["made"] * 2
    assert Card.objects.get(pk=holder).generation == 1
