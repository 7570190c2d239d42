"""The office's ways in: who may do what, since when and until when."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch

from caisse.kernel import clock
from caisse.people.models import Login, Role, RoleName

OTHERS = (RoleName.MEMBER, RoleName.MERCHANT, RoleName.CASHIER, RoleName.FUNDER)


@dataclass(frozen=True, slots=True)
class OfficeRole:
    """A role of a login of the office; `last` is its last day (None: without end)."""

    role: str
    since: date
    last: date | None


@dataclass(frozen=True, slots=True)
class OfficeLogin:
    """A way in of the office: its identifier, who it is, its roles that are not over."""

    identifier: str
    name: str
    is_open: bool
    roles: tuple[OfficeRole, ...]


def office_logins() -> list[OfficeLogin]:
    """The ways in that hold, or have held, a role of the office; open ones first, by name."""
    today = clock.today()
    own = Role.objects.exclude(name__in=OTHERS).order_by("since", "pk")
    rows = (
        Login.objects.filter(roles__in=own)
        .distinct()
        .select_related("person")
        .prefetch_related(Prefetch("roles", queryset=own, to_attr="office"))
    )
    found = [
        OfficeLogin(
            row.identifier,
            _name(row),
            row.is_active,
            tuple(
                OfficeRole(role.name, role.since, _last(role))
                for role in getattr(row, "office", ())
                if role.until is None or role.until > today
            ),
        )
        for row in rows[:500]
    ]
    return sorted(found, key=lambda one: (not one.is_open, not one.roles, one.name))


def office_login(identifier: str) -> OfficeLogin | None:
    """One of them."""
    return next((one for one in office_logins() if one.identifier == identifier), None)


def _last(role: Role) -> date | None:
    return None if role.until is None else role.until - timedelta(days=1)


def _name(login: Login) -> str:
    person = login.person
    return login.identifier if person is None else f"{person.given_name} {person.family_name}"
