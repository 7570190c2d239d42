"""The addresses of the months."""

from django.urls import path

from caisse.month.pages import acts, member, office

urlpatterns = [
    path("gestion/mois", office.months, name="months"),
    path("gestion/mois/<str:month>.csv", office.month_csv, name="month_csv"),
    path("gestion/mois/<str:month>", office.month, name="month"),
    path("gestion/mois/<str:month>/lignes", office.month_lines, name="month_lines"),
    path("gestion/mois/<str:month>/figer", acts.month_freeze, name="month_freeze"),
    path("gestion/mois/<str:month>/controler", acts.month_check, name="month_check"),
    path("gestion/mois/<str:month>/approuver", acts.month_approve, name="month_approve"),
    path("gestion/mois/<str:month>/verser", acts.month_credit, name="month_credit"),
    path("gestion/mois/<str:month>/clore", acts.month_close, name="month_close"),
    path("gestion/mois/<str:month>/ajuster", acts.month_adjust, name="month_adjust"),
    path("gestion/mois/<str:month>/signaler", acts.month_flag, name="month_flag"),
    path("gestion/mois/<str:month>/signaler/<str:number>", acts.month_answer, name="month_answer"),
    path("moi/allocation", member.my_allocation, name="my_allocation"),
    path("moi/allocation/<str:month>", member.my_allocation, name="my_allocation_month"),
    path("moi/ce-qui-reste", member.my_unspent, name="my_unspent"),
]
