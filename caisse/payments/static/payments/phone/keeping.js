// What a member's telephone keeps: its keys, what it knew last of the wallet, tickets for its QRs,
// a payment of which nobody knows yet, slips and what was paid from them (purse.js).

import { database } from "../base.js";

const NAME = "caisse-phone";
const STORE = "kept";

const run = database(NAME, 1, (base) => base.createObjectStore(STORE));
const begun = (base, mode) => base.transaction(STORE, mode, { durability: "strict" });

/** Run one step; it is on the disk when the promise is kept: a ticket must not be shown twice. */
const step = (mode, act) => run((base) => one(begun(base, mode), act));

function one(work, act) {
  return new Promise((resolve, reject) => {
    const answer = act(work.objectStore(STORE));
    work.oncomplete = () => resolve(answer?.result ?? answer?.taken);
    work.onabort = work.onerror = () => reject(work.error);
  });
}

/** What a step has asked of the store. */
const told = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

/** Read and write as one: other tabs come before or after. On the disk when the promise is kept.
 *
 * `act` gets `{ get, put, drop, clear, named }`, waits for nothing else; what it throws undoes all.
 */
export const asOne = (act) => run((base) => whole(begun(base, "readwrite"), act));

function whole(work, act) {
  return new Promise((resolve, reject) => {
    const store = work.objectStore(STORE);
    let [answer, failure] = [undefined, null];
    work.oncomplete = () => resolve(answer);
    work.onabort = work.onerror = () => reject(failure ?? work.error);
    act({
      get: (name) => told(store.get(name)),
      put: (name, value) => told(store.put(value, name)),
      drop: (name) => told(store.delete(name)),
      clear: () => told(store.clear()),
      named: (family) => told(store.getAll(all(family))),
    }).then((said) => { answer = said; }, (why) => {
      failure = why;
      work.abort();
    });
  });
}

const all = (family) => IDBKeyRange.bound(`${family}:`, `${family};`, false, true);

export const read = (name) => step("readonly", (store) => store.get(name));
export const keep = (name, value) => step("readwrite", (store) => store.put(value, name));
export const drop = (name) => step("readwrite", (store) => store.delete(name));

/** All values under names that begin with `family:`. */
export const named = (family) => step("readonly", (store) => store.getAll(all(family)));

/** Take one ticket out: `{ keyId, ticket, left }`; nothing when there is none. */
export function takeTicket() {
  return step("readwrite", (store) => {
    const answer = {};
    const asked = store.get("tickets");
    asked.onsuccess = () => {
      const kept = asked.result;
      if (!kept?.tickets.length) return;
      const [ticket, ...rest] = kept.tickets;
      store.put({ ...kept, tickets: rest }, "tickets");
      answer.taken = { keyId: kept.keyId, ticket, left: rest.length };
    };
    return answer;
  });
}
