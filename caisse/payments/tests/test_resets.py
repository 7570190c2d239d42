"""A new PIN by two referents: two halves, two people, a day, three entries; nobody else's doing."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, operation, page
from caisse.merchants.tests.ground import OFFICE
from caisse.messages.models import Notice
from caisse.payments import pins
from caisse.payments.models import PinReset
from caisse.payments.operations import confirm_holder, draw_by_code, draw_pin
from caisse.payments.operations.pins import RESET_LIVES_MS, try_pin
from caisse.payments.operations.resets import RESET
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.models import Person
from caisse.people.reactions import end_acts
from caisse.site.reactions import tell_reset
from caisse.site.tests.members import Home, home

__all__ = ["home"]  # a fixture
DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
ONE = Actor("referent-1", frozenset({"referent"}))
TWO = Actor("referent-2", frozenset({"referent"}))
LINA, AWA = "fauvette-ail", "moineau-radis"  # without an address or a telephone, and with both
DAY_MS = clock.DAY_MS


def test_the_code_is_fifty_bits_in_two_halves_of_its_act_and_key() -> None:
    code = pins.reset_code(bytes(32), bytes(16))
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", code) and "".join(pins.halves(code)) == code
    assert code == pins.reset_code(bytes(32), bytes(16)) != pins.reset_code(bytes(32), b"a" * 16)
    assert code != pins.reset_code(b"k" * 32, bytes(16))
    drawn = {pins.reset_code(bytes(32), n.to_bytes(16, "big")) for n in range(2_000)}
    assert len(drawn) == 2_000 and {code[0] for code in drawn} == {code[9] for code in drawn}
    assert pins.tidy_reset(" o1l-ab cdef ") == "011ABCDEF"
    assert 3 / 32**5 < 1e-7, "what a dishonest referent may guess"


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.reason


def halves(who: str = LINA) -> str:
    return confirm_holder(who=who, by=ONE).half + confirm_holder(who=who, by=TWO).half


def other(code: str) -> str:
    """Another half in the place of the second."""
    return (
        code[:5]
        + "".join(sorted(code[5:])[::-1]).translate(str.maketrans("0123", "4567"))[:4]
        + ("Z" if code[9] != "Z" else "Y")
    )


@DATABASE
def test_two_halves_draw_a_new_pin_once(home: Home) -> None:
    before = draw_pin(holder_id=2, by=OFFICE)
    first = confirm_holder(who=LINA, by=ONE)
    assert first.opens_at is None and len(first.half) == 5
    assert confirm_holder(who=LINA, by=ONE) == first, "alone one stays alone"
    second = confirm_holder(who=f" {LINA.upper()} ", by=TWO)
    assert second.opens_at == clock.now_ms() and second.half != first.half
    assert confirm_holder(who=LINA, by=TWO) == second
    assert confirm_holder(who=LINA, by=ONE).half == first.half
    code = f"{first.half.lower()} {second.half}"
    digits = draw_by_code(who=LINA, code=code)
    assert try_pin(LINA, digits).right
    assert digits == before or not try_pin(LINA, before).right, "the same one once in a million"
    assert refused(lambda: draw_by_code(who=LINA, code=code)) == "reset_code"


@DATABASE
def test_nobody_confirms_alone_or_oneself(home: Home) -> None:
    login = people.open_way_in(holder_id=2, by=OFFICE)
    own = Actor(login, frozenset({"referent", "member"}))
    assert refused(lambda: confirm_holder(who=LINA, by=own)) == "own_code"
    desk = Actor("desk", frozenset({"desk"}))
    assert refused(lambda: confirm_holder(who=LINA, by=desk)) == "role"
    assert refused(lambda: confirm_holder(who="personne", by=ONE)) == "unknown"
    half = confirm_holder(who=LINA, by=ONE).half
    assert refused(lambda: draw_by_code(who=LINA, code=half + half)) == "reset_code"
    assert PinReset.objects.count() == 0


@DATABASE
def test_two_referents_at_once_are_one_after_the_other(home: Home) -> None:
    def confirm(by: Actor) -> tuple[str, bool]:
        try:
            told = confirm_holder(who=LINA, by=by)
            return told.half, told.opens_at is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(confirm, (ONE, TWO)))
    assert sorted(ready for _half, ready in answers) == [False, True]
    code = "".join(half for half, _ready in sorted(answers, key=lambda one: one[1]))
    assert len(draw_by_code(who=LINA, code=code)) == 6


@DATABASE
def test_within_a_day_of_each_other(home: Home) -> None:
    first = confirm_holder(who=LINA, by=ONE)
    clock.travel(clock.now_ms() + DAY_MS + 1)
    late = confirm_holder(who=LINA, by=TWO)
    assert late.opens_at is None, "the first one's word is too old: she begins anew"
    code = first.half + late.half
    assert refused(lambda: draw_by_code(who=LINA, code=code)) == "reset_code"


@DATABASE
def test_a_word_that_nobody_seconds_ends_after_a_day(home: Home) -> None:
    confirm_holder(who=LINA, by=ONE)
    (act,) = registry.waiting_acts(RESET)
    clock.travel(act.prepared_at + DAY_MS - 1)
    end_acts(clock.local(clock.now_ms()))
    assert len(registry.waiting_acts(RESET)) == 1
    clock.travel(act.prepared_at + DAY_MS)
    assert refused(lambda: people.agree(act_id=act.id, by=TWO)) == "too_late", "also unswept"
    end_acts(clock.local(clock.now_ms()))
    end_acts(clock.local(clock.now_ms()))
    assert registry.waiting_acts(RESET) == [] and PinReset.objects.count() == 0
    (ended,) = events.history(names=("act.ended",))
    assert (ended.subject, ended.data["kind"]) == ("holder:2", RESET)
    assert refused(lambda: people.agree(act_id=act.id, by=TWO)) == "too_late"


@DATABASE
def test_nobody_seconds_a_new_code_of_her_own_by_another_way(home: Home) -> None:
    login = people.open_way_in(holder_id=2, by=OFFICE)
    confirm_holder(who=LINA, by=ONE)
    (act,) = registry.waiting_acts(RESET)
    own = Actor(login, frozenset({"referent", "member"}))
    assert refused(lambda: people.agree(act_id=act.id, by=own)) == "own_code"
    assert PinReset.objects.count() == 0


@DATABASE
def test_who_can_be_told_is_told_and_has_a_day_to_say_no(home: Home) -> None:
    code = halves(AWA)
    (told,) = events.history(names=("pin.reset_allowed",))
    tell_reset(told.id)
    person = registry.person_of_holder(1) or 0
    told_by = Notice.objects.filter(kind="pin_reset", person_id=person).values_list("channel")
    assert sorted(told_by) == [("email",), ("sms",)]
    assert refused(lambda: draw_by_code(who=AWA, code=code)) == "reset_code"
    row = PinReset.objects.get()
    assert row.wrong == 0 and row.opens_at == clock.now_ms() + DAY_MS
    clock.travel(row.opens_at)
    assert len(draw_by_code(who=AWA, code=code)) == 6


@DATABASE
def test_a_code_drawn_at_the_desk_ends_it(home: Home) -> None:
    code = halves(AWA)
    digits = draw_pin(holder_id=1, by=OFFICE)
    clock.travel(clock.now_ms() + DAY_MS)
    assert refused(lambda: draw_by_code(who=AWA, code=code)) == "reset_code"
    assert try_pin(AWA, digits).right


@DATABASE
def test_three_entries_with_one_half_right_end_it(home: Home) -> None:
    code = halves()
    for _each in range(10):  # a stranger has neither half
        assert refused(lambda: draw_by_code(who=LINA, code="Z" * 10)) == "reset_code"
    assert refused(lambda: draw_by_code(who=AWA, code=code)) == "reset_code", "another's"
    for _each in range(3):
        assert refused(lambda: draw_by_code(who=LINA, code=other(code))) == "reset_code"
    assert refused(lambda: draw_by_code(who=LINA, code=code)) == "reset_code"
    assert PinReset.objects.get().wrong == 3


@DATABASE
def test_fifty_guesses_at_once_are_three(home: Home) -> None:
    code = halves()

    def guess(_turn: int) -> str:
        try:
            return refused(lambda: draw_by_code(who=LINA, code=other(code)))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(guess, range(50))) == {"reset_code"}
    assert PinReset.objects.get().wrong == 3


@DATABASE
def test_it_is_good_for_two_days_and_used_by_one(home: Home) -> None:
    code = halves()

    def draw(_turn: int) -> str:
        try:
            return draw_by_code(who=LINA, code=code)
        except Refusal as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(draw, range(10)))
    assert answers.count("reset_code") == 9
    again = halves()
    clock.travel(clock.now_ms() + RESET_LIVES_MS + 1)
    assert refused(lambda: draw_by_code(who=LINA, code=again)) == "reset_code"


@DATABASE
def test_it_cannot_be_drawn_until_it_pleases(home: Home) -> None:
    for _each in range(3):
        draw_by_code(who=LINA, code=halves())
    code = halves()
    assert refused(lambda: draw_by_code(who=LINA, code=code)) == "pin_resets"


@DATABASE
def test_no_half_and_no_name_stands_in_the_books(home: Home) -> None:
    known = {one.id for one in events.history(limit=500)}
    code = halves()
    digits = draw_by_code(who=LINA, code=code)
    new = [one for one in events.history(limit=500) if one.id not in known]
    said = " ".join(f"{one.name} {one.subject} {one.data}" for one in new)
    said = re.sub(r"[0-9a-f-]{36}", "", said)  # an act's number may hold any six figures
    assert len(new) >= 2
    assert not [one for one in (*pins.halves(code), digits, "Lina", LINA) if one in said]


def words(text: str) -> str:
    said = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    return " ".join(said.replace("\u202f", " ").replace("\u00a0", " ").split())


def referent(number: int) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    person = Person.objects.create(given_name="R", family_name=str(number), email="", folded="")
    enter(client, f"referent-{number}", "referent", person=person)
    return client


@pytest.mark.django_db
def test_from_the_referents_pages_to_the_new_code(client: Client, home: Home) -> None:
    path, said = reverse("referent"), []
    for number in (1, 2):
        one = referent(number)
        form = {"operation": operation(page(one, path)), "who": LINA}
        answer = one.post(path, form)
        assert "no-store" in answer.headers["Cache-Control"]
        text = words(answer.content.decode())
        assert "Lina" not in text
        said += re.findall(r"(?:Première|Deuxième) moitié ([0-9A-Z]{5}) ", text)
        assert one.post(path, form | {"who": "personne"}).status_code == 422
    assert len(said) == 2
    lost = reverse("lost_pin")
    assert lost in page(client, reverse("door"))
    form = {"operation": operation(page(client, lost)), "who": LINA, "code": " ".join(said)}
    wrong = client.post(lost, form | {"code": "nope"})
    assert wrong.status_code == 422 and "Ce code n’est pas bon" in words(wrong.content.decode())
    drawn = client.post(lost, form)
    assert "no-store" in drawn.headers["Cache-Control"]
    digits = re.search(r"([0-9]{3}) ([0-9]{3}) votre code", words(drawn.content.decode()))
    assert digits is not None and try_pin(LINA, digits[1] + digits[2]).right
    assert client.post(lost, form).status_code == 422, "once"


@pytest.mark.django_db
def test_a_referent_has_a_first_page_and_english(home: Home) -> None:
    one = referent(1)
    one.cookies["langue"] = "en"
    text = one.get(reverse("referent")).content.decode()
    assert "Confirm a person" in text and "It is she" in text
    assert one.get(reverse("home")).headers["Location"].endswith(reverse("referent"))
