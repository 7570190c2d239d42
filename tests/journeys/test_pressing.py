"""What becomes of presses while an act is under way, at the till and on the telephone."""

import pytest

from tests.journeys.test_till import TILL
from tests.journeys.walking import Visit

PRESSED = """async ([led, there]) => {
  const { oneAtATime } = await import("/static/payments/pressing.js");
  let screen = "first";
  const done = [];
  let end;
  const ended = new Promise((resolve) => { end = resolve; });
  const once = oneAtATime(() => screen);
  const act = once(async () => { done.push("act"); screen = led; await ended; screen = there; });
  once(() => done.push("pressed"));
  once(() => done.push("pressed again"));
  end();
  await act;
  return done;
}"""


@pytest.fixture
def played(transactional_db: None) -> str:
    """Nothing is needed but the files."""
    return ""


def test_a_press_on_the_screen_an_act_has_led_to_is_done_after_it(visit: Visit) -> None:
    page = visit(TILL, refuses=(404,))
    assert page.evaluate(PRESSED, ["first", "first"]) == ["act"]
    assert page.evaluate(PRESSED, ["paid", "paid"]) == ["act", "pressed again"]
    assert page.evaluate(PRESSED, ["paid", "amount"]) == ["act"]
