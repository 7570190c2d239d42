"""People as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Persons, households, wallet holders, memberships, roles and access."""

    name = "caisse.people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The timetable learns what it does about files."""
        from caisse.people import reactions

        assert reactions
