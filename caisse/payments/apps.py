"""Payments as a Django application."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The till: pay and refund, through the ledger's hot path."""

    name = "caisse.payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The timetable's entries register themselves."""
        from caisse.payments import reactions

        assert reactions
