// The page as something installed: it opens without network, takes a new version of itself when
// nobody is in the middle of something, and the telephone's back key leads to its first screen.

const LOOK_MS = 60000;

/** Keep the page's files; `rests` says whether it may be loaded anew without a loss. */
export function keepUp({ offline, scope }, rests) {
  const { serviceWorker } = navigator;
  serviceWorker?.register(offline, { scope }).catch(() => {}); // it opens with network only
  if (!serviceWorker?.controller) return; // the first version is no newer one
  let newer = false;
  serviceWorker.addEventListener("controllerchange", () => { newer = true; });
  setInterval(() => newer && rests() && location.reload(), LOOK_MS);
}

let above = false; // one step of the history stands for whatever is above the first screen

/** A screen is shown; `first` when one leaves the page from it. */
export function stepped(first) {
  if (first || above) return;
  history.pushState("above", "");
  above = true;
}

/** What the back key does; where `leads` answers no, nothing. */
export function onBack(leads) {
  addEventListener("popstate", () => {
    if (location.hash) return; // another address was opened: that was no key
    above = false;
    if (!leads()) stepped(false);
  });
}
