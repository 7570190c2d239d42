"""Say that something is wrong with a month: its approval waits until somebody has answered."""

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.month import queries
from caisse.people import operations as people


def flag(*, month: Month, text: str, by: Actor, id: Id | None = None) -> Id:
    """Flag an error of `month`, in words; returns the id of the question. Repeatable by `id`.

    It is a question to the office, about "month:2023-07": the words stay among people's texts and
    no event holds them. Raises Refusal: `not_frozen`, `text`, `differs`.
    """
    if queries.run(month=month) is None:
        raise Refusal("not_frozen", f"Le mois {month} n’est pas encore figé.")
    return people.ask(subject=queries.flag_subject(month), kind="amount", text=text, by=by, id=id)


def answer_flag(*, month: Month, inquiry_id: Id, text: str, by: Actor) -> None:
    """Answer an error that was flagged; the approval goes on. Raises Refusal: `unknown`, `text`."""
    if not any(found.id == inquiry_id for found in queries.flags(month)):
        raise Refusal("unknown", "Ce signalement n’existe pas.")
    people.answer(inquiry_id=inquiry_id, text=text, by=by)
