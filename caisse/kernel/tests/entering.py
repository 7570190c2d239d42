"""Come in as somebody, and read what a page says, in a test of pages."""

import time
from datetime import date

from django.conf import settings
from django.test import Client

from caisse.people.models import Login, Person, Role


def enter(client: Client, identifier: str, *roles: str, person: Person | None = None) -> Login:
    """Log `client` in as `identifier`, made now with `roles` since long ago when it is not there.

    A second factor was shown a moment ago.
    """
    login, _ = Login.objects.get_or_create(identifier=identifier, defaults={"person": person})
    held = set(login.roles.values_list("name", flat=True))
    for name in set(roles) - held:
        Role.objects.create(login=login, name=name, since=date(2023, 1, 1))
    client.force_login(login, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(login.pk)
    session.save()
    return login


def sit(client: Client, identifier: str, *roles: str) -> Client:
    """Come in by the door of a demo, so that no second factor is asked for; the client."""
    enter(client, identifier, *roles)
    session = client.session
    session["demo"] = True
    session.save()
    return client


def page(client: Client, path: str) -> str:
    """The text of a page that opens."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def operation(text: str) -> str:
    """The name of the operation that the first form of a page carries."""
    return text.partition('name="operation" value="')[2].partition('"')[0]
