"""The addresses of the caisse."""

from django.urls import path

from caisse.site import pages

urlpatterns = [
    path("", pages.glance, name="glance"),
    path("affiche", pages.sheets, name="sheets"),
]
