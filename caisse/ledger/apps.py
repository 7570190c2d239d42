"""The ledger as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Accounts and transfers; the only code that moves money."""

    name = "caisse.ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The row that orders transfers is there after a migration; the timetable is declared."""
        post_migrate.connect(_keep_tip, sender=self, dispatch_uid="ledger.tip")
        from caisse.ledger import reactions

        assert reactions


def _keep_tip(*, using: str, **_: object) -> None:
    from caisse.ledger.models import Tip

    Tip.objects.using(using).get_or_create(pk=1)
