"""The addresses of the caisse."""

from django.urls import path

from caisse.site.pages import bylaws, figures, glance, joining, places

urlpatterns = [
    path("", glance.glance, name="glance"),
    path("affiche", glance.sheets, name="sheets"),
    path("comprendre", joining.explained, name="explained"),
    path("participer", joining.joined, name="joining"),
    path("participer/grille", joining.guide, name="guide"),
    path("lieux", places.listed, name="places"),
    path("lieux/<int:place_id>", places.place, name="place"),
    path("reglement", bylaws.rulebook, name="rulebook"),
    path("reglement/<str:name>", bylaws.article, name="article"),
    path("decisions", bylaws.register, name="decisions"),
    path("decisions/<int:number>", bylaws.decision, name="decision"),
    path("chiffres", figures.defined, name="figures"),
    path("chiffres.csv", figures.as_csv, name="figures_csv"),
    path("chiffres.json", figures.as_json, name="figures_json"),
    path("argent", figures.flows, name="money"),
]
