"""What must be true before a till opens (own room: it belongs to the assembly). trust.md 2.2, 2.4, 2.9."""

from django.conf import settings
from django.db import connection

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.site import timekeeping

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
START = ("chain", "triggers", "partitions", "seal", "articles")


def problems() -> list[str]:
    """French sentences, none when the server may start.

    Assertions are on, the database is durable, its chain continues the last anchored one, nothing it
    should refuse by itself is missing, and only a demo lives in a time of its own.
    """
    found = []
    if not __debug__:
        found.append(
            "Python tourne avec -O : les contrôles internes sont coupés. Relancez-le sans."
        )
    found += _durability()
    founding = bylaws.founding()
    if timekeeping.path().exists() and (founding is None or not founding.demo):
        found.append("clock.json est réservé à une démonstration. Retirez ce fichier.")
    if not settings.INSECURE and "localhost" in settings.ALLOWED_HOSTS:
        found.append(
            "Sans https, la caisse ne sert que sur cette machine : posez CAISSE_INSECURE=1, "
            "ou nommez son adresse publique dans CAISSE_HOSTS."
        )
    for line in accounting.check(START):
        if not line.ok:
            found.append(f"Contrôle « {line.code} » : {line.label}. {line.first}")
    return found


def _durability() -> list[str]:
    """The settings under which an acknowledged payment survives a power cut, read back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            level = cursor.fetchone()[0]
            return [] if level >= 2 else [f"SQLite : synchronous vaut {level}, il faut 2 (FULL)."]
        found = []
        for name, wanted in DURABLE.items():
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
            if value != wanted:
                found.append(f"PostgreSQL : {name} vaut {value}, il faut {wanted}.")
        return found
