// Sales of which nobody knows yet what became of them: asked for until the caisse has said it.
// A sale is `sent` or `refused` while something under its number may still travel; then it is
// `paid`, `undoing` while nobody knows whether it was given back, `undone`, or gone. A request is
// `spent` when a telephone has paid it without network, under another number; a sale is `lost` that
// was made without network and that the caisse refused. Of a sale that was in part given back
// `given` cents are back; `other` is one of another till, kept while nobody knows of its refund.

import { practiceDevice } from "./practice.js";
import { dropSale, keepSale, sales } from "./store.js";
import { ask, now } from "./wire.js";

export const API = "/api/v1";
export const YOUNG_MS = 60000; // a sale of this minute may be on another tab's screen
const ASKING_MS = 600000; // and a QR for as long as it is good
const KEPT_MS = 7 * 24 * 3600 * 1000; // sales shown on this till
const LOST_MS = 60 * 24 * 3600 * 1000; // and those that the caisse did not pay

export const isOpen = (sale) => sale.is === "sent" || sale.is === "refused";

/** The sales of this device, the newest first; those of one that was linked here before are not. */
export async function ownSales(device) {
  return (await sales()).filter((sale) => sale.till === device?.till);
}

/** A sale with what its receipt says of it. */
export const paidAs = (sale, { at, cents, short }) => ({ ...sale, is: "paid", at, cents, short });

/**
 * Burn the number of a sale, so that whatever still travels is refused.
 * Returns { receipt } when it was paid first, { burnt: true }, or null: nobody knows.
 */
export async function burn(sale, device, asking = ask) {
  const address = `${API}/payments/${sale.id}`;
  const shown = sale.request ? { request: sale.request } : {}; // only its till burns a request
  let answer = await asking("POST", `${address}/abandon`, shown, device);
  let burnt = answer?.status === 200 && answer.said.reason === "abandoned";
  if (["device_clock", "till_suspended"].includes(answer?.said.reason)) {
    answer = await asking("GET", address, undefined, device); // no payment comes any more
    burnt = answer?.said.reason === "unknown";
  }
  if (answer?.said.kind === "payment") {
    await keepSale(paidAs(sale, answer.said));
    return { receipt: answer.said };
  }
  if (!burnt) return null;
  await dropSale(sale.id);
  return { burnt };
}

/** A sale that was being given back when its answer was lost: given back, or paid as before. */
async function undone(sale, device) {
  const answer = await ask("GET", `${API}/payments/${sale.refund}/paid`, undefined, device);
  if (answer?.status !== 200) return null;
  const unknown = answer.said.reason === "unknown";
  if (unknown && sale.asked > now() - YOUNG_MS) return null; // it may still travel
  await givenBack(sale, !unknown);
  return true;
}

/**
 * What is known of a refund: that so much of the sale was given back (`back`, all of what is left
 * when it is not said), or that it was not. The number of a refund that was not is kept: whatever
 * of it still travels is the same refund. A sale of another till is no sale of this one after it.
 */
export async function givenBack(sale, done) {
  if (done && sale.other) return dropSale(sale.id);
  const { back, asked, refund, ...known } = sale;
  if (!done) return keepSale({ ...known, refund, is: "paid" });
  const given = (sale.given ?? 0) + (back ?? sale.cents - (sale.given ?? 0));
  return keepSale({ ...known, given, is: given >= sale.cents ? "undone" : "paid" });
}

/**
 * Settle the open sales of a device, but not the one that is `shown`: how many stay `open`, and
 * how many were `found` paid, of which nobody at this till has seen the receipt.
 */
export async function settle(device, shown) {
  const old = (sale) => sale.at < now() - (sale.is === "lost" ? LOST_MS : KEPT_MS);
  let [open, found] = [0, 0];
  for (const sale of await ownSales(device)) {
    if (sale.id === shown) continue;
    if (sale.is === "undoing") {
      open += (await undone(sale, device)) ? 0 : 1;
    } else if (sale.is === "spent") {
      found += (await burn(sale, device))?.receipt ? 1 : 0; // nobody pays it a second time
    } else if (!isOpen(sale)) {
      if (old(sale)) await dropSale(sale.id);
    } else {
      const young = sale.at > now() - (sale.request ? ASKING_MS : YOUNG_MS);
      const known = young ? null : await burn(sale, device);
      open += known ? 0 : 1;
      found += known?.receipt ? 1 : 0;
    }
  }
  return { open, found };
}

/** What was practised is nowhere, also when the page was closed in the middle of it. */
export async function forgetPractice() {
  for (const sale of await ownSales(practiceDevice({}))) await dropSale(sale.id);
}
