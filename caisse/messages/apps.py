"""Messages as a Django application."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Notices by the road that each person chose, letters on paper: one per person and cause."""

    name = "caisse.messages"
    label = "caisse_messages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is done by itself is declared when the application starts; who carries is there."""
        from caisse.messages import carriers, reactions

        assert reactions
        carriers.carrier()
