// Keeps the till's own page and files, so that it opens on a market without network too.
// What concerns money never passes here: the API is asked for, or it is not answered.

const CACHE = "till-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** The newest there is; without network what was kept. */
async function newest(request) {
  const kept = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const known = await kept.match(request, { ignoreVary: true });
    if (known) return known;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && FILES.includes(new URL(url).pathname)) {
    event.respondWith(newest(event.request));
  }
});
