"""Pages that one may install, and that open without network: what a browser needs for it.

Such a page holds nobody's data: it is the same for all, and all that it shows comes by the API, to
which the device proves who it is. It keeps its own files, all of one version.
"""

import json
import posixpath
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeAlias

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock

STATIC = Path(__file__).parents[1] / "static" / "payments"
OFFLINE, SHOWN = "offline.js", "shown.js"
LOOK = (
    "site/base.css",
    "site/mark.svg",
    "site/icons.svg",
    "site/fonts/atkinson-hyperlegible-next.woff2",
    "site/fonts/bricolage-grotesque.woff2",
)
IMPORTED = re.compile(r"(?:\bfrom|\bimport)\s*\(?\s*\"(\.{1,2}/[^\"]+\.js)\"")
Page: TypeAlias = Callable[[HttpRequest], HttpResponse]


class Installed(NamedTuple):
    """A page of payments that is an application.

    `name` is that of its address, beside which there are `<name>_manifest` and `<name>_offline`;
    `title` names it with the caisse's name, `short` under its icon; `script` is the module that it
    begins with, `colour` that of its frame; `told`: it shows what the caisse tells its owner.
    """

    name: str
    title: Promise
    short: Promise
    script: str
    styles: tuple[str, ...]
    colour: str = "#1d1b16"
    schemes: str = "light"
    told: bool = False

    def words(self) -> dict[str, object]:
        """What its template needs to know of it."""
        around = {kind: reverse(f"{self.name}_{kind}") for kind in ("manifest", "offline")}
        told = {"script": f"payments/{self.script}", "scope": reverse(self.name), **around}
        zone = clock.zone().key  # in which the page counts its days and writes its hours
        return {"app": self, "name": name_of_the_caisse(), "zone": zone, **told}


def beside(app: Installed, page: Page) -> tuple[Page, Page]:
    """The two addresses beside an installed page: its manifest, and what keeps its files.

    `page` draws it plain: packed, it would be another one each time.
    """

    @gzip_page
    @require_safe
    def manifest(_request: HttpRequest) -> HttpResponse:
        return JsonResponse(_told(app), content_type="application/manifest+json")

    @gzip_page
    @require_safe
    def offline(request: HttpRequest) -> HttpResponse:
        return HttpResponse(
            _worker(app, page(request).content),
            content_type="text/javascript; charset=utf-8",
            headers={"Service-Worker-Allowed": reverse(app.name)},
        )

    return manifest, offline


def _told(app: Installed) -> dict[str, object]:
    """What a browser needs to install it."""
    icon = {"src": static("site/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    return {
        "name": str(app.title) % {"name": name_of_the_caisse()},
        "short_name": str(app.short),
        "id": reverse(app.name),
        "start_url": reverse(app.name),
        "scope": reverse(app.name),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": app.colour,
        "icons": [icon],
    }


def _worker(app: Installed, shown: bytes) -> str:
    """What keeps the page's own files, with their names and version of today."""
    own = [f"{settings.STATIC_URL}payments/{name}" for name in modules_of(app.script)]
    entry = f"payments/{app.script}"
    look = map(static, (entry, *app.styles, *LOOK))
    files = [reverse(app.name), reverse(f"{app.name}_manifest"), *own, *look]
    version = sha256(_contents(app.script, app.styles) + shown).hexdigest()[:16]
    known = json.dumps(list(dict.fromkeys(files)))
    said = (STATIC / OFFLINE).read_text(encoding="utf-8")
    head = f'const NAME = "{app.name}-";\nconst VERSION = "{version}";\nconst FILES = {known};'
    shows = (STATIC / SHOWN).read_text(encoding="utf-8") if app.told else ""
    return f"{head}\n{said}\n{shows}"


@cache
def modules_of(script: str) -> tuple[str, ...]:
    """A module and all that it imports, at once or later, below `payments/`; each once."""
    found, left = [script], [script]
    while left:
        name = left.pop()
        said = (STATIC / name).read_text(encoding="utf-8")
        for other in IMPORTED.findall(said):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), other))
            if path not in found:
                found.append(path)
                left.append(path)
    return tuple(found)


@cache
def _contents(script: str, styles: tuple[str, ...]) -> bytes:
    """One digest of all files that are kept; they stay as they are while the caisse runs."""
    names = [*(f"payments/{name}" for name in modules_of(script)), *styles, *LOOK]
    paths = [finders.find(name) for name in names]
    return sha256(b"".join(Path(path).read_bytes() for path in paths if path)).digest()


def name_of_the_caisse() -> str:
    """The caisse's name; "" before its founding."""
    founding = bylaws.founding()
    return founding.name if founding else ""
