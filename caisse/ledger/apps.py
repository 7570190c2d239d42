"""The ledger as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Accounts and transfers; the only code that moves money."""

    name = "caisse.ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """After a migration (and after a test's flush) the row that orders transfers is there."""
        post_migrate.connect(_keep_tip, sender=self, dispatch_uid="ledger.tip")


def _keep_tip(*, using: str, **_: object) -> None:
    from caisse.ledger.models import Tip

    Tip.objects.using(using).get_or_create(pk=1)
