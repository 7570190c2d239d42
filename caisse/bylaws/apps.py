"""The bylaws as a Django application."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class BylawsConfig(AppConfig):
    """Decisions, amendments, what is in force when."""

    name = "caisse.bylaws"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every package's `rules` declare their articles, before a value can be judged."""
        autodiscover_modules("rules")
