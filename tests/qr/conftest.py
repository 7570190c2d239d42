"""A page of its own for the modules of QR codes: they need no caisse, only a browser."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from caisse.site.middleware import HEADERS
from tests.qr.filming import Grey

STATIC = Path(__file__).parents[2] / "caisse" / "payments" / "static"
EMPTY = b"<!doctype html><html lang=fr><title>QR</title></html>"
AT_ONCE = 40  # pictures that travel together
READ = """async ([url, width, height]) => {
  const { readQr } = await import("/static/payments/qr/read.js");
  const all = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const size = width * height;
  return Array.from({ length: all.length / size }, (_, which) => (
    readQr({ data: all.subarray(which * size, (which + 1) * size), width, height })
  ));
}"""
Reader: TypeAlias = Callable[[Sequence[Grey]], list[str | None]]


class Pictures(BaseHTTPRequestHandler):
    """Serves an empty page under the site's own security policy, the modules, and pictures."""

    kept: dict[str, bytes] = {}

    def do_GET(self) -> None:
        """Answer with the page, a module, or pictures that a test has put here."""
        kind, said = "application/octet-stream", self.kept.get(self.path, b"")
        if self.path == "/":
            kind, said = "text/html; charset=utf-8", EMPTY
        elif self.path.startswith("/static/"):
            kind = "text/javascript; charset=utf-8"
            said = (STATIC / self.path.removeprefix("/static/")).read_bytes()
        self.send_response(200 if said else 204)  # a browser asks for an icon too
        for name, value in {**HEADERS, "Permissions-Policy": "camera=(self)"}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_said: Any) -> None:
        """Say nothing: a test that fails says what it missed."""


@pytest.fixture(scope="session")
def pictures_at() -> Iterator[str]:
    """The address of the page."""
    server = ThreadingHTTPServer(("localhost", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def opened(context: BrowserContext, address: str) -> Iterator[Page]:
    """The page in a context; what it complains of fails the test (the security policy speaks)."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def qr_page(browser: Browser, pictures_at: str) -> Iterator[Page]:
    """An empty page from which the modules can be imported."""
    with opened(browser.new_context(), pictures_at) as page:
        yield page


@pytest.fixture
def reads(qr_page: Page) -> Reader:
    """`reads(pictures)` gives for each what our reader says of it: its text, or None."""

    def read(pictures: Sequence[Grey]) -> list[str | None]:
        said: list[str | None] = []
        for start in range(0, len(pictures), AT_ONCE):
            some = pictures[start : start + AT_ONCE]
            Pictures.kept["/pictures"] = b"".join(picture.tobytes() for picture in some)
            high, wide = some[0].shape
            said += qr_page.evaluate(READ, ["/pictures", wide, high])
        return said

    return read
