"""What the pages about people share: a form, then a question, then the act; a file that is open."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from caisse.kernel.guard import Page, by
from caisse.kernel.pages import done, found, show
from caisse.people import queries as people
from caisse.people.forms import AskedForm
from caisse.people.queries import MembershipView

READERS = ("desk", "coordinator", "treasurer")
ACTORS = ("desk", "coordinator")
CLOSERS = ("coordinator", "treasurer")
ERASERS = ("coordinator",)
SECONDS = ("coordinator", "treasurer", "administrator")
ANSWERERS = ("administrator", "coordinator")


@dataclass(frozen=True, slots=True)
class Task:
    """What a page is for: its title, where it stands (word and address), its button."""

    title: str
    crumbs: tuple[tuple[str, str], ...]
    button: str
    lead: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before the act, what will happen, and the word for yes."""

    title: str
    lines: tuple[str, ...]
    yes: str


def ask(
    request: HttpRequest,
    form: AskedForm,
    task: Task,
    act: Callable[[], Any],
    question: Callable[[], Question],
    then: Callable[[Any], HttpResponse],
    *,
    tried: bool = True,
) -> HttpResponse:
    """The form, then the question, then `act` and `then` with its value."""
    if form.does(act):
        return then(form.outcome)
    if form.asks(act, tried=tried):
        words = {"task": task, "question": question(), "asked": form}
        return show(request, "people/question.html", words)
    return show(request, "people/form.html", {"task": task}, form=form)


def certain(request: HttpRequest, form: AskedForm, task: Task, question: Question) -> HttpResponse:
    """The question alone, for an act that needs nothing typed."""
    words = {"task": task, "question": question, "asked": form}
    return show(request, "people/question.html", words, form=form)


def opened(page: Page) -> Page:
    """Give the page the membership of that number; 404 without one.

    To be read, the file must be open to the one who asks: a GET writes nothing, so it is opened by
    a button before.
    """

    @functools.wraps(page)
    def checked(request: HttpRequest, number: int, *args: Any, **kwargs: Any) -> HttpResponse:
        view = found(people.membership(number))
        if request.method != "POST" and not people.file_open(number, login=by(request).id):
            return show(request, "people/closed.html", {"view": view})
        return page(request, view, *args, **kwargs)

    return checked


def household_task(view: MembershipView, title: str, button: str = "", lead: str = "") -> Task:
    """What is done about one household; its title names it by number only."""
    home = reverse("person", args=[view.id])
    crumbs = (
        (_("Personnes"), reverse("people")),
        (_("Foyer n° %(number)s") % {"number": view.id}, home),
    )
    return Task(title, crumbs, button or _("Continuer"), lead, home)


def to_file(
    request: HttpRequest, view: MembershipView, sentence: str
) -> Callable[[Any], HttpResponse]:
    """After the act: back to the file, which says so."""
    return lambda _outcome: done(request, sentence, "person", view.id)
