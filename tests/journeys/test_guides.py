"""A guide is followed to the letter: each command typed, each control clicked, in its order.

What stands in the numbered steps is what is done: `script/caisse …` is typed, **« words »** is
clicked, « label » : `value` is written, « label » : *words* is looked up. A heading says by whom.
"""

import ast
import base64
import hmac
import os
import re
import shlex
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.kernel.tests.ports import free_port
from caisse.kernel.wording import month_name
from caisse.site import guides
from tests.journeys.guided import NAMED, PROSE, TYPED, sections, texts
from tests.journeys.office_walking import Office, plain
from tests.journeys.walking import DESK, PHONE

CAISSE = Path(sys.executable).with_name("caisse")
PACKAGE = Path(guides.__file__).parents[1]
PRINTED = Month(2026, 10)  # the month that the guide calls last month
ACT = re.compile(
    r"`script/caisse (?P<command>[^`]+)`"
    r"|\*\*« (?P<control>[^»]+) »\*\*"
    r"|« (?P<label>[^»]+) » : (?:`(?P<value>[^`]+)`|\*(?P<asked>[^*]+)\*)"
)
SAID = re.compile(
    r"{% translate \"([^\"]+)\"|{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", re.DOTALL
)
FILLED = re.compile(r"%\(\w+\)s|{{.*?}}")


def noon() -> str:
    """A time zone where it is between 12 and 1 of this day: at 23:00 the timetable freezes months,
    which the guide does by hand."""
    now = clock.local(clock.now_ms())
    ahead = (now.utcoffset() or timedelta()) // timedelta(hours=1) - (now.hour - 12)
    return f"Etc/GMT{-ahead:+d}"


class Follower:
    """Whoever follows the guide: a terminal, and a window for each person."""

    def __init__(self, home: Path, browser: Browser) -> None:
        self.home, self.browser = home, browser
        self.windows: dict[str, Office] = {}
        self.codes: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.address = ""
        self.environment = os.environ | {
            "CAISSE_HOME": str(home),
            "CAISSE_INSECURE": "1",
            "CAISSE_DATABASE": "",
            "CAISSE_LANGUAGE": "fr",
            "CAISSE_TIME_ZONE": noon(),
        }

    def type(self, command: str) -> None:
        """A command, as the guide writes it; what it says is kept."""
        words = shlex.split(command)
        done = subprocess.run(
            [CAISSE, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        self.told[words[0]] = done.stdout
        if words[0] == "code":
            self.codes[words[1].title()] = done.stdout.split()[0]

    @contextmanager
    def served(self) -> Iterator[None]:
        """The caisse answers while the block runs."""
        port = free_port()
        server = subprocess.Popen(
            [CAISSE, "serve", "--port", str(port)], env=self.environment, stdout=subprocess.DEVNULL
        )
        self.address = f"http://localhost:{port}"
        try:
            _wait_for(self.address)
            yield
        finally:
            server.terminate()
            server.wait()

    def window(self, person: str) -> Office:
        """The window of a person: Ben reads on a phone, Ana at a desk."""
        if person not in self.windows:
            width = PHONE if person == "Ben" else DESK
            context = self.browser.new_context(
                locale="fr-FR", viewport={"width": width, "height": 780}, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(f"{self.address}/entrer")
            self.windows[person] = Office(page)
        return self.windows[person]

    def answer(self, person: str, asked: str) -> str:
        """What the guide cannot know: a code of the terminal, six digits of an application."""
        if asked.startswith("le code d"):
            return self.codes[person]
        secret = (
            self.window(person).page.locator("main dl, main code, main .sheet").all_inner_texts()
        )
        left = 30 - time.time() % 30
        if left < 15:  # typed and sent within the half minute for which it is good
            time.sleep(left)
        return six_digits(re.findall(r"\b[A-Z2-7]{32}\b", " ".join(secret))[0])

    def act(self, person: str, step: re.Match[str]) -> None:
        """One thing that the guide says."""
        if step["command"]:
            self.type(step["command"])
        elif step["control"]:
            self.window(person).click(step["control"])
        else:
            value = step["value"] or self.answer(person, step["asked"])
            self.window(person).write(step["label"], value)


def test_a_caisse_is_founded_and_runs_its_first_month(tmp_path: Path, browser: Browser) -> None:
    last = Month.of(clock.today()).previous()
    acts = [(who, act) for who, text in _sections(last) for act in ACT.finditer(text)]
    serve = next(n for n, (who, act) in enumerate(acts) if act["command"] == "serve")
    follower = Follower(tmp_path, browser)
    for who, act in acts[:serve]:
        follower.act(who, act)
    with follower.served():
        for who, act in acts[serve + 1 :]:
            follower.act(who, act)
        ana, ben = follower.window("Ana"), follower.window("Ben")
        ana.says("Ana approuve le mois", "est versé aux foyers")
        ana.click("Argent", "Couverture")
        ana.says("Le compte de la caisse tient 1 000,00 €. 300,00 MonA circulent.")
        ben.click("Mois", month_name(last).capitalize()).says("Le mois est versé.")
        ben.go("/aide/fonder").says("Fonder une caisse")
        for office in (ana, ben):
            office.page.context.close()
    assert plain(follower.told["figures"]).endswith("1 000 700")


def test_controls_that_guides_name_are_on_some_page() -> None:
    """Whole, or as the beginning of what a page says; what a page fills in may be anything."""
    said = {plain(one) for one in _said()} | {plain(month_name(PRINTED)).capitalize()}
    heads = tuple(one for one in {FILLED.split(each)[0] for each in said} if len(one) > 4)
    missing = [
        f"{guide.stem}: {control}"
        for guide in sorted(guides.folder().glob("*.md"))
        for section in sections(guide.stem).values()
        for control, _if_so in section
        if not any(one.startswith(control[:1].upper() + control[1:]) for one in said)
        if not any(one.startswith(control) for one in said)
        if not (control[:1].upper() + control[1:]).startswith(heads)
    ]
    assert missing == []


def test_a_section_says_what_to_press_or_is_known_to_be_prose() -> None:
    """Whoever writes a step without its control is asked for it; a title that is gone, too."""
    silent = {
        (guide.stem, title)
        for guide in guides.folder().glob("*.md")
        for title, steps in texts(guide.stem).items()
        if not NAMED.search(steps) and TYPED not in steps
    }
    assert silent == {(name, title) for name, titles in PROSE.items() for title in titles}


@pytest.mark.parametrize("person", ["Ana", "Ben"])
def test_the_guide_names_both_people(person: str) -> None:
    assert person in {who for who, text in _sections(PRINTED)}


def six_digits(secret: str) -> str:
    """What an application of codes shows now (RFC 6238)."""
    count = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), count, "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _sections(month: Month) -> list[tuple[str, str]]:
    """Who acts, and the numbered steps, with this month in the place of the printed one."""
    text = (guides.folder() / "fonder.md").read_text(encoding="utf-8")
    text = text.replace(str(PRINTED), str(month))
    text = text.replace(f"{PRINTED.month:02}/{PRINTED.year}", f"{month.month:02}/{month.year}")
    old, new = month_name(PRINTED), month_name(month)
    text = text.replace(old, new).replace(old.capitalize(), new.capitalize())
    sections = []
    for part in text.split("\n## ")[1:]:
        heading, _, rest = part.partition("\n")
        steps = re.findall(r"^(?:\d+\. .*\n(?:   .*\n)*)", rest + "\n", re.MULTILINE)
        sections.append((heading.partition(" :")[0], "".join(steps)))
    return sections


def _said() -> Iterator[str]:
    """Every sentence of the pages, and every string of the program: controls are among them."""
    for file in PACKAGE.rglob("*.html"):
        for groups in SAID.findall(file.read_text(encoding="utf-8")):
            yield from filter(None, groups)
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _wait_for(address: str) -> None:
    for _try in range(600):
        try:
            urlopen(address).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")
