"""Where one comes in by a click: a demo, and a copy to learn on (own room: the assembly's own).

No other caisse opens its door so: the list is empty there.
"""

from django.conf import settings

from caisse.bylaws import queries as bylaws
from caisse.demo import operations as demo
from caisse.demo.operations import Guest
from caisse.kernel import clock
from caisse.people import queries as people

ICONS = {
    "member": "wallet",
    "merchant": "building-store",
    "funder": "coins",
    "committee": "users-group",
}
MOST = 2  # people of each role on the door of a copy to learn on


def cast() -> list[Guest]:
    """The people whom a visitor may be; none in a real caisse."""
    if settings.TRAINING:
        return _trainees()
    founding = bylaws.founding()
    return demo.cast() if founding is not None and founding.demo else []


def _trainees() -> list[Guest]:
    """A few logins of each role, under the names of the copy."""
    labels = people.role_labels()
    shown = []
    for role, label in labels.items():
        rows = people.logins_with_role([role], on=clock.today())
        icon = ICONS.get(role, "user-circle")
        shown += [Guest(row.login, row.name, label, icon) for row in rows[:MOST]]
    return shown
