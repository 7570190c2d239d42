// A device that tells its owner (Web Push): the browser is asked, what it says fills a form.
//
// Needs a service worker that shows what arrives; without one the form stays hidden. Nothing leaves
// before the button is pressed: a page that asks by itself is refused for good.

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
  return {
    endpoint: subscription.endpoint,
    public_key: written(subscription.getKey("p256dh")),
    secret: written(subscription.getKey("auth")),
  };
}

/** Fill the form and let it go; say where one looks that the device says no. */
export async function ask(form, registration) {
  const refused = form.parentElement.querySelector("[data-push-refused]");
  try {
    const said = await subscribe(registration, form.dataset.push);
    for (const [name, value] of Object.entries(said)) form.elements[name].value = value;
    form.submit();
  } catch {
    refused.hidden = false;
    refused.focus();
  }
}

/** Show the form where there is a service worker that can show what arrives. */
export async function offer(form) {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.pushManager) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form, registration);
  });
}

document.querySelectorAll("form[data-push]").forEach(offer);
