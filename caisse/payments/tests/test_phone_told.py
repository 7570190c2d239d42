"""A telephone that pays is told of what moved: asked on it, until it is lost, and no longer."""

from collections.abc import Iterator
from typing import Any

import pytest

from caisse.messages import operations as messages
from caisse.messages import push, queries
from caisse.messages.models import Subscription
from caisse.messages.operations import sending
from caisse.messages.push import text_of
from caisse.messages.reactions import leave
from caisse.messages.tests.devices import Maker, maker
from caisse.messages.tests.devices import Phone as Browser
from caisse.payments import operations
from caisse.payments.tests.device import Answer, Handset
from caisse.payments.tests.test_api import DESK
from caisse.payments.tests.test_phones import Paying, reason, world
from caisse.people import queries as people

__all__ = ["world"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def known(world: Paying, settings: Any) -> Iterator[Maker]:
    """The maker of the telephone's browser; the worker has begun to follow."""
    sending._REST.clear()
    push.make_key()
    leave()
    with maker() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found


def person(world: Paying) -> int:
    found = people.person_of_holder(world.holder)
    assert found is not None
    return found


def tell(world: Paying, known: Maker, browser: Browser, phone: Handset | None = None) -> Answer:
    said = {"endpoint": f"{known.origin}/a", **browser.said}
    return (phone or world.phone).send("POST", "phones/notices", said)


def test_a_purchase_arrives_on_the_telephone_that_asked(world: Paying, known: Maker) -> None:
    browser = Browser()
    assert tell(world, known, browser).status == 201
    assert world.show(world.phone.qr()).status == 201
    assert known.got == [], "not before the till has its answer"
    leave()
    ((_path, _headers, body),) = known.got
    said = browser.read(body)
    assert (said["title"], said["text"]) == ("Un achat vient d’être fait", "")
    leave()
    assert len(known.got) == 1


def test_asked_again_it_is_one_device_and_her_language_stays(world: Paying, known: Maker) -> None:
    messages.choose(
        person_id=person(world), payments="here", arrivals="here", mail="letter", by=DESK,
        language="en",
    )  # fmt: skip
    for _twice in "ab":
        assert tell(world, known, Browser()).status == 201
    (device,) = queries.devices(person(world))
    assert not device.amounts and queries.chosen(person(world)).language == "en"


def test_a_lost_telephone_is_told_no_more(world: Paying, known: Maker) -> None:
    tell(world, known, Browser())
    operations.block_phone(phone_id=world.number, by=DESK)
    assert queries.devices(person(world)) == []
    assert tell(world, known, Browser()).status == 403


def test_a_telephone_in_other_hands_is_told_what_they_ask_for(world: Paying, known: Maker) -> None:
    tell(world, known, Browser())
    other = world.linked(world.number)
    assert queries.devices(person(world)) == [], "these keys are another telephone"
    assert tell(world, known, Browser()).status == 401, "the one of before is not known any more"
    assert tell(world, known, Browser(), other).status == 201
    assert Subscription.objects.get().phone_id == world.number


def test_another_telephone_s_and_a_browser_s_of_hers_stay(world: Paying, known: Maker) -> None:
    messages.subscribe(
        person_id=person(world), endpoint=f"{known.origin}/b", amounts=True, by=DESK,
        **Browser().said,
    )  # fmt: skip
    tell(world, known, Browser())
    operations.block_phone(phone_id=world.number, by=DESK)
    assert [device.amounts for device in queries.devices(person(world))] == [True]


@pytest.mark.parametrize(
    "endpoint",
    ["https://evil.example/x", "http://127.0.0.1:1/x", "https://10.0.0.1/x", "file:///etc/passwd"],
)
def test_a_telephone_makes_the_caisse_ask_nobody_else(
    world: Paying, known: Maker, endpoint: str
) -> None:
    said = {"endpoint": endpoint, **Browser().said}
    answer = world.phone.send("POST", "phones/notices", said)
    assert answer.status >= 400 and reason(answer) == "subscription"
    assert queries.devices(person(world)) == []


def test_what_is_no_request_is_said(world: Paying, known: Maker) -> None:
    answer = world.phone.send("POST", "phones/notices", {"endpoint": 7})
    assert answer.status == 400 and queries.devices(person(world)) == []


# the browser takes messages elsewhere


def moved(world: Paying, known: Maker, **said: str) -> Answer:
    """What a service worker tells, without any key of the telephone's."""
    stranger = Handset(phone=0, generation=1, key=bytes(32))
    told = {
        "before": f"{known.origin}/a", "before_secret": Browser().said["secret"],
        "endpoint": f"{known.origin}/new", **Browser().said,
    }  # fmt: skip
    return stranger.send("POST", "phones/notices/moved", told | said)


def test_a_browser_that_changes_its_subscription_is_told_at_the_new_one(
    world: Paying, known: Maker
) -> None:
    tell(world, known, Browser())
    browser = Browser()
    assert moved(world, known, **browser.said).status == 201
    assert moved(world, known, **browser.said).status == 201, "told again, it is the same"
    row = Subscription.objects.get()
    assert (row.endpoint, row.phone_id, row.amounts) == (f"{known.origin}/new", world.number, False)
    world.show(world.phone.qr())
    leave()
    ((path, _headers, body),) = known.got
    assert path == "/new" and browser.read(body)["title"] == "Un achat vient d’être fait"


def test_nobody_else_moves_where_she_is_told(world: Paying, known: Maker) -> None:
    tell(world, known, Browser())
    wrong = {"before_secret": text_of(b"another secret !")}
    for said in (wrong, {"before": f"{known.origin}/z"}, {"before_secret": "?"}):
        assert reason(moved(world, known, **said)) == "unknown_device"
    assert reason(moved(world, known, endpoint="https://evil.example/x")) == "subscription"
    assert Subscription.objects.get().endpoint == f"{known.origin}/a"


def test_a_telephone_that_was_blocked_is_not_told_by_another_door(
    world: Paying, known: Maker
) -> None:
    tell(world, known, Browser())
    operations.block_phone(phone_id=world.number, by=DESK)
    assert reason(moved(world, known)) == "unknown_device"
    assert Subscription.objects.count() == 0


def test_what_was_chosen_stays(world: Paying, known: Maker) -> None:
    messages.choose(
        person_id=person(world), payments="here", arrivals="here", mail="letter", by=DESK,
        language="en",
    )  # fmt: skip
    messages.subscribe(
        person_id=person(world), endpoint=f"{known.origin}/a", amounts=True, by=DESK,
        language="en", **Browser().said,
    )  # fmt: skip
    assert moved(world, known).status == 201
    (device,) = queries.devices(person(world))
    assert device.amounts and queries.chosen(person(world)).language == "en"
