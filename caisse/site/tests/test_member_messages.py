"""The pages « Messages » and « Comment me prévenir »: what they say, whose it is, what it costs."""

from typing import Any

import pytest
from django.test import Client

from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id
from caisse.messages import operations, push, queries
from caisse.messages.models import Notice, Remark, Subscription
from caisse.messages.operations import remarks
from caisse.messages.reactions import leave
from caisse.messages.tests.devices import Phone
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.models import Person
from caisse.people.operations import NewHousehold
from caisse.site.pages.member import messages as pages
from caisse.site.tests.members import BY, Home, come_in, home, move, queries_of
from caisse.site.tests.test_pages import read

__all__ = ["home"]  # a fixture


def text_of(client: Client, address: str = "/moi/messages") -> str:
    return read(client, address).text


def person(home: Home, holder: int = 0) -> int:
    return registry.persons_of(home.joined.membership_id)[holder]


def refuse(home: Home, kind: str = "refused", reason: str = "funds_short") -> None:
    remarks._WAITING.clear()
    operations.jot(
        wallet_id=home.joined.wallet_id, kind=kind, reason=reason, place_id=home.place,
        cents=120_00 if kind == "refused" else None,
    )  # fmt: skip
    operations.write_jotted()


def written(home: Home, kind: str = "pledge", holder: int = 0) -> int:
    cause = new_id()
    operations.notify(
        person_id=person(home, holder), membership=home.joined.membership_id, kind=kind, cause=cause
    )
    return Notice.objects.order_by("-pk").values_list("pk", flat=True)[0]


def chosen(client: Client, **said: str) -> dict[str, str]:
    form = client.get("/moi/prevenir").context["form"]
    operation = form.get_initial_for_field(form.fields["operation"], "operation")
    asked = {"payments": "here", "arrivals": "here", "mail": "email", **said}
    return {"operation": operation, **asked}


def test_what_moved_what_did_not_pass_and_what_was_written_the_newest_first(
    client: Client, home: Home
) -> None:
    written(home)
    clock.travel(clock.now_ms() + 60_000)
    move(home, 23_50)
    clock.travel(clock.now_ms() + 60_000)
    refuse(home)
    said = text_of(come_in(client, home))
    refused = said.index("Un achat de 120,00 MonA n’est pas passé à Épicerie du Figuier")
    bought, wrote = said.index("−23,50"), said.index("La caisse vous a écrit")
    credited = said.index("Votre allocation")
    assert refused < bought < wrote < credited
    assert "Rien n’a été prélevé. Ce montant dépasse ce qui vous reste." in said
    assert said.count("nouveau") >= 4


def test_what_did_not_pass_says_all_and_a_question_about_it_names_it(
    client: Client, home: Home
) -> None:
    refuse(home)
    come_in(client, home)
    (row,) = [row for row in client.get("/moi/messages").context["rows"] if row.ask]
    page = client.get("/moi/messages").content.decode()
    line = next(part for part in page.split("<li>") if "120,00" in part)
    assert "row-button" not in line and line.count("<a ") == 1 and "Une question" in line
    begun = client.get(row.ask).context["form"].initial
    assert begun["kind"] == "amount"
    assert (
        begun["text"]
        .replace("\xa0", " ")
        .startswith("Un achat de 120,00 MonA n’est pas passé à Épicerie du Figuier, ")
    )
    Remark.objects.update(wallet_id=other_wallet())
    assert "text" not in client.get(row.ask).context["form"].initial, "another wallet's"
    assert "text" not in client.get("/moi/demander?refus=xyz").context["form"].initial


def other_wallet() -> int:
    joined = people.join(household=NewHousehold(), joined_on=clock.today(), by=BY)
    return joined.wallet_id


def test_wrong_codes_say_where_and_that_nothing_was_taken(client: Client, home: Home) -> None:
    Remark.objects.create(
        id=new_id(), wallet_id=home.joined.wallet_id, kind="wrong_code", slot=1,
        reason="code_wrong", place_id=home.place, at=clock.now_ms(),
    )  # fmt: skip
    refuse(home, "paused", "code_paused")
    said = text_of(come_in(client, home))
    assert "Quelqu’un a tapé votre identifiant à Épicerie du Figuier" in said
    assert "Le code n’était pas le bon, rien n’a été prélevé." in said
    assert "Votre code n’a pas été accepté à Épicerie du Figuier" in said
    assert "Votre argent est en sûreté." in said


def test_what_is_read_is_no_news_on_both_pages(client: Client, home: Home) -> None:
    move(home, 23_50)
    refuse(home)
    come_in(client, home)
    assert "3 nouveaux messages" in text_of(client, "/moi")
    until = client.get("/moi/messages").context["now"]
    clock.travel(clock.now_ms() + 1_000)
    move(home, 1_00)
    assert client.post("/moi/messages/lu", {"until": str(until)}).status_code == 302
    assert "1 nouveau message" in text_of(client, "/moi"), "what came since the page is new still"
    client.post("/moi/messages/lu", {"until": str(clock.now_ms())})
    assert "nouveau" not in text_of(client, "/moi")
    assert "J’ai tout lu" not in text_of(client)
    assert "nouveau" in text_of(come_in(Client(), home, 1), "/moi"), "each reads for herself"


@pytest.mark.parametrize("until", ["", "hier", "-1", "99999999999999999999"])
def test_an_instant_that_nobody_reached_marks_nothing_beyond_now(
    client: Client, home: Home, until: str
) -> None:
    come_in(client, home)
    client.post("/moi/messages/lu", {"until": until})
    assert queries.read_until(person(home)) <= clock.now_ms()


def test_another_holder_s_letter_and_another_household_s_are_not_there(
    client: Client, home: Home
) -> None:
    number = written(home, holder=1)
    come_in(client, home)
    assert client.get(f"/moi/messages/{number}").status_code == 404
    assert "La caisse vous a écrit" not in text_of(client)
    mine = written(home, "leaving")
    assert "Votre départ est noté" in text_of(client, f"/moi/messages/{mine}")


def test_a_page_ends_and_the_next_one_begins_where_it_ended(
    client: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cents in range(1, 8):
        clock.travel(clock.now_ms() + (cents % 2) * 1_000)  # some stand at one instant
        move(home, cents * 1_00)
    monkeypatch.setattr(pages, "SHOWN", 3)
    come_in(client, home)
    address, seen = "/moi/messages", []
    while address:
        context = client.get(address).context
        seen += [row.signed for row in context["rows"]]
        address = f"/moi/messages?avant={context['next']}" if context["next"] else ""
    assert sorted(seen) == sorted([*(f"−{n},00" for n in range(1, 8)), "+100,00"])


def test_choices_are_noted_and_shown_again(client: Client, home: Home) -> None:
    come_in(client, home)
    said = text_of(client, "/moi/prevenir")
    assert "Aussi par SMS, au … 78" in said and "Aussi par un appel, au … 78" in said
    answer = client.post("/moi/prevenir", chosen(client, payments="sms", arrivals="voice"))
    assert answer.status_code == 302
    known = queries.chosen(person(home))
    assert (known.payments, known.arrivals, known.mail) == ("sms", "voice", "email")
    page = client.get("/moi/prevenir").content.decode()
    assert page.count("checked") == 3


def test_who_has_no_address_is_offered_none(client: Client, home: Home) -> None:
    come_in(client, home, 1)
    said = text_of(client, "/moi/prevenir")
    assert "par e-mail" not in said.lower().replace("ni votre e-mail", "")
    assert "Nous n’avons ni votre e-mail ni votre téléphone." in said
    answer = client.post("/moi/prevenir", chosen(client, payments="email", mail="letter"))
    assert answer.status_code == 422
    assert queries.chosen(person(home, 1)).payments == "here"


def test_what_has_one_answer_is_said_and_not_asked(client: Client, home: Home) -> None:
    come_in(client, home, 1)
    page = client.get("/moi/prevenir").content.decode()
    assert "<fieldset" not in page and 'type="radio"' not in page and "Noter mes choix" not in page
    said = text_of(client, "/moi/prevenir")
    assert "Pour l’instant, tout se lit dans vos messages" in said
    assert "courrier de la caisse vient par lettre" in said
    Person.objects.filter(pk=person(home, 1)).update(phone="04 67 11 22 33")
    page = client.get("/moi/prevenir").content.decode()
    assert page.count('type="radio"') == 4, "two questions with two answers"
    assert "courrier de la caisse vient par lettre" in text_of(client, "/moi/prevenir")
    form = {"operation": chosen(client)["operation"], "payments": "voice", "arrivals": "here"}
    assert client.post("/moi/prevenir", form).status_code == 302
    known = queries.chosen(person(home, 1))
    assert (known.payments, known.arrivals, known.mail) == ("voice", "here", "letter")


def test_a_fixed_telephone_is_called_and_gets_no_sms(client: Client, home: Home) -> None:
    Person.objects.filter(pk=person(home)).update(phone="04 67 11 22 33")
    come_in(client, home)
    said = text_of(client, "/moi/prevenir")
    assert "Aussi par SMS" not in said and "Aussi par un appel" in said
    assert "Votre téléphone ne reçoit pas de SMS" in said


def test_a_device_is_added_by_what_its_browser_says_and_taken_away(
    client: Client, home: Home, settings: Any, tmp_path: Any
) -> None:
    settings.KEYS = tmp_path
    come_in(client, home)
    assert "data-push=" not in client.get("/moi/prevenir").content.decode(), "no key, no button"
    push.make_key()
    assert f'data-push="{push.public_key()}"' in client.get("/moi/prevenir").content.decode()
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    said = {"operation": show_id(new_id()), "endpoint": endpoint, **Phone().said, "amounts": "on"}
    for _twice in range(2):
        assert client.post("/moi/prevenir/appareil", said).status_code == 302
    (device,) = queries.devices(person(home))
    assert device.amounts
    assert "montre le montant et le lieu" in text_of(client, "/moi/prevenir")
    other = come_in(Client(), home, 1)
    other.post(f"/moi/prevenir/appareil/{device.id}/retirer")
    assert len(queries.devices(person(home))) == 1, "not hers to take away"
    client.post(f"/moi/prevenir/appareil/{device.id}/retirer")
    assert queries.devices(person(home)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "http://localhost:8000/gestion"},
        {"public_key": "AAAA"},
        {"secret": "AAAA"},
        {"public_key": "A" * 87},
        {"endpoint": "https://fcm.googleapis.com/" + "a" * 700},
    ],
)
def test_what_no_browser_says_is_refused(client: Client, home: Home, wrong: dict[str, str]) -> None:
    come_in(client, home)
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    said = {"operation": show_id(new_id()), "endpoint": endpoint, **Phone().said, **wrong}
    answer = client.post("/moi/prevenir/appareil", said)
    assert answer.status_code == 422 and Subscription.objects.count() == 0
    assert "Cet appareil n’est pas prévenu" in answer.content.decode()


def test_a_device_has_one_owner_and_a_person_so_many_devices(home: Home) -> None:
    phone = Phone()

    def add(holder: int, name: str) -> None:
        operations.subscribe(
            person_id=person(home, holder), endpoint=f"https://fcm.googleapis.com/{name}",
            amounts=False, by=BY, **phone.said,
        )  # fmt: skip

    add(0, "shared")
    add(1, "shared")
    assert (len(queries.devices(person(home))), len(queries.devices(person(home, 1)))) == (0, 1)
    for number in range(12):
        add(0, f"n{number}")
    assert len(queries.devices(person(home))) == 8


def test_the_office_does_not_read_when_a_household_buys(client: Client, home: Home) -> None:
    operations.choose(
        person_id=person(home), payments="email", arrivals="email", mail="email", by=BY
    )
    leave()
    move(home, 23_50)
    leave()
    assert Notice.objects.filter(topic="payments").count() == 1
    assert queries.notices() == []


def test_questions_do_not_follow_the_number_of_messages(client: Client, home: Home) -> None:
    come_in(client, home)
    for _each in range(2):
        move(home, 1_00)
    refuse(home)
    written(home)
    few = [queries_of(client, "/moi/messages") for _twice in "ab"][1]  # the session once
    for _each in range(20):
        move(home, 1_00)
        clock.travel(clock.now_ms() + 60_000)
        refuse(home)
        written(home)
    assert queries_of(client, "/moi/messages") == few <= 24
    assert queries_of(client, "/moi/prevenir") <= 20
    assert queries_of(client, "/moi") <= 39
