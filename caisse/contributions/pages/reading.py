"""What the pages read from a request: one answer per field, a month, whose membership it is."""

from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, QueryDict

from caisse.bylaws import queries as bylaws
from caisse.contributions.rules import ContributionRules
from caisse.kernel import clock, ids
from caisse.kernel.guard import by
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.pages import LARGEST, found
from caisse.people import queries as people
from caisse.people.queries import MembershipView
from caisse.people.rules import CurrencyRules, sign


@dataclass(frozen=True, slots=True)
class Units:
    """The two units of the caisse: what is paid in, what is received."""

    currency: str
    food: str


def units() -> Units:
    """Those of today."""
    rules = bylaws.in_force(CurrencyRules, month=Month.of(clock.today()))
    return Units(sign(rules), rules.food_unit_name)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, None for a page that is only shown.

    Raises SuspiciousOperation (400) for a field that stands there twice: of money, two answers
    are none.
    """
    if request.method != "POST":
        return None
    for name, values in request.POST.lists():
        if len(values) > 1:
            raise SuspiciousOperation(f"{name[:40]} twice")
    return request.POST


def my_membership(request: HttpRequest) -> int:
    """The membership of the member who asks. Raises Http404 for who holds none."""
    me = people.me(by(request).id)
    return found(None if me is None else me.membership_id)


def some_membership(number: int) -> MembershipView:
    """The membership of that number. Raises Http404 for none."""
    return found(people.membership(number) if number <= LARGEST else None)


def names(number: int) -> str:
    """The people of a household, for the one who types for them: shown, never in a title."""
    return ", ".join(f"{one.given_name} {one.family_name}" for one in people.holders_of(number))


def month_of(text: str) -> Month:
    """The month of an address. Raises Http404 for what is none."""
    try:
        return Month.parse(text)
    except ValueError:
        raise Http404 from None


def id_of(text: str) -> Id:
    """The id of an address. Raises Http404 for what is none."""
    try:
        return ids.parse_id(text)
    except ValueError:
        raise Http404 from None


def rules_of(month: Month) -> ContributionRules:
    """The articles of the contribution for a month."""
    return bylaws.in_force(ContributionRules, month=month)


def asks(rules: ContributionRules) -> bool:
    """Whether the caisse asks for a monthly contribution."""
    return rules.mode not in ("none", "three_prices")
