"""The door in a real browser: a key of the device, a slow answer, nothing for axe to say."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.walking import DESK, PHONE, Visit, sideways, small_targets

OUTSIDE = (
    *("/entrer", "/entrer/code", "/compte/login/", "/compte/login/code/", "/compte/signup/"),
    *("/compte/password/reset/", "/compte/password/reset/done/", "/compte/inactive/"),
)
INSIDE = (
    *("/gestion/composants", "/entrer/moi", "/entrer/second-facteur", "/compte/2fa/"),
    *("/compte/2fa/totp/activate/", "/compte/2fa/webauthn/", "/compte/2fa/webauthn/add/"),
    *("/compte/password/set/", "/compte/sessions/", "/compte/logout/"),
)


@pytest.fixture(autouse=True)
def _on_localhost(settings: Any) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(visit: Visit, width: int, scheme: str) -> None:
    page = visit("/entrer", width=width, scheme=scheme)
    _look_at(page, OUTSIDE)
    _come_in_as(page, "coordination")
    _look_at(page, INSIDE)


def test_a_key_of_the_device_opens_the_door(address: str, page: Page) -> None:
    page.goto(f"{address}/entrer")
    _give_a_device(page)
    _come_in_as(page, "comite")
    page.goto(_at(page, "/compte/2fa/webauthn/add/"))
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    with page.expect_navigation():
        page.get_by_role("button", name="Fabriquer la clé").click()
    page.goto(_at(page, "/compte/2fa/webauthn/"))
    assert "Mon téléphone" in page.locator("main").inner_text()
    page.goto(_at(page, "/compte/logout/"))
    page.get_by_role("button", name="Sortir").click()
    page.wait_for_url(_at(page, "/"))
    page.goto(_at(page, "/compte/login/"))
    page.get_by_role("button", name="Utiliser ma clé").click()
    page.wait_for_url(lambda url: "/compte/login" not in url)
    page.goto(_at(page, "/entrer/moi"))
    assert page.locator("h1").inner_text() == "Mon accès"


def test_a_key_that_does_not_answer_is_said(address: str, page: Page) -> None:
    page.goto(f"{address}/compte/login/")
    _give_a_device(page)
    page.get_by_role("button", name="Utiliser ma clé").click()
    page.locator("[data-key-failed]").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-key-failed]')")


def test_a_slow_answer_is_said_and_sent_once(visit: Visit) -> None:
    page = visit("/entrer/code")
    page.evaluate(  # the form goes nowhere, so that one can look at it while it waits
        "window.sent = 0; addEventListener('submit', event => {"
        " if (!event.defaultPrevented) window.sent += 1; event.preventDefault() })"
    )
    page.get_by_label("Votre code").fill("ABCD")
    button = page.locator("form.narrow .act")
    button.click()
    button.click(force=True)  # it may be busy by now
    expect(button).to_have_text("Envoi en cours…")
    assert button.get_attribute("aria-disabled") == "true"
    assert page.evaluate("window.sent") == 1


def test_the_summary_of_errors_takes_the_focus(address: str, page: Page) -> None:
    page.goto(f"{address}/entrer/code")
    page.get_by_label("Votre code").fill("ABCD-EFGH")
    page.get_by_role("button", name="Entrer").click()
    expect(page.locator("[data-focus]")).to_be_focused()
    page.locator("[data-focus] a").click()
    assert page.evaluate("document.activeElement.name") == "code"
    assert page.get_by_label("Votre code").input_value() == "ABCD-EFGH"


def test_nothing_hides_under_the_bar_of_a_phone(visit: Visit) -> None:
    page = visit("/entrer", width=PHONE)
    _come_in_as(page, "coordination")
    page.emulate_media(reduced_motion="reduce")
    page.goto(_at(page, "/gestion/composants"))
    tabs = page.locator("nav.tabs")
    assert tabs.is_visible()
    assert not page.locator(".desk-menu").is_visible()
    bar = tabs.bounding_box()
    for place in ("#id_reason", ".foot a >> nth=-1", ".keypad button >> nth=-1"):
        page.locator(place).focus()
        box = page.locator(place).bounding_box()
        assert bar is not None and box is not None
        assert box["y"] + box["height"] <= bar["y"], place
    page.set_viewport_size({"width": DESK, "height": 780})
    assert page.locator(".desk-menu").is_visible()
    assert not tabs.is_visible()


def _look_at(page: Page, paths: tuple[str, ...]) -> None:
    for path in paths:
        page.goto(_at(page, path))
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert sideways(page) == 0, path
        assert small_targets(page) == [], path


def _come_in_as(page: Page, login: str) -> None:
    page.goto(_at(page, "/entrer"))
    page.locator(f'button[value="{login}"]').click()
    page.wait_for_load_state()


def _give_a_device(page: Page) -> None:
    """A device with a fingerprint reader, made by Chromium."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _at(page: Page, path: str) -> str:
    return "/".join(page.url.split("/")[:3]) + path
