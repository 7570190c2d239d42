"""Who is told of what moved: from the journal to an e-mail, an SMS, a call, a device; once."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.kernel import clock, events, work
from caisse.kernel.ids import derived_id, new_id, show_id
from caisse.kernel.tests.entering import enter
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.messages import carriers, operations, push, queries
from caisse.messages.models import Notice, Preference, Reader
from caisse.messages.operations import following, sending
from caisse.messages.reactions import free, leave, purge
from caisse.messages.rules import gsm, septets
from caisse.messages.tests.devices import Phone, maker
from caisse.payments import operations as payments_of
from caisse.payments import queries as payments
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.models import Person
from caisse.site.tests.members import BY, MARCH, Home, home, move, run

__all__ = ["home"]  # a fixture
MINUTE_MS = 60_000


@pytest.fixture
def told(home: Home, settings: Any, tmp_path: Path) -> Home:
    """The household of the tests; the worker has begun to follow, and nobody chose anything."""
    settings.HOME = settings.KEYS = tmp_path
    sending._REST.clear()
    leave()
    return home


def awa(home: Home) -> int:
    return registry.persons_of(home.joined.membership_id)[0]


def lina(home: Home) -> int:
    return registry.persons_of(home.joined.membership_id)[1]


def choose(person_id: int, payments: str, language: str = "fr", arrivals: str = "here") -> None:
    mailed = "email" if queries.reachable(person_id).email else "letter"
    operations.choose(
        person_id=person_id, payments=payments, arrivals=arrivals, mail=mailed, by=BY,
        language=language,
    )  # fmt: skip


def outbox(home: Path) -> list[dict[str, Any]]:
    files = sorted((home / "outbox").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def later(ms: int) -> None:
    clock.travel(clock.now_ms() + ms)


def test_who_chose_nothing_gets_nothing_and_no_row_is_written(told: Home) -> None:
    move(told, 23_50)
    assert leave() == 1  # the transfer was followed
    assert Notice.objects.count() == 0 and mail.outbox == []


@pytest.mark.parametrize("listeners", [following.MOST_LISTENERS, 0])
def test_a_journal_of_purchases_is_read_for_those_who_listen(
    told: Home, listeners: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One listens among many, or too many listen: who is told is the same."""
    monkeypatch.setattr(following, "MOST_LISTENERS", listeners)
    choose(lina(told), "here")
    move(told, 1_00)
    assert leave() == 1 and not Notice.objects.exists()
    choose(awa(told), "email")
    moved = [move(told, 2_00), move(told, 3_00)]
    assert leave() == 4  # two followed, two sent
    assert list(Notice.objects.order_by("pk").values_list("cause", flat=True)) == moved


def test_a_purchase_by_email_says_all_that_one_must_know(told: Home) -> None:
    choose(awa(told), "email")
    operations.write_card(phone="04 67 00 00 00", email="", address="", hours="", privacy="", by=BY)
    id = move(told, 23_50)
    leave()
    leave()
    (sent,) = mail.outbox
    assert sent.to == ["awa@example.org"]
    assert sent.subject == "Un achat vient d’être fait", (
        "no amount: others may read a list of mails"
    )
    body = sent.body.replace("\u00a0", " ").replace("\u202f", " ")
    for said in (
        "Bonjour Awa,", "Un achat vient d’être fait avec votre porte-monnaie.",
        "Montant : 23,50 MonA", "Lieu : Épicerie du Figuier", "Jour : vendredi 10 février 2023",
        "Heure : 9 h 00", "Il vous reste : 76,50 MonA", "Trois mots : " + " · ".join(
            payments.words_of(id)
        ), "Ce n’est pas vous ? Appelez l’accueil dans les 30 jours : 04 67 00 00 00.",
    ):  # fmt: skip
        assert said in body, body
    assert "Diarra" not in body


def test_each_holder_is_told_as_she_chose_herself(told: Home) -> None:
    Person.objects.filter(pk=lina(told)).update(email="lina@example.org")
    choose(lina(told), "email")
    move(told, 5_00)
    leave()
    assert [one.to for one in mail.outbox] == [["lina@example.org"]]


def test_in_english_for_who_chose_in_english(told: Home) -> None:
    choose(awa(told), "sms", language="en")
    move(told, 23_50)
    leave()
    (line,) = outbox(sending.settings.HOME)
    assert "23.50 MonA" in line["text"], line
    assert queries.chosen(awa(told)).language == "en"


def test_a_refund_a_correction_and_the_month_are_told_in_their_own_words(told: Home) -> None:
    choose(awa(told), "email", arrivals="email")
    paid = move(told, 23_50)
    move(told, 3_50, "refund", paid)
    with transaction.atomic():
        cause = events.record("test.undone", subject=told.wallet, by=BY)
        other = move(told, 1_00)
        back = Transfer(
            derived_id(cause, "x"), f"place:{told.place}", told.wallet, 1_00, "payment", cause,
            phase="reverse", of=other,
        )  # fmt: skip
    with transaction.atomic():
        ledger.post([back])
    leave()
    run(MARCH)
    leave()
    subjects = [one.subject for one in mail.outbox]
    assert subjects == [
        "Un achat vient d’être fait", "Un lieu vous a remboursé", "Un achat vient d’être fait",
        "Une écriture est corrigée", "Votre versement est arrivé",
    ]  # fmt: skip
    bodies = [one.body.replace("\u00a0", " ") for one in mail.outbox]
    assert "Montant : 3,50 MonA" in bodies[1] and "Il vous reste : 80,00 MonA" in bodies[1]
    assert "Il vous reste : 80,00 MonA" in bodies[3]
    assert "Mois : mars 2023" in bodies[4] and "Il vous reste : 180,00 MonA" in bodies[4]
    assert "Ce n’est pas vous" not in bodies[4]


def test_an_sms_is_one_and_a_call_says_figures_as_people_do(told: Home, tmp_path: Path) -> None:
    operations.write_card(phone="04 67 00 00 00", email="", address="", hours="", privacy="", by=BY)
    choose(awa(told), "sms")
    id = move(told, 23_50)
    leave()
    choose(awa(told), "voice")
    other = move(told, 1_00)
    leave()
    sms, call = outbox(tmp_path)
    assert (sms["kind"], call["kind"]) == ("sms", "voice")
    assert sms["address"] == call["address"] == "+33612345678"
    assert sms["text"].startswith("Caisse : achat de 23,50 MonA, reste 76,50 MonA. Épicerie du Fig")
    assert "Pas vous ? 04 67 00 00 00." in sms["text"] and septets(sms["text"]) <= 160
    three = gsm(" ".join(payments.words_of(id)))  # « bâton » has a sign that no SMS has
    assert f"Mots : {three}." in sms["text"]
    said = call["text"].replace("\u00a0", " ")
    assert "Achat : un MonA, à Épicerie du Figuier." in said
    assert "Le vendredi 10 février 2023, à 9 heures." in said
    assert "Il vous reste soixante-quinze MonA et cinquante centimes." in said
    assert ", ".join(payments.words_of(other)) in said
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700


@dataclass
class Provider:
    """A carrier of the tests: answers as told, keeps what it was asked."""

    answers: list[carriers.Sent | carriers.Failed | BaseException]
    asked: list[str]

    def send(
        self, *, id: str, kind: carriers.Kind, address: str, text: str
    ) -> carriers.Sent | carriers.Failed:
        """The next answer."""
        self.asked.append(id)
        answer = self.answers.pop(0) if self.answers else carriers.Sent()
        if isinstance(answer, BaseException):
            raise answer
        return answer


PROVIDER = Provider([], [])


def made() -> Provider:
    """What CAISSE_CARRIER names in these tests."""
    return PROVIDER


@pytest.fixture
def provider(told: Home, settings: Any) -> Provider:
    """Awa hears by SMS, which this carries."""
    settings.CARRIER = f"{__name__}.made"
    PROVIDER.answers, PROVIDER.asked = [], []
    choose(awa(told), "sms")
    return PROVIDER


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


def test_a_provider_that_says_no_is_asked_again_under_the_same_id(
    told: Home, provider: Provider
) -> None:
    provider.answers = [carriers.Failed("busy"), carriers.Failed("busy")]
    move(told, 1_00)
    leave()
    assert states() == ["waiting"]
    leave()
    assert len(provider.asked) == 1, "not at once"
    for minutes in (1, 5):
        later(minutes * MINUTE_MS)
        leave()
    assert states() == ["sent"]
    assert len(provider.asked) == 3 and len(set(provider.asked)) == 1


def test_what_can_never_leave_is_not_asked_again(told: Home, provider: Provider) -> None:
    provider.answers = [carriers.Failed("number", again=False)]
    move(told, 1_00)
    leave()
    later(60 * MINUTE_MS)
    leave()
    assert states() == ["failed"] and len(provider.asked) == 1
    assert queries.waiting().failed == 0, "the office's courrier does not tell who buys"
    assert queries.notices() == []
    assert queries.roads().failed == 1


def test_a_road_that_is_closed_costs_one_question_a_minute(told: Home, provider: Provider) -> None:
    provider.answers = [carriers.Failed("down", closed=True)] * 2
    for _each in range(5):
        move(told, 1_00)
    leave()
    leave()
    assert len(provider.asked) == 1
    later(MINUTE_MS + 1)
    leave()
    assert len(provider.asked) == 2
    later(30 * MINUTE_MS)
    leave()
    assert states() == ["sent"] * 5


def test_a_fault_of_the_provider_stops_nobody_else(told: Home, provider: Provider) -> None:
    provider.answers = [ValueError("a number in its words")]
    Person.objects.filter(pk=lina(told)).update(email="lina@example.org")
    choose(lina(told), "email")
    move(told, 1_00)
    leave()
    assert len(mail.outbox) == 1 and "waiting" in states()


class Killed(BaseException):
    """The machine stopped here."""


def test_killed_while_it_left_an_sms_goes_again_under_its_id(
    told: Home, provider: Provider
) -> None:
    provider.answers = [Killed()]
    move(told, 1_00)
    with pytest.raises(Killed):
        leave()
    leave()
    assert states() == ["leaving"], "nobody takes it while it may be on its way"
    later(16 * MINUTE_MS)
    free(clock.local(clock.now_ms()))
    leave()
    assert states() == ["sent"]
    assert len(provider.asked) == 2 and len(set(provider.asked)) == 1


def test_killed_while_it_left_an_email_is_never_sent_twice(
    told: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(awa(told), "email")
    move(told, 1_00)
    sends = mail.EmailMessage.send

    def sent_and_killed(self: mail.EmailMessage, fail_silently: bool = False) -> int:
        sends(self, fail_silently)
        raise Killed

    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr("django.core.mail.EmailMessage.send", sent_and_killed)
        leave()
    for _turn in range(3):
        later(16 * MINUTE_MS)
        free(clock.local(clock.now_ms()))
        leave()
    assert len(mail.outbox) == 1 and states() == ["failed"]


@contextmanager
def killed_at(verb: str, table: str) -> Iterator[None]:
    """The next such statement is not reached by this worker."""

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(verb) and table in sql:
            raise Killed
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield


@pytest.mark.parametrize("at", [("INSERT", "caisse_messages_notice"), ("UPDATE", "kernel_done")])
def test_killed_between_the_notices_and_the_mark_they_are_told_once(
    told: Home, at: tuple[str, str]
) -> None:
    choose(awa(told), "email")
    move(told, 1_00)
    move(told, 2_00)
    with killed_at(*at), pytest.raises(Killed):
        leave()
    assert Notice.objects.count() == 0
    leave()
    leave()
    assert len(mail.outbox) == 2


def test_two_workers_at_one_mark_tell_once(told: Home) -> None:
    choose(awa(told), "email")
    move(told, 1_00)
    before = work.marked(following.MARK)
    assert following.follow() == 1
    work.mark(following.MARK, before)  # as one that read the mark before the other moved it
    assert following.follow() == 1
    leave()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_take_turns_and_tell_once(told: Home) -> None:
    choose(awa(told), "email")
    for _each in range(40):
        move(told, 1)

    def work_once(_worker: int) -> int:
        try:
            return following.follow()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        followed = list(workers.map(work_once, range(4)))
    assert sum(followed) == 40
    assert Notice.objects.count() == 40


def test_the_first_time_it_only_begins(home: Home) -> None:
    choose(awa(home), "email")
    move(home, 1_00)
    leave()
    leave()
    assert Notice.objects.count() == 0
    move(home, 2_00)
    leave()
    assert len(mail.outbox) == 1


def test_what_waited_for_more_than_a_day_is_not_sent_any_more(
    told: Home, provider: Provider
) -> None:
    provider.answers = [carriers.Failed("down", closed=True)]
    move(told, 1_00)
    leave()
    later(clock.DAY_MS + 2 * MINUTE_MS)
    leave()
    assert states() == ["dropped"] and len(provider.asked) == 1
    move(told, 1_00)
    later(2 * clock.DAY_MS)
    assert leave() == 1
    assert len(states()) == 1, "a worker that stood still for days tells no old news"


def test_a_household_that_left_is_told_nothing(told: Home) -> None:
    choose(awa(told), "email", arrivals="email")
    number = told.joined.membership_id
    paid = move(told, 1_00)
    people.leave(membership_id=number, on=clock.today(), by=BY)
    people.close(membership_id=number, by=BY)
    leave()
    assert mail.outbox == [] and payments.receipt(paid) is not None


def test_what_people_chose_goes_with_their_names(told: Home) -> None:
    choose(awa(told), "email")
    choose(lina(told), "here")
    number = told.joined.membership_id
    people.leave(membership_id=number, on=clock.today(), by=BY)
    people.close(membership_id=number, by=BY)
    people.erase(membership_id=number, by=BY)
    purge(clock.local(clock.now_ms()))
    assert not Notice.objects.exists()
    assert not Preference.objects.exists() and not Reader.objects.exists()


@pytest.mark.parametrize(("channel", "queries"), [("email", 30), ("here", 11)])
def test_of_ten_thousand_payments_a_step_holds_a_thousand(
    told: Home, channel: str, queries: int
) -> None:
    """However many they are, a step asks as often; where nobody listens, of nobody."""
    choose(awa(told), channel)
    for _chunk in range(20):
        with transaction.atomic():
            cause = events.record("test.moved", subject=told.wallet, by=BY)
            place = f"place:{told.place}"
            ledger.post([Transfer(new_id(), told.wallet, place, 1, "payment", cause)
                         for _ in range(500)])  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        assert following.follow() == 10_000
    assert Notice.objects.count() == (10_000 if channel == "email" else 0)
    assert len(asked) <= 10 * queries, len(asked)
    assert work.marked(following.MARK) == books.tip()[0]
    with CaptureQueriesContext(connection) as asked:
        assert following.follow() == 0
    assert len(asked) <= 2


def test_no_more_sms_than_the_caisse_pays_for(
    told: Home, provider: Provider, settings: Any
) -> None:
    settings.CARRIED_MOST = 2
    for _each in range(4):
        move(told, 1_00)
    leave()
    assert states() == ["sent", "sent", "dropped", "dropped"]
    assert (queries.roads().carried, queries.roads().most) == (2, 2)
    settings.CARRIED_MOST = 1_000
    for _each in range(sending.MOST_A_DAY):
        move(told, 1_00)
    leave()
    assert states().count("sent") == sending.MOST_A_DAY, "and to one person, so many a day"


def test_notices_of_payments_are_forgotten_when_they_are_over(told: Home) -> None:
    choose(awa(told), "email")
    move(told, 1_00)
    leave()
    purge(clock.local(clock.now_ms()))
    assert Notice.objects.count() == 1
    later(3 * clock.DAY_MS)
    purge(clock.local(clock.now_ms()))
    assert Notice.objects.count() == 0
    assert leave() == 0 and len(mail.outbox) == 1


@pytest.mark.parametrize("amounts", [False, True])
def test_a_device_is_told_and_shows_no_amount_unless_its_owner_wants(
    told: Home, settings: Any, amounts: bool
) -> None:
    push.make_key()
    phone = Phone()
    with maker() as known:
        settings.PUSH_HOSTS = [known.origin]
        operations.subscribe(
            person_id=awa(told), endpoint=f"{known.origin}/a", amounts=amounts, by=BY, **phone.said
        )
        id = move(told, 23_50)
        leave()
        ((_path, _headers, body),) = known.got
        said = phone.read(body)
        assert said["id"] == id.hex()
        assert said["title"] == "Un achat vient d’être fait"
        text = said["text"].replace("\u00a0", " ")
        assert text == ("23,50 MonA, Épicerie du Figuier." if amounts else "")
        known.status = 410
        move(told, 1_00)
        leave()
        assert queries.devices(awa(told)) == [], "gone: forgotten"
        assert states() == ["sent", "failed"]


def test_one_device_that_took_it_is_enough(told: Home, settings: Any) -> None:
    push.make_key()
    with maker() as good, maker() as bad:
        settings.PUSH_HOSTS = [good.origin, bad.origin]
        bad.status = 503
        for each in (bad, good):
            operations.subscribe(
                person_id=awa(told), endpoint=f"{each.origin}/a", amounts=False, by=BY,
                **Phone().said,
            )  # fmt: skip
        move(told, 1_00)
        leave()
        later(5 * MINUTE_MS)
        leave()
        assert (len(good.got), len(bad.got)) == (1, 1)
        assert states() == ["sent"]


def test_a_host_where_nobody_answers_keeps_no_other_one_waiting(told: Home, settings: Any) -> None:
    push.make_key()
    with maker() as good, socket() as gone:
        gone.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else gets the port
        nowhere = f"http://127.0.0.1:{gone.getsockname()[1]}"
        settings.PUSH_HOSTS = [good.origin, nowhere]
        for person, origin in ((lina(told), nowhere), (awa(told), good.origin)):
            operations.subscribe(
                person_id=person, endpoint=f"{origin}/a", amounts=False, by=BY, **Phone().said
            )
        move(told, 1_00)
        move(told, 1_00)
        leave()
        assert len(good.got) == 2
        assert sorted(states()) == ["sent", "sent", "waiting", "waiting"]


def test_what_is_left_is_what_may_be_spent_also_while_some_is_held(told: Home) -> None:
    choose(awa(told), "email")
    holder = registry.holders_of(told.joined.membership_id)[0]
    payments_of.hold_paper_sale(
        holder_id=holder.id, place_id=told.place, cents=30_00, by=BY, id=new_id()
    )  # fmt: skip
    leave()
    assert mail.outbox == [], "she was on the telephone: the purchase is told when it is typed"
    move(told, 20_00)
    leave()
    (sent,) = mail.outbox
    assert "Il vous reste : 50,00" in sent.body.replace("\u00a0", " ")


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_the_desk_lets_somebody_hear_her_balance_and_does_not_see_it(
    told: Home, client: Client, tmp_path: Path, channel: str
) -> None:
    move(told, 23_50)
    enter(client, "accueil", "desk")
    number = told.joined.membership_id
    holder = registry.holders_of(number)[0].id
    address = f"/gestion/personnes/{number}/titulaires/{holder}/solde"
    said = {"operation": show_id(new_id()), "channel": channel}
    for _twice in range(2):
        assert client.post(address, said).status_code == 302
    assert "76,50" not in client.get(f"/gestion/personnes/{number}").content.decode()
    leave()
    (line,) = outbox(tmp_path)
    text = line["text"].replace("\u00a0", " ")
    assert line["address"] == "+33612345678"
    if channel == "sms":
        assert text.startswith("Caisse : il vous reste 76,50 MonA. Épicerie du Figuier -23,50.")
        assert septets(text) <= 160
    else:
        assert "Il vous reste soixante-seize MonA et cinquante centimes." in text
        assert "Vendredi 10 : achat, Épicerie du Figuier, vingt-trois MonA" in text


def test_who_has_no_number_cannot_be_called(told: Home, client: Client) -> None:
    enter(client, "accueil", "desk")
    number = told.joined.membership_id
    holder = registry.holders_of(number)[1].id
    address = f"/gestion/personnes/{number}/titulaires/{holder}/solde"
    assert "La fiche n’a pas de numéro" in client.get(address).content.decode()
    answer = client.post(address, {"operation": show_id(new_id()), "channel": "voice"})
    assert answer.status_code == 422 and Notice.objects.count() == 0
    other = f"/gestion/personnes/{number + 1}/titulaires/{holder}/solde"
    assert client.get(other).status_code == 404


def test_the_courrier_counts_what_leaves_and_names_nobody(
    told: Home, client: Client, provider: Provider
) -> None:
    move(told, 1_00)
    leave()
    enter(client, "accueil", "desk")
    page = client.get("/gestion/courrier").content.decode()
    assert "SMS et appels ce mois : 1 sur 1000." in page
    assert "<table" not in page, "no line of the list is a purchase"
