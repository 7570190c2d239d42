// The screens of the till: one is shown, the others wait; what is typed stands in `state`.

import { all, find, signal } from "./dom.js";
import { stepped } from "./installing.js";
import { oneAtATime } from "./pressing.js";
import { stopCamera } from "./scanning.js";

export const WORDS = document.querySelector("[data-words]").dataset;

export const SHORTEST_PIN = 6;

export const state = {
  device: null, // { till, generation, key, words }
  screen: "start", till: null, typed: "", digits: "", sale: null, said: null, handle: "",
  attempt: 0, part: false, tell: false, way: null, agreed: null, cashier: null,
  figures: "", share: "", later: 0, found: 0,
  lines: [], bought: null, // amounts by category; what the sale on the screen was made of
  // without network: what is kept for it, whether this sale is, what the caisse last said of it
  net: null, market: null, off: false, probe: null, turn: null, told: "", unable: false,
  unsure: false, away: false,
};

const screen = (name) => find(`[data-screen="${name}"]`);

/** Nothing of the last sale stays: neither who, nor the code, nor what was sent. */
export function forget() {
  Object.assign(state, {
    typed: "", digits: "", sale: null, handle: "", said: null, agreed: null, figures: "",
    share: "", lines: [], bought: null,
  });
  find("#handle").value = find("#voucher").value = find("#answer").value = "";
  find("[data-agreed]").textContent = "";
}

/** No sale is on the screen: what is learnt of the device may change it. */
const IDLE = ["start", "link", "compare", "cashier", "amount", "stopped"];
export const idle = () => IDLE.includes(state.screen);

/** Show one screen; its title is read out, what was typed elsewhere is gone. */
export function show(name) {
  stopCamera();
  state.screen = name;
  stepped(idle());
  for (const one of all("[data-screen]")) one.hidden = one.dataset.screen !== name;
  document.body.classList.toggle("is-done", name === "paid");
  aloud("");
  find(".till-head").hidden = ["pin", "left"].includes(name); // turned: one thing on it
  all("[data-wrong]").forEach((one) => { one.hidden = true; });
  const field = all("input", screen(name)).find((one) => !one.closest("[hidden]"));
  (field ?? find("h1", screen(name))).focus({ preventScroll: true });
  scrollTo(0, 0);
  signal(name);
}

/** Read out, to who does not see the screen. */
export const aloud = (text) => { find("[data-status]").textContent = text; };

/** Say on this screen what is wrong with what was typed. */
export function wrong(text) {
  const place = find("[data-wrong]", screen(state.screen));
  place.textContent = text || WORDS.failed; // the caisse has no sentence for whoever stands here
  place.hidden = false;
  find("input", screen(state.screen))?.focus();
}

/** Whether the caisse answers is said at the top of every screen. */
export function heard(answer) {
  const there = answer !== null;
  state.net = there;
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

export const once = oneAtATime(() => state.screen);
