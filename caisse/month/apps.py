"""The month as a Django application."""

from django.apps import AppConfig


class MonthConfig(AppConfig):
    """Freeze, check, approve, credit, close."""

    name = "caisse.month"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The timetable's entries register themselves."""
        from caisse.month import reactions

        assert reactions
