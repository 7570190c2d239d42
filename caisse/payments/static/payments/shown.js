// What arrives is shown (Web Push), and a touch leads to where it is read: the page for which this
// service worker was installed. The same message again takes the place of the first one.

self.addEventListener("push", (event) => {
  const { id, title, text } = event.data?.json() ?? {};
  const said = { body: text, tag: id, icon: "/static/site/mark.svg" };
  if (title) event.waitUntil(self.registration.showNotification(title, said));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(self.registration.scope));
});

// A browser may change where it takes messages, by itself: the caisse is told the new place, or it
// would speak to the old one until it is forgotten there. What was told last is kept (`push.js`),
// for most browsers do not say what was before; its secret proves whose device it is.

const TOLD = "push-told";
const MOVED = "/api/v1/phones/notices/moved";

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(moved(event)));
self.addEventListener("message", (event) => {
  if (event.data === "told?") event.waitUntil(moved({}));
});

async function moved({ newSubscription }) {
  const { scope, pushManager } = self.registration;
  const store = await caches.open(TOLD);
  const told = await (await store.match(scope))?.json();
  if (!told) return;
  const { endpoint: before, secret: beforeSecret, key } = told;
  const fresh = newSubscription ?? (await pushManager.getSubscription())
    ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const { endpoint, keys } = fresh.toJSON();
  if (endpoint === before) return;
  const now = { endpoint, public_key: keys.p256dh, secret: keys.auth };
  const body = JSON.stringify({ before, before_secret: beforeSecret, ...now });
  const answer = await fetch(MOVED, { method: "POST", body, credentials: "omit" });
  if (answer.status === 201) {
    await store.put(scope, new Response(JSON.stringify({ endpoint, secret: keys.auth, key })));
  } else if (answer.status === 422) await store.delete(scope); // it is told no more: asked anew
}
