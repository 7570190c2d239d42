"""A member reads what she is told, and says how she wants to hear it: by hand, by keyboard.

Jobs of domain.md 3.3: M08, M09; the pages « Messages » and « Comment me prévenir ».
"""

import json
import shutil
from typing import Any

import pytest
from playwright.sync_api import Page

from caisse.kernel import keyfiles
from caisse.messages import operations, push, queries
from caisse.messages.operations import remarks
from caisse.people import queries as people
from caisse.people.models import Person
from tests.journeys.office_walking import Office
from tests.journeys.test_phone import telephone
from tests.journeys.walking import (
    DESK,
    PHONE,
    Visit,
    entering,
    looked_at,
    named,
    press,
    seen,
    tab_walk,
)

SHOWS = """async ([key, refuses]) => {
    const { ask } = await import('/static/site/push.js');
    const buffer = (length) => new Uint8Array(length).fill(7).buffer;
    const asked = [];
    const registration = { pushManager: {
        getSubscription: async () => null,
        subscribe: async (options) => {
            asked.push([options.userVisibleOnly, options.applicationServerKey.length]);
            if (refuses) throw new DOMException('no', 'NotAllowedError');
            return { endpoint: 'https://fcm.googleapis.com/x',
                     getKey: (name) => buffer(name === 'auth' ? 16 : 65) };
        } } };
    const form = document.querySelector('form[data-push]');
    form.submit = () => {};
    await ask(form, async () => registration);
    const said = [...new FormData(form)].filter(([name]) => name !== 'csrfmiddlewaretoken');
    const refused = document.querySelector('[data-push-refused]');
    return { asked, said: Object.fromEntries(said), refused: !refused.hidden,
             focus: document.activeElement === refused };
}"""
"""The script with a browser that says yes or no: a real one asks its maker, who is not here."""


@pytest.fixture
def member(visit: Visit, guests: dict[str, str], settings: Any, tmp_path: Any) -> Visit:
    """`member(width=360)` is a page on her wallet; a purchase of hers did not pass."""
    for file in keyfiles.path("till.keys").parent.glob("*.keys"):  # the year's devices need them
        shutil.copy(file, tmp_path)
    settings.KEYS = tmp_path
    push.make_key()
    me = people.me(guests["adh"])
    assert me is not None and me.wallet_id is not None and me.person_id is not None
    Person.objects.filter(pk=me.person_id).update(phone="06 12 34 56 78", email="a@example.org")
    remarks._WAITING.clear()
    operations.jot(
        wallet_id=me.wallet_id, kind="refused", reason="funds_short", place_id=1, cents=150_00
    )
    operations.write_jotted()
    return entering(visit, guests["adh"], "/moi")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_is_new_is_read_and_the_road_is_chosen(
    member: Visit, guests: dict[str, str], width: int
) -> None:
    page = member(width=width)
    assert "nouveau" in looked_at(page)
    words = press(page, "Messages")
    assert "Un achat de 150,00 MonA n’est pas passé à" in words
    assert "Rien n’a été prélevé. Ce montant dépasse ce qui vous reste." in words
    words = press(page, "J’ai tout lu")
    assert "J’ai tout lu" not in words and "nouveau" not in words
    press(page, "Comment me prévenir")
    page.locator("input[name=payments][value=sms]").check()
    page.locator("input[name=arrivals][value=email]").check()
    words = press(page, "Noter mes choix")
    assert "C’est noté. Cela vaut à partir de maintenant." in words
    assert page.locator("input[name=payments][value=sms]").is_checked()
    me = people.me(guests["adh"])
    assert me is not None and me.person_id is not None
    known = queries.chosen(me.person_id)
    assert (known.payments, known.arrivals) == ("sms", "email")
    page.goto(page.url.replace("/moi/prevenir", "/moi"))
    assert "nouveau message" not in seen(page)


def test_the_page_is_walked_by_keyboard(member: Visit) -> None:
    page = member("/moi")
    for path in ("/moi/messages", "/moi/prevenir"):
        page.goto(page.url.split("/moi")[0] + path)
        expected, walked = tab_walk(page)
        assert walked == expected, path


def test_a_browser_that_says_yes_fills_the_form_and_one_that_says_no_is_told(
    member: Visit,
) -> None:
    page = member("/moi/prevenir", width=PHONE)
    assert "Me prévenir sur cet appareil" in looked_at(page)
    assert named(page, "Me prévenir sur cet appareil").is_visible()
    key = push.public_key()
    told = page.evaluate(SHOWS, [key, False])
    assert told["asked"] == [[True, 65]]
    said = told["said"]
    assert said["endpoint"] == "https://fcm.googleapis.com/x"
    assert (len(push.bytes_of(said["public_key"], 65)), said["secret"]) == (65, "BwcH" * 5 + "Bw")
    assert not told["refused"]
    told = page.evaluate(SHOWS, [key, True])
    assert told["refused"] and told["focus"]


WATCHES = """async () => {
    const { watched } = await import('/static/payments/push.js');
    const { watch, scope } = document.querySelector('form[data-push]').dataset;
    return (await watched(watch, { scope })).scope;
}"""
ACTIVE = """async () =>
    (await navigator.serviceWorker.getRegistrations()).every((one) => one.active)
"""
SHOWN = """async () => {
    const [one] = await navigator.serviceWorker.getRegistrations();
    return (await one.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
}"""


def pushed(page: Page, said: dict[str, str]) -> list[list[str]]:
    """What a device shows after its service worker was given this message."""
    page.context.grant_permissions(["notifications"])
    for _turn in range(100):
        if page.evaluate(ACTIVE):  # what arrives before is lost
            break
        page.wait_for_timeout(50)
    known: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    for _turn in range(100):
        if known:
            break
        page.wait_for_timeout(50)
    arrives = {
        "origin": "/".join(page.url.split("/")[:3]),
        "registrationId": known[0],
        "data": json.dumps(said),
    }
    shown: list[list[str]] = []
    for turn in range(200):
        if turn % 40 == 0:  # a worker that is just being started loses it; the same is shown once
            session.send("ServiceWorker.deliverPushMessage", arrives)
        shown = page.evaluate(SHOWN)
        if shown:
            break
        page.wait_for_timeout(50)
    return shown


def test_what_arrives_is_shown_by_the_page_of_choices(member: Visit) -> None:
    page = member("/moi/prevenir", width=PHONE)
    assert page.evaluate(WATCHES).endswith("/moi/messages")
    said = {"id": "a1", "title": "Un achat vient d’être fait", "text": ""}
    assert pushed(page, said) == [["Un achat vient d’être fait", "", "a1"]]


@pytest.mark.usefixtures("member")
def test_a_telephone_that_pays_shows_what_arrives(visit: Visit, guests: dict[str, str]) -> None:
    page = telephone(visit, guests)
    page.get_by_text("Me prévenir sur ce téléphone").click()
    page.get_by_role("button", name="Me prévenir").wait_for()
    assert "Il ne montre aucun montant." in looked_at(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    said = {"id": "a1", "title": "Un achat n’est pas passé", "text": ""}
    assert pushed(page, said) == [["Un achat n’est pas passé", "", "a1"]]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_desk_sends_a_balance_that_it_does_not_see(
    member: Visit, visit: Visit, guests: dict[str, str], width: int
) -> None:
    me = people.me(guests["adh"])
    assert me is not None
    office = Office(visit("/entrer", width=width)).come_in_as(guests["accueil"])
    office.go(f"/gestion/personnes/{me.membership_id}").click(
        "Ouvrir le dossier", "Envoyer le solde"
    )
    words = looked_at(office.page)
    assert "au numéro de sa fiche. Vous ne le voyez pas." in words
    office.page.locator("input[name=channel][value=voice]").check()
    assert "Le solde part. Vous ne le voyez pas." in press(office.page, "Envoyer le solde")
    assert "1 à envoyer" in seen(office.go("/gestion/courrier").page)
