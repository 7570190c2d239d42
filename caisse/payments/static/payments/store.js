// What a till keeps in its browser: its keys, its own sales by their numbers. Nothing of anybody.

const NAME = "caisse-till";
const STORES = { device: {}, sales: { keyPath: "id" } };

let opened;

/** The database, opened once. */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) {
        asked.result.createObjectStore(name, options);
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run one step; it is on the disk when the promise is kept: a sale must outlive a power cut. */
async function step(name, mode, act) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const work = base.transaction(name, mode, { durability: "strict" });
    const asked = act(work.objectStore(name));
    work.oncomplete = () => resolve(asked.result);
    work.onabort = work.onerror = () => reject(work.error);
  });
}

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
