// A device that tells its owner (Web Push): what the browser is asked, and what it says.

/** Whether this browser can be told at all: an iPhone can in an installed page only. */
export const able = () => "serviceWorker" in navigator && "PushManager" in globalThis;

/** The octets of a text in base 64 for addresses. */
export function octets(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** An ArrayBuffer as such a text, without filling. */
export function written(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Whether two texts of keys are the same key. */
function same(subscription, key) {
  const known = subscription.options?.applicationServerKey;
  return !known || written(known) === key;
}

/** Install the script that shows what arrives; its registration, once it is awake. */
export async function watched(script, options) {
  const registration = await navigator.serviceWorker.register(script, options);
  const worker = registration.installing ?? registration.waiting;
  if (!registration.active && worker) {
    await new Promise((resolve) => {
      worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
    });
  }
  return registration;
}

/**
 * Subscribe with a registration of a service worker and the caisse's public key.
 * Returns what the form says: { endpoint, public_key, secret }. Rejects when the owner, or the
 * device, says no.
 */
export async function subscribe(registration, key) {
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !same(subscription, key)) {
    await subscription.unsubscribe(); // it knows another key: of another caisse, or an older one
    subscription = null;
  }
  subscription ??= await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: octets(key),
  });
  const { endpoint } = subscription;
  const [open, secret] = ["p256dh", "auth"].map((name) => written(subscription.getKey(name)));
  await remember(registration.scope, { endpoint, secret, key });
  return { endpoint, public_key: open, secret };
}

/** Keep what the caisse is told, for the service worker: the browser may change it by itself. */
async function remember(scope, told) {
  const store = await globalThis.caches?.open("push-told");
  if (store && scope) await store.put(scope, new Response(JSON.stringify(told)));
}

/** Let the service worker see whether the browser has changed it meanwhile. */
export async function followed(scope) {
  const registration = await navigator.serviceWorker?.getRegistration(scope);
  registration?.active?.postMessage("told?");
}
