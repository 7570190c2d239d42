"""Pictures of every page, as whoever may see it: `script/pictures`.

No test. It serves a demo of its own, follows every link and tries every address as each actor of
the demo, and keeps the pages under `pictures/<actor>/`: on a phone by day and by night, at a desk,
and with its errors where a form asks for answers. A caisse that was just founded comes last, under
`pictures/vide/`. The guides' pictures go to `docs/guide/images`.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, sync_playwright

from caisse.kernel.tests.ports import free_port
from caisse.site.guides import PAGES
from conftest import CHROMIUM
from tests.access.walking import addresses
from tests.journeys.walking import DESK, PHONE, complaints, sideways

ROOT = Path(__file__).parents[2]
PICTURES, GUIDES = ROOT / "pictures", ROOT / "docs" / "guide"
CAISSE = Path(sys.executable).with_name("caisse")
HEIGHT = 780
ACTORS = {"adh": "membre", "lieu": "lieu", "fin": "financeur"}
"""The folder of whoever's login begins so; the others are their own."""

FIRST_PAGES = {
    guide.stem: names.split()[0]
    for guide in GUIDES.glob("*.md")
    for names in PAGES.findall(guide.read_text(encoding="utf-8"))[:1]
}
"""The page that a guide speaks of first: its picture is the guide's."""

TRIED = 3  # pages of one name of which the links are followed
REFUSED = {"refus_403": "/gestion", "refus_404": "/nulle-part"}
LEFT_OUT = re.compile(r"logout|_csv$|_json$|_pdf$|_bank_csv$|download|picture|^unnamed:")
CLOSED = re.compile(r'action="(/gestion/personnes/[0-9]+/ouvrir)"')  # a file that is opened first
LINK = re.compile(r"<a\b[^>]*\bhref=\"([^\"#]+)")
GUEST = re.compile(r"name=\"qui\" value=\"([^\"]+)\"")
FORM = "main form[method=post]:has([required]):has(.act, .decide)"
WITHOUT_ANSWERS = """form => {
  form.noValidate = true
  for (const one of form.querySelectorAll('input, select, textarea')) {
    if (['radio', 'checkbox'].includes(one.type)) one.checked = false
    else if (!['hidden', 'submit'].includes(one.type)) one.value = ''
  }
  form.requestSubmit(form.querySelector('.act, .decide'))
}"""


class Walk:
    """All pages that one actor meets, a picture of each that nobody met before."""

    met: dict[str, str] = {}  # which actor was the first to meet a page, for all walks

    def __init__(self, page: Page, actor: str, wanted: str) -> None:
        self.page, self.actor, self.wanted = page, actor, wanted
        self.asked: Counter[str] = Counter()
        self.tried: set[str] = set()
        self.wrong: list[str] = []
        page.on("console", lambda said: self.complain(page.url, said.text))
        page.on("pageerror", lambda error: self.complain(page.url, str(error)))

    def complain(self, where: str, what: str) -> None:
        """Remember what was wrong on a page; a refusal is no news for a browser's console."""
        if "the server responded with a status of 4" not in what:
            self.wrong.append(f"{self.actor} {urlsplit(where).path}: {what}")

    def follow(self, waiting: list[str]) -> None:
        """Every link from these addresses on; of each name the first page is taken."""
        while waiting:
            path = waiting.pop(0)
            name = name_of(path)
            if self.asked[name] == TRIED or LEFT_OUT.search(name) or path in self.tried:
                continue
            self.tried.add(path)
            answer = self.page.request.get(path, max_redirects=0)
            if answer.status >= 500:
                self.complain(path, str(answer.status))
            html = "html" in answer.headers["content-type"]
            if html and (closed := CLOSED.search(answer.text())):
                self.page.goto(path)
                with self.page.expect_navigation():
                    self.page.locator(f'form[action="{closed[1]}"] button').click()
                answer = self.page.request.get(path, max_redirects=0)
            if answer.status != 200 or not html:
                continue
            self.asked[name] += 1
            waiting += [urljoin(path, unescape(link)) for link in LINK.findall(answer.text())]
            first = self.met.setdefault(name, self.actor) == self.actor or self.actor == "vide"
            if first and self.asked[name] == 1:
                self.take(name, path)

    def take(self, name: str, path: str) -> None:
        """A page on a phone by day and by night, at a desk, and with its errors."""
        if self.wanted not in name:
            return
        self.page.goto(path)
        if said := complaints(self.page):
            self.complain(path, said)
        for width in (PHONE, DESK):
            self._keep(name, width)
        self.page.emulate_media(color_scheme="dark")
        self._keep(name, PHONE, "-nuit")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 320, "height": HEIGHT})
        if sideways(self.page) > 0:
            self.complain(path, "wider than 320 pixels")
        if name in REFUSED or not self.page.locator(FORM).count():
            return
        with self.page.expect_navigation():
            self.page.locator(FORM).first.evaluate(WITHOUT_ANSWERS)
        if self.page.locator("[data-focus], [role=alert]").count():
            for width in (PHONE, DESK):
                self._keep(name, width, "-erreur")
        else:
            self.complain(path, "nothing is said when nothing is answered")

    def _keep(self, name: str, width: int, state: str = "") -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        if width == PHONE and not state:
            for guide in (stem for stem, first in FIRST_PAGES.items() if first == name):
                self.page.screenshot(path=GUIDES / "images" / f"{guide}.png")
        # as high as the page: what sticks to the edge of the window stands at the page's end
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": max(HEIGHT, height)})
        file = PICTURES / self.actor / f"{name}{state}-{width}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=file, full_page=True, animations="disabled")


def take_all(browser: Browser, address: str, wanted: str, *, only: str = "") -> list[str]:
    """Walk as each guest of the caisse's door; what was wrong."""
    wrong: list[str] = []
    for actor, login in [("visiteur", ""), *_guests(address)]:
        context = browser.new_context(
            base_url=address, locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce"
        )
        walk = Walk(context.new_page(), only or actor, wanted)
        if login:
            walk.page.goto("/entrer")
            walk.page.locator(f'button[name="qui"][value="{login}"]').first.click()
            walk.page.wait_for_load_state()
        walk.follow([urlsplit(walk.page.url).path if login else "/"])
        walk.follow([one.path for one in addresses() if one.path])
        walk.follow([f"/aide/{guide.stem}" for guide in GUIDES.glob("*.md")])
        if actor == "membre":
            for name, path in REFUSED.items():
                walk.take(name, path)
        wrong += walk.wrong
        context.close()
    return wrong


def _guests(address: str) -> list[tuple[str, str]]:
    """Whom one may be at the door: the actor's folder and the login, one of each."""
    with urlopen(f"{address}/entrer") as answer:
        logins = GUEST.findall(answer.read().decode())
    found: dict[str, str] = {}
    for login in logins:
        found.setdefault(ACTORS.get(login.split("-")[0], login), login)
    return list(found.items())


def name_of(path: str) -> str:
    """The name of an address, each guide its own; "unnamed:" for another site, and for no page."""
    parts = urlsplit(path)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return "unnamed:"
    if found.url_name == "help":
        guide = found.kwargs["page"]
        return f"guide_{guide}" if (GUIDES / f"{guide}.md").is_file() else "unnamed:"
    return found.url_name if found.url_name and not parts.netloc else "unnamed:"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the caisse in `home`, while the block runs."""
    port = free_port()
    command, quiet = [str(CAISSE), "serve", "--port", str(port)], subprocess.DEVNULL
    # it would tell each refusal that is asked for here
    server = subprocess.Popen(command, env=_environment(home), stdout=quiet, stderr=quiet)
    address = f"http://localhost:{port}"
    try:
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _try in range(100):
        try:
            urlopen(address).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{address} does not answer")


def _caisse(home: Path, *arguments: str) -> None:
    subprocess.run([CAISSE, *arguments], env=_environment(home), check=True)


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"CAISSE_HOME": str(home), "CAISSE_INSECURE": "1", "CAISSE_DATABASE": ""}


def main() -> int:
    """Take the pictures, say how many, and what was wrong."""
    parser = argparse.ArgumentParser(prog="script/pictures", description=__doc__)
    parser.add_argument("--at", metavar="ADDRESS", help="a demo that is served already")
    parser.add_argument("word", nargs="?", default="", help="only pages whose name contains it")
    asked = parser.parse_args()
    django.setup()
    (GUIDES / "images").mkdir(exist_ok=True)
    wrong: list[str] = []
    with ExitStack() as stack:
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=os.environ["CAISSE_CHROMIUM"], args=CHROMIUM)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not asked.at:
            _caisse(folder / "demo", "demo")
        address = asked.at or stack.enter_context(served(folder / "demo"))
        wrong += take_all(browser, address, asked.word)
        if not asked.at:
            found = (
                "found",
                "La caisse du quartier",
                "--preset",
                "montpellier_2023",
                "--by",
                "ana",
            )
            _caisse(folder / "new", *found)
            _caisse(folder / "new", "training", str(folder / "empty"))
            empty = stack.enter_context(served(folder / "empty"))
            wrong += take_all(browser, empty, asked.word, only="vide")
        browser.close()
    _tell(wrong)
    return 1 if wrong else 0


def _tell(wrong: list[str]) -> None:
    every = {one.name for one in addresses() if not LEFT_OUT.search(one.name)}
    out = sys.stdout.write
    out(f"{len(list(PICTURES.rglob('*.png')))} pictures of {len(Walk.met)} pages in {PICTURES}\n")
    out(f"{len(list((GUIDES / 'images').glob('*.png')))} of {len(FIRST_PAGES)} guides have one\n")
    out(f"No picture, no actor may read it by GET: {' '.join(sorted(every - Walk.met.keys()))}\n")
    for line in wrong:
        out(f"Wrong: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
