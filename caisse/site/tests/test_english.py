"""The pages of visitors, members and places in English: every text, amount, date, plural."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from caisse.bylaws import rules
from caisse.kernel import wording
from caisse.kernel.actor import Actor
from caisse.kernel.ids import show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.merchants import models as places
from caisse.merchants import operations as merchants
from caisse.people import models as people
from caisse.site.telling import values
from caisse.site.tests.members import Home, come_in, home, move
from caisse.site.tests.spoken import HOUSE, texts_of
from tests.access import walking
from tests.access.table import ANYONE, EVERYBODY, LINES, MEMBERS

__all__ = ["home"]

CATALOGUE = HOUSE / "locale/en/LC_MESSAGES/django.po"
TEMPLATES = HOUSE / "site/templates"
BY = Actor("coordination", frozenset({"coordinator"}))
OUTSIDE = ("account", "mfa", "usersessions", "allauth")  # in place of allauth's own templates
REFUSALS = ["403.html", "404.html", "429.html", "500.html", "site/form_too_old.html"]
AROUND = (
    "caisse.kernel.forms",
    "caisse.kernel.wording",
    "caisse.merchants.operations.agreements",  # effects of decisions say themselves
    "caisse.site.adapter",
    "caisse.site.menus",
    "caisse.site.middleware",
    "caisse.site.pages.door_forms",
    "caisse.site.pages.refusals",
    "caisse.site.surroundings",
    "caisse.site.templatetags.page",
)
"""Modules that Django and the frame of the pages name, where no page's function leads to them."""

CODED: tuple[Any, ...] = (
    people.RoleName,
    people.State,
    people.InquiryKind,
    people.LookReason,
    people.ContactKind,
    places.Kind,
    places.Right,
)
"""Choices whose labels these pages look up."""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+>")
FRENCH = {"Français"}  # the button that leads back


def names_of(*roles: str) -> set[str]:
    return {name for who, names in LINES if who in roles for name in names.split()}


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def ids(message: Message) -> tuple[str, ...]:
    said = message.id
    return tuple(said) if isinstance(said, list | tuple) else (str(said),)


def translations(message: Message) -> tuple[str, ...]:
    said = message.string
    return tuple(said) if isinstance(said, list | tuple) else (str(said),)


def untranslated(texts: dict[str, str]) -> list[str]:
    known = {one for message in read() if all(translations(message)) for one in ids(message)}
    return [f"{place}: {text}" for text, place in texts.items() if text and text not in known]


@pytest.fixture
def english(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The catalogue as it is written now, compiled in a folder of this test."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, read())
    settings.LOCALE_PATHS = [tmp_path]
    with override("en"):
        yield


def test_every_text_of_these_pages_is_translated() -> None:
    found = texts_of(
        names_of(EVERYBODY, ANYONE, MEMBERS, "merchant"),
        AROUND,
        [
            *(str(path.relative_to(TEMPLATES)) for part in OUTSIDE
              for path in sorted((TEMPLATES / part).rglob("*.*"))),
            *REFUSALS,
        ],
    )  # fmt: skip
    assert len(found.texts) > 1400 and len(found.templates) > 120, "the reading finds too little"
    assert untranslated(found.texts) == [], "run script/translate, then write the English"


def test_the_words_of_the_code_that_these_pages_look_up_are_translated() -> None:
    texts = {
        str(label): f"{one.__module__}.{one.__qualname__}" for one in CODED for label in one.labels
    }
    for article in rules.REGISTER.values():
        for one in (article, *article.parts):
            words = (one.label, *one.choices.values(), one.absent if one.optional else "")
            texts |= dict.fromkeys(words, f"article {article.name}")
    assert untranslated(texts) == []


def test_placeholders_and_tags_are_those_of_the_french() -> None:
    wrong = []
    for message in filter(lambda one: one.id, read()):
        assert not message.fuzzy, message.id
        for before, after in zip(ids(message), translations(message), strict=True):
            if after and set(PLACEHOLDER.findall(before)) != set(PLACEHOLDER.findall(after)):
                wrong.append((before, after))
            if after and before[-1:].isspace() != after[-1:].isspace():
                wrong.append((before, after))
    assert wrong == []


def test_the_catalogue_says_no_place_and_no_time_so_that_its_changes_stay_small() -> None:
    text = CATALOGUE.read_text("utf-8")
    assert "POT-Creation-Date" not in text and "\n#: " not in text and "\n#~" not in text


@pytest.mark.usefixtures("english")
def test_amounts_and_dates() -> None:
    assert wording.amount(123_450, "€", decimals=True) == "€1,234.50"
    assert wording.amount(7_650, "MonA") == "76.50\u00a0MonA"
    assert (wording.bare(-123_450), wording.bare(500, decimals=False)) == ("−1,234.50", "5")
    assert wording.month_name(Month(2023, 2)) == "February\u00a02023"
    assert wording.period(Month(2023, 2), Month(2024, 1)) == (
        "from February\u00a02023 to January\u00a02024"
    )
    assert wording.period(Month(2023, 2), Month(2023, 2)) == "in February\u00a02023"
    thursday = date(2024, 2, 1)
    assert wording.day(thursday, weekday=True) == "Thursday 1\u00a0February\u00a02024"
    assert wording.hour(datetime(2024, 2, 1, 17, 5, tzinfo=UTC)) == "17:05"
    assert (wording.time_of_day(9 * 60), wording.time_of_day(570)) == ("9:00", "9:30")
    assert (wording.weekdays()[0], wording.month_short(Month(2023, 8))) == ("Monday", "Aug")


@pytest.mark.usefixtures("english")
def test_plurals() -> None:
    said = [ngettext("%(count)s foyer", "%(count)s foyers", n) % {"count": n} for n in (0, 1, 2)]
    assert said == ["0 households", "1 household", "2 households"]
    assert _("achat") == "purchase"  # said alone and counted: one entry, both forms


@pytest.mark.usefixtures("english")
def test_values_of_articles() -> None:
    shown = {
        "allocation.base_cents": (10_000, "€100.00"),
        "allocation.credit_day": (5, "day 5 of the month"),
        "allocation.levy_bp": (333, "3.33%"),
        "allocation.child_cents": (None, "as an extra adult"),
        "balance.rollover": ("capped", "up to the ceiling"),
        "contribution.price_tiers_bp": ((6_500, 12_500), "65%; 125%"),
        "payment.refund_window_days": (1, "1 day"),
    }
    for name, (value, words) in shown.items():
        assert values.shown(rules.find(name), value, "€") == words
    assert values.label(rules.find("allocation.base_cents")) == "Basic amount"
    assert values.between(1, 28, "day", "€") == "from day 1 of the month to day 28 of the month"


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("role", "names", "least"),
    [
        ("visitor", names_of(EVERYBODY), 20),
        ("member", names_of(MEMBERS, ANYONE), 25),
        ("merchant", names_of("merchant"), 15),
    ],
)
def test_pages_in_english(
    role: str, names: set[str], least: int, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as(role, home)
    for argument, value in arguments(home).items():
        monkeypatch.setitem(walking.ARGUMENTS, argument, value)
    pages, left = 0, []
    mine = {"my_receipt": reverse("my_receipt", args=[show_id(move(home, 10_00))])}
    for address in walking.addresses():
        if address.name not in names or address.name in ("account_logout", "help"):
            continue
        path = mine.get(address.name, address.path)
        client.cookies["langue"] = "fr"
        client.get(path)  # what this process keeps of a page is of one language
        client.cookies["langue"] = "en"
        answer = client.get(path)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        pages += answer.status_code == 200
        assert not page or '<html lang="en"' in page, address.path
        left += [f"{address.path}: {text}" for text in said(page) & french()]
    assert left == []
    assert pages >= least


def arguments(home: Home) -> dict[str, Any]:
    """What the addresses of pages ask for, of the household and the place of these tests."""
    return {
        "place_id": home.place,
        "month": "2023-02",
        "number": 1,
        "on": "2023-02-10",
        "day": "2023-02-10",
        "login": "lieu-b",
    }


def client_as(role: str, home: Home) -> Client:
    client = Client()
    if role == "member":
        come_in(client, home)
    elif role == "merchant":
        enter(client, "lieu-a", "merchant")
        for login in ("lieu-a", "lieu-b"):
            enter(Client(), login, "merchant")
            merchants.give_right(place_id=home.place, login=login, right="manager", by=BY)
    return client


def said(page: str) -> set[str]:
    """The texts of a page, whole, between its tags and in what is spoken of its attributes."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', bare)
    return {unescape(text).strip() for text in (*re.split(r"<[^>]+>", bare), *spoken)} - FRENCH


def french() -> set[str]:
    """What the catalogue translates by something else."""
    return {
        before.strip()
        for message in read()
        if message.id
        for before, after in zip(ids(message), translations(message), strict=True)
        if after and after != before and "%" not in before
    }
