"""One thing to do for somebody of the office."""

from dataclasses import dataclass

from caisse.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `roles` may do it, `not_by` is a login that may not (it did the first half).

    `due` is in words; `urgent` once the day has come. `call` is whom to call, with a number: only
    who may do it reads that.
    """

    icon: str
    title: str
    detail: str
    due: str
    address: str
    roles: tuple[str, ...]
    urgent: bool = False
    not_by: str = ""
    call: str = ""

    def waits_for(self, actor: Actor) -> bool:
        """Whether this person may do it."""
        return actor.may(*self.roles) and actor.id != self.not_by
