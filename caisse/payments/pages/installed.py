"""Pages that one may install, and that open without network: what a browser needs for it."""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse

from caisse.bylaws import queries as bylaws

STATIC = Path(__file__).parents[1] / "static"
OFFLINE = "payments/offline.js"
LOOK = (
    "site/base.css",
    "site/mark.svg",
    "site/icons.svg",
    "site/fonts/atkinson-hyperlegible-next.woff2",
    "site/fonts/bricolage-grotesque.woff2",
)


QR = tuple(
    f"qr/{name}.js"
    for name in (
        "camera", "correct", "draw", "frame", "grid", "locate", "plane", "read", "tables", "text"
    )
)  # fmt: skip


class Installed(NamedTuple):
    """A page of payments that is an application.

    `name` is that of its address, beside which there are `<name>_manifest` and `<name>_offline`;
    `modules` are its own scripts, loaded by name, `files` what else it shows.
    """

    name: str
    modules: tuple[str, ...]
    files: tuple[str, ...]
    page: Callable[[HttpRequest], HttpResponse]


def manifest(name: str, *, title: str, short: str) -> HttpResponse:
    """What a browser needs to install the page `name`."""
    icon = {"src": static("site/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    told = {
        "name": title,
        "short_name": short,
        "id": reverse(name),
        "start_url": reverse(name),
        "scope": reverse(name),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1d1b16",
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def worker(request: HttpRequest, app: Installed) -> HttpResponse:
    """What keeps the page's own files, with their names and version of today."""
    own = [f"{settings.STATIC_URL}payments/{name}" for name in app.modules]
    shown = map(static, (*app.files, *LOOK))
    files = [reverse(app.name), reverse(f"{app.name}_manifest"), *own, *shown]
    version = sha256(_contents(app.modules, app.files) + app.page(request).content).hexdigest()
    known = json.dumps(list(dict.fromkeys(files)))
    said = (STATIC / OFFLINE).read_text(encoding="utf-8")
    head = f'const NAME = "{app.name}-";\nconst VERSION = "{version[:16]}";\nconst FILES = {known};'
    return HttpResponse(
        f"{head}\n{said}",
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": reverse(app.name)},
    )


@cache
def _contents(modules: tuple[str, ...], files: tuple[str, ...]) -> bytes:
    """One digest of all files that are kept; they stay as they are while the caisse runs."""
    names = [*(f"payments/{name}" for name in modules), *files, *LOOK]
    paths = [finders.find(name) for name in names]
    return sha256(b"".join(Path(path).read_bytes() for path in paths if path)).digest()


def name_of_the_caisse() -> str:
    """The caisse's name; "" before its founding."""
    founding = bylaws.founding()
    return founding.name if founding else ""
