"""The public page over HTTP: what it says, what it costs, what it never does."""

import gzip
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.accounting import queries as accounting
from caisse.bylaws import operations as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.merchants import operations as merchants
from caisse.merchants.rules import Hours
from caisse.site.pages import answering, glance
from caisse.site.tests import world

BY = Actor("founder", frozenset({"administrator"}))
HERE = Path(answering.__file__).parent.parent
STATIC = HERE / "static" / "site"
MOST_QUERIES = {  # of a first visit; a second one asks for the state of the books only
    "/": 11,
    "/affiche": 11,
    "/comprendre": 24,
    "/participer": 24,
    "/participer/grille": 10,
    "/lieux": 12,
    "/reglement": 9,
    "/reglement/allocation.base_cents": 8,
    "/decisions": 12,
    "/decisions/1": 11,
    "/chiffres": 11,
    "/argent": 24,
}
AGAIN = 8
ADDRESSES = tuple(MOST_QUERIES)
FILES = ("/chiffres.csv", "/chiffres.json")


@pytest.fixture
def first_of_february(db: None) -> Iterator[None]:
    """The day on which the demo stands."""
    with clock.travelled(clock.instant(date(2024, 2, 1), 9)):
        yield


@pytest.fixture
def founded(first_of_february: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caisse founded from the preset; its figures are those of the reference year."""
    with clock.travelled(clock.instant(date(2023, 1, 10), 10)):
        bylaws.found(
            name="Montpellier 2023",
            preset="montpellier_2023",
            first_month=world.FIRST,
            by=BY,
            demo=True,
        )
    monkeypatch.setattr(accounting, "figures", lambda at: world.figures())


def describe_two_places() -> list[int]:
    """A shop and a producer, chosen by the committee; the shop says where and when."""
    made = []
    for name, kind in (("Épicerie du Figuier", "grocery"), ("Ferme du Salaison", "farm_producer")):
        place = merchants.register_place(
            merchant="SARL Valmagne", name=name, kind=kind, commune="Lattes", by=BY
        )
        merchants.approve_place(place_id=place, decision=1, by=BY)
        made.append(place)
    merchants.describe_place(
        place_id=made[0],
        sells="vrac, œufs",
        access="de plain-pied",
        address="3 rue des Pommiers",
        latitude_e5=4356750,
        longitude_e5=390470,
        by=BY,
    )
    hours = [Hours(3, 540, 780), Hours(3, 960, 1140), Hours(5, 540, 780, "marché du Figuier")]
    merchants.set_hours(place_id=made[0], hours=hours, by=BY)
    return made


class Page(HTMLParser):
    """What a test asks of a page: ids, links, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, name: str) -> list[str]:
        """Every value of the attribute `name`."""
        return [attrs[name] for _tag, attrs in self.tags if name in attrs]

    @property
    def text(self) -> str:
        """The words, with ordinary spaces."""
        joined = " ".join(" ".join(self.words).split())
        return joined.replace("\u202f", " ").replace("\u00a0", " ")


def read(client: Client, address: str = "/") -> Page:
    """The page at `address`, which must answer 200."""
    response = client.get(address)
    assert response.status_code == 200, response.content[:500]
    return Page(response.content.decode())


def test_without_a_founding_it_says_which_command_founds(
    client: Client, first_of_february: None
) -> None:
    response = client.get("/")
    assert response.status_code == 503
    page = Page(response.content.decode())
    assert "Cette caisse n’est pas encore fondée" in page.text
    assert "script/caisse found" in page.text
    assert response["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("founded")
def test_the_page_shows_the_year(client: Client) -> None:
    page = read(client)
    assert "De février 2023 à janvier 2024, 350 foyers" in page.text
    assert "nous sommes le jeudi 1er février 2024, 9 h 00." in page.text
    for total in ("350 000", "342 740", "192 500", "190 000", "160 000", "309 210", "616 000"):
        assert total in page.text
    assert [attrs["lang"] for tag, attrs in page.tags if tag == "html"] == ["fr"]


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_one_title_per_page_in_three_parts(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    titles = re.findall(r"<title>([^<]*)</title>", html)
    assert re.fullmatch(r"[^-]+ - Montpellier 2023 - Caisse", titles[0])


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_style_script_or_handler_inside_the_page(client: Client, address: str) -> None:
    page = read(client, address)
    assert {"style", "script"}.isdisjoint(tag for tag, _attrs in page.tags)
    names = {name for _tag, attrs in page.tags for name in attrs}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_leads_somewhere(client: Client, address: str) -> None:
    page = read(client, address)
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    for href in {attrs["href"] for tag, attrs in page.tags if tag == "a"}:
        target, _hash, place = href.partition("#")
        target = address + target if target.startswith("?") else target
        assert not target or client.get(target).status_code == 200, href
        reached = read(client, target).all("id") if target and place else ids
        assert not place or place in reached, href
    labelled = " ".join(page.all("aria-labelledby")).split()
    assert set(labelled) <= set(ids)


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_comes_from_elsewhere(client: Client, address: str) -> None:
    page = read(client, address)
    outside = [url for url in page.all("src") + page.all("href") if "//" in url]
    assert outside == []


@pytest.mark.usefixtures("founded")
def test_each_icon_used_is_in_the_sprite(client: Client) -> None:
    describe_two_places()
    hrefs = [url for address in ADDRESSES for url in read(client, address).all("href")]
    used = {url.rpartition("#")[2] for url in hrefs if "icons.svg" in url}
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    assert used <= drawn


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_french_typography(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    words = re.sub(r"<(code|pre|title)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", words)
    assert re.findall(r"\w'\w|\w&#x27;\w", words) == []
    assert re.findall(r"[^\s\d\u00a0][:](?=\s)", words) == []
    assert re.findall(r"\S (?:[:;?!€%»])", re.sub(r"\n", "", words)) == []


@pytest.mark.usefixtures("founded")
def test_headers_of_the_public_page(client: Client) -> None:
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert policy == (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none';"
        " form-action 'self'"
    )
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "public, max-age=30"
    assert not response.cookies
    client.cookies[settings.SESSION_COOKIE_NAME] = "whoever came in reads what she just changed"
    assert client.get("/")["Cache-Control"] == "private, no-cache"


@pytest.mark.usefixtures("founded")
def test_a_second_visit_costs_nothing(client: Client) -> None:
    first = client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert len(asked) <= 3


@pytest.mark.usefixtures("founded")
def test_what_changes_the_page_changes_its_tag(client: Client) -> None:
    tags = [client.get("/")["ETag"], client.get("/affiche")["ETag"]]
    with clock.travelled(clock.instant(date(2024, 2, 1), 9, 1)):
        tags.append(client.get("/")["ETag"])
    bylaws.decide(title="Merci", text="", body="committee", effects=[], by=BY)
    tags.append(client.get("/")["ETag"])
    assert len(set(tags)) == 4


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_reading_never_writes_and_asks_little(client: Client, address: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    verbs = {query["sql"].split()[0].upper() for query in asked.captured_queries}
    assert verbs == {"SELECT"}
    assert len(asked) <= MOST_QUERIES[address]
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= AGAIN


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", [*{*ADDRESSES, *FILES} - {"/participer/grille"}])
def test_only_reading_is_answered(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("address", ADDRESSES)
def test_it_weighs_little(client: Client, address: str) -> None:
    """Page, styles, icons and mark, compressed, under 120 kB; both fonts under 60 kB."""
    response = client.get(address, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    parts = [*STATIC.glob("*.css"), *STATIC.glob("*.svg")]
    whole = len(response.content) + sum(len(gzip.compress(path.read_bytes())) for path in parts)
    assert whole < 120_000
    assert sum(path.stat().st_size for path in STATIC.glob("fonts/*.woff2")) < 60_000


def test_fonts_have_their_licences() -> None:
    for font in STATIC.glob("fonts/*.woff2"):
        licence = font.with_name(f"{font.stem}.OFL.txt").read_text()
        assert "SIL OPEN FONT LICENSE" in licence.upper()


@pytest.mark.usefixtures("founded")
def test_the_sheets_carry_date_address_number_and_code(client: Client) -> None:
    page = read(client, "/affiche")
    for number in (1, 2):
        assert f"Au 31 janvier 2024 · testserver · feuille {number} sur 2" in page.text
    codes = [attrs for tag, attrs in page.tags if attrs.get("class") == "code"]
    assert len(codes) == 2
    assert page.text.count("Code à lire avec un téléphone : http://testserver/") == 2


@pytest.mark.usefixtures("founded")
def test_the_code_is_that_of_the_address() -> None:
    one, other = (
        glance._code(f"{host}/", "Code") for host in ("http://localhost", "https://caisse.example")
    )
    assert one != other
    assert "<script" not in glance._code("http://localhost/<script>", "<script>")


def test_the_page_tells_the_last_month_that_is_over(
    founded: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[date] = []

    def figures(at: date) -> Any:
        asked.append(at)
        return world.figures(1)

    monkeypatch.setattr(accounting, "figures", figures)
    for day in (date(2023, 2, 20), date(2023, 3, 1), date(2024, 2, 29)):
        with clock.travelled(clock.instant(day, 8)):
            client.get("/")
    assert asked == [date(2023, 2, 20), date(2023, 2, 28), date(2024, 1, 31)]


def test_before_the_first_month_the_table_is_set(
    founded: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounting, "figures", lambda at: world.figures(0))
    with clock.travelled(clock.instant(date(2023, 1, 20), 8)):
        for address in ("/", "/affiche", "/chiffres", "/argent"):
            page = read(client, address)
            assert "Le premier mois de la caisse est février 2023." in page.text
            assert "feuille 1 sur 2" not in page.text


def test_a_real_caisse_has_no_banner(
    first_of_february: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bylaws.found(name="Cadenet", preset="cadenet_2024", first_month=world.FIRST, by=BY, demo=False)
    monkeypatch.setattr(accounting, "figures", lambda at: world.figures())
    assert "Démonstration" not in read(client).text


@pytest.mark.usefixtures("first_of_february")
def test_an_unknown_address_and_a_breakdown_look_like_the_house(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = client.get("/nulle-part")
    assert missing.status_code == 404
    assert "Cette page n’existe pas" in Page(missing.content.decode()).text

    def broken() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(answering.bylaws, "founding", broken)
    client.raise_request_exception = False
    failed = client.get("/")
    assert failed.status_code == 500
    page = Page(failed.content.decode())
    assert "L’argent de la caisse n’est pas touché" in page.text
    assert "disk" not in page.text
    for response in (missing, failed):
        assert response["Content-Security-Policy"].startswith("default-src 'self'")
        assert response["Cache-Control"] == "no-store"
