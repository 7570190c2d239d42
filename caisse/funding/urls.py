"""The addresses of the office's pages about funders and costs."""

from django.urls import path

from caisse.funding.pages import access, costs, documents, grants

MONEY = "gestion/argent"

urlpatterns = [
    path(f"{MONEY}/depenses", costs.costs, name="costs"),
    path(f"{MONEY}/depenses.csv", costs.costs_csv, name="costs_csv"),
    path(f"{MONEY}/depenses/payees.csv", costs.costs_paid_csv, name="costs_paid_csv"),
    path(f"{MONEY}/depenses/prevoir", costs.cost_plan, name="cost_plan"),
    path(f"{MONEY}/depenses/payer", costs.cost_pay_new, name="cost_pay_new"),
    path(
        f"{MONEY}/depenses/prevues/<int:planned_id>/changer", costs.cost_change, name="cost_change"
    ),
    path(f"{MONEY}/depenses/prevues/<int:planned_id>/payer", costs.cost_pay, name="cost_pay"),
    path(f"{MONEY}/depenses/payees/<int:paid_id>", costs.cost_paid, name="cost_paid"),
    path(f"{MONEY}/depenses/payees/<int:paid_id>/annuler", costs.cost_undo, name="cost_undo"),
    path(
        f"{MONEY}/pieces/<slug:kind>/<str:key>/ajouter", documents.document_new, name="document_new"
    ),
    path(f"{MONEY}/pieces/<uuid:document_id>", documents.document, name="document"),
    path(
        f"{MONEY}/pieces/<uuid:document_id>/retirer",
        documents.document_withdraw,
        name="document_withdraw",
    ),
    path(f"{MONEY}/financeurs", grants.funders, name="funders"),
    path(f"{MONEY}/financeurs.csv", grants.funders_csv, name="funders_csv"),
    path(f"{MONEY}/financeurs/<int:funder_id>", grants.funder, name="funder"),
    path(f"{MONEY}/financeurs/<int:funder_id>/acces", access.funder_access, name="funder_access"),
    path(
        f"{MONEY}/financeurs/<int:funder_id>/acces/<str:login>/finir",
        access.funder_access_end,
        name="funder_access_end",
    ),
    path(f"{MONEY}/conventions/signer", grants.grant_new, name="grant_new"),
    path(
        f"{MONEY}/conventions/<int:grant_id>/abandonner",
        grants.grant_write_off,
        name="grant_write_off",
    ),
    path(
        f"{MONEY}/versements/<int:instalment_id>/recevoir",
        grants.instalment_receive,
        name="instalment_receive",
    ),
    path(
        f"{MONEY}/versements/<int:instalment_id>/courrier",
        grants.instalment_postpone,
        name="instalment_postpone",
    ),
]
