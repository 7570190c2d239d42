"""Who acts: a pseudonym with roles, never a name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a write. `id` is the login's identifier or `system:<what>`.

    `on_behalf_of` is the membership or place for which a person at a desk acts.
    """

    id: str
    roles: frozenset[str] = frozenset()
    on_behalf_of: str | None = None

    def may(self, *roles: str) -> bool:
        """True when the actor holds one of `roles`."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system:timetable", frozenset({"system"}))
