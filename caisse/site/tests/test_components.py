"""The page of components: who reads it, what is on it, and that no icon is missing."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from caisse.kernel.tests.entering import enter

SITE = Path(__file__).parent.parent
PIECES = (
    *("act", "decide", "quiet-button", "not-yet", "badges", "menu-card", "strip", "rows", "pages"),
    *("scroll", "timeline", "notice", "steps", "question", "receipt", "empty card", "decision"),
    *("keypad", "figure", "search", "sheet", "columns", "reason", "stamp", "field wrong"),
)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["desk", "coordinator", "treasurer", "administrator"])
def test_the_office_reads_it(client: Client, role: str) -> None:
    enter(client, "ana", role)
    page = client.get("/gestion/composants")
    words = page.content.decode()
    assert page.status_code == 200
    assert words.count("<h1") == 1
    assert [piece for piece in PIECES if f'class="{piece}' not in words] == []


def test_others_do_not(client: Client) -> None:
    assert client.get("/gestion/composants")["Location"].startswith("/entrer?")
    enter(client, "zoe", "member")
    assert client.get("/gestion/composants").status_code == 403


def test_every_icon_named_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', _text(SITE / "static/site/icons.svg")))
    named: set[str] = set()
    for path in SITE.parent.rglob("templates/**/*.html"):
        named |= set(re.findall(r'\{% icon "([a-z0-9-]+)" %\}', _text(path)))
    assert sorted(named - drawn) == []


def test_icons_carry_their_licence() -> None:
    assert "Tabler" in _text(SITE / "static/site/icons.svg")[:300]
    assert _text(SITE / "static/site/icons.LICENSE.txt").startswith("MIT License")


def test_a_form_in_the_house_keeps_its_frame(client: Client) -> None:
    enter(client, "ana", "desk")
    words = client.get("/gestion/composants").content.decode()
    assert 'name="htmx-config"' in words
    assert "django_htmx/htmx-2.min.js" in words
    assert "data-print" in words
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", words)


def test_the_first_load_of_the_door_is_light(client: Client) -> None:
    words = client.get("/entrer").content.decode()
    names = set(re.findall(r'(?:href|src)="/static/([^"#]+)', words))
    paths = [_found(name) for name in names if not name.endswith(".woff2")]
    assert len(paths) > 5
    size = sum(len(gzip.compress(path.read_bytes())) for path in paths)
    assert size + len(gzip.compress(words.encode())) < 120_000


def _found(name: str) -> Path:
    return Path(str(finders.find(name)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
