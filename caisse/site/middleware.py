"""What every request passes: safe headers, the language, who asks (own room: named by Django)."""

import logging
import time
from collections.abc import Callable
from copy import deepcopy
from functools import cached_property
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from caisse.bylaws import queries as bylaws
from caisse.kernel.actor import Actor
from caisse.kernel.guard import MOVES_MONEY, area_of
from caisse.kernel.refusal import Refusal
from caisse.people import queries as people

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)
SENSORS = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
SENSITIVE = "Permissions-Policy"
HEADERS = {
    "Content-Security-Policy": POLICY,
    SENSITIVE: ", ".join(f"{name}=()" for name in SENSORS),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Answer = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger("caisse.site")

SEEN = ("seen", "_session_expiry")  # what says that a session is alive
LANGUAGE = "langue"  # the cookie of the language that a reader has chosen
WHO = "qui"  # the signed cookie of the last login of this browser
OFFICE_S, OTHERS_S = 30 * 60, 30 * 24 * 3600  # how long a session may lie idle
TOUCH_S = 60  # a session says at most once a minute that it is alive
FORGET = '"cookies"'  # what a browser forgets when somebody goes out; a till keeps its keys
KEPT_S, KEPT_SIGNS = 3600, 60_000  # for how long, and how much, a lost POST is kept


class SecurityHeaders:
    """Sets what the page has not set itself, on refusals too.

    A page that needs a sensor names it (`with_camera`, `with_position`); the sensors that it does
    not name stay off.

    A page without a `Cache-Control` of its own is nobody's but its reader's: `no-store`. A POST
    that a browser says comes from another site is refused before anything reads it.
    Sources: trust.md section 9 (ASVS 5.0 level 2).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if request.method == "POST" and foreign:
            request.META["CSRF_COOKIE"] = ""
            request.META["HTTP_ORIGIN"] = "null"  # Django's own check then refuses it, in our words
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers[SENSITIVE] = _sensors(response.headers[SENSITIVE])
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _sensors(own: str) -> str:
    """What a page allows itself of the sensors, and nothing of the others."""
    allowed = dict(one.strip().split("=", 1) for one in own.split(","))
    return ", ".join(f"{name}={allowed.get(name, '()')}" for name in SENSORS)


class Language:
    """French, or the language that the reader has chosen; never guessed from the machine."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE, "fr")
        with translation.override(chosen if chosen in ("fr", "en") else "fr"):
            response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])  # a kept page is of one language
        return response


class Sessions(SessionMiddleware):
    """Sessions as Django keeps them; that one is still alive may go unsaid for once.

    A page that was only read is answered also when the database is busy: what it would have
    written is when its reader was last seen, and her next page says it again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Save the session; let it be when only `seen` was to be written, and could not be."""
        try:
            return super().process_response(request, response)  # type: ignore[arg-type]
        except SessionInterrupted as interrupted:
            cause = interrupted.__context__ and interrupted.__context__.__context__
            held = getattr(request.session, "held", None)
            if not isinstance(cause, OperationalError) or held != _held(request.session):
                raise
            log.warning("a session could not be kept alive: the database is busy")
            return response


def _held(session: Any) -> dict[str, Any]:
    """What a session holds besides when it was last seen."""
    return {key: deepcopy(value) for key, value in session.items() if key not in SEEN}


class Doors:
    """Puts the Door on each request; ends a session that lay idle for too long."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        door = OpenDoor(request)
        request.door = door  # type: ignore[attr-defined]
        if area_of(request):
            door.keep_alive()
        response = self.get_response(request)
        if area_of(request) and door.login_id is not None:
            door.remember(response)
        elif request.method == "POST" and request.path == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = FORGET
        return response


class OpenDoor:
    """How one request came in (`caisse.kernel.guard.Door`)."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def login_id(self) -> int | None:
        """The number of the login, None for a visitor."""
        user = self.request.user
        return user.pk if user.is_authenticated else None

    @cached_property
    def actor(self) -> Actor | None:
        """Who asks, with the roles held today; None for a visitor or a login that was closed."""
        if self.login_id is None:
            return None
        try:
            return people.actor(self.request.user.get_username())
        except Refusal:
            return None

    @cached_property
    def demo(self) -> bool:
        """This session was opened by the door of a demo or of a copy to learn on, and it is one."""
        if not self.request.session.get("demo"):
            return False
        founding = bylaws.founding()
        return settings.TRAINING or (founding is not None and founding.demo)

    @cached_property
    def second_factor(self) -> bool:
        """A second factor or a passkey opened this session; a demo asks for none."""
        records = get_authentication_records(self.request, _user(self.request))
        return self.demo or any(record.get("method") == "mfa" for record in records)

    @cached_property
    def fresh(self) -> bool:
        """A factor was shown in the last 15 minutes, to come in or since."""
        records = get_authentication_records(self.request, _user(self.request))
        lately = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        entered = any(one.get("method") == "mfa" and one.get("at", 0) > lately for one in records)
        return self.demo or entered or did_recently_reauthenticate(self.request)

    def keep_alive(self) -> None:
        """End the session that lay idle; say at most once a minute that it is alive."""
        if self.login_id is None:
            return
        session, now = self.request.session, int(time.time())
        life = OFFICE_S if self.actor and self.actor.may(*MOVES_MONEY, "desk") else OTHERS_S
        seen = session.get("seen", now)
        if now - seen > life or self.actor is None:
            logout(self.request)
            self.__dict__.pop("actor", None)
        elif now - seen > TOUCH_S or "seen" not in session:
            session.held = None if session.modified else _held(session)  # type: ignore[attr-defined]
            session["seen"] = now
            session.set_expiry(life)

    def keep(self) -> str:
        """Keep what this POST carried for the login that this browser last was; files are lost."""
        fields = [
            (name, value)
            for name, values in self.request.POST.lists()
            for value in values
            if name != "csrfmiddlewaretoken"
            and "password" not in name
            and not name.startswith("unkept")  # what the guide asks is never kept
        ]
        if sum(len(name) + len(value) for name, value in fields) <= KEPT_SIGNS:
            self.request.session["kept"] = {
                "path": self.request.get_full_path(),
                "fields": fields,
                "who": self.login_id or self._last(),
                "at": int(time.time()),
            }
        return reverse("resume")

    def kept(self) -> dict[str, Any] | None:
        """What was kept for this very login less than an hour ago, or None."""
        kept: dict[str, Any] | None = self.request.session.get("kept")
        if kept is None or kept["who"] != self.login_id or time.time() - kept["at"] > KEPT_S:
            return None
        return kept

    def remember(self, response: HttpResponseBase) -> None:
        """Tell this browser, in a signed cookie, which login it last was."""
        if self._last() != self.login_id and hasattr(response, "set_signed_cookie"):
            response.set_signed_cookie(
                WHO,
                str(self.login_id),
                max_age=OTHERS_S,
                secure=self.request.is_secure(),
                httponly=True,
                samesite="Lax",
            )

    def _last(self) -> int | None:
        said = self.request.get_signed_cookie(WHO, default=None, max_age=OTHERS_S)
        return int(said) if said and said.isdecimal() else None


def _user(request: HttpRequest) -> Any:
    return request.user
