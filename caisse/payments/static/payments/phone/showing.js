// The changing QR: one ticket for each opening of the screen, its minute anew every half minute.

import { memberQr, minuteOf, textOf } from "../formats.js";
import { svgOf } from "../qr/draw.js";
import { bytes, now } from "../wire.js";
import { find } from "../dom.js";

const LIVES_S = 30;

let shown = null; // { ticket, device, mostCents, drawnAt, timer }

/** Show the QR of a ticket, until `hide`; `mostCents` is the most that it pays. */
export async function showQr(ticket, device, mostCents) {
  hide();
  shown = { ticket, device, mostCents, drawnAt: 0, timer: setInterval(tick, 1000) };
  await tick();
}

/** The same ticket pays another amount at most. */
export async function atMost(mostCents) {
  if (!shown) return;
  Object.assign(shown, { mostCents, drawnAt: 0 });
  await tick();
}

/** Nothing is drawn any more. */
export function hide() {
  clearInterval(shown?.timer);
  shown = null;
  find("[data-qr]").replaceChildren();
}

/** By the clock, not by counting: a telephone that slept shows an old QR for no second. */
async function tick() {
  if (!shown) return;
  const lived = (Date.now() - shown.drawnAt) / 1000;
  if (lived >= LIVES_S || lived < 0) {
    shown.drawnAt = Date.now();
    await draw(shown);
  }
  if (shown) find("[data-lives]").value = LIVES_S - (Date.now() - shown.drawnAt) / 1000;
}

document.addEventListener("visibilitychange", () => document.hidden || tick());

async function draw({ ticket, device, mostCents }) {
  const message = await memberQr({
    keyId: ticket.keyId, ticket: bytes(ticket.ticket), minute: minuteOf(now()), mostCents,
  }, device.key);
  const place = find("[data-qr]");
  const drawing = svgOf(textOf(message), { level: "M", label: place.dataset.label });
  if (shown) place.replaceChildren(drawing);
}
