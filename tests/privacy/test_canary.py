"""Nothing personal leaves `people`: not into the books, the journal, the jobs, the logs, a title.

Every page of the address list is walked as every role that may read it, every form on it is sent
with a word of ours, errors are provoked; then both words are searched in all that was written. A
new page is taken in by itself. Sources: trust.md section 5, promise P10.
"""

import json
from collections.abc import Iterable, Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from caisse.kernel import events
from caisse.kernel.ids import new_id, show_id
from caisse.merchants import operations as merchants
from caisse.people.models import Login
from tests.privacy.planting import BY, PERSONAL, TYPED, WRITTEN, Canaries, World, world
from tests.privacy.walking import Address, Answer, Walker, addresses

ROLES = (
    "visitor", "member", "merchant", "funder", "desk", "coordinator", "treasurer", "administrator",
    "committee", "researcher",
)  # fmt: skip
OF_PEOPLE = ("people_", "account_emailaddress")
WITHOUT_WORDS = ("ledger_", "kernel_", "django_task")  # nothing that somebody typed either
OUTSIDE_THE_OFFICE = ("visitor", "merchant", "funder", "committee", "researcher")
OWN_FILES = {"my_details_json": "the member's own", "my_details_pdf": "the member's own"}
OFFICE_FILES = {
    "letters_print": "letters to people",
    "holder_sheet": "the welcome sheet of one holder",
    "printing": "letters and welcome sheets by the dozen",
}
ESSENTIAL = {
    "glance", "wallet", "my_month", "my_receipt", "my_household", "my_inquiries", "my_inquiry",
    "my_looks", "my_details", "my_details_json", "my_details_pdf", "my_leave", "balance_of",
    "today", "people", "person", "journal", "months", "my_place", "my_grants",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_nothing_personal_stands_outside_people(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    caisse = world()
    _provoked(caisse)
    walkers = _walked(caisse)
    answers = [answer for walker in walkers for answer in walker.answers]
    read = {answer.page for answer in answers if answer.status == 200}
    assert read >= ESSENTIAL, ESSENTIAL - read
    assert PERSONAL.search(_everything("people_person")), "no canary was planted"
    found = [
        *_in_tables(caisse.canaries),
        *_in_sessions(caisse.canaries),
        *_in("the logs", caplog.text, caisse.canaries),
        *_in("the keys of the cache", " ".join(cache._cache), caisse.canaries),  # type: ignore[attr-defined]
        *_in_mails(caisse.canaries),
        *_in_files(caisse.canaries),
        *_in_answers(answers, caisse.canaries),
    ]
    assert not found, "\n".join(sorted(set(found)))


def _walked(caisse: World) -> list[Walker]:
    pages = addresses(caisse)
    walkers = [Walker(caisse, role) for role in ROLES]
    for walker in walkers:
        walker.walk(pages)
    return walkers


def _provoked(caisse: World) -> None:
    """Not found, not allowed, not understood, another site's form, a session that has ended."""
    member = Walker(caisse, "member")
    for path in ("/rien", f"/moi/recu/{show_id(new_id())}", "/gestion", "/gestion/personnes/1"):
        assert member.ask(Address("", path, ())).status in (403, 404), path
    typed = {"operation": show_id(new_id()), "kind": "call_me", "text": WRITTEN}
    assert member.client.post("/moi/demander", typed).status_code == 422
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(_login(member), backend=settings.AUTHENTICATION_BACKENDS[0])
    assert strict.post("/moi/demander", typed).status_code == 403
    assert Client().post("/moi/demander", typed).status_code == 302
    assert Client().get("/moi").status_code == 302


def _login(walker: Walker) -> Login:
    return Login.objects.get(identifier=walker.world.logins[walker.role])


def _in(place: str, text: str, canaries: Canaries, *, typed: bool = True) -> Iterator[str]:
    """What of ours stands in a text, with the name of the place."""
    for name in sorted(canaries.seen(text)):
        yield f"{place}: {name}"
    if typed and TYPED.search(text):
        yield f"{place}: what was typed"


def _in_tables(canaries: Canaries) -> Iterator[str]:
    """Every table but those of people and the sessions, which are read decoded."""
    for table in sorted(connection.introspection.table_names()):
        if table.startswith(OF_PEOPLE) or table == "django_session":
            continue
        typed = table.startswith(WITHOUT_WORDS)
        yield from _in(f"table {table}", _everything(table), canaries, typed=typed)


def _everything(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        rows = cursor.fetchall()
    return "\n".join(
        value.tobytes().decode("latin-1")
        if isinstance(value, memoryview)
        else value.decode("latin-1")
        if isinstance(value, bytes)
        else str(value)
        for row in rows
        for value in row
    )


def _in_sessions(canaries: Canaries) -> Iterator[str]:
    """Decoded; `kept` is what a lost session typed, kept for its sender for an hour."""
    for session in Session.objects.all():
        held = session.get_decoded()
        held.pop("kept", None)
        for key, value in held.items():
            yield from _in(f"session, {key}", json.dumps(value, default=str), canaries)


def _in_mails(canaries: Canaries) -> Iterator[str]:
    for letter in getattr(mail, "outbox", []):
        yield from _in("the subject of an e-mail", letter.subject, canaries)


def _in_files(canaries: Canaries) -> Iterator[str]:
    """What was written beside the database; letters by e-mail are for their reader."""
    for path in settings.HOME.rglob("*"):
        inside = path.relative_to(settings.HOME).parts
        yield from _in("the name of a file", path.name, canaries)
        if path.is_file() and inside[0] not in ("mail", "static"):
            text = path.read_bytes().decode("latin-1")
            yield from _in(f"file {'/'.join(inside)}", text, canaries)


def _in_answers(answers: Iterable[Answer], canaries: Canaries) -> Iterator[str]:
    for one in answers:
        where = f"{one.page} as {one.role}"
        yield from _in(f"title of {where}", one.title, canaries)
        yield from _in(f"headers of {where}", one.headers, canaries)
        if one.status >= 500:
            yield f"{where} answers {one.status}"
        elif one.is_file and one.page not in OWN_FILES | OFFICE_FILES:
            yield from _in(f"file of {where}", one.text, canaries, typed=False)
        elif one.role in OUTSIDE_THE_OFFICE:
            for name in canaries.seen(one.text, "member"):
                yield f"page {where}: {name}"


@pytest.mark.django_db(transaction=True)
def test_a_planted_leak_is_named() -> None:
    caisse = world()
    name = caisse.canaries.plant("member", "given_name")
    with transaction.atomic():
        events.record("test.leaked", subject="x", by=BY, text=f"{name}, {WRITTEN}")
    merchants.register_place(merchant=name, name=WRITTEN, kind="grocery", by=BY)
    session = SessionStore()
    session["said"] = f"Bonjour {name}"
    session["kept"] = {"fields": [("text", WRITTEN)]}
    session.save()
    member = Walker(caisse, "member")
    told = member.ask(Address("wallet", "/moi", ()))
    told.role, told.title, told.headers = "merchant", name, f"Location: /?q={WRITTEN}"
    assert {*_in_tables(caisse.canaries), *_in_sessions(caisse.canaries)} == {
        "table kernel_event: member.given_name",
        "table kernel_event: what was typed",
        "table merchants_merchant: member.given_name",
        "session, said: member.given_name",
    }
    assert set(_in_answers([told], caisse.canaries)) >= {
        "title of wallet as merchant: member.given_name",
        "headers of wallet as merchant: what was typed",
        "page wallet as merchant: member.given_name",
    }
