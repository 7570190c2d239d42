// The screens of the till: one is shown, the others wait; what is typed stands in `state`.

import { all, find } from "./dom.js";
import { stopCamera } from "./scanning.js";

export const WORDS = document.querySelector("[data-words]").dataset;

export const SHORTEST_PIN = 6;

export const state = {
  device: null, // { till, generation, key, words }
  screen: "start", till: null, typed: "", digits: "", sale: null, said: null, handle: "",
  attempt: 0, part: false, coded: false, tell: false, agreed: null, cashier: null,
  figures: "", later: 0, found: 0,
};

const screen = (name) => find(`[data-screen="${name}"]`);

/** Nothing of the last sale stays: neither who, nor the code, nor what was sent. */
export function forget() {
  Object.assign(state, {
    typed: "", digits: "", sale: null, handle: "", said: null, agreed: null, figures: "",
  });
  find("#handle").value = "";
}

/** No sale is on the screen: what is learnt of the device may change it. */
const IDLE = ["start", "link", "compare", "cashier", "amount", "stopped"];
export const idle = () => IDLE.includes(state.screen);

/** Show one screen; its title is read out, what was typed elsewhere is gone. */
export function show(name) {
  stopCamera();
  state.screen = name;
  for (const one of all("[data-screen]")) one.hidden = one.dataset.screen !== name;
  document.body.classList.toggle("is-done", name === "paid");
  find(".till-head").hidden = ["pin", "left"].includes(name); // turned: one thing on it
  all("[data-wrong]").forEach((one) => { one.hidden = true; });
  const field = find("input", screen(name));
  (field ?? find("h1", screen(name))).focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Say on this screen what is wrong with what was typed. */
export function wrong(text) {
  const place = find("[data-wrong]", screen(state.screen));
  place.textContent = text;
  place.hidden = false;
  find("input", screen(state.screen))?.focus();
}

/** Whether the caisse answers is said at the top of every screen. */
export function heard(answer) {
  const there = answer !== null;
  find("[data-net-on]").hidden = !there;
  find("[data-net-off]").hidden = there;
  return answer;
}

/** How many figures are typed, never which. */
export function dots() {
  const typed = state.digits.length;
  const of = Math.max(state.till?.pin_length ?? SHORTEST_PIN, typed);
  const boxes = Array.from({ length: of }, (_, place) => {
    const box = document.createElement("i");
    box.className = place < typed ? "full" : "";
    return box;
  });
  find("[data-boxes]").replaceChildren(...boxes);
  const count = find("[data-count]");
  const words = typed === 1 ? count.dataset.one : count.dataset.many;
  count.textContent = words.replace("{n}", typed).replace("{of}", of);
  find('[data-do="pay"]').disabled = typed < SHORTEST_PIN;
}

let busy = false;

/** One press, one act: a second one waits for the end of the first. */
export async function once(act) {
  if (busy) return;
  busy = true;
  try {
    await act();
  } finally {
    busy = false;
  }
}
