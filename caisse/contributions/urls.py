"""The addresses of contributions."""

from django.urls import path

from caisse.contributions.pages import (
    arrears,
    desk,
    guiding,
    imports,
    pausing,
    pledging,
    receipts,
)

urlpatterns = [
    path("moi/cotiser", pledging.my_pledge, name="my_pledge"),
    path("moi/cotiser/guide", guiding.my_guide, name="my_guide"),
    path("moi/cotiser/montant", guiding.my_pledge_change, name="my_pledge_change"),
    path("moi/cotiser/note", pledging.my_pledge_done, name="my_pledge_done"),
    path("moi/cotiser/revenir", pledging.my_pledge_undo, name="my_pledge_undo"),
    path("moi/cotiser/appelez-moi", pledging.my_call_me, name="my_call_me"),
    path("moi/cotiser/pause", pausing.my_pause, name="my_pause"),
    path("moi/cotiser/reprendre", pausing.my_resume, name="my_resume"),
    path("gestion/personnes/<int:membership>/cotisation", desk.pledge_new, name="pledge_new"),
    path("gestion/personnes/<int:membership>/encaisser", desk.receipt_new, name="receipt_new"),
    path("gestion/guichets", desk.desks, name="desks"),
    path("gestion/guichets/<slug:desk>/clore", desk.desk_close, name="desk_close"),
    path("gestion/encaissements", receipts.receipts, name="receipts"),
    path("gestion/encaissements/n/<int:receipt>", receipts.receipt, name="receipt"),
    path(
        "gestion/encaissements/n/<int:receipt>/annuler", receipts.receipt_undo, name="receipt_undo"
    ),
    path("gestion/encaissements/n/<int:receipt>/rejet", receipts.return_new, name="return_new"),
    path("gestion/encaissements/<str:month>.csv", receipts.receipts_csv, name="receipts_csv"),
    path("gestion/encaissements/<str:month>", receipts.receipts_month, name="receipts_month"),
    path("gestion/rejets/<int:number>/annuler", receipts.return_undo, name="return_undo"),
    path("gestion/impayes", arrears.arrears, name="arrears"),
    path("gestion/impayes/<int:membership>", arrears.arrear, name="arrear"),
    path("gestion/fichiers", imports.imports, name="imports"),
    path("gestion/fichiers/nouveau", imports.receipt_import, name="receipt_import"),
    path("gestion/fichiers/preparer", imports.import_prepare, name="import_prepare"),
    path("gestion/fichiers/accord/<str:act>", imports.import_act, name="import_act"),
    path(
        "gestion/fichiers/accord/<str:act>/refuser", imports.import_decline, name="import_decline"
    ),
    path("gestion/fichiers/<int:batch>/annuler", imports.import_undo, name="import_undo"),
]
