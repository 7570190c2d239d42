"""A copy of the caisse to learn on: the same books, other names, no way out to real people.

The copy is a home of its own with an SQLite file, whatever the engine of the caisse. Ledger and
events hold no name, so they are copied as they are and the copy's chain stays whole. Everything
personal is replaced before the copy is called ready; its e-mails never leave a folder.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from caisse.kernel import clock
from caisse.kernel.refusal import Refusal
from caisse.people import operations as people
from caisse.site.operations.copying import copy_file
from caisse.site.operations.engines import copy_into

MARK = "training.json"
GIVEN = ("Ada", "Basile", "Chloé", "Driss", "Elif", "Fanny", "Gaspard", "Hugo", "Inès", "Joris")
FAMILY = ("Abricot", "Basilic", "Cerise", "Datte", "Épeautre", "Figue", "Girolle", "Haricot")
STREETS = ("rue de l’Exemple", "place du Modèle", "allée de l’Essai")

EMPTIED = (
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "usersessions_usersession",
    "django_session",
    "people_accesscode",
    "caisse_messages_notice",
    "caisse_messages_preference",
    "caisse_messages_reader",
    "caisse_messages_subscription",
    "django_tasks_database_dbtaskresult",
    "merchants_bankdetails",
    "funding_document",
    "payments_pin",
    "payments_card",
    "payments_device",
)
"""Tables of which a copy to learn on keeps nothing: ways in, sessions, letters, work that waits."""

BLANKED = (
    ("people_inquiry", "text", "Texte d’exemple."),
    ("people_inquiry", "answer", "Réponse d’exemple."),
    ("people_contact", "note", ""),
    ("people_preparedact", "reason", "Raison d’exemple."),
    ("people_login", "password", "!"),
    ("contributions_receipt", "undone_reason", "Raison d’exemple."),
    ("contributions_receiptimport", "undone_reason", "Raison d’exemple."),
)
"""What people typed, replaced where it is not empty already."""


def training_copy(folder: Path) -> int:
    """Make the copy in `folder`; how many persons got another name there.

    Raises Refusal(there_already) for a folder that holds a caisse.
    """
    file = folder / "caisse.sqlite3"
    if file.exists():
        raise Refusal("there_already", f"« {folder.name} » contient déjà une caisse.")
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / "caisse.sqlite3.new"
    scratch.unlink(missing_ok=True)
    scratch.touch(mode=0o600)
    try:
        if connection.vendor == "sqlite":
            copy_file(Path(str(connection.settings_dict["NAME"])), scratch)
        else:
            copy_into(scratch)
        renamed = _scrub(scratch)
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
    (folder / MARK).write_text(json.dumps({"made_on": str(clock.today())}), encoding="utf-8")
    return renamed


def _scrub(file: Path) -> int:
    """Other names, no contact, no way in; then the file is written anew: nothing lingers."""
    with closing(sqlite3.connect(file)) as opened:
        for table in EMPTIED:
            opened.execute(f"DELETE FROM {table}")
        for table, column, text in BLANKED:
            opened.execute(f"UPDATE {table} SET {column} = ? WHERE {column} <> ''", (text,))
        renamed = _rename(opened)
        opened.commit()
        opened.execute("PRAGMA journal_mode = DELETE")
        opened.execute("VACUUM")
    return renamed


def _rename(opened: sqlite3.Connection) -> int:
    """Persons and addresses of the copy, and the words by which the office finds them."""
    numbers = [number for (number,) in opened.execute("SELECT id FROM people_person")]
    named = [(*_name(number), number) for number in numbers]
    opened.executemany(
        "UPDATE people_person SET given_name = ?, family_name = ?, folded = ?, email = '', "
        "phone = '' WHERE id = ?",
        named,
    )
    homes = [number for (number,) in opened.execute("SELECT id FROM people_household")]
    opened.executemany(
        "UPDATE people_household SET street = ?, postcode = '00000', town = 'Exemple', folded = ? "
        "WHERE id = ?",
        [(f"{n % 90 + 1} {STREETS[n % 3]}", "exemple", n) for n in homes],
    )
    opened.execute("DELETE FROM people_searchword")
    opened.executemany(
        "INSERT OR IGNORE INTO people_searchword (membership_id, word) VALUES (?, ?)",
        _words(opened),
    )
    return len(named)


def _words(opened: sqlite3.Connection) -> list[tuple[int, str]]:
    rows = opened.execute(
        "SELECT m.id, p.given_name, p.family_name, h.handle, o.street FROM people_membership m "
        "JOIN people_household o ON o.id = m.household_id "
        "JOIN people_wallet w ON w.household_id = o.id "
        "JOIN people_holder h ON h.wallet_id = w.id JOIN people_person p ON p.id = h.person_id"
    )
    return [(number, word) for number, *texts in rows for word in people.words(*texts)]


def _name(number: int) -> tuple[str, str, str]:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
    return given, family, " ".join(sorted(people.words(given, family)))
