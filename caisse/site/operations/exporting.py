"""Everything the caisse holds, as files that a stranger can read in twenty years (job X09).

One CSV per table, with its columns described in `tables.json`, the anchors of the hash chain, and
the SHA-256 of each file in `files.txt`. Secrets are left out: passwords, second factors, sessions,
digests of codes. The folder holds names: it belongs to whoever answers for them.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from caisse.bylaws import queries as bylaws
from caisse.funding import queries as funding
from caisse.kernel.refusal import Refusal

LEFT_OUT = frozenset(
    {
        "sessions.Session",
        "people.AccessCode",
        "mfa.Authenticator",
        "payments.Pin",
        "caisse_messages.Subscription",
        "usersessions.UserSession",
        "account.EmailConfirmation",
        "django_tasks_db.DBTaskResult",
        "contenttypes.ContentType",
        "auth.Permission",
        "auth.Group",
    }
)
# papers are files of their own; by two columns a voucher is known when it is shown
SECRET_COLUMNS = frozenset({"password", "content", "scanned", "typed"})
PAPERS = "pieces"
CHUNK = 2_000
ANCHORS = "anchors.jsonl"


def export(folder: Path) -> int:
    """Write every table into `folder`; how many rows. Raises Refusal: `not_empty`."""
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("not_empty", f"Le dossier « {folder.name} » n’est pas vide.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    founding, rows, tables = bylaws.founding(), 0, []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in _models():
            rows += _write(model, folder)
            tables.append(_described(model))
    named = {"caisse": founding.name if founding else "", "tables": tables}
    (folder / "tables.json").write_text(
        json.dumps(named, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    anchors = Path(settings.HOME) / ANCHORS
    if anchors.exists():
        shutil.copyfile(anchors, folder / ANCHORS)
    _write_papers(folder)
    _seal(folder)
    return rows


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in LEFT_OUT:
            yield model


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [f for f in model._meta.concrete_fields if f.column not in SECRET_COLUMNS]


def _write(model: type[models.Model], folder: Path) -> int:
    """One table as CSV, by its key; ids of 16 bytes in hexadecimal."""
    names = [field.attname for field in _columns(model)]
    rows = model._default_manager.order_by("pk").values_list(*names)
    number = 0
    path = folder / f"{model._meta.db_table}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows.iterator(CHUNK):
            writer.writerow([_text(value) for value in row])
            number += 1
    return number


def _write_papers(folder: Path) -> None:
    """The papers behind entries, each as the file that it is, by its id."""
    (folder / PAPERS).mkdir(mode=0o700)
    for key in funding.all_documents():
        paper = funding.document_file(key)
        if paper is not None:
            (folder / PAPERS / f"{key.hex()}.{paper.ending}").write_bytes(paper.content)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)


def _described(model: type[models.Model]) -> dict[str, Any]:
    """What the table is for, and what each column holds."""
    return {
        "file": f"{model._meta.db_table}.csv",
        "what": " ".join((model.__doc__ or "").split()),
        "columns": [
            {
                "name": field.attname,
                "type": field.get_internal_type(),
                "points_to": _other(field),
            }
            for field in _columns(model)
        ],
    }


def _other(field: models.Field[Any, Any]) -> str:
    """The table that a column points to, "" for none."""
    other = field.related_model
    return "" if other is None else str(other._meta.db_table)


def _seal(folder: Path) -> None:
    """`files.txt`: the SHA-256 of each file, as `sha256sum -c` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "files.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
