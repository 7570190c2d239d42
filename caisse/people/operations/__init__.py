"""Writes of people: households join, change, pause and leave; holders; logins and roles."""

from caisse.people.operations.households import Held, add_holder, change_composition, end_holder
from caisse.people.operations.joining import Joined, Joining, join, join_many
from caisse.people.operations.logins import close_login, create_login, end_role, grant_role
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

__all__ = [
    "Held",
    "Joined",
    "Joining",
    "NewHolder",
    "NewHousehold",
    "activate",
    "add_holder",
    "apply",
    "change_composition",
    "close",
    "close_login",
    "create_login",
    "end_holder",
    "end_role",
    "grant_role",
    "join",
    "join_many",
    "leave",
    "pause",
    "resume",
    "welcome",
]
