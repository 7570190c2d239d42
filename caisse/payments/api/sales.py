"""What a till asks about what its place has sold: a day's sales, to point at and to give back."""

from caisse.kernel import clock
from caisse.payments import queries
from caisse.payments.api.messages import (
    Asked,
    Told,
    WrongRequest,
    a_day,
    any_id,
    asked_in_query,
    say,
)
from caisse.payments.models import Device


def listed(asked: Asked, device: Device) -> Told:
    """`GET tills/sales`: the place's sales of a day, of any of its tills."""
    said = asked_in_query(asked, ("day", "after"))
    today, first = clock.today(), queries.first_sales_day()
    day = a_day(said.get("day", today.isoformat()), today)
    if day < first:
        raise WrongRequest(f"day: not before {first.isoformat()}")
    after = any_id(said["after"]) if "after" in said else None
    told = queries.till_sales(device, day=day, after=after)
    if told is None:
        raise WrongRequest("after: what the answer before has told")
    return say(200, told)
