// What a till keeps to sell without network: its licence with the pair that signs its last word,
// the sums under it, the latest instant that it has seen, its queue. A sale, the sums and the mark
// change in one step, which is on the disk before anybody reads « payé ».

import { got, together } from "../store.js";
import { NO_SUMS, counted, timeOf } from "./deciding.js";
import { clockOffset, now } from "../wire.js";

const NAMES = ["licence", "sums", "mark", "asking", "agreed", "paused", "clock"];

/** All of it, by name; `sums` are never missing. */
async function readAll(market) {
  const found = await Promise.all(NAMES.map((name) => got(market.get(name))));
  const kept = Object.fromEntries(NAMES.map((name, at) => [name, found[at]]));
  return { ...kept, sums: kept.sums ?? NO_SUMS };
}

export const known = () => together(["market"], readAll, "readonly");

export const keep = (name, value) =>
  together(["market"], async (market) => got(market.put(value, name)));

/** The caisse's clock, for a page that opens without network. */
export const keepClock = () => keep("clock", clockOffset());

/** The queue: all that the caisse has not answered yet, the oldest first. */
export async function waiting() {
  const all = await together(["queue"], async (queue) => got(queue.getAll()), "readonly");
  return all.sort((one, other) => one.at - other.at);
}

/**
 * Keep a sale, unless `why(licence, sums, mark)` names a reason: it is answered; null is kept.
 * `text` is the licence on which the sale was looked at, `asked` the number of its request (M2).
 */
export function keepRow(row, sale, { text, why, asked }) {
  return together(["market", "queue", "sales"], async (market, queue, sales) => {
    const kept = await readAll(market);
    if (kept.licence?.text !== text || kept.licence.closing) return "offline_licence_old";
    const before = [await got(queue.get(row.id)), await got(sales.get(row.id))];
    if (before.some(Boolean)) return "offline_repeat"; // the very sale, before any sum
    const reason = why(kept);
    if (reason) return reason;
    const at = timeOf(kept.mark, now());
    market.put(counted(kept.sums, sale, at), "sums");
    market.put(at, "mark");
    queue.put(row);
    const shown = asked && (await got(sales.get(asked)));
    if (shown) sales.put({ ...shown, is: "spent" }); // its number is burnt when there is network
    return null;
  });
}

/** Take the sales of another device; how many of them were new. */
export function takeRows(rows) {
  return together(["queue", "sales"], async (queue, sales) => {
    let fresh = 0;
    for (const row of rows) {
      if ((await got(queue.get(row.id))) || (await got(sales.get(row.id)))) continue;
      queue.put(row);
      fresh += 1;
    }
    return fresh;
  });
}

/** Undo a sale before it left, under this number of its refund; false when it has left. */
export function cancelRow(id, refund) {
  return together(["queue"], async (queue) => {
    const row = await got(queue.get(id));
    if (row?.state !== "stored") return false;
    queue.put({ ...row, record: { ...row.record, cancelled: row.record.cancelled ?? refund } });
    return true;
  });
}

/** These rows leave in a request: as they are now, those that are still there. */
export function leaveRows(ids) {
  return together(["queue"], async (queue) => {
    const rows = (await Promise.all(ids.map((id) => got(queue.get(id))))).filter(Boolean);
    for (const row of rows) if (!isUnread(row)) queue.put({ ...row, state: "sent" });
    return rows;
  });
}

/**
 * What became of rows that left: `become(row)` is a sale of the shop's list for one whose answer
 * is proven, null for one that is asked again. A row that another tab has undone meanwhile stays.
 * `unread`: the caisse finds no record in it. It stays too, and is on the way of nothing else.
 */
export function settleRows(rows, become, unread = false) {
  return together(["queue", "sales"], async (queue, sales) => {
    for (const row of rows) {
      const there = await got(queue.get(row.id));
      if (!there) continue;
      const sale = there.record.cancelled === row.record.cancelled ? become(row) : null;
      if (sale) {
        queue.delete(row.id);
        sales.put(sale);
      } else {
        queue.put({ ...there, state: unread || isUnread(there) ? "unread" : "stored" });
      }
    }
  });
}

/** Whether the caisse could not read this row of the queue. */
export const isUnread = (row) => row.state === "unread";

/** From now on nothing is sold under the licence; false while something has to be sent first. */
export function stopSelling(asking) {
  return together(["market", "queue"], async (market, queue) => {
    const licence = await got(market.get("licence"));
    if (!(await got(queue.getAll())).every(isUnread)) return false;
    if (licence) market.put({ ...licence, closing: true }, "licence");
    if (asking) market.put(asking, "asking");
    return true;
  });
}

/** The caisse has not taken the last word: the licence is what it was. */
export function sellOn() {
  return together(["market"], async (market) => {
    const licence = await got(market.get("licence"));
    if (licence) market.put({ ...licence, closing: false }, "licence");
    return got(market.delete("asking"));
  });
}

/** A licence in the place of the one before; its sums begin, and the caisse's time is the mark. */
export function begin(licence, from) {
  return together(["market"], async (market) => {
    market.put(licence, "licence");
    market.put(NO_SUMS, "sums");
    market.put(from, "mark");
    return got(market.delete("asking"));
  });
}

/** The licence, its pair and its sums are nowhere any more. */
export function end(paused) {
  return together(["market"], async (market) => {
    for (const name of ["licence", "sums", "asking"]) market.delete(name);
    return got(paused ? market.put(paused, "paused") : market.delete("paused"));
  });
}
