"""The addresses of cover, bank, transfers and checks (the office), and of funders' own pages."""

from django.urls import path

from caisse.accounting.pages import bank, cover, financing, transfers

MONEY = "gestion/argent"

urlpatterns = [
    path(f"{MONEY}/couverture", cover.cover, name="cover"),
    path(f"{MONEY}/couverture.csv", cover.cover_csv, name="cover_csv"),
    path(f"{MONEY}/banque", bank.bank, name="bank"),
    path(f"{MONEY}/banque.csv", bank.bank_csv, name="bank_csv"),
    path(f"{MONEY}/banque/<int:reading_id>", bank.bank_reading, name="bank_reading"),
    path(f"{MONEY}/virements", transfers.transfers, name="transfers"),
    path(f"{MONEY}/virements/demander", transfers.transfer_new, name="transfer_new"),
    path(f"{MONEY}/virements/<uuid:act_id>", transfers.transfer, name="transfer"),
    path(
        f"{MONEY}/virements/<uuid:act_id>/refuser",
        transfers.transfer_decline,
        name="transfer_decline",
    ),
    path(
        f"{MONEY}/virements/<uuid:act_id>/reponse/<slug:what>",
        transfers.levy_answer,
        name="levy_answer",
    ),
    path("gestion/controles", cover.checks, name="checks"),
    path("financeur", financing.my_grants, name="my_grants"),
    path("financeur/convention/<int:grant_id>", financing.my_grant, name="my_grant"),
    path("financeur/convention/<int:grant_id>.csv", financing.my_grant_csv, name="my_grant_csv"),
    path("financeur/convention/<int:grant_id>.json", financing.my_grant_json, name="my_grant_json"),
]
