"""Contributions as a Django application."""

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    """Pledges, monthly calls, receipts, returns and arrears."""

    name = "caisse.contributions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The timetable's entries register themselves."""
        from caisse.contributions import reactions

        assert reactions
