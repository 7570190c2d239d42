"""The addresses of the office's pages about people; no name and no search term stands in one."""

from django.urls import path

from caisse.people.pages import access, acts, file, finding, household, membership

HOME = "gestion/personnes"
FILE = f"{HOME}/<int:number>"
HOLDER = f"{FILE}/titulaires/<int:holder_id>"
LOGIN = "gestion/acces/qui/<str:identifier>"
ACT = "gestion/accords/<uuid:key>"

urlpatterns = [
    path(HOME, finding.listing, name="people"),
    path(f"{HOME}/nouveau", household.join, name="person_new"),
    path(f"{HOME}/sans-contact", finding.unreached, name="unreached"),
    path(f"{HOME}/regards", finding.who_looked, name="who_looked"),
    path(FILE, file.person, name="person"),
    path(f"{FILE}/ouvrir", finding.open_file, name="person_open"),
    path(f"{FILE}/coordonnees", file.show_contact, name="person_contact"),
    path(f"{FILE}/contact", file.note_contact, name="contact_note"),
    path(f"{FILE}/composition", household.composition, name="person_composition"),
    path(f"{FILE}/adresse", household.address, name="person_address"),
    path(f"{FILE}/titulaire", household.add_holder, name="holder_add"),
    path(f"{HOLDER}/corriger", household.details, name="holder_details"),
    path(f"{HOLDER}/fin", household.end_holder, name="holder_end"),
    path(f"{HOLDER}/code", file.desk_code, name="holder_code"),
    path(f"{HOLDER}/feuille", file.welcome_code, name="holder_sheet"),
    path(f"{FILE}/pause", membership.pause, name="person_pause"),
    path(f"{FILE}/reprise", membership.resume, name="person_resume"),
    path(f"{FILE}/depart", membership.leave, name="person_leave"),
    path(f"{FILE}/cloture", membership.close, name="person_close"),
    path(f"{FILE}/effacer", membership.erase, name="person_erase"),
    path("gestion/acces", access.access, name="access"),
    path("gestion/acces/ouvrir", access.open_login, name="access_new"),
    path("gestion/acces/absence", access.stand_in, name="access_stand_in"),
    path(LOGIN, access.login, name="access_login"),
    path(f"{LOGIN}/role", access.give_role, name="access_role"),
    path(f"{LOGIN}/role/<str:role>/fin", access.end_role, name="access_role_end"),
    path(f"{LOGIN}/fermer", access.close_login, name="access_close"),
    path(f"{LOGIN}/code", access.give_code, name="access_code"),
    path("gestion/accords", acts.acts, name="acts"),
    path(ACT, acts.act, name="act"),
    path(f"{ACT}/accord", acts.agree, name="act_agree"),
    path(f"{ACT}/refus", acts.decline, name="act_decline"),
]
