"""Gifts between households: within the month, once, told to both, without a name, undone by two."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from caisse.accounting import queries as accounting
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, operation, page, sit
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.messages import operations as messages
from caisse.messages.models import Channel, Notice, Preference, Topic
from caisse.messages.operations.kinds import composed
from caisse.messages.reactions import leave
from caisse.payments import operations, queries
from caisse.payments.operations import give
from caisse.payments.rules import GiftRules, gift_room
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold
from caisse.site.tests.members import Home, come_in, home, queries_of

__all__ = ["home"]  # a fixture
DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
BY = Actor("awa")
HANDLE = "pinson-navet"
COORDINATOR = Actor("coordination", frozenset({"coordinator"}))
TREASURER = Actor("tresorerie", frozenset({"treasurer"}))


def test_what_may_still_be_given_is_never_below_nothing() -> None:
    rules = GiftRules(gift_month_max_cents=30_00)
    assert [gift_room(given, rules) for given in (0, 12_00, 30_00, 40_00)] == [30_00, 18_00, 0, 0]
    assert gift_room(0, GiftRules()) == 0


@pytest.fixture
def friend(home: Home) -> int:
    """Another household's wallet, in a caisse where one gives up to 30 a month."""
    newcomer = NewHousehold(holders=(NewHolder("Ilse", "Kaan", HANDLE),))
    joined = people.join(household=newcomer, joined_on=clock.today(), by=OFFICE)
    allowed(30_00)
    return joined.wallet_id


def allowed(cents: int) -> None:
    effect = Amend("payment.gift_month_max_cents", cents, Month.of(clock.today()).next())
    bylaws.decide(title="Donner", text="", body="comité", effects=[effect], by=OFFICE)
    clock.travel(clock.instant(date(2023, 3, 10), 9))


def given(home: Home, cents: int = 10_00, *, to: str = HANDLE, id: Id | None = None) -> Id:
    return give(wallet_id=home.joined.wallet_id, to=to, cents=cents, by=BY, id=id or new_id()).id


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.reason


def left(home: Home, friend: int) -> tuple[int, int]:
    return books.balance(home.wallet), books.balance(f"wallet:{friend}")


def sound() -> list[str]:
    return [one.code for one in accounting.check() if one.damaged]


@DATABASE
def test_a_gift_moves_once_however_often_it_is_sent(home: Home, friend: int) -> None:
    id = new_id()
    first = [given(home, id=id) for _again in range(3)]
    assert len(set(first)) == 1 and left(home, friend) == (90_00, 10_00)
    assert refused(lambda: given(home, 11_00, id=id)) == "differs"
    assert refused(lambda: given(home, to="fauvette-ail", id=id)) == "differs"
    assert sound() == []


@DATABASE
def test_sent_ten_times_at_once_it_is_one(home: Home, friend: int) -> None:
    id = new_id()

    def send(_turn: int) -> Id:
        try:
            return given(home, id=id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(send, range(10)))) == 1
    assert left(home, friend) == (90_00, 10_00)


@DATABASE
def test_off_until_the_committee_allows_it(home: Home) -> None:
    assert refused(lambda: given(home, to="fauvette-ail")) == "gifts_off"


@DATABASE
def test_gifts_of_a_month_are_within_the_article_also_at_once(home: Home, friend: int) -> None:
    def send(_turn: int) -> str:
        try:
            given(home, 4_00)
            return "given"
        except Refusal as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, range(12)))
    assert answers.count("given") == 7 and set(answers) == {"given", "gift_limit"}
    assert left(home, friend) == (72_00, 28_00) and queries.gift_room_cents(1) == 2_00
    given(home, 2_00)
    assert refused(lambda: given(home, 1)) == "gift_limit"
    clock.travel(clock.instant(date(2023, 4, 1), 0))
    given(home, 30_00)
    assert sound() == []


@DATABASE
def test_whoever_receives_nothing_is_refused_in_the_same_words(home: Home, friend: int) -> None:
    """Nobody, oneself, the own household, a wallet that is paused: who gives cannot tell which."""
    ledger.set_state([f"wallet:{friend}"], "closed")
    said = set()
    for to in ("personne", HANDLE, "moineau-radis", "fauvette-ail"):
        with pytest.raises(Refusal) as refusal:
            given(home, to=to)
        said.add((refusal.value.reason, refusal.value.sentence))
    assert len(said) == 1 and {reason for reason, _said in said} == {"gift_to"}
    assert left(home, friend) == (100_00, 0)


@DATABASE
def test_identifiers_cannot_be_tried_out(home: Home, friend: int) -> None:
    """Fifty at once are five entries; then the right one meets the same words, until tomorrow."""

    def attempt(turn: int) -> str:
        try:
            return refused(lambda: given(home, to=f"personne-{turn}"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(attempt, range(50)))
    assert answers.count("gift_to") == 5 and answers.count("gift_tries") == 45
    assert refused(lambda: given(home)) == "gift_tries"
    look = lambda: operations.look_at_gift(  # noqa: E731
        wallet_id=home.joined.wallet_id, to=HANDLE, cents=1, by=BY
    )
    assert refused(look) == "gift_tries"
    clock.travel(clock.now_ms() + clock.DAY_MS + 1)
    given(home)
    told = events.history(names=("gift.unknown",), subject=home.wallet)
    assert len(told) == 5 and "personne" not in str([one.data for one in told])


@DATABASE
def test_too_much_is_said_before_anybody_is_looked_for(home: Home, friend: int) -> None:
    allowed(200_00)
    clock.travel(clock.instant(date(2023, 4, 10), 9))
    assert refused(lambda: given(home, 100_01, to="personne")) == "funds_short"
    ledger.set_state([home.wallet], "closed")
    assert refused(lambda: given(home)) == "means_unavailable"
    assert events.history(names=("gift.unknown",)) == []


@DATABASE
def test_both_read_it_and_neither_learns_who_or_what_is_left_there(home: Home, friend: int) -> None:
    persons = {
        wallet: registry.persons_of_wallets({wallet})[wallet][0]
        for wallet in (home.joined.wallet_id, friend)
    }
    for person in persons.values():
        for topic in (Topic.PAYMENTS, Topic.ARRIVALS):
            Preference.objects.create(person_id=person, topic=topic, channel=Channel.EMAIL)
    leave()
    gift = given(home, 12_00)
    leave()
    told = {}
    for notice in Notice.objects.filter(cause=gift):
        letter, addressee = composed(notice)
        assert letter is not None and addressee is not None
        told[notice.kind] = " ".join((letter.subject, *letter.paragraphs, str(letter.facts)))
    assert set(told) == {"gift", "given"}
    assert "12,00" in told["gift"] and "88,00" not in told["gift"]
    assert "88,00" in told["given"] and "Ilse" not in told["given"] + told["gift"]
    assert "Awa" not in told["gift"]
    lines = [queries.wallet_line(wallet, gift) for wallet in persons]
    assert [line.cents for line in lines if line] == [-12_00, 12_00]


@DATABASE
def test_a_mistake_is_undone_by_two_people(home: Home, friend: int) -> None:
    gift = given(home, 12_00)
    act = operations.prepare_gift_undo(gift=gift, by=COORDINATOR, id=new_id())
    assert left(home, friend) == (88_00, 12_00)
    assert refused(lambda: people.agree(act_id=act, by=COORDINATOR)) == "same_person"
    people.agree(act_id=act, by=TREASURER)
    assert left(home, friend) == (100_00, 0)
    assert queries.gift_room_cents(home.joined.wallet_id) == 30_00
    again = lambda: operations.prepare_gift_undo(gift=gift, by=COORDINATOR, id=new_id())  # noqa: E731
    assert refused(again) == "gift_undone"
    assert refused(
        lambda: operations.prepare_gift_undo(gift=new_id(), by=TREASURER, id=new_id())
    ) == ("gift_unknown")
    assert sound() == []


@DATABASE
def test_what_is_spent_is_not_taken_back(home: Home, friend: int) -> None:
    gift = given(home, 12_00)
    operations.pay(
        payment_id=new_id(), wallet_id=friend, place_id=home.place, cents=1, method="pin", by=OFFICE
    )
    act = operations.prepare_gift_undo(gift=gift, by=COORDINATOR, id=new_id())
    assert refused(lambda: people.agree(act_id=act, by=TREASURER)) == "funds_short"
    assert left(home, friend) == (88_00, 11_99)


def words(text: str) -> str:
    said = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    return " ".join(said.replace("\u202f", " ").replace("\u00a0", " ").split())


@pytest.mark.django_db
def test_a_member_gives_on_her_own_page(client: Client, home: Home, friend: int) -> None:
    come_in(client, home)
    path, wallet = reverse("my_gift"), reverse("wallet")
    assert path in page(client, wallet)
    text = page(client, path)
    assert "vous pouvez encore donner 30,00 MonA" in words(text)
    form = {"operation": operation(text), "to": f" {HANDLE.upper()} ", "cents": "12,50"}
    wrong = client.post(path, {**form, "to": "personne"})
    assert wrong.status_code == 422
    assert "Cet identifiant ne peut pas recevoir." in words(wrong.content.decode())
    sure = client.post(path, form).content.decode()
    assert "Donner, vraiment ?" in words(sure) and HANDLE in words(sure)
    assert "12,50 MonA" in words(sure) and "Ilse" not in sure and left(home, friend) == (100_00, 0)
    hidden = dict(re.findall(r'name="(operation|to|cents)" value="([^"]*)"', sure))
    assert hidden["operation"] == form["operation"]
    back = client.post(path, {**hidden, "acte": "modifier"}).content.decode()
    assert HANDLE.upper() in back and "12,50" in back and left(home, friend) == (100_00, 0)
    for _twice in range(2):
        done = client.post(path, {**hidden, "acte": "oui"}, follow=True)
        assert "C’est donné : 12,50 MonA." in words(done.content.decode())
    assert left(home, friend) == (87_50, 12_50)
    assert "Don entre foyers" in words(page(client, wallet))
    over = client.post(path, {**form, "operation": show_id(new_id()), "cents": "17,51"})
    assert "vous pouvez encore donner 17,50" in words(over.content.decode())


@pytest.mark.django_db
def test_where_nobody_gives_there_is_no_page(client: Client, home: Home) -> None:
    come_in(client, home)
    assert client.get(reverse("my_gift")).status_code == 404
    assert reverse("my_gift") not in page(client, reverse("wallet"))


@pytest.mark.django_db
def test_in_english_too(client: Client, home: Home, friend: int) -> None:
    come_in(client, home)
    client.cookies["langue"] = "en"
    text = words(client.get(reverse("my_gift")).content.decode())
    assert "Give to another household" in text and "you can still give" in text


@pytest.mark.django_db
def test_the_page_asks_little(client: Client, home: Home, friend: int) -> None:
    come_in(client, home)
    assert queries_of(client, reverse("my_gift")) <= 20


@pytest.mark.django_db
def test_the_coordination_undoes_a_gift_from_the_balance(
    client: Client, home: Home, friend: int
) -> None:
    gift = given(home, 12_00)
    sit(client, "coordination-2", "coordinator")
    balance = reverse("balance_of", args=[home.joined.membership_id])
    look = {"operation": operation(page(client, balance)), "reason": "asked"}
    shown = client.post(balance, look).content.decode()
    path = reverse("gift_undo", args=[show_id(gift)])
    assert path in shown, words(shown)
    text = page(client, path)
    answer = client.post(path, {"operation": operation(text)}, follow=True)
    assert "L’annulation attend une deuxième personne." in words(answer.content.decode())
    assert "Une annulation attend" in words(page(client, path))
    assert left(home, friend) == (88_00, 12_00)


@pytest.mark.django_db
def test_a_stranger_s_number_is_no_gift(client: Client, home: Home) -> None:
    enter(client, "coordination-2", "coordinator")
    assert client.get(reverse("gift_undo", args=[show_id(new_id())])).status_code == 404


def test_the_notices_are_declared() -> None:
    assert {"gift", "given"} <= set(messages.KINDS)
