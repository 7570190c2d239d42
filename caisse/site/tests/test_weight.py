"""What a first load weighs on the wire: over HTTP, as a browser asks for it (stack.md row 15)."""

import gzip
import re
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from itertools import chain
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple

import pytest
from django.test.testcases import LiveServerThread

from caisse.merchants.tests.ground import founded

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
NONE: Mapping[str, str] = {}
LIMIT = 200_000  # bytes of a first load, headers too
PAGES = ["/commerce/appareil", "/payer", "/"]
IN_PAGE = re.compile(r'"(/(?:static/|payer|commerce)[^"#?\s]*\.(?:css|js|svg|woff2|webmanifest))')
IN_STYLE = re.compile(r"url\([\"']?([^)\"'#]+)")
IN_SCRIPT = re.compile(r"(?:\bfrom|\bimport)\s*\(?\s*\"(\.{1,2}/[^\"]+\.js)\"")


class Got(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def bytes(self) -> int:
        """All of it."""
        return len(self.body) + sum(len(a) + len(b) + 4 for a, b in self.headers.items())


class Browser:
    """Asks a server for what a page needs; `packed`: it takes gzip."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, address: str, *, packed: bool = True, headers: Mapping[str, str] = NONE) -> Got:
        wire = HTTPConnection("localhost", self.port, timeout=30)
        asks = {"Accept-Encoding": "gzip, deflate, br"} if packed else {}
        wire.request("GET", address, headers={**asks, **headers})
        came = wire.getresponse()
        got = Got(came.status, dict(came.getheaders()), came.read())
        wire.close()
        return got

    def load(self, address: str) -> dict[str, Got]:
        """A page, and each file that it, its styles and its scripts name."""
        found: dict[str, Got] = {}
        left = [address]
        while left:
            name = left.pop()
            if name in found:
                continue
            found[name] = self.get(name)
            assert found[name].status == 200, name
            left += self.named(name)
        return found

    def named(self, name: str) -> Iterator[str]:
        """What a file of these names, as addresses."""
        text = self.get(name, packed=False).body.decode("utf-8", "replace")
        if name.endswith((".svg", ".woff2")):
            return
        if not name.endswith((".css", ".js")):
            yield from IN_PAGE.findall(text)
        for other in chain(IN_STYLE.findall(text), IN_SCRIPT.findall(text)):
            if not other.startswith(("data:", "/")):
                yield normpath(join(dirname(name), other))


def _as_it_is(pages: Any) -> Any:
    """No server of static files before the pages: theirs is what is weighed."""
    return pages


@pytest.fixture
def browser(transactional_db: None) -> Iterator[Browser]:
    """A server of the pages as they are served, its static files by the same middleware."""
    founded()
    server = LiveServerThread("localhost", _as_it_is)  # type: ignore[arg-type]
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield Browser(server.port)
    server.terminate()
    server.join()


@pytest.mark.parametrize("address", PAGES)
def test_a_first_load_is_light_on_the_wire(browser: Browser, address: str) -> None:
    loaded = browser.load(address)
    kinds = {name.rpartition(".")[2] for name in loaded}
    assert {"css", "svg", "woff2"} <= kinds and ("js" in kinds or address == "/"), kinds
    assert address == "/" or len(loaded) > 20, "modules that modules import too"
    weight = sum(got.bytes for got in loaded.values())
    assert weight < LIMIT, sorted((got.bytes, name) for name, got in loaded.items())[-9:]
    plain = [name for name, got in loaded.items() if "Content-Encoding" not in got.headers]
    assert all(name.endswith(".woff2") or loaded[name].bytes < 1_000 for name in plain), plain


@pytest.mark.parametrize("address", [*PAGES, "/static/payments/till.js", "/static/site/base.css"])
def test_packed_and_plain_are_the_same_file_and_caches_know(browser: Browser, address: str) -> None:
    plain, packed = browser.get(address, packed=False), browser.get(address)
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body)
    for got in (plain, packed):
        assert "Accept-Encoding" in got.headers["Vary"]
        assert int(got.headers["Content-Length"]) == len(got.body)
    assert "Content-Encoding" not in plain.headers
    if address.startswith("/static/"):
        known = browser.get(address, headers={"If-None-Match": packed.headers["ETag"]})
        assert (known.status, known.body) == (304, b"")
        part = browser.get(address, headers={"Range": "bytes=0-9"})
        assert (part.status, part.body) == (206, plain.body[:10])


@pytest.mark.parametrize("name", ["/commerce/appareil", "/payer"])
def test_what_keeps_the_files_of_a_page_has_one_version(browser: Browser, name: str) -> None:
    """It is packed too; the page of which it is made is not, else it were a new one each time."""
    page = browser.get(name, packed=False).body.decode()
    worker = next(one for one in re.findall(r'"(/[^"\s]+)"', page) if "hors-ligne" in one)
    said = {browser.get(worker, packed=False).body for _each in range(3)}
    packed = browser.get(worker)
    assert len(said) == 1 and packed.headers["Content-Encoding"] == "gzip"


def test_what_a_session_reads_and_what_the_api_says_is_not_packed(browser: Browser) -> None:
    """Their size would tell of what is in them (BREACH)."""
    for address in ("/entrer", "/api/v1/openapi.json", "/api/v1/tills/self"):
        assert "Content-Encoding" not in browser.get(address).headers, address
