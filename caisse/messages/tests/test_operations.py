"""Notices: one per person and cause, sent once, printed by the dozen, their words kept nowhere."""

import io
from datetime import date
from typing import Any

import pytest
from django.core import mail
from pypdf import PdfReader

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id
from caisse.kernel.refusal import Refusal
from caisse.messages import operations, queries
from caisse.messages.models import Notice
from caisse.messages.operations import Letter, notices, sending
from caisse.messages.operations import kinds as of_kinds
from caisse.people.models import Person
from caisse.people.queries import Addressee

BY = Actor("ana", frozenset({"desk"}))


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of notice, whose words name its cause."""

    def compose(to: Addressee, membership: int | None, cause: Id) -> Letter:
        return Letter("Une nouvelle", ("Il s’est passé #quelque chose.",), (("Foyer", "n° 7"),))

    known = {"news": ("nouvelle", compose)}
    for module in (of_kinds, notices):
        monkeypatch.setattr(module, "KINDS", known)


@pytest.fixture
def day(db: None) -> None:
    clock.travel(clock.instant(date(2024, 2, 1), 9))


def person(email: str = "") -> int:
    row = Person.objects.create(given_name="Zoé", family_name="Martin", email=email, folded="zoe")
    return row.pk


def choose(person_id: int, **channels: str) -> None:
    """What is not said stays as nobody chose it."""
    said: dict[str, Any] = {"payments": "here", "arrivals": "here", "mail": "email", **channels}
    operations.choose(person_id=person_id, by=BY, **said)


def tell(person_id: int, cause: Id) -> None:
    operations.notify(person_id=person_id, membership=7, kind="news", cause=cause)


def test_told_twice_it_is_one_notice(day: None) -> None:
    cause, who = new_id(), person("zoe@exemple.fr")
    tell(who, cause)
    tell(who, cause)
    tell(who, new_id())
    assert Notice.objects.count() == 2


def test_an_email_leaves_once_and_names_nobody_in_its_subject(day: None) -> None:
    tell(person("zoe@exemple.fr"), new_id())
    assert operations.send_waiting() == 1
    assert operations.send_waiting() == 0
    (sent,) = mail.outbox
    assert sent.to == ["zoe@exemple.fr"] and sent.subject == "Une nouvelle"
    assert "Bonjour Zoé," in sent.body and "Foyer : n° 7" in sent.body
    assert queries.notices()[0].state == "sent"


def test_without_an_address_it_is_a_letter_printed_with_its_words(day: None) -> None:
    tell(person(), new_id())
    assert operations.send_waiting() == 0
    (row,) = queries.waiting_letters()
    made = operations.print_letters(notice_ids=[row.id], by=BY)
    shown = PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert "Zoé Martin" in shown and "#quelque chose" in shown and "n° 7" in shown
    assert queries.waiting_letters() == []
    assert operations.print_letters(notice_ids=[row.id], by=BY)  # a jammed printer: once more
    with pytest.raises(Refusal) as refused:
        operations.print_letters(notice_ids=[], by=BY)
    assert refused.value.reason == "nothing"


def test_who_prefers_paper_gets_paper(day: None) -> None:
    who = person("zoe@exemple.fr")
    choose(who, mail="letter")
    tell(who, new_id())
    assert queries.waiting() == queries.Waiting(emails=0, letters=1, failed=0)
    assert queries.chosen(who).mail == "letter"


@pytest.mark.parametrize(
    ("topic", "channel", "reason"),
    [
        ("mail", "pigeon", "channel"),
        ("mail", "sms", "channel"),
        ("payments", "letter", "channel"),
        ("mail", "email", "no_email"),
        ("arrivals", "email", "no_email"),
        ("payments", "sms", "no_mobile"),
        ("payments", "voice", "no_phone"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(
    day: None, topic: str, channel: str, reason: str
) -> None:
    who = person()
    with pytest.raises(Refusal) as refused:
        choose(who, **{"mail": "letter", topic: channel})
    assert refused.value.reason == reason
    assert queries.chosen(who).payments == "here"


def test_a_mail_server_that_says_no_is_tried_again_then_waits_for_a_person(
    day: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    tell(person("zoe@exemple.fr"), new_id())
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        for turn in range(sending.TRIES):
            assert queries.waiting().emails == 1
            assert operations.send_waiting() == 0
            assert operations.send_waiting() == 0  # not at once
            clock.travel(clock.now_ms() + 5**turn * 60_000)
    assert queries.waiting() == queries.Waiting(emails=0, letters=0, failed=1)
    operations.retry(notice_id=queries.notices()[0].id, by=BY)
    assert operations.send_waiting() == 1


def test_somebody_who_was_erased_gets_nothing(day: None) -> None:
    tell(10**6, new_id())
    assert Notice.objects.count() == 0


def test_the_card_says_how_to_reach_the_caisse(day: None) -> None:
    assert not queries.reach().known
    operations.write_card(phone="04 67 00 00 00", email="", address="", hours="", privacy="", by=BY)
    assert queries.reach().known and queries.reach().phone == "04 67 00 00 00"
