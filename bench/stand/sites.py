"""A caisse to be asked for its pages: made once, served by a process of its own, come into.

`python -m bench.stand.sites large NUMBER` founds the large town of the tests in the database that
the environment names; `… login IDENTIFIER` prints a session's key for somebody who showed a second
factor a moment ago. The name of a role stands for the first login that holds it.
"""

import sys
import time

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db.models import Q

import bench.stand.ready  # noqa: F401
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.people.models import Login
from tests.large import town


def large(households: int) -> None:
    """Found the town in the last weeks; one household in two has bought something."""
    call_command("migrate", verbosity=0)
    today = clock.today()
    month = Month.of(today) if today.day > town.TODAY.day else Month.of(today).previous()
    town.found(households, bought=households // 2, first=month)
    clock.travel(None)


def login(identifier: str) -> str:
    """The key of a new session of that login."""
    wanted = Login.objects.filter(Q(identifier=identifier) | Q(roles__name=identifier))
    row = wanted.order_by("pk").first()
    assert row is not None, identifier
    session = SessionStore()
    session["_auth_user_id"] = str(row.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = row.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(row.pk)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    if sys.argv[1] == "large":
        large(int(sys.argv[2]))
    else:
        print(login(sys.argv[2]))
