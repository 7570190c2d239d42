"""A code, a card or a telephone that another may have changed: its holder hears of it."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from caisse.kernel import clock, events, work
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id, show_id
from caisse.messages import operations, push, queries
from caisse.messages.models import Channel, Notice
from caisse.messages.operations import KINDS, sending
from caisse.messages.reactions import leave
from caisse.messages.rules import septets
from caisse.messages.tests.devices import Phone, maker
from caisse.payments import operations as payments
from caisse.payments.models import PinReset
from caisse.payments.tests.device import Handset
from caisse.people import operations as people
from caisse.people.models import Person
from caisse.people.queries import addressee, holders_of
from caisse.site.tests.members import BY, Home, come_in, home
from caisse.site.tests.test_pages import read
from caisse.site.tests.test_told import MINUTE_MS, awa, choose, later, lina, outbox, told

__all__ = ["home", "told"]  # fixtures
DESK = Actor("accueil", frozenset({"desk"}))
PHONE = "04 67 00 00 00"


@pytest.fixture
def office(told: Home) -> Home:
    """The household of the tests; the caisse can be called."""
    operations.write_card(phone=PHONE, email="", address="", hours="", privacy="", by=BY)
    settle()
    Notice.objects.all().delete()  # the welcome
    mail.outbox.clear()
    return told


def settle() -> None:
    """What happened is told, once, as the worker does it; then it leaves."""
    for event in reversed(events.history(limit=500)):
        for name, reaction in work.REACTIONS.get(event.name, []):
            work.once(f"{show_id(event.id)}/{name}", partial(reaction, event.id))
    leave()


def holder(office: Home, number: int = 0) -> int:
    """Awa, or Lina."""
    return holders_of(office.joined.membership_id)[number].id


def redrawn(holder_id: int) -> str:
    """A second code, for somebody who had one."""
    payments.draw_pin(holder_id=holder_id, by=DESK)
    settle()
    Notice.objects.all().delete()
    mail.outbox.clear()
    digits = payments.draw_pin(holder_id=holder_id, by=DESK)
    settle()
    return digits


def roads(kind: str, person_id: int) -> dict[str, str]:
    """By which roads it was told, and how each stands."""
    rows = Notice.objects.filter(kind=kind, person_id=person_id).order_by("pk")
    return dict(rows.values_list("channel", "state"))


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_code_drawn_anew_is_told_by_email_and_sms_at_once(office: Home, tmp_path: Path) -> None:
    digits = redrawn(holder(office))
    assert roads("pin_redrawn", awa(office)) == {"email": "sent", "sms": "sent"}
    (sent,) = mail.outbox
    body = plain(sent.body)
    assert "donné à l’accueil, le 10 février 2023 à 9 h 00." in body
    assert f"Ce n’est pas vous ? Appelez tout de suite l’accueil : {PHONE}." in body
    text = plain(outbox(tmp_path)[-1]["text"])
    assert text.startswith("Caisse : Un nouveau code pour payer a été donné à l'accueil, 10/02 9 h")
    assert f"Pas vous ? {PHONE}." in text and septets(text) <= 160
    assert digits not in f"{body}{text}{sent.subject}", "never the code"
    assert not roads("pin_redrawn", lina(office)), "hers is as it was"


def test_who_chose_calls_is_called(office: Home, tmp_path: Path) -> None:
    choose(awa(office), "here", arrivals="voice")
    redrawn(holder(office))
    assert roads("pin_redrawn", awa(office)) == {"email": "sent", "voice": "sent"}
    said = plain(outbox(tmp_path)[-1]["text"])
    assert "Vous avez un nouveau code pour payer. Le vendredi 10 février 2023, à 9 heures." in said


def test_a_number_without_sms_is_called(office: Home) -> None:
    Person.objects.filter(pk=awa(office)).update(email="", phone="04 99 00 00 01")
    redrawn(holder(office))
    assert roads("pin_redrawn", awa(office)) == {"voice": "sent"}


def test_who_has_neither_address_nor_number_gets_a_letter(office: Home) -> None:
    redrawn(holder(office, 1))
    assert roads("pin_redrawn", lina(office)) == {"letter": "waiting"}
    (row,) = queries.waiting_letters()
    assert row.membership == office.joined.membership_id, "on the list of what is printed"
    assert operations.print_letters(notice_ids=[row.id], by=DESK).startswith(b"%PDF")


def test_who_wants_letters_gets_one_too(office: Home) -> None:
    operations.choose(person_id=awa(office), payments="here", arrivals="here", mail="letter", by=BY)
    redrawn(holder(office))
    told_by = roads("pin_redrawn", awa(office))
    assert told_by == {"email": "sent", "sms": "sent", "letter": "waiting"}


def test_a_device_is_told_and_a_letter_goes_where_nothing_else_leads(
    office: Home, settings: Any
) -> None:
    push.make_key()
    phone = Phone()
    with maker() as known:
        settings.PUSH_HOSTS = [known.origin]
        operations.subscribe(
            person_id=lina(office), endpoint=f"{known.origin}/a", amounts=False, by=BY,
            **phone.said,
        )  # fmt: skip
        redrawn(holder(office, 1))
        said = phone.read(known.got[-1][2])
    assert said["title"] == "Vous avez un nouveau code pour payer" and said["text"] == ""
    assert roads("pin_redrawn", lina(office)) == {"push": "sent", "letter": "waiting"}


def test_it_is_one_line_of_messages_and_reads_in_whole(office: Home, client: Client) -> None:
    before = queries.unread(person_id=awa(office), wallet_id=None, since_ms=0)
    redrawn(holder(office))
    assert Notice.objects.filter(person_id=awa(office), kind="pin_redrawn").count() == 2
    assert queries.unread(person_id=awa(office), wallet_id=None, since_ms=0) == before + 1
    come_in(client, office)
    assert read(client, "/moi/messages").text.count("Nouveau code pour payer".lower()) == 1
    (row,) = queries.mail_of(awa(office), until_ms=clock.now_ms() + 1, limit=9)
    text = read(client, f"/moi/messages/{row.id}").text
    assert "donné à l’accueil" in text and "envoyé par e-mail" in text
    other = Notice.objects.get(person_id=awa(office), kind="pin_redrawn", channel=Channel.SMS)
    assert "envoyé par SMS" in read(client, f"/moi/messages/{other.pk}").text


def test_no_bound_holds_an_alert_back(office: Home, settings: Any, tmp_path: Path) -> None:
    settings.CARRIED_MOST = 0
    redrawn(holder(office))
    assert roads("pin_redrawn", awa(office))["sms"] == "sent"
    assert queries.roads().carried == 2, "they are counted all the same"


def test_a_letter_says_what_no_sms_could(office: Home, settings: Any) -> None:
    settings.CARRIER = f"{__name__}.Refusing"
    Person.objects.filter(pk=awa(office)).update(email="")
    redrawn(holder(office))
    for turn in range(sending.TRIES):
        later(5**turn * MINUTE_MS)
        leave()
    assert roads("pin_redrawn", awa(office)) == {"sms": "failed", "letter": "waiting"}


class Refusing:
    """A provider that takes nothing."""

    def send(self, *, id: str, kind: str, address: str, text: str) -> Any:
        """No."""
        return sending.Failed("no", again=False)


def test_a_first_code_is_told_by_what_leaves_by_itself(office: Home) -> None:
    for number in (0, 1):
        payments.draw_pin(holder_id=holder(office, number), by=DESK)
    settle()
    assert roads("pin_drawn", awa(office)) == {"email": "sent", "sms": "sent"}
    assert "a été tiré à l’accueil" in plain(mail.outbox[0].body)
    assert roads("pin_drawn", lina(office)) == {}, "it is handed to her on paper"


def test_a_code_by_two_referents_is_told_when_it_is_asked_and_when_it_is_drawn(
    office: Home,
) -> None:
    payments.draw_pin(holder_id=holder(office), by=DESK)
    one, two = (Actor(f"referent-{n}", frozenset({"referent"})) for n in (1, 2))
    code = "".join(
        payments.confirm_holder(who="moineau-radis", by=each).half for each in (one, two)
    )
    settle()
    assert roads("pin_reset", awa(office)) == {"email": "sent", "sms": "sent"}
    clock.travel(PinReset.objects.get().opens_at)
    payments.draw_by_code(who="moineau-radis", code=code)
    settle()
    assert roads("pin_redrawn", awa(office)) == {"email": "sent", "sms": "sent"}
    assert "avec l’aide de deux référents, le 11 février" in plain(mail.outbox[-1].body)


def test_a_card_made_anew_or_blocked_by_another_is_told_and_not_ones_own(office: Home) -> None:
    payments.make_card(holder_id=holder(office), by=DESK, id=new_id())
    settle()
    assert not Notice.objects.filter(kind="card_remade").exists(), "a first one is handed over"
    payments.make_card(holder_id=holder(office), by=DESK, id=new_id())
    settle()
    assert roads("card_remade", awa(office)) == {"email": "sent", "sms": "sent"}
    payments.block_card(holder_id=holder(office), by=DESK)
    settle()
    assert roads("card_blocked", awa(office)) == {"email": "sent", "sms": "sent"}
    Notice.objects.all().delete()
    payments.make_card(holder_id=holder(office), by=DESK, id=new_id())
    payments.block_card(holder_id=holder(office), by=Actor(office.logins[0], frozenset({"member"})))
    settle()
    assert roads("card_blocked", awa(office)) == {}, "she has blocked it herself"


def test_a_telephone_that_is_linked_is_told_whoever_linked_it(office: Home) -> None:
    for number, person in enumerate((awa(office), lina(office))):
        row = payments.invite_phone(
            holder_id=holder(office, number), label="Un autre", by=DESK, id=new_id()
        )
        assert not roads("phone_linked", person), "nothing can pay yet"
        code = payments.give_phone_code(phone_id=row, by=DESK, at_desk=True)
        point = Handset().point
        for _again in range(2):
            payments.enrol_phone(code=code, public_key=point)
            settle()
    assert roads("phone_linked", awa(office)) == {"email": "sent", "sms": "sent"}
    assert Notice.objects.filter(kind="phone_linked").count() == 3, "once each, sent twice or not"
    body = plain(mail.outbox[0].body)
    assert "a été relié à votre porte-monnaie, le 10 février 2023 à 9 h 00." in body
    assert f"Appelez tout de suite l’accueil : {PHONE}." in body
    assert roads("phone_linked", lina(office)) == {"letter": "waiting"}, "nothing else leads to her"


@pytest.mark.parametrize(
    ("email", "phone", "channels", "waits"),
    [
        ("lina@example.org", "", ["email"], True),
        ("", "06 12 34 56 79", ["sms"], True),
        ("", "04 67 12 34 56", ["voice"], True),
        ("", "12", ["letter"], False),
        ("", "", ["letter"], False),
    ],
)
def test_the_day_of_two_referents_is_for_whom_a_road_leads_to_in_time(
    office: Home, email: str, phone: str, channels: list[str], waits: bool
) -> None:
    Person.objects.filter(pk=lina(office)).update(email=email, phone=phone)
    for number in (1, 2):
        referent = Actor(f"referent-{number}", frozenset({"referent"}))
        payments.confirm_holder(who="fauvette-ail", by=referent)
    settle()
    assert list(roads("pin_reset", lina(office))) == channels
    row = PinReset.objects.get()
    assert row.opens_at - row.allowed_at == (clock.DAY_MS if waits else 0)


@pytest.mark.parametrize(
    "kind", ["pin_reset", "pin_drawn", "pin_redrawn", "card_remade", "phone_linked"]
)
def test_an_alert_is_one_sms_and_says_whom_to_call(office: Home, kind: str) -> None:
    person = addressee(awa(office))
    assert person is not None
    letter = KINDS[kind][1](person, None, new_id())
    assert letter is not None
    text = sending.fit(letter.short)
    assert PHONE in text and septets(text) <= 160


def test_a_person_who_is_forgotten_is_told_nothing(office: Home) -> None:
    number = office.joined.membership_id
    person = awa(office)
    payments.draw_pin(holder_id=holder(office), by=DESK)
    people.leave(membership_id=number, on=clock.today(), by=BY)
    people.close(membership_id=number, by=BY)
    people.erase(membership_id=number, by=BY)
    settle()
    assert roads("pin_drawn", person) == {}
