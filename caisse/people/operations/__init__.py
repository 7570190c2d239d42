"""Writes of people: households join, change, pause and leave; holders; logins and roles."""

from caisse.people.handles import words
from caisse.people.operations.contacts import note_contact
from caisse.people.operations.details import change_address, change_contact
from caisse.people.operations.erasing import apply_retention, erase
from caisse.people.operations.files import open_file, show_balance, show_contact
from caisse.people.operations.finding import rewrite_words
from caisse.people.operations.households import Held, add_holder, change_composition, end_holder
from caisse.people.operations.inquiries import answer, ask
from caisse.people.operations.joining import Joined, Joining, join, join_many
from caisse.people.operations.logins import (
    close_login,
    create_login,
    end_role,
    grant_role,
    note_email,
    reached_at,
)
from caisse.people.operations.office import (
    GIVEN_HERE,
    give_holder_code,
    give_office_code,
    give_role,
    open_office_login,
    shut_login,
    stand_in,
    take_role,
)
from caisse.people.operations.persons import NewHolder, NewHousehold
from caisse.people.operations.states import (
    activate,
    apply,
    close,
    leave,
    pause,
    resume,
    welcome,
)
from caisse.people.operations.two_people import (
    KINDS,
    Kind,
    acts,
    agree,
    decline,
    end_old_acts,
    prepare_act,
    prepared_before,
)
from caisse.people.operations.ways_in import (
    give_code,
    open_way_in,
    open_way_in_for,
    same_person,
    stands_behind,
    use_code,
)

__all__ = [
    "GIVEN_HERE",
    "KINDS",
    "Held",
    "Joined",
    "Joining",
    "Kind",
    "NewHolder",
    "NewHousehold",
    "activate",
    "acts",
    "add_holder",
    "agree",
    "answer",
    "apply",
    "apply_retention",
    "ask",
    "change_address",
    "change_composition",
    "change_contact",
    "close",
    "close_login",
    "create_login",
    "decline",
    "end_holder",
    "end_old_acts",
    "end_role",
    "erase",
    "give_code",
    "give_holder_code",
    "give_office_code",
    "give_role",
    "grant_role",
    "join",
    "join_many",
    "leave",
    "note_contact",
    "note_email",
    "open_file",
    "open_office_login",
    "open_way_in",
    "open_way_in_for",
    "pause",
    "prepare_act",
    "prepared_before",
    "reached_at",
    "resume",
    "rewrite_words",
    "same_person",
    "show_balance",
    "show_contact",
    "shut_login",
    "stand_in",
    "stands_behind",
    "take_role",
    "use_code",
    "welcome",
    "words",
]
