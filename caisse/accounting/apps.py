"""Accounting as a Django application."""

from django.apps import AppConfig


class AccountingConfig(AppConfig):
    """Figures, the cash forecast, the check of the books."""

    name = "caisse.accounting"
    default_auto_field = "django.db.models.BigAutoField"
