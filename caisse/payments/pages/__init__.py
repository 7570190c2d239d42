"""Pages of payments in the office: the purchases of a day at a place, and giving one back."""

from django.http import HttpRequest

from caisse.kernel.guard import by
from caisse.people import queries as people

ROLES = ("coordinator", "treasurer")
"""Who may know what a place took (domain.md 3.5); no page here says who bought."""


def may_read(request: HttpRequest, number: int) -> bool:
    """Whether the file of the household is open to who asks: it was opened by a button, and that
    stands in the journal."""
    return people.file_open(number, login=by(request).id)
