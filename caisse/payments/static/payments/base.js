// A database of this browser: opened once, and again when its connection was lost. A browser lets
// go of one without asking: short of memory, after a long sleep, when another tab has a newer page.

const LOST = "InvalidStateError"; // what a step on a connection that is gone is told

/**
 * Runs steps on the database `name`, whose stores `upgrade(base)` makes: `run((base) => …)`.
 * A step that could not begin, because its connection is gone, is begun once more on a new one.
 */
export function database(name, version, upgrade) {
  let opened; // a promise of the connection that stands
  const forget = (one) => { if (opened === one) opened = undefined; };

  function connect() {
    const one = new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, version);
      asked.onupgradeneeded = () => upgrade(asked.result);
      asked.onsuccess = () => {
        const base = asked.result;
        base.onclose = () => forget(one);
        base.onversionchange = () => { // another tab has a newer page, or all is erased
          base.close();
          forget(one);
        };
        resolve(base);
      };
      asked.onerror = () => {
        forget(one);
        reject(asked.error);
      };
    });
    return one;
  }

  return async function run(step) {
    opened ??= connect();
    const before = opened;
    try {
      return step(await before); // what it waits for is its own: only its beginning is tried again
    } catch (failure) {
      if (failure?.name !== LOST) throw failure;
    }
    forget(before);
    opened ??= connect();
    return step(await opened);
  };
}

/**
 * Do something beside whatever is pressed, which comes again by itself: when the browser's store
 * failed, the next turn tries again. A fault of ours is said on the console as any other.
 */
export async function beside(act) {
  try {
    await act();
  } catch (failure) {
    if (!(failure instanceof DOMException)) throw failure;
  }
}
