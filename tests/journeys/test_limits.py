"""What the committee allows of a purchase, as a till shows it: a card alone, too much at once."""

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.payments import operations
from caisse.payments.operations import printed_card
from caisse.people import queries as people
from tests.journeys.test_till import Shop, draw, linked, sell, shows, tap, till_looked_at
from tests.journeys.walking import Visit, seen

COMMITTEE = Actor("comité", frozenset({"committee"}))


def decided(**values: int) -> None:
    """The committee decides it for next month on; then it is next month."""
    month = Month.of(clock.today()).next()
    effects = [Amend(f"payment.{name}", value, month) for name, value in values.items()]
    bylaws.decide(title="Payer", text="", body="comité", effects=effects, by=COMMITTEE)
    clock.travel(clock.instant(month.first, 10), runs=True)


def test_a_small_amount_needs_the_card_alone(visit: Visit, guests: dict[str, str]) -> None:
    """M10: no screen asks for a code; above it the code, and above the most nothing passes."""
    handle, pin = draw(guests)
    holder = people.holder(handle)
    assert holder is not None
    operations.make_card(holder_id=holder.id, by=COMMITTEE, id=new_id())
    decided(max_amount_cents=3_00, daily_max_cents=4_00, pin_free_below_cents=2_00)
    scanned = printed_card(holder.id).text
    page, keeper = linked(visit, guests)
    shop = Shop(page, scanned, pin, keeper)
    tap(page, "199")
    page.get_by_role("button", name="Continuer").click()
    page.locator("#handle").fill(scanned)
    page.locator("#handle").press("Enter")
    shows(page, "Payé")
    assert "1,99" in till_looked_at(page)
    page.get_by_role("button", name="Personne suivante").click()
    sell(shop, "200")
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    sell(shop, "301")
    shows(page, "Le paiement n’est pas passé")
    assert "Ce montant dépasse ce qui est possible en une fois." in seen(page)
    page.get_by_role("button", name="Autre montant").click()
    sell(shop, "300")
    shows(page, "Le paiement n’est pas passé")
    assert "ce qui est possible aujourd’hui" in till_looked_at(page)
