// The device itself: linked by a code, its first screen, whether it may cash; its open sales.

import { drawRates } from "./basket.js";
import { drawCashier, firstScreen } from "./cashier.js";
import { fill, find } from "./dom.js";
import { WORDS, forget, heard, idle, show, state, wrong } from "./screens.js";
import { drawMarket } from "./market/drawing.js";
import { keepClock } from "./market/keeping.js";
import { recall, tend } from "./market/licensing.js";
import { sendAll } from "./market/sending.js";
import { API, settle } from "./settling.js";
import { fillSum, money } from "./telling.js";
import { ask, insist, makeKeys, sharedKey } from "./wire.js";
import { keepDevice } from "./store.js";

const CONFIRM_MS = 1000; // somebody stands there with both screens

/** Ask for the figures of the first screen, and whether this device may cash. */
export async function look() {
  clearTimeout(state.later); // one look is enough
  const device = state.device;
  const answer = heard(await ask("GET", `${API}/tills/self`, undefined, device));
  if (device !== state.device) return; // it was linked anew meanwhile
  if (!idle()) return; // it is asked for again when the sale has ended
  if (answer?.status === 401) return stopped(WORDS.stoppedUnknown);
  const is = answer?.said.state ?? state.till?.state;
  if (is === "enrolled" || (!answer && state.screen === "compare")) {
    fill("key-words", state.device.words);
    if (state.screen !== "compare") show("compare");
    clearTimeout(state.later);
    state.later = setTimeout(look, CONFIRM_MS);
    return;
  }
  if (answer) await settled();
  if (device !== state.device || !idle()) return;
  if (is === "suspended" || is === "revoked") {
    return stopped(is === "suspended" ? WORDS.stoppedSuspended : WORDS.stoppedUnknown);
  }
  if (answer?.status === 200) {
    state.till = answer.said;
    device.screen = state.till;
    if (!device.practice) await keepDevice(device); // shown without network too
  }
  draw();
  if (["start", "compare", "stopped"].includes(state.screen)) show(firstScreen());
  else if (state.screen === "amount" && firstScreen() === "cashier") show("cashier");
  if (!device.practice) market(answer, device); // beside what is pressed meanwhile
}

/** What selling without network needs, on each look; with network, what waits is sent first. */
async function market(answer, device) {
  if (answer?.status !== 200) {
    await recall();
    return drawMarket();
  }
  await keepClock();
  await sendAll();
  return tend(answer.said.offline, device);
}

/** Say on the first screen how many sales have no answer yet. */
async function settled() {
  const { open: count, found } = await settle(state.device, state.sale?.id);
  state.found += found;
  const line = find("[data-open]");
  const { one, many, paid: was } = line.dataset;
  line.hidden = count + state.found === 0;
  line.textContent = state.found ? was : (count === 1 ? one : many).replace("{n}", count);
}

function draw() {
  const till = state.till;
  if (!till) return;
  fill("place", till.place);
  fill("label", till.label);
  fill("unit", till.unit);
  fillSum("today", till.sales_cents, till.sales);
  fill("next", `${money(till.next_cents)}\u00a0€`);
  fill("next-on", till.next_on);
  drawCashier();
  drawRates();
  find("[data-next-row]").hidden = !till.next_on;
}

export function stopped(text) {
  forget();
  find("[data-stopped]").textContent = text;
  show("stopped");
  if (state.device) drawMarket(); // what it could not send is shown to another device
}

export async function link(form) {
  const code = form.code.value.trim();
  if (code.replace(/[^0-9a-z]/gi, "").length !== 10) return wrong(WORDS.code);
  const pair = state.pair ?? (state.pair = await makeKeys()); // the same when it is sent again
  const answer = heard(await insist("POST", `${API}/tills`, { code, key: pair.open }));
  if (!answer) return wrong(WORDS.noAnswer);
  if (answer.status !== 201) return wrong(answer.said.cashier);
  const { till, generation, words, key: point } = answer.said;
  const key = await sharedKey(pair.secret, point, till, generation);
  state.device = { till, generation, words, key, point };
  state.till = state.cashier = state.pair = null;
  await keepDevice(state.device);
  navigator.storage?.persist?.();
  form.reset();
  fill("key-words", words);
  show("compare");
  await look();
}

/** Ask for a code; the device is what it was until another one has been taken. */
export function relink() {
  forget();
  show("link");
}
