"""The addresses of places: `/commerce` for those who keep one, `/gestion` for the office."""

from django.urls import path

from caisse.merchants.pages import (
    bank,
    merchant,
    office,
    persons,
    presence,
    redemptions,
    statements,
)

MINE = "commerce/<int:place_id>"
PLACE = "gestion/lieux/<int:place_id>"
PAID = "gestion/remboursements/<str:month>"

urlpatterns = [
    path("commerce", merchant.my_places, name="my_places"),
    path(MINE, merchant.my_place, name="my_place"),
    path(f"{MINE}/releves", statements.my_statements, name="my_statements"),
    path(f"{MINE}/releves/demander", statements.my_redemption, name="my_redemption"),
    path(f"{MINE}/releves/<str:month>.pdf", statements.my_statement_pdf, name="my_statement_pdf"),
    path(f"{MINE}/releves/<str:month>.csv", statements.my_statement_csv, name="my_statement_csv"),
    path(f"{MINE}/releves/<str:month>", statements.my_statement, name="my_statement"),
    path(f"{MINE}/apport", merchant.my_share, name="my_share"),
    path(f"{MINE}/appel", merchant.call_me, name="call_me"),
    path(f"{MINE}/horaires", presence.my_hours, name="my_hours"),
    path(f"{MINE}/horaires/<int:weekday>", presence.my_hours_day, name="my_hours_day"),
    path(f"{MINE}/fermetures/nouvelle", presence.my_closure, name="my_closure"),
    path(
        f"{MINE}/fermetures/<int:closure_id>/retirer", presence.my_open_again, name="my_open_again"
    ),
    path(f"{MINE}/fiche", presence.my_sheet, name="my_sheet"),
    path(f"{MINE}/personnes", persons.my_people, name="my_people"),
    path(f"{MINE}/personnes/nouvelle", persons.my_person, name="my_person"),
    path(f"{MINE}/personnes/<str:login>/retirer", persons.my_person_end, name="my_person_end"),
    path(f"{MINE}/personnes/<str:login>/code", persons.my_person_code, name="my_person_code"),
    path(f"{MINE}/personnes/<str:login>/e-mail", persons.my_person_email, name="my_person_email"),
    path(f"{MINE}/banque", bank.my_bank, name="my_bank"),
    path(f"{MINE}/banque/changer", bank.my_bank_change, name="my_bank_change"),
    path("gestion/lieux", office.places_office, name="places_office"),
    path("gestion/lieux.csv", office.places_csv, name="places_csv"),
    path("gestion/lieux/nouveau", office.place_new, name="place_new"),
    path(PLACE, office.place_office, name="place_office"),
    path(f"{PLACE}/suspendre", office.place_suspend, name="place_suspend"),
    path(f"{PLACE}/reprendre", office.place_resume, name="place_resume"),
    path(f"{PLACE}/horaires", presence.place_hours, name="place_hours"),
    path(f"{PLACE}/horaires/<int:weekday>", presence.place_hours_day, name="place_hours_day"),
    path(f"{PLACE}/fermetures/nouvelle", presence.place_closure, name="place_closure"),
    path(
        f"{PLACE}/fermetures/<int:closure_id>/retirer",
        presence.place_open_again,
        name="place_open_again",
    ),
    path(f"{PLACE}/fiche", presence.place_sheet, name="place_sheet"),
    path(f"{PLACE}/personnes", persons.place_people, name="place_people"),
    path(f"{PLACE}/personnes/nouvelle", persons.place_person, name="place_person"),
    path(
        f"{PLACE}/personnes/<str:login>/retirer", persons.place_person_end, name="place_person_end"
    ),
    path(
        f"{PLACE}/personnes/<str:login>/code", persons.place_person_code, name="place_person_code"
    ),
    path(
        f"{PLACE}/personnes/<str:login>/e-mail",
        persons.place_person_email,
        name="place_person_email",
    ),
    path(f"{PLACE}/banque", bank.place_bank, name="place_bank"),
    path(f"{PLACE}/banque/rappel", bank.place_bank_called, name="place_bank_called"),
    path(f"{PLACE}/banque/accord", bank.place_bank_agreed, name="place_bank_agreed"),
    path(f"{PLACE}/banque/refus", bank.place_bank_declined, name="place_bank_declined"),
    path("gestion/remboursements", redemptions.redemptions, name="redemptions"),
    path(f"{PAID}.csv", redemptions.redemption_table, name="redemption_csv"),
    path(f"{PAID}/banque.csv", redemptions.redemption_bank, name="redemption_bank_csv"),
    path(f"{PAID}/preparer", redemptions.redemption_prepare, name="redemption_prepare"),
    path(f"{PAID}/accord", redemptions.redemption_agree, name="redemption_agree"),
    path(f"{PAID}/refus", redemptions.redemption_decline, name="redemption_decline"),
    path(f"{PAID}/reprendre", redemptions.redemption_resume, name="redemption_resume"),
    path(f"{PAID}/<int:place_id>/refus", redemptions.redemption_refused, name="redemption_refused"),
    path(PAID, redemptions.redemption, name="redemption"),
]
