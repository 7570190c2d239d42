"""The till: one page for every screen of it; who it is for is proven by the device, not by a login.

The page holds nobody's data: it is the same for all, and all that it shows comes by the API. It is
an application that one may install, and that opens without network.
"""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel.pages import show

STATIC = Path(__file__).parents[1] / "static"
OFFLINE = "payments/offline.js"
MODULES = (
    "till.js",
    "screens.js",
    "settling.js",
    "practice.js",
    "wire.js",
    "store.js",
    "telling.js",
)
FILES = (
    "site/base.css",
    "payments/till.css",
    "payments/till.js",
    "site/mark.svg",
    "site/icons.svg",
    "site/fonts/atkinson-hyperlegible-next.woff2",
    "site/fonts/bricolage-grotesque.woff2",
)


@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """`/commerce/appareil`: link this device, then cash with it."""
    return show(request, "payments/till.html", {"name": _name()})


@require_safe
def till_manifest(request: HttpRequest) -> HttpResponse:
    """`…/manifeste`: what a browser needs to install the till."""
    icon = {"src": static("site/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    told = {
        "name": _("Encaisser - %(name)s") % {"name": _name()},
        "short_name": _("Encaisser"),
        "id": reverse("till"),
        "start_url": reverse("till"),
        "scope": reverse("till"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1d1b16",
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def till_offline(request: HttpRequest) -> HttpResponse:
    """`…/hors-ligne`: what keeps the till's own files, with their names and version of today."""
    own = [f"{settings.STATIC_URL}payments/{name}" for name in MODULES]
    files = [reverse("till"), reverse("till_manifest"), *own, *map(static, FILES)]
    version = sha256(_contents() + till(request).content).hexdigest()[:16]
    known = json.dumps(list(dict.fromkeys(files)))
    said = (STATIC / OFFLINE).read_text(encoding="utf-8")
    text = f'const VERSION = "{version}";\nconst FILES = {known};\n{said}'
    return HttpResponse(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": reverse("till")},
    )


@cache
def _contents() -> bytes:
    """One digest of all files that the till keeps; they stay as they are while the caisse runs."""
    names = [*(f"payments/{name}" for name in MODULES), *FILES]
    paths = [finders.find(name) for name in names]
    return sha256(b"".join(Path(path).read_bytes() for path in paths if path)).digest()


def _name() -> str:
    founding = bylaws.founding()
    return founding.name if founding else ""
