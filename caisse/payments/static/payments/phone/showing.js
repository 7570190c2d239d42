// The changing QR: one ticket for each opening of the screen, its minute anew every half minute.

import { memberQr, minuteOf, textOf } from "../formats.js";
import { svgOf } from "../qr/draw.js";
import { bytes, now } from "../wire.js";
import { find } from "../dom.js";

const LIVES_S = 30;

let shown = null; // { ticket, device, mostCents, timer }

/** Show the QR of a ticket, until `hide`; `mostCents` is the most that it pays. */
export async function showQr(ticket, device, mostCents) {
  hide();
  shown = { ticket, device, mostCents, left: 0, timer: setInterval(tick, 1000) };
  await tick();
}

/** The same ticket pays another amount at most. */
export async function atMost(mostCents) {
  if (!shown) return;
  Object.assign(shown, { mostCents, left: 0 });
  await tick();
}

/** Nothing is drawn any more. */
export function hide() {
  clearInterval(shown?.timer);
  shown = null;
  find("[data-qr]").replaceChildren();
}

async function tick() {
  if (!shown) return;
  shown.left -= 1;
  if (shown.left < 0) {
    shown.left = LIVES_S;
    await draw(shown);
  }
  if (shown) find("[data-lives]").value = shown.left;
}

async function draw({ ticket, device, mostCents }) {
  const message = await memberQr({
    keyId: ticket.keyId, ticket: bytes(ticket.ticket), minute: minuteOf(now()), mostCents,
  }, device.key);
  const place = find("[data-qr]");
  const drawing = svgOf(textOf(message), { level: "M", label: place.dataset.label });
  if (shown) place.replaceChildren(drawing);
}
