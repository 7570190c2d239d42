"""The last movements on a member's telephone: each opens its receipt, also without network.

Jobs of domain.md 3.3: M08, M09.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from caisse.kernel.ids import new_id
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments import queries as payments
from caisse.people import queries as people
from tests.journeys.test_limits import decided
from tests.journeys.test_phone import looked_at, says, telephone
from tests.journeys.test_till import Guests
from tests.journeys.walking import DESK, PHONE, Visit, seen

PICTURES = os.environ.get("CAISSE_PICTURES", "")


def pictured(page: Page, name: str) -> None:
    """A picture for whoever looks at what was built; nothing unless a folder is named."""
    for width in (PHONE, DESK) if PICTURES else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": PHONE, "height": 800})


def test_twenty_movements_open_their_receipts_without_network(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    lines = phone.locator("[data-movement]")
    expect(lines).not_to_have_count(0)
    me = people.me(guests["adh"])
    assert me is not None and me.wallet_id is not None
    known = payments.last_lines(me.wallet_id, limit=20)
    assert lines.count() == len(known) > 10, "all that the telephone keeps"
    pictured(phone, "movements")
    bought = next(n for n, one in enumerate(known) if one.reason == "payment" and one.of is None)
    pages = phone.locator("[data-online]")
    expect(pages.first).to_be_visible()
    phone.context.set_offline(True)
    expect(phone.locator("[data-online]:visible")).to_have_count(0)
    phone.keyboard.press("Tab")
    lines.nth(bought).focus()
    phone.keyboard.press("Enter")
    said = says(phone, "Achat")
    pictured(phone, "receipt")
    for word in payments.words_of(known[bought].id):
        assert word in said
    assert "Quand" in said and " h " in said and "Reçu" in said and "Mois" in said
    assert f"−{-known[bought].cents // 100}" in said
    left = known[bought].left_cents
    assert f"Il vous restait {left // 100},{left % 100:02d} MonA" in said, "right after it"
    phone.get_by_role("button", name="Revenir").click()
    assert "Derniers mouvements" in says(phone, "il vous reste")
    expect(lines.nth(bought)).to_be_focused()
    phone.context.set_offline(False)
    expect(pages.first).to_be_visible()


def test_a_month_that_came_says_which_one_and_has_no_words(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    came = phone.locator("[data-movement]", has_text="Votre allocation").first
    came.press("Enter")  # its list is drawn anew beside
    said = says(phone, "Votre allocation")
    assert "Mois" in said and "+" in said
    assert "trois mots" not in said and "Lieu" not in said
    phone.go_back()
    says(phone, "il vous reste")
    expect(came).to_be_focused()


def test_who_stands_on_a_line_stays_there_while_the_list_is_read_anew(
    visit: Visit, guests: Guests
) -> None:
    phone = telephone(visit, guests)
    line = phone.locator("[data-movement]").nth(2)
    line.focus()
    with phone.expect_response("**/api/v1/phones/self"):
        phone.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_timeout(300)
    expect(line).to_be_focused()


@pytest.mark.parametrize("allowed", [False, True])
def test_the_wallet_s_other_pages_are_one_touch_away(
    visit: Visit, guests: Guests, allowed: bool
) -> None:
    if allowed:
        decided(gift_month_max_cents=20_00)
    phone = telephone(visit, guests)
    blocking = phone.get_by_role("link", name="Bloquer ma carte")
    expect(blocking).to_be_hidden()  # there is none
    me = people.me(guests["adh"])
    assert me is not None and me.holder_id is not None
    operations.make_card(holder_id=me.holder_id, by=OFFICE, id=new_id())
    phone.reload()
    expect(blocking).to_be_visible()
    links = phone.locator(".also a").all_inner_texts()
    assert links == ["Bloquer ma carte", *(["Donner"] if allowed else []), "Où dépenser"]
    looked_at(phone)
    phone.get_by_role("link", name="Bloquer ma carte").click()
    assert "carte" in seen(phone).lower()
    phone.go_back()
    phone.get_by_role("link", name="Où dépenser").click()
    phone.wait_for_url("**/lieux")
