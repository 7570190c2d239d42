"""Every page of the address list, as each role that may read it, and every form on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pypdf import PdfReader

from caisse.kernel.tests.entering import enter
from tests.privacy.planting import WRITTEN, World

BY_KIND = {"uuid": "018d5e72-eab0-7cad-ad1e-f6145e107386", "int": "1", "slug": "accueil"}
NOT_POSTED = {
    "training": "it copies the whole caisse",
    "account_logout": "it ends the walk",
    "usersessions_list": "it ends the walk",
}
ONCE = ("/langue", "/compte/logout/")  # they stand on every page
ROUNDS = 2  # a form may only stand there after another was sent
FILES = ("text/csv", "application/json", "application/pdf", "text/plain")


@dataclass(frozen=True, slots=True)
class Address:
    """One page: its name, where it is for this world, who may read it (none: everybody)."""

    name: str
    path: str
    roles: tuple[str, ...]


@dataclass(slots=True)
class Answer:
    """What a page answered: who asked, what came back, as text also when it is a PDF."""

    page: str
    role: str
    status: int
    headers: str
    title: str
    text: str
    is_file: bool
    response: HttpResponse = field(repr=False)


def addresses(world: World) -> list[Address]:
    """The pages of the address list, with the numbers of this world; a new page is among them."""
    return [
        Address(pattern.name or "", f"/{path}", _roles(pattern))
        for path, pattern in _patterns(get_resolver().url_patterns, "", world.known)
    ]


def _patterns(
    patterns: list[Any], before: str, known: dict[str, str]
) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        path = before + _filled(one, known)
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, path, known)
        elif "(?P" not in path and one.name:
            yield path, one


def _filled(pattern: Any, known: dict[str, str]) -> str:
    path = str(pattern.pattern)
    for name, converter in getattr(pattern.pattern, "converters", {}).items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        kind = {"string": "str"}.get(kind, kind)
        words = (
            known.get(f"{getattr(pattern, 'name', None)}:{name}")
            or known.get(name)
            or BY_KIND.get(kind, "1")
        )
        path = path.replace(f"<{kind}:{name}>", words)
    return path


def _roles(pattern: URLPattern) -> tuple[str, ...]:
    return tuple(getattr(pattern.callback, "roles", ()))


@dataclass(slots=True)
class Walker:
    """One person walking: a client, and what every page answered to her."""

    world: World
    role: str
    client: Client = field(init=False)
    answers: list[Answer] = field(default_factory=list)
    sent: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    def walk(self, pages: list[Address]) -> None:
        """Read every page that the role may read; send its forms; then the same again."""
        mine = [page for page in pages if self._may(page)]
        mine.sort(key=lambda page: page.path.startswith("/compte"))  # they may end the session
        for _round in range(ROUNDS):
            for page in mine:
                self._send_all(page, self.ask(page))

    def _send_all(self, page: Address, answer: Answer) -> None:
        """Send each form of a page that was not sent before."""
        if answer.status != 200 or answer.is_file or page.name in NOT_POSTED:
            return
        for form in Forms(answer.text).forms:
            known = (page.name, form.action)
            if form.method == "post" and form.action not in ONCE and known not in self.sent:
                self.sent.add(known)
                self.send(page, form)

    def ask(self, page: Address, **query: str) -> Answer:
        """GET a page."""
        self._come_in()
        return self._keep(page, self.client.get(page.path, query))

    def send(self, page: Address, form: "Form") -> Answer:
        """POST a form of a page, with words of ours in every field for words."""
        self._come_in()
        action = form.action if form.action.startswith("/") else page.path
        return self._keep(page, self.client.post(action, form.filled()))

    def _may(self, page: Address) -> bool:
        if self.role == "visitor":
            return not page.roles
        return self.role in page.roles or page.roles == ("anyone",)

    def _come_in(self) -> None:
        if self.role != "visitor" and "_auth_user_id" not in self.client.session:
            enter(self.client, self.world.logins[self.role], self.role)

    def _keep(self, page: Address, response: Any) -> Answer:
        kind = response.headers.get("Content-Type", "").split(";")[0]
        body = response.getvalue() if response.streaming else response.content
        text = _pdf(body) if kind == "application/pdf" else body.decode(errors="replace")
        attached = "attachment" in response.headers.get("Content-Disposition", "")
        answer = Answer(
            page=page.name,
            role=self.role,
            status=response.status_code,
            headers="\n".join(f"{name}: {value}" for name, value in response.headers.items()),
            title=text.partition("<title>")[2].partition("</title>")[0],
            text=text,
            is_file=attached or kind in FILES,
            response=response,
        )
        self.answers.append(answer)
        return answer


def _pdf(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)


@dataclass(slots=True)
class Form:
    """A form as a browser would send it."""

    method: str
    action: str
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (kind, value)

    def filled(self) -> dict[str, str]:
        """Its fields with something plausible in each, our word where words are asked for."""
        answers = {"date": "2023-03-01", "month": "2023-04", "number": "1", "time": "09:00"}
        typed = {
            "email": f"{WRITTEN.lower()}@example.org",
            "text": WRITTEN, "textarea": WRITTEN, "search": WRITTEN, "tel": WRITTEN,
            "amount": "12,00",
        }  # fmt: skip
        return {
            name: answers.get(kind, "") or typed.get(kind, value)
            for name, (kind, value) in self.fields.items()
        }


class Forms(HTMLParser):
    """The forms of a page: hidden values, the first choice of each list, the kinds of the rest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("method", "get").lower(), said.get("action", "")))
        elif self.forms and tag in ("input", "textarea", "select", "button", "option"):
            self._field(tag, said, self.forms[-1].fields)

    def _field(self, tag: str, said: dict[str, str], fields: dict[str, tuple[str, str]]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text" if tag == "input" else tag)
        if tag == "option":
            if said.get("value") and not fields.get(self._select, ("", ""))[1]:
                fields[self._select] = ("chosen", said["value"])
        elif tag == "select":
            self._select = name
            fields[name] = ("chosen", "")
        elif kind in ("radio", "checkbox"):
            fields.setdefault(name, ("chosen", said.get("value", "on")))
        elif name and kind not in ("file", "submit", "password"):
            amount = "amount" in said.get("class", "") or said.get("inputmode") == "decimal"
            fields[name] = ("amount" if amount else kind, said.get("value", ""))
