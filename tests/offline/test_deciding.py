"""What a till without network decides alone, in a real browser: its rules, and each one broken.

The module is the very file that tills are given. It is held against a till written once more in
Python (`stall.py`), against the till of the model, and against itself with one rule altered.
"""

import hmac
import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Route

from caisse.payments import cards, formats
from caisse.payments.formats import Request, Slip
from caisse.payments.offline.licences import tag_of
from caisse.payments.tests.test_formats import CAISSE, PHONE, known
from tests.offline import model, stall, worlds
from tests.offline.breaking import altered
from tests.offline.model import Articles, Record
from tests.offline.stall import HOUR_MS, MIDNIGHT, MINE, OTHER, Sale, Shift

HERE, BASE = "http://localhost/", "/static/"  # a browser has keys on such an address only
MODULE = "payments/market/deciding.js"
PLAYED = Path(__file__).with_name("deciding.js").read_text(encoding="utf-8")
SHIFTS = 50
BLANK = '<!doctype html><html lang="fr"><title>.</title>'


class Broken(NamedTuple):
    """A rule of the module, and what stands in its place when it is broken."""

    rule: str
    text: str
    instead: str


UNREADABLE = 'if (!sale.genuine) return "qr_unreadable";\n'
STRUCK = 'if (sale.struck) return "means_unavailable";\n'
RULES = (
    Broken("the clock never goes back", "Math.max(mark ?? 0, clock)", "clock"),
    Broken("a licence ends", "|| now > licence.until", ""),
    Broken("nothing is sold without a licence", "!licence || now", "licence && now"),
    Broken("a clock that is late", "clock < licence.from", "false"),
    Broken("a day has its limit", "today + cents > licence.day_cents ||", ""),
    Broken("a licence has its sum", " || sums.total + cents > licence.total_cents", ""),
    Broken("a licence names the ways of paying", " ?? wayOff(sale, kept)", ""),
    Broken("a slip is the caisse's", f"  {UNREADABLE}  if (sale.place", "  if (sale.place"),
    Broken("a slip has its place", "sale.place !== licence.place && ", "false && "),
    Broken("a slip begins", "now < sale.from || ", ""),
    Broken("a slip ends", " || now >= sale.until", ""),
    Broken("a slip that is struck", f"  {STRUCK}  if ((sums", "  if ((sums"),
    Broken(
        "a slip pays no more than it holds",
        "if ((sums.slips[sale.slip] ?? 0) + sale.cents > sale.most)", "if (sale.cents > sale.most)",
    ),
    Broken("a counter comes once", ".includes(sale.counter)", ".includes(null)"),
    Broken("a telephone has signed", "if (!sale.paid)", "if (false)"),
    Broken("the room of a slip for anywhere", "roomUsed(sale, kept) ?? tooMuch", "tooMuch"),
    Broken(
        "the limit of a slip for anywhere",
        "return roomUsed(sale, kept) ?? tooMuch(sale, kept);", "return roomUsed(sale, kept);",
    ),
    Broken("a slip for here takes no room", 'if (sale.place !== ANYWHERE) return null;', ""),
    Broken("a card is the caisse's", f"  {UNREADABLE}  if (sale.struck", "  if (sale.struck"),
    Broken("a card that is struck", f"  {STRUCK}  return isNamed", "  return isNamed"),
    Broken("a card has its limits", "? null : trusted(sale, kept)", "? null : null"),
    Broken("what is named passes", "isNamed(sale, kept.sums) ? null : trusted", "trusted"),
    Broken(
        "what is named is used up",
        "(sums.handles[sale.handle] ?? 0) + sale.cents <= ", "sale.cents <= ",
    ),
    Broken("a typed name has its limit", "tooMuch(sale, kept) ?? roomUsed", "roomUsed"),
    Broken(
        "a typed name takes room",
        "return tooMuch(sale, kept) ?? roomUsed(sale, kept);", "return tooMuch(sale, kept);",
    ),
    Broken("what is named comes on top", " + (sale.ready ?? 0)", ""),
    Broken("a handle is added up", "(sums.handles[sale.handle] ?? 0) + sale.cents > ", "0 > "),
    Broken("the room is added up", "sums.room + sale.cents > ", "sale.cents > "),
    Broken("a slip for anywhere is on trust", " || sale.place === ANYWHERE;", ";"),
    Broken("a slip for here is not", 'sale.how !== "phone" || sale.place === ANYWHERE', "true"),
    Broken("the licence's sum is kept", "total: sums.total + sale.cents", "total: sums.total"),
    Broken("the day's sum is kept", "days: more(sums.days, dateOf(now))", "days: sums.days"),
    Broken("each day has its own", "today = sums.days[dateOf(now)]", "today = sums.total"),
    Broken("what is named takes no room", "if (!isNamed(sale, sums)) next.room", "next.room"),
    Broken("the room's sum is kept", "next.room += sale.cents;", "{}"),
    Broken("a handle's sum is kept", "next.handles = more(sums.handles, sale.handle);", ""),
    Broken("a slip's sum is kept", "next.slips = more(sums.slips, sale.slip);", ""),
    Broken("counters are kept", "[...before, sale.counter]", "[sale.counter]"),
    Broken("the most of a card that is named", "Math.max(ready, trust)", "trust"),
    Broken("the most that is left to trust", ", licence.room_cents - sums.room);", ");"),
    Broken("the most of a slip", " - (sums.slips[sale.slip] ?? 0) : Infinity", " : Infinity"),
    Broken("what is left of the day", "licence.day_cents - today, ", ""),
    Broken("what is left of the licence", ", licence.total_cents - sums.total", ""),
    Broken("a name is hidden by the licence", '"handle1", nonce, said', '"handle1", said'),
    Broken("a slip's signature", "await isSlip(slip, keys)", "true"),
    Broken("a slip's hours", "said.hours * HOUR_MS", "48 * HOUR_MS"),
    Broken("a slip's tag", "licence.struck.includes(await tagOf(licence.nonce, said.id))", "false"),
    Broken("a slip's cents", "most: said.cents", "most: Infinity"),
    Broken("my request", "mine && (await hasPaid", "(await hasPaid"),
    Broken("a telephone's signature", "(await hasPaid(message, request))", "true"),
    Broken("a card's signature", 'cents, genuine: false', 'cents, genuine: true'),
    Broken("a card's tag", "licence.struck.includes(tag)", "false"),
    Broken("a card's own entry", "([known]) => known === tag", "() => true"),
    Broken("a number in any spelling", r'said.replace(/[ .-]/g, "")', "said"),
    Broken("a name in any letters", "said.toLowerCase()", "said"),
    Broken("a name that the caisse could read", "sale.unread ?? trusted", "trusted"),
    Broken("a QR is no name", "typed.length > MOST_TYPED", "false"),
)  # fmt: skip


def served(route: Route) -> None:
    """What the browser asks for, from the files that tills are given; `?rule=3`: one broken."""
    asked = urlsplit(route.request.url)
    found = finders.find(asked.path.removeprefix(BASE)) if asked.path.startswith(BASE) else None
    if found is None:
        route.fulfill(body=BLANK, content_type="text/html")
        return
    source = Path(str(found)).read_text(encoding="utf-8")
    for number in parse_qs(asked.query).get("rule", []):
        source = altered(source, *RULES[int(number)][1:])
    route.fulfill(body=source, content_type="text/javascript")


TILL, NONCE, TOKEN_KEY = known("till"), known("nonce")[:16], known("ticket")


def slip_of(name: str, *, cents: int = 20_00, hours: int = 12, good: bool = True) -> Slip:
    """A slip for here, of the caisse's or of somebody else's making."""
    id, place = sha256(name.encode()).digest()[:8], MINE.to_bytes(4, "big")
    public, minute = PHONE.public_key().public_bytes_raw(), formats.minute_of(MIDNIGHT)
    bare = Slip(1, id, place, cents, minute, hours, public, b"")
    return formats.signed_slip(bare, CAISSE if good else PHONE)


def the_card(number: int, *, good: bool = True) -> bytes:
    """M5 of a holder."""
    sign = CAISSE if good else PHONE
    said = cards.Sealed(number, 1)
    text = cards.card_text(said, key=TOKEN_KEY, sign=sign, sign_number=1)
    return formats.from_base45(text.removeprefix(formats.MARK))


def handle(said: bytes) -> str:
    """What a till calls who pays by trust."""
    return hmac.digest(TILL, b"handle1" + NONCE.hex().encode() + said, sha256)[:8].hex()


def licence() -> dict[str, Any]:
    """What of a licence the reading of messages looks at: one slip and one card are struck."""
    struck = [slip_of("struck").slip_id, the_card(2)[2:18]]
    ready = [[tag_of(NONCE, the_card(n)[2:18]), cents] for n, cents in ((9, 7_00), (1, 15_00))]
    return {
        "place": MINE, "till": 3 + 65_536, "nonce": NONCE.hex(), "cards": ready,
        "struck": [tag_of(NONCE, one) for one in struck],
    }  # fmt: skip


def by_phone(slip: Slip, *, genuine: bool = True, place: int = MINE, paid: bool = True) -> Any:
    """A payment by telephone, and what a till makes of it. Of another request: `paid` is False."""
    minute = formats.minute_of(MIDNIGHT + HOUR_MS)
    request = Request(place.to_bytes(4, "big"), 3, 5_00, b"nonce--1", minute)
    signed = request if paid or place != MINE else request._replace(cents=4_00)
    message = formats.offline_payment(slip, 4, formats.pack_request(signed), PHONE)
    sent = {"message": message.hex(), "request": formats.pack_request(request).hex()}
    return {"how": "phone", **sent}, {
        "how": "phone", "cents": 5_00, "genuine": genuine, "place": MINE, "from": MIDNIGHT,
        "until": MIDNIGHT + slip.hours * HOUR_MS, "slip": slip.slip_id.hex(), "counter": 4,
        "struck": slip.slip_id == slip_of("struck").slip_id, "most": slip.cents, "paid": paid,
        "handle": handle(slip.slip_id),
    }  # fmt: skip


def by_card(number: int, **expected: Any) -> Any:
    """A scanned card, and what a till makes of it."""
    message = the_card(number)
    known_as = {"genuine": True, "struck": False, "handle": handle(message[2:18]), **expected}
    asked = {"how": "card", "message": message.hex(), "cents": 5_00}
    return asked, {"how": "card", "cents": 5_00, **known_as}


def by_name(typed: str, name: str) -> Any:
    """A typed identifier, or the number of a card."""
    asked = {"how": "pin", "typed": typed, "cents": 5_00}
    return asked, {"how": "pin", "cents": 5_00, "handle": handle(name.encode())}


def unread(typed: str, why: str) -> Any:
    """What the caisse could not read in a sealed code."""
    said = {"how": "pin", "cents": 5_00}
    return said | {"typed": typed}, said | {"unread": why}


def messages() -> list[Any]:
    """Each with what it says, good and bad."""
    forged = {"how": "card", "message": the_card(1, good=False).hex(), "cents": 5_00}
    return [
        by_phone(slip_of("good")),
        by_phone(slip_of("small", cents=3_00, hours=48)),
        by_phone(slip_of("forged", good=False), genuine=False),
        by_phone(slip_of("struck")),
        by_phone(slip_of("signed for less"), paid=False),
        by_phone(slip_of("shown elsewhere"), place=OTHER, paid=False),
        by_card(1, ready=15_00), by_card(2, struck=True, ready=0), by_card(3, ready=0),
        (forged, {"how": "card", "cents": 5_00, "genuine": False}),
        by_name(" Moineau-Radis-1 ", "moineau-radis-1"),
        by_name("1234 5678.90", "1234567890"), by_name("moineau\u00a0 radis", "moineau radis"),
        unread("moineau\u200bradis", "code_wrong"), unread("\u20ac" * 81, "qr_unreadable"),
    ]  # fmt: skip


class Watched(model.Till):
    """A till of the model, which writes down what it was asked, and what it answered."""

    played: list[tuple[Shift, list[bool]]]

    def __init__(self, articles: Articles, number: int, place: int, room: int) -> None:
        super().__init__(articles, number, place, room)
        terms = {
            "place": place + 1, "from": 0, "until": MIDNIGHT + articles.window_h * HOUR_MS - 1,
            "day_cents": articles.day_cents, "total_cents": articles.licence_cents,
            "room_cents": room, "member_cents": articles.slip_cents,
        }  # fmt: skip
        self.shift, self.told = Shift(terms, []), list[bool]()
        self.played.append((self.shift, self.told))

    def accept(self, record: Record, slip: Any, clock: int) -> bool:
        """As the model does."""
        took = super().accept(record, slip, clock)
        at = (
            MIDNIGHT + max(0, clock) * HOUR_MS
        )  # its time begins at midnight, whatever a clock says
        self.shift.asked.append((as_sale(record, slip), at))
        self.told.append(took)
        return took


def as_sale(record: Record, slip: Any) -> Sale:
    """The model's record as a till reads it: in the model no signature is wrong, no slip ends."""
    sale = {"cents": record.cents, "handle": f"{record.handle}"}
    if slip is None:
        return {"how": "pin", **sale}
    return {
        "how": "phone", **sale, "genuine": True,
        "place": 0 if slip.place is None else slip.place + 1,
        "from": 0, "until": 1 << 50, "slip": f"{record.slip}", "counter": record.counter,
        "struck": False, "most": slip.cents, "paid": True,
    }  # fmt: skip


def worlds_of_the_model() -> list[tuple[Shift, list[bool]]]:
    """What tills of the model are asked in worlds with cheats, and what they answer."""
    Watched.played = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worlds, "TILL", Watched)
        patched.setattr(worlds, "JUDGE", model.Caisse)
        for run in range(2):
            world = worlds.build(
                Articles(wallets=60, places=8, design="chosen"), random.Random(run)
            )
            worlds.forty_eight_hours(world, payments=900)
    return Watched.played


class Played(NamedTuple):
    """What was asked, what the till said to it, and to how much of it each broken one another."""

    shifts: list[Shift]
    model: list[tuple[Shift, list[bool]]]
    own: list[Any]
    differing: dict[str, int]


@pytest.fixture(scope="module")
def played(browser: Browser) -> Iterator[Played]:
    """All of it in one page, once."""
    source = Path(str(finders.find(MODULE))).read_text(encoding="utf-8")
    assert all(altered(source, *one[1:]) for one in RULES)  # before a browser asks for any of them
    asked, known_worlds = stall.shifts(SHIFTS, 30), worlds_of_the_model()
    given = {
        "base": BASE, "module": MODULE, "till": TILL.hex(), "licence": licence(),
        "broken": [f"{MODULE}?rule={n}" for n in range(len(RULES))],
        "caisse": CAISSE.public_key().public_bytes_raw().hex(),
        "messages": [message for message, _said in messages()],
        "shifts": [one._asdict() for one in (*asked, *(shift for shift, _told in known_worlds))],
    }  # fmt: skip
    context = browser.new_context(locale="fr-FR", timezone_id=settings.TIME_ZONE)
    context.route("**/*", served)
    page = context.new_page()
    page.goto(HERE)
    said = json.loads(page.evaluate(PLAYED, json.dumps(given)))
    rules = [one.rule for one in RULES]
    yield Played(asked, known_worlds, said["own"], dict(zip(rules, said["differing"], strict=True)))
    context.close()


def test_a_till_in_a_browser_decides_as_the_one_in_python(played: Played) -> None:
    said = played.own[: len(played.shifts)]
    assert said == [stall.answers(one) for one in played.shifts]
    reasons = {why for shift in said for why, _left, _most in shift}
    assert len(reasons) == 12, f"each of them is met, and none: {reasons}"


def test_a_till_in_a_browser_reads_what_was_signed_for_it(played: Played) -> None:
    told = [said for _message, said in messages()]
    assert played.own[-len(told) :] == told


def test_a_till_in_a_browser_takes_what_the_model_s_takes(played: Played) -> None:
    first = len(played.shifts)
    said = played.own[first : first + len(played.model)]
    took = [[why is None for why, _left, _most in shift] for shift in said]
    assert took == [told for _shift, told in played.model]
    assert said == [stall.answers(shift) for shift, _told in played.model]
    assert 100 < sum(map(sum, took)) < sum(map(len, took)) - 100


@pytest.mark.parametrize("rule", [one.rule for one in RULES])
def test_a_rule_of_the_till_broken_on_purpose_is_seen(played: Played, rule: str) -> None:
    assert played.differing[rule] > 0
