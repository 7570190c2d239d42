// What a till keeps in its browser: its keys, its own sales by their numbers, and to sell without
// network a licence, sums and a queue (market/keeping.js). Nothing of anybody.

import { database } from "./base.js";

const NAME = "caisse-till";
const VERSION = 2; // 2: market, queue
const STORES = { device: {}, sales: { keyPath: "id" }, market: {}, queue: { keyPath: "id" } };

const run = database(NAME, VERSION, (base) => {
  for (const [name, options] of Object.entries(STORES)) {
    if (!base.objectStoreNames.contains(name)) base.createObjectStore(name, options);
  }
});

/** What a request of the database answers. Inside `together` nothing else may be awaited. */
export const got = (asked) =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/**
 * All that `act(...stores)` does, or nothing of it; it is on the disk when the promise is kept: a
 * sale must outlive a power cut.
 */
export const together = (names, act, mode = "readwrite") =>
  run((base) => whole(base.transaction(names, mode, { durability: "strict" }), names, act));

async function whole(work, names, act) {
  const ended = new Promise((resolve, reject) => {
    work.oncomplete = resolve;
    work.onabort = work.onerror = () => reject(work.error);
  });
  const done = act(...names.map((name) => work.objectStore(name))).catch((failure) => {
    work.abort();
    throw failure;
  });
  const [answer] = await Promise.all([done, ended]);
  return answer;
}

const step = (name, mode, act) => together([name], async (store) => got(act(store)), mode);

export const readDevice = () => step("device", "readonly", (store) => store.get("device"));
export const keepDevice = (device) =>
  step("device", "readwrite", (store) => store.put(device, "device"));
export const keepSale = (sale) => step("sales", "readwrite", (store) => store.put(sale));
export const dropSale = (id) => step("sales", "readwrite", (store) => store.delete(id));

/** The sales of this till, the newest first. */
export async function sales() {
  const all = await step("sales", "readonly", (store) => store.getAll());
  return all.sort((one, other) => other.at - one.at);
}
