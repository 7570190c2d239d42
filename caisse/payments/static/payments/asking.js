// The till's own QR: it asks for this amount, a telephone scans and pays it. The number of the sale
// follows from what is asked, so that the till knows what to look for, and may burn it.

import { find } from "./dom.js";
import { packRequest, minuteOf, requestId, textOf } from "./formats.js";
import { svgOf } from "./qr/draw.js";
import { asNumber, now } from "./wire.js";

const NONCE_BYTES = 8;

/** A request of this till for so many cents: `{ id, message }`. Who burns the id shows it. */
export async function newRequest(cents, { place_number: place }, { till }) {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, place);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const message = packRequest({
    place: four, till: till % 65536, cents, nonce, minute: minuteOf(now()),
  });
  return { id: asNumber(await requestId(message)), message };
}

/** Draw it where a telephone scans it. */
export function drawRequest(message) {
  const place = find("[data-asks]");
  place.replaceChildren(svgOf(textOf(message), { level: "M", label: place.dataset.label }));
}
