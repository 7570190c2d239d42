"""What must be true before a till opens (own room: it belongs to the assembly)."""

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.site import timekeeping

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
AHEAD = 3  # months whose ids are possible
BEHIND = "La base est d’une version plus ancienne que ce programme. Lancez « caisse upgrade »."
NEWER = "La base vient d’une version plus récente que ce programme. Mettez le programme à jour."


def problems() -> list[str]:
    """French sentences, none when the server may start.

    Assertions are on, the database is durable and of this program's schema, its chain continues
    the last anchored one, nothing it should refuse by itself is missing, and only a demo lives in a
    time of its own (lessons 2, 4 and 9 of trust: weak settings lose acknowledged payments).
    """
    found = []
    if not __debug__:
        found.append("Python tourne avec -O, sans ses contrôles internes. Relancez-le sans.")
    found += _durability()
    schema = schema_problem()
    if schema is not None:
        return [*found, schema]  # nothing else can be asked of such a database
    founding = bylaws.founding()
    if timekeeping.path().exists() and (founding is None or not founding.demo):
        found.append("clock.json est réservé à une démonstration. Retirez ce fichier.")
    if not settings.INSECURE and "localhost" in settings.ALLOWED_HOSTS:
        found.append(
            "Sans https, la caisse ne sert que sur cette machine : posez CAISSE_INSECURE=1, "
            "ou nommez son adresse publique dans CAISSE_HOSTS."
        )
    for line in accounting.check_start():
        if not line.ok:
            found.append(f"Contrôle « {line.code} » : {line.label}. {line.first}")
    return found


def prepare() -> None:
    """Give the ids of the months ahead their place, after a time in which nothing ran."""
    if schema_problem() is None and bylaws.founding() is not None:
        timekeeping.resume(runs=False)
        ledger.prepare(Month.of(clock.today()) + AHEAD)


def empty() -> bool:
    """No caisse was ever founded in this database: not even its tables are there."""
    with connection.cursor() as cursor:
        return "bylaws_founding" not in connection.introspection.table_names(cursor)


def pending() -> list[str]:
    """The migrations that the code has and the database has not."""
    loader = MigrationLoader(connection)
    return _names(set(loader.disk_migrations or ()) - set(loader.applied_migrations))


def unknown() -> list[str]:
    """The migrations that the database has and the code has not: a newer program made them."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    ours = loader.migrated_apps
    applied = {name for name in loader.applied_migrations if name[0] in ours}
    return _names(applied - set(loader.disk_migrations or ()))


def schema_problem() -> str | None:
    """Why this program cannot work with the tables that are there, or None."""
    if pending():
        return BEHIND
    return NEWER if unknown() else None


def _names(migrations: set[tuple[str, str]]) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in migrations)


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
