"""The addresses of the caisse."""

from django.urls import path

from caisse.site.pages import bylaws, figures, glance

urlpatterns = [
    path("", glance.glance, name="glance"),
    path("affiche", glance.sheets, name="sheets"),
    path("reglement", bylaws.rulebook, name="rulebook"),
    path("reglement/<str:name>", bylaws.article, name="article"),
    path("decisions", bylaws.register, name="decisions"),
    path("decisions/<int:number>", bylaws.decision, name="decision"),
    path("chiffres", figures.defined, name="figures"),
    path("chiffres.csv", figures.as_csv, name="figures_csv"),
    path("chiffres.json", figures.as_json, name="figures_json"),
    path("argent", figures.flows, name="money"),
]
