// What is left in her wallet, on the screen of a shop turned to her: shown for a moment, printed if
// she presses it, then nowhere. It is no part of what the shop sees or keeps.

import { fill } from "./dom.js";
import { show } from "./screens.js";
import { money } from "./telling.js";

const SEEN_MS = 5000; // how long what is left is shown to who asked for it

/** What is left, for her who typed her code and asked for it: five seconds, then it is nowhere. */
export async function toldHer(cents) {
  fill("left", money(cents));
  show("left");
  await Promise.race([new Promise((resolve) => setTimeout(resolve, SEEN_MS)), hidden()]);
  fill("left", "");
}

let hide = () => {};

const hidden = () => new Promise((resolve) => { hide = resolve; });

/** She has seen it. */
export const seen = () => hide();

/** She wants it on paper: her receipt, with what is left. Once printed it is nowhere else. */
export function paper() {
  addEventListener("afterprint", () => hide(), { once: true });
  print();
}
