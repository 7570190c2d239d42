"""Merchants as a Django application."""

from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    """Merchants and their places: agreements, and the redemption of what they earned."""

    name = "caisse.merchants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make known what the calendar brings."""
        from caisse.merchants import reactions

        assert reactions
