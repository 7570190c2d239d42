"""The assembly as a Django application: addresses, the glance page, the command `caisse`."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Named apart: `site` alone is a module of Python."""

    name = "caisse.site"
    label = "caisse_site"

    def ready(self) -> None:
        """What is done by itself is declared when the application starts."""
        from caisse.site import adapter, reactions

        assert adapter and reactions
