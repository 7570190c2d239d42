"""The ledger as a Django application."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Accounts and transfers; the only code that moves money."""

    name = "caisse.ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The row that orders transfers is there after a migration; the timetable is declared."""
        post_migrate.connect(_keep_ground, sender=self, dispatch_uid="ledger.tip")
        from caisse.ledger import reactions

        assert reactions


def _keep_ground(*, using: str, **_: object) -> None:
    """The row `tip`, and the index by which the journal is read in its order.

    On PostgreSQL that one is a BRIN index, which payments do not pay for. It is made here because
    Django can declare it for one engine only, and SQLite forgets it when a table is rebuilt.
    """
    from caisse.ledger.models import Tip

    Tip.objects.using(using).get_or_create(pk=1)
    kind = "USING brin (seq)" if connections[using].vendor == "postgresql" else "(seq)"
    with connections[using].cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS transfer_seq ON ledger_transfer {kind}")
