"""Funding as a Django application."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """Funders, grants, the ring-fenced funds and the costs of operating."""

    name = "caisse.funding"
    default_auto_field = "django.db.models.BigAutoField"
