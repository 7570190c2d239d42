"""Whose pages these are: the member behind the request, her wallet, the words of the caisse."""

from datetime import date
from typing import TypeVar

from django.http import Http404, HttpRequest

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.guard import by
from caisse.kernel.month import Month
from caisse.kernel.pages import found
from caisse.people import queries as people
from caisse.people.queries import Me
from caisse.people.rules import CurrencyRules, sign
from caisse.site.telling.sentences import Terms

C = TypeVar("C")


def me_of(request: HttpRequest) -> Me:
    """The person who asks."""
    return found(people.me(by(request).id))


def mine(request: HttpRequest) -> tuple[Me, int, int]:
    """The person who asks, the wallet she may spend from, the membership of its household.

    Raises Http404 for somebody who holds none.
    """
    me = me_of(request)
    if me.wallet_id is None or me.membership_id is None:
        raise Http404
    return me, me.wallet_id, me.membership_id


def terms(today: date | None = None) -> Terms:
    """The two units of the caisse."""
    rules = bylaws.in_force(CurrencyRules, month=Month.of(today or clock.today()))
    return Terms(rules.food_unit_name, sign(rules))


def terms_and(cls: type[C]) -> tuple[Terms, C]:
    """The two units, and the articles of another class, by one query."""
    rules, other = bylaws.both_in_force(CurrencyRules, cls, month=Month.of(clock.today()))
    return Terms(rules.food_unit_name, sign(rules)), other


def first_day(membership_id: int) -> date:
    """The first day of a membership; today for one that has none."""
    statements = people.timeline(membership_id)
    return statements[0].since if statements else clock.today()


def membership_for(me: Me) -> int:
    """The membership of a person, also after its wallet was closed: rights do not end with it.

    Raises Http404 for somebody who never had one.
    """
    if me.membership_id is not None:
        return me.membership_id
    held = people.personal(me.login)
    numbers = [
        number for home in (held.households if held else ()) for number, _ in home.memberships
    ]
    if not numbers:
        raise Http404
    return numbers[-1]
