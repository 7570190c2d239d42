"""The messages of QRs, and cents that are rounded, in a browser: the same vectors as in Python."""

from typing import Any

from caisse.kernel.cents import ROUNDINGS
from caisse.payments.formats import Ticket, pack_slip, seal_ticket
from caisse.payments.tests.test_formats import VECTORS, known, the_slip
from tests.journeys.test_till import TILL
from tests.journeys.walking import Visit

SAID_IN_A_BROWSER = """async (v) => {
  const f = await import("/static/payments/formats.js");
  const { payFromSlip } = await import("/static/payments/slips.js");
  const { ED25519 } = await import("/static/payments/signing.js");
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((pair) => parseInt(pair, 16)));
  const hex = (said) => [...said].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const hmac = (key) => crypto.subtle.importKey(
    "raw", bytes(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"],
  );
  const { member_qr: member, request, offline_payment: offline } = v.vectors;
  const qr = await f.memberQr({
    keyId: member.key_id, ticket: bytes(v.ticket), minute: member.minute,
    mostCents: member.most_cents,
  }, await hmac(v.device));
  const asked = f.packRequest({
    place: bytes(v.place).slice(0, 4), till: request.till, cents: request.cents,
    nonce: bytes(v.nonce).slice(0, 8), minute: request.minute,
  });
  const seed = await crypto.subtle.importKey(
    "pkcs8", bytes("302e020100300506032b657004220420" + v.seed), "Ed25519", false, ["sign"],
  );
  const signer = { kind: ED25519, secret: seed };
  const paid = await payFromSlip(bytes(v.slip), offline.counter, asked, signer);
  const till = await hmac(v.till);
  const proof = bytes(v.vectors.paid);
  const altered = [...proof.keys()].map((at) => proof.with(at, proof[at] ^ 1));
  return {
    member: hex(qr), request: hex(asked), offline: hex(paid), text: f.textOf(asked),
    back: hex(f.messageOf(f.textOf(asked))), read: f.readRequest(asked).cents,
    id: hex(await f.offlineId(bytes(v.slip).slice(2, 10), offline.counter, asked)),
    asked: hex(await f.requestId(asked)),
    proven: await f.isPaid(proof, asked, till),
    refused: (await Promise.all(altered.slice(1).map((one) => f.isPaid(one, asked, till)))),
    minute: f.minuteOf(1577836800000 + request.minute * 60000 + 59999),
    others: ["", "CA", "CA===", "CA00", "bonjour", "ca184LJ99"].map(f.messageOf),
  };
}"""


def test_a_browser_says_the_same_as_the_caisse(visit: Visit) -> None:
    page = visit("/")
    names = ("device", "till", "place", "nonce")
    given: dict[str, Any] = {name: known(name).hex() for name in names}
    member = VECTORS["member_qr"]
    ticket = Ticket(member["device"], member["generation"], member["number"], 0)
    given |= {
        "vectors": VECTORS,
        "ticket": seal_ticket(ticket, known("ticket")).hex(),
        "seed": known("slip").hex(),
        "slip": pack_slip(the_slip()).hex(),
    }
    said = page.evaluate(SAID_IN_A_BROWSER, given)
    assert said["member"] == member["hex"]
    assert said["request"] == said["back"] == VECTORS["request"]["hex"]
    assert said["text"] == VECTORS["request"]["text"]
    assert said["read"] == VECTORS["request"]["cents"]
    assert said["offline"] == VECTORS["offline_payment"]["hex"]
    assert said["id"] == VECTORS["offline_id"]
    assert said["asked"] == VECTORS["request_id"]
    assert said["proven"] is True and said["refused"] == [False] * 28
    assert said["minute"] == VECTORS["request"]["minute"]
    assert said["others"] == [None] * 6


PARTS_IN_A_BROWSER = """async (vectors) => {
  const { partAt } = await import("/static/payments/basket.js");
  const parts = {};
  for (const rounding of ["half_up", "down", "up", "outward"]) {
    parts[rounding] = vectors.map(({ cents, bp }) => partAt(cents, bp, rounding));
  }
  return parts;
}"""


def test_a_till_rounds_what_is_covered_as_the_caisse_does(visit: Visit) -> None:
    vectors = VECTORS["coverage"]
    parts = visit(TILL).evaluate(PARTS_IN_A_BROWSER, vectors)
    assert parts == {name: [one[name] for one in vectors] for name in ROUNDINGS}
