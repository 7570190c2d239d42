"""The demo as a Django application: no table of its own."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Montpellier's reference year, played through the operations."""

    name = "caisse.demo"
