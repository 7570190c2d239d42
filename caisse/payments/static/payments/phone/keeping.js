// What a member's telephone keeps: its keys, what it knew last of the wallet, tickets for its QRs,
// a payment of which nobody knows yet.

const NAME = "caisse-phone";
const STORE = "kept";

let opened;

/** The database, opened once. */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run one step; it is on the disk when the promise is kept: a ticket must not be shown twice. */
async function step(mode, act) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const work = base.transaction(STORE, mode, { durability: "strict" });
    const answer = act(work.objectStore(STORE));
    work.oncomplete = () => resolve(answer?.result ?? answer?.taken);
    work.onabort = work.onerror = () => reject(work.error);
  });
}

export const read = (name) => step("readonly", (store) => store.get(name));
export const keep = (name, value) => step("readwrite", (store) => store.put(value, name));
export const drop = (name) => step("readwrite", (store) => store.delete(name));

/** Nothing of this telephone's wallet stays. */
export const forget = () => step("readwrite", (store) => store.clear());

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
