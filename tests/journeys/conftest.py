"""Walks in a real browser, on the demo's year, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, expect

from caisse.demo import operations as demo
from tests.journeys.walking import PATIENT, Visit

expect.set_options(timeout=60_000)  # as everything else waits: a slow machine fails no walk
ASKED_AGAIN, SUSPENDED = 422, 403
CUT = tuple(  # a connection that the test itself has cut
    f"Failed to load resource: net::{name}" for name in ("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
)

HURRIED = """{
  const wait = window.setTimeout; // what is sent again after 2 and 4 seconds goes after a tenth
  window.pauses = [];
  window.setTimeout = (act, ms, ...more) => {
    const long = [2000, 4000].includes(ms) && !String(act).includes("abort");
    if (long) window.pauses.push(ms);
    return wait(act, long ? ms / 10 : ms, ...more);
  };
}"""


@pytest.fixture
def address(played: str) -> Iterator[str]:
    """Where the played caisse is served, until the test ends."""
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://localhost:{server.port}"
    server.terminate()


@pytest.fixture
def guests(played: str, settings: Any) -> dict[str, str]:
    """The logins that the demo's door offers, the first of each kind: "adh", "lieu", "fin"…

    Their cookies travel over http here, as in every demo.
    """
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    found: dict[str, str] = {}
    for guest in demo.cast():
        found.setdefault(guest.login.split("-")[0], guest.login)
    return found


@pytest.fixture
def visit(address: str, browser: Browser) -> Iterator[Visit]:
    """`visit("/", width=360, scheme="dark")` opens a page of its own and fails on any complaint.

    Other keywords are those of a Playwright context. A request to another host, a message on the
    console (the security policy speaks there) or an answer from 400 on fails the test; only a form
    that is asked again (422) is an answer like others, and what the API `refuses` in this walk.
    What no answer has reached is sent again sooner than people wait for.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def go(
        path: str = "/",
        *,
        width: int = 1280,
        scheme: Any = "light",
        refuses: tuple[int, ...] = (),
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            locale="fr-FR",
            timezone_id=settings.TIME_ZONE,
            viewport={"width": width, "height": 780},
            color_scheme=scheme,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        context.add_init_script(HURRIED)
        context.add_init_script(PATIENT)
        page = context.new_page()
        page.on("console", lambda said: _said(said.text, complaints, refuses))
        page.on("request", lambda asked: _elsewhere(asked.url, address, complaints))
        page.on("response", lambda got: _refused(got.status, got.url, complaints, refuses))
        page.goto(address + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def _elsewhere(url: str, address: str, complaints: list[str]) -> None:
    if not url.startswith((address, "data:")):
        complaints.append(f"asked elsewhere: {url}")


def _said(text: str, complaints: list[str], refuses: tuple[int, ...]) -> None:
    told = any(f"status of {status} " in text for status in (ASKED_AGAIN, SUSPENDED, *refuses))
    # said of a font on a slow machine too; whether each one is used, `FONTS` looks
    late = ".woff2 was preloaded using link preload but not used within" in text
    if not told and not late and text not in CUT:  # no address: `_refused` judges the status
        complaints.append(text)


def _refused(status: int, url: str, complaints: list[str], refuses: tuple[int, ...]) -> None:
    # what a suspended till is answered, and what this walk is there to see refused
    of_a_till = status in (SUSPENDED, *refuses) and "/api/v1/" in url
    if status >= 400 and status != ASKED_AGAIN and not of_a_till:
        complaints.append(f"{status} {url}")
