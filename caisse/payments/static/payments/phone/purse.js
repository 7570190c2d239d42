// What a telephone pays from without network: slips with their own keys, and a copy of each payment
// until the caisse has answered it. A counter is raised on the disk before its payment is shown.

import { offlineId, readRequest } from "../formats.js";
import { ANYWHERE, payFromSlip, readSlip, wordsOf } from "../slips.js";
import { asNumber, bytes, hex, now } from "../wire.js";
import { WORDS as LIST } from "../words.js";
import { asOne, named } from "./keeping.js";

const MOST_COUNTER = 65535; // two bytes of a payment
const REMEMBERED_MS = 7 * 24 * 3600 * 1000; // after its answer, which may come days after the sale

/** The number of the place that a request (M2) or a slip names. */
export const placeOf = (four) => four.reduce((value, byte) => value * 256 + byte, 0);

/** What a slip still pays: what was signed is counted, and what the caisse said was left. */
export const leftOf = (slip) => Math.max(0, Math.min(slip.cents - slip.spent, slip.left));

/** Whether a till would take it now. */
export const isLive = (slip) =>
  !slip.struck && !slip.leaving && slip.until > now() && slip.counter < MOST_COUNTER;

export const slips = () => named("slip");
export const sales = () => named("sale");

/** Copies that the caisse has not answered. */
export const unsent = async () => (await sales()).filter(isUnsent);
const isUnsent = (sale) => sale.how === "slip" && sale.answer === null;

/** The slip that pays so much at a place: one of that place, else one for anywhere; or nothing. */
export function chosen(all, place, cents) {
  const good = all.filter((slip) => isLive(slip) && leftOf(slip) >= cents);
  good.sort((one, other) => one.until - other.until || leftOf(one) - leftOf(other));
  return good.find((slip) => slip.place === place) ?? good.find((slip) => slip.place === ANYWHERE);
}

/** The most that can be paid at once at a place. */
export function mostAt(all, place) {
  const good = all.filter((slip) => isLive(slip) && [place, ANYWHERE].includes(slip.place));
  return Math.max(0, ...good.map(leftOf));
}

/** Pay a request (M2) from a slip: `{ state, sale }`, once for each request.
 *
 * `paid`: written down, its QR may be shown. `known`: this telephone has paid that request before.
 * `waits`: a payment with network at that place has no answer yet. `short`: no slip holds so much.
 */
export async function payApart(message, name) {
  const { place, cents } = readRequest(message);
  for (;;) {
    const slip = chosen(await slips(), placeOf(place), cents);
    if (!slip) return { state: "short" };
    const sale = await signedBy(slip, message, name);
    const told = await asOne((store) => written(store, sale));
    if (told.state !== "moved") return told;
  }
}

/** The sale with the slip's next counter; it binds nobody before it is written. */
async function signedBy(slip, message, name) {
  const { place, cents } = readRequest(message);
  const counter = slip.counter + 1;
  const payment = await payFromSlip(bytes(slip.text), counter, message, slip.pair);
  const id = await offlineId(readSlip(bytes(slip.text)).id, counter, message);
  return {
    how: "slip", id: asNumber(id), request: hex(message), payment: hex(payment), slip: slip.slip,
    counter, place: placeOf(place), name, cents, at: now(), answer: null, words: await threeOf(id),
  };
}

/** The three words of a number. */
export const threeOf = async (id) => (await wordsOf(id)).map((at) => LIST[at]);

async function written(store, sale) {
  const [known, asked, slip] = [
    await store.get(`sale:${sale.request}`), await store.get("asked"),
    await store.get(`slip:${sale.slip}`),
  ];
  if (known) return { state: "known", sale: known };
  if (asked && askedPlace(asked) === sale.place) return { state: "waits", sale: asked };
  const moved = !slip || slip.counter + 1 !== sale.counter;
  if (moved || !isLive(slip) || leftOf(slip) < sale.cents) return { state: "moved" };
  const spent = slip.spent + sale.cents;
  await store.put(`slip:${slip.slip}`, { ...slip, counter: sale.counter, spent });
  await store.put(`sale:${sale.request}`, sale);
  return { state: "paid", sale };
}

/** Where a payment with network was to go: a second one there may be the same purchase. */
const askedPlace = ({ said }) =>
  said.request ? placeOf(readRequest(bytes(said.request)).place) : said.place;

/** Keep what is about to be paid with network: `free`, or what stands against it.
 *
 * What a slip has paid is not paid again (`known`); one payment waits at a time (`waits`).
 */
export function asks(asked) {
  return asOne(async (store) => {
    const other = await store.get("asked");
    if (other && other.id !== asked.id) return { state: "waits", sale: other };
    const sale = asked.said.request && (await store.get(`sale:${asked.said.request}`));
    if (sale?.how === "slip") return { state: "known", sale };
    await store.put("asked", asked);
    return { state: "free" };
  });
}

/** It is paid with network, or it never will be: a request that was paid is remembered. */
export function settled({ id, said, place }, receipt) {
  return asOne(async (store) => {
    if ((await store.get("asked"))?.id === id) await store.drop("asked");
    if (!receipt || !said.request) return;
    const before = await store.get(`sale:${said.request}`);
    const { at, words, cents } = receipt;
    const sale = {
      how: "online", id, request: said.request, name: place, cents, at, words, heard: now(),
    };
    await store.put(`sale:${said.request}`, { ...before, ...sale });
  });
}

/** Keep the proof of a request that was paid with network: a till may ask for it without. */
export function provenBy(request, proof) {
  return asOne(async (store) => {
    const sale = await store.get(`sale:${request}`);
    if (sale) await store.put(`sale:${request}`, { ...sale, proof });
  });
}

/** What this telephone knows of a request (hexadecimal); undefined for nothing. */
export const saleOf = async (request) =>
  (await sales()).find((sale) => sale.request === request);

/** The caisse's proven answer to a copy: what was signed goes, what became of it stays a while. */
export function answered({ request }, answer) {
  return asOne(async (store) => {
    const sale = await store.get(`sale:${request}`);
    if (!sale || !isUnsent(sale)) return;
    const slip = await store.get(`slip:${sale.slip}`);
    if (slip && answer !== "posted") {
      await store.put(`slip:${slip.slip}`, { ...slip, spent: slip.spent - sale.cents });
    }
    const { payment: _gone, ...rest } = sale;
    if (sale.former) await store.drop(`sale:${request}`);
    else await store.put(`sale:${request}`, { ...rest, answer, heard: now() });
  });
}

/** What the caisse says of slips (`told`), asked for at `askedAt`: what each holds, if it is. */
export function compared(told, askedAt) {
  return asOne(async (store) => {
    for (const slip of await store.named("slip")) {
      const row = told.find((one) => one.slip === slip.slip);
      const left = row?.left_cents ?? (slip.got < askedAt ? 0 : slip.left);
      const struck = row?.struck ?? slip.struck;
      await store.put(`slip:${slip.slip}`, { ...slip, left, struck });
    }
  });
}

/** Forget slips after their time, or empty, and old answers; never what a copy still needs. */
export function tidied() {
  return asOne(async (store) => {
    const all = await store.named("sale");
    const held = new Set(all.filter(isUnsent).map((sale) => sale.slip));
    for (const slip of await store.named("slip")) {
      const over = slip.until <= now() || slip.left === 0;
      if (over && !held.has(slip.slip)) await store.drop(`slip:${slip.slip}`);
    }
    for (const sale of all) {
      const old = (sale.heard ?? sale.at) < now() - REMEMBERED_MS;
      if (old && !isUnsent(sale)) await store.drop(`sale:${sale.request}`);
    }
  });
}

/** A slip pays nothing from now on, for it goes home; false while a copy of it waits. */
export function leaving(id) {
  return asOne(async (store) => {
    const waits = (await store.named("sale")).some((sale) => isUnsent(sale) && sale.slip === id);
    const slip = await store.get(`slip:${id}`);
    if (slip && !waits) await store.put(`slip:${id}`, { ...slip, leaving: true });
    return !waits;
  });
}

/** It has gone home, or it stays after all. */
export function wentHome(id, gone) {
  return asOne(async (store) => {
    const slip = await store.get(`slip:${id}`);
    if (gone) await store.drop(`slip:${id}`);
    else if (slip) await store.put(`slip:${id}`, { ...slip, leaving: false });
  });
}

/** Keep what is about to be set aside, with its keys; what waits already goes before it. */
export function prepared(setting) {
  return asOne(async (store) => {
    const before = await store.get("setting");
    if (!before) await store.put("setting", setting);
    return before ?? setting;
  });
}

/** The slips of what was set aside, 117 bytes each in hexadecimal; none when it was refused. */
export function gotSlips({ id, wanted }, texts) {
  return asOne(async (store) => {
    if ((await store.get("setting"))?.id !== id) return; // another tab was first
    for (const [at, text] of texts.entries()) {
      const slip = slipOf(wanted[at], text);
      await store.put(`slip:${slip.slip}`, slip);
    }
    await store.drop("setting");
  });
}

const EPOCH_MS = 1577836800000;

function slipOf({ pair, name }, text) {
  const { id, place, cents, minute, hours } = readSlip(bytes(text));
  const since = EPOCH_MS + minute * 60000;
  return {
    slip: hex(id), text, pair, place: Number(place), name, cents, since,
    until: since + hours * 3600000, counter: 0, spent: 0, left: cents, struck: false,
    leaving: false, got: Date.now(),
  };
}

/** Another wallet's telephone from now on: nothing stays but copies that nobody has answered. */
export function forgotten() {
  return asOne(async (store) => {
    const copies = (await store.named("sale")).filter(isUnsent);
    await store.clear();
    for (const sale of copies) await store.put(`sale:${sale.request}`, { ...sale, former: true });
  });
}
