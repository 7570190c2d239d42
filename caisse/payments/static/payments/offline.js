// Keeps a page's own files, so that it opens on a market without network too: all of one
// version, kept together and served together. NAME, VERSION and FILES stand above, written by the
// caisse. What concerns money never passes here: the API is asked for, or it is not answered.

const CACHE = NAME + VERSION;

self.addEventListener("install", (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(only()));

/** Older versions go; the pages that are open belong to this one. */
async function only() {
  const others = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** What was kept; only what was lost of it is asked for. */
async function kept(path, request) {
  const store = await caches.open(CACHE);
  return (await store.match(path, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const path = new URL(url).pathname;
  if (method === "GET" && FILES.includes(path)) event.respondWith(kept(path, event.request));
});
