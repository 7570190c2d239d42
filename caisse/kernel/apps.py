"""The kernel as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from caisse.kernel import triggers


class KernelConfig(AppConfig):
    """Words without a domain; keeps the triggers of every package in place."""

    name = "caisse.kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Triggers are taken away before a migration and set again after it."""
        # Django sends both for each application, all of them before and all of them after
        pre_migrate.connect(
            triggers.before_migrate, sender=self, dispatch_uid="triggers.before_migrate"
        )
        post_migrate.connect(
            triggers.after_migrate, sender=self, dispatch_uid="triggers.after_migrate"
        )
