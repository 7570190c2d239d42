"""The amount of a pledge in a real browser: keys, slider, bars and button follow the field."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from caisse.contributions import operations, queries
from caisse.contributions.tests.conftest import FEBRUARY, OFFICE, join, travel
from caisse.contributions.tests.ground import found, member
from caisse.kernel.month import Month

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number(live_server: LiveServer, page: Page, january: None, settings: Any) -> int:
    """A member who stands before the page of her amount; twelve others give 10 €, twelve 80 €."""
    # over http a browser takes no cookie that is bound to https
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    found("montpellier_2023")
    for n in range(24):
        operations.pledge(membership_id=join(), cents=10_00 if n % 2 else 80_00, by=OFFICE)
    number, client = member(50_00)
    travel(FEBRUARY.day(3))
    operations.call(month=FEBRUARY, by=OFFICE)
    cookie = client.cookies["session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/moi/cotiser/montant")
    return number


def test_minus_plus_slider_and_field_say_the_same(page: Page, number: int) -> None:
    field, act = page.locator("[name=amount]"), page.locator("[data-say]")
    expect(act).to_have_text("Donner 50\u202f€ par mois")
    page.get_by_role("button", name="Donner plus").click()
    expect(field).to_have_value("60")
    expect(act).to_have_text("Donner 60\u202f€ par mois")
    page.get_by_role("button", name="Donner moins").click()
    page.get_by_role("button", name="Donner moins").click()
    expect(field).to_have_value("40")
    page.get_by_role("slider").press("End")
    expect(field).to_have_value("150")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "150\u202f€")
    field.fill("1234,5")
    expect(act).to_have_text("Donner 1\u202f234,50\u202f€ par mois")
    field.fill("7")
    page.get_by_role("button", name="Donner moins").press("Enter")
    expect(field).to_have_value("5")
    act.click()
    page.wait_for_url("**/note")
    assert queries.pledge_of(number, month=Month(2023, 3)) == 5_00


def test_the_bar_of_the_amount_is_filled(page: Page, number: int) -> None:
    filled = page.locator(".pledge-bars .mine")
    expect(filled).to_have_count(1)
    page.locator("[name=amount]").fill("90")
    expect(filled).to_have_attribute("data-below", "")
    page.locator("[name=amount]").fill("2")
    expect(filled).to_have_attribute("data-low", "100")


def test_without_a_script_the_field_alone_does_the_same(page: Page, number: int) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    bare = plain.new_page()
    bare.goto(page.url)
    assert not bare.locator("[data-slider], [data-more]").first.is_visible()
    bare.locator("[name=amount]").fill("35")
    bare.get_by_role("button", name="Donner ce montant").click()
    bare.wait_for_url("**/note")
    plain.close()
    assert queries.pledge_of(number, month=Month(2023, 3)) == 35_00
