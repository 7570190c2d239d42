"""Security headers: set on every answer, never over what a page has set itself."""

import os
import subprocess
import sys
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from caisse.kernel.pages import with_camera
from caisse.site.middleware import HEADERS, SENSORS, SecurityHeaders


def test_headers_are_set() -> None:
    response = SecurityHeaders(lambda request: HttpResponse())(HttpRequest())
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_that_needs_its_camera_says_so_itself() -> None:
    def till(request: HttpRequest) -> HttpResponse:
        return with_camera(HttpResponse())

    policy = SecurityHeaders(till)(HttpRequest()).headers["Permissions-Policy"].split(", ")
    assert "camera=(self)" in policy and "microphone=()" in policy
    assert len(policy) == len(SENSORS)


def test_django_finds_nothing_to_say_of_a_real_caisse(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CAISSE_HOME": str(tmp_path),
        "CAISSE_HOSTS": "caisse.example",
        "CAISSE_DATABASE": "",
        "DJANGO_SETTINGS_MODULE": "caisse.settings",
    }
    for name in ("CAISSE_INSECURE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        environment.pop(name, None)
    told = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
