// The till: amount, who, code, answer. A sale has one number, stored before anything is sent, so
// that whatever is lost on the way it happens once; the code itself is stored nowhere.

import {
  SHORTEST_PIN, WORDS, all, cheer, dots, fill, find, forget, heard, idle, show, state, wrong,
} from "./screens.js";
import {
  API, YOUNG_MS, burn, forgetPractice, isOpen, ownSales, paidAs, settle,
} from "./settling.js";
import { money, shortly, whenOf } from "./telling.js";
import { practiceAnew, practiceDevice } from "./practice.js";
import { ask, insist, makeKeys, newId, now, sharedKey, whoPays } from "./wire.js";
import { dropSale, forgetDevice, keepDevice, keepSale, readDevice } from "./store.js";

const LOOK_MS = 60000; // how often the first screen asks for its figures
const CONFIRM_MS = 3000;
const MOST_SIGNS = 7; // 99 999,99
const DEAF_MS = 400;

// --- the device ---

async function start() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return stopped(WORDS.stoppedKeys);
  try {
    state.device = (await readDevice()) ?? null;
  } catch {
    return stopped(WORDS.stoppedKeys);
  }
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, "", location.pathname); // it is not kept in the history
  if (code) find("#code").value = code;
  if (code || !state.device) return show("link");
  state.till = state.device.screen;
  await forgetPractice();
  await look();
  await resume();
}

/** The page was closed while a sale of this minute was under way: ask for it, and never burn it. */
async function resume() {
  const sale = (await ownSales(state.device)).find((one) => one.is === "sent");
  if (!sale || sale.at < now() - YOUNG_MS || state.screen !== "amount") return;
  open(sale);
  show("unsure");
  const address = `${API}/payments/${sale.id}`;
  await once(async () => told(sale, await ask("GET", address, undefined, state.device)));
}

/** Bring a sale of the list onto the screen; what was typed for it is nowhere any more. */
function open(sale) {
  forget();
  state.sale = sale;
  fill("cents", money(sale.cents));
}

/** Ask for the figures of the first screen, and whether this device may cash. */
async function look() {
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
  if (["start", "compare", "stopped"].includes(state.screen)) show("amount");
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
  fill("today", `${money(till.sales_cents)} (${till.sales})`);
  fill("next", `${money(till.next_cents)}\u00a0€`);
  fill("next-on", till.next_on);
  find("[data-next-row]").hidden = !till.next_on;
}

function stopped(text) {
  forget();
  find("[data-stopped]").textContent = text;
  show("stopped");
}

async function link(form) {
  const code = form.code.value.trim();
  if (code.replace(/[^0-9a-z]/gi, "").length !== 10) return wrong(WORDS.code);
  const pair = state.pair ?? (state.pair = await makeKeys()); // the same when it is sent again
  const answer = heard(await insist("POST", `${API}/tills`, { code, key: pair.open }));
  if (!answer) return wrong(WORDS.noAnswer);
  if (answer.status !== 201) return wrong(answer.said.cashier);
  const { till, generation, words, key: theirs } = answer.said;
  const key = await sharedKey(pair.secret, theirs, till, generation);
  state.device = { till, generation, words, key };
  await keepDevice(state.device);
  navigator.storage?.persist?.();
  form.reset();
  await look();
}

// --- a sale ---

function press(key) {
  if (state.screen === "amount") {
    const typed = key === "back" ? state.typed.slice(0, -1) : state.typed + key;
    state.typed = typed.replace(/^0+/, "").slice(0, MOST_SIGNS);
    find("[data-typed]").textContent = money(Number(state.typed));
    find('[data-do="amount"]').disabled = !state.typed;
  } else if (state.screen === "pin") {
    state.digits = (key === "back" ? state.digits.slice(0, -1) : state.digits + key).slice(0, 8);
    dots();
  }
}

function begin() {
  if (!state.typed) return;
  if (!navigator.onLine && !state.device.practice) return wrong(WORDS.offline);
  const { till } = state.device;
  state.sale = { id: newId(), till, cents: Number(state.typed), at: now(), is: "typed" };
  state.attempt = 0;
  state.part = false;
  fill("cents", money(state.sale.cents));
  show("who");
}

function toCode(form) {
  const handle = form.handle.value.trim();
  if (!handle) return wrong(WORDS.who);
  state.handle = handle;
  code();
}

function code() {
  state.digits = "";
  for (const one of all("[data-part]")) one.hidden = !state.part;
  dots();
  show("pin");
}

/** She pays all that she has, at most the amount: she types her code again for it. */
function part() {
  state.part = true;
  code();
}

async function pay() {
  if (state.digits.length < SHORTEST_PIN || state.screen !== "pin") return;
  const sale = { ...state.sale, is: "sent", at: now() };
  state.sale = sale;
  state.attempt += 1;
  state.said = {
    id: sale.id, cents: sale.cents, ...whoPays(state.handle), pin: state.digits,
    attempt: state.attempt, ...(state.part && { up_to: true }),
  };
  state.digits = "";
  show("busy");
  try {
    await keepSale(sale);
  } catch {
    return stopped(WORDS.stoppedKeys); // what is not kept is not sent
  }
  await heed(sale, heard(await insist("POST", `${API}/payments`, state.said, state.device)));
}

/** What the caisse answered to a payment, or that it did not. */
async function heed(sale, answer) {
  if (answer === null) return show("unsure");
  if (answer.status === 200 || answer.status === 201) return paid(sale, answer.said);
  if (answer.status === 401) return stopped(WORDS.stoppedUnknown);
  state.said = null; // the code is nowhere any more
  const { reason } = answer.said;
  state.sale = { ...sale, is: "refused" }; // what was sent before this answer may still travel
  await (["abandoned", "id_reused"].includes(reason) ? dropSale(sale.id) : keepSale(state.sale));
  find("[data-cashier]").textContent = answer.said.cashier;
  find('[data-do="retype"]').hidden = reason !== "code_wrong";
  find('[data-do="part"]').hidden = reason !== "funds_short" || state.part;
  show("refused");
}

async function paid(sale, receipt) {
  forget();
  state.sale = paidAs(sale, receipt);
  const rest = sale.cents - receipt.cents;
  fill("cents", money(receipt.cents));
  fill("euros", `${money(rest)}\u00a0€`);
  find("[data-rest]").hidden = rest <= 0;
  fill("short", receipt.short);
  fill("three", receipt.words.join(" · "));
  fill("when", whenOf(receipt.at));
  show("paid");
  cheer();
  await keepSale(state.sale);
}

/** Ask again what became of the sale; what was typed may be sent once more, it is the same sale. */
async function again() {
  show("busy");
  const { said, device, sale } = state;
  if (said) return heed(sale, heard(await insist("POST", `${API}/payments`, said, device)));
  return told(sale, await insist("GET", `${API}/payments/${sale.id}`, undefined, device));
}

/** What the caisse knows of a sale that was sent. */
function told(sale, answer) {
  heard(answer);
  if (answer?.status === 401) return stopped(WORDS.stoppedUnknown);
  return answer?.status === 200 ? paid(sale, answer.said) : show("unsure");
}

/** Burn the number: whatever still travels is refused. If it was paid first, that is the answer. */
async function abandon() {
  show("busy");
  const { sale, device } = state;
  const known = await burn(sale, device, async (...asked) => heard(await insist(...asked)));
  if (!known) return show("unsure"); // nobody burnt it
  if (known.receipt) return paid(sale, known.receipt);
  next();
  wrong(WORDS.abandoned);
}

/** Leave a sale. A copy that still travels must not pay it when everybody has gone. */
async function leave() {
  const { sale, device } = state;
  const known = sale && isOpen(sale) ? await burn(sale, device) : null;
  return known?.receipt ? paid(sale, known.receipt) : next();
}

function next() {
  forget();
  find("[data-typed]").textContent = money(0);
  find('[data-do="amount"]').disabled = true;
  show("amount");
  look();
}

// --- the last sales, and giving one back ---

async function recent() {
  const list = find("[data-sales]");
  state.found = 0;
  const kept = await ownSales(state.device);
  list.replaceChildren(...kept.map(row));
  find("[data-none]").hidden = kept.length > 0;
  show("recent");
}

function row(sale) {
  const line = document.createElement("li");
  const words = { undone: WORDS.undone, sent: WORDS.unsure, refused: WORDS.unsure };
  const said = document.createElement("span");
  said.textContent = [shortly(sale.at), sale.short, words[sale.is]].filter(Boolean).join(" · ");
  const value = document.createElement("strong");
  value.textContent = money(sale.cents);
  line.append(said, value);
  if (sale.is !== "undone") {
    const button = document.createElement("button");
    button.className = "quiet";
    button.textContent = sale.is === "paid" ? WORDS.undo : WORDS.check;
    const act = sale.is === "paid" ? undo : check;
    button.addEventListener("click", () => once(() => act(sale)));
    line.append(button);
  }
  return line;
}

function check(sale) {
  open(sale);
  return again();
}

function undo(sale) {
  open(sale);
  show("undo");
}

async function refund() {
  const sale = { ...state.sale, refund: state.sale.refund ?? newId() };
  state.sale = sale;
  await keepSale(sale); // its number first: sent twice, it is given back once
  const said = { id: sale.refund, of: sale.id, cents: sale.cents };
  const answer = heard(await insist("POST", `${API}/refunds`, said, state.device));
  if (answer === null) return wrong(WORDS.noAnswer);
  if (answer.status !== 200 && answer.status !== 201) return wrong(answer.said.cashier);
  await keepSale({ ...sale, is: "undone" });
  show("undone");
}

// --- practice: another device, whose caisse is in this page ---

let real = null;

async function practise() {
  real = state.device;
  practiceAnew();
  await turned(practiceDevice(real));
}

const backToWork = () => turned(real);

/** Go on with that device; what was practised is nowhere. */
async function turned(device) {
  await forgetPractice();
  state.device = device;
  for (const one of all("[data-practice]")) one.hidden = !state.device.practice;
  find('[data-do="practise"]').hidden = Boolean(state.device.practice);
  state.till = state.device.screen;
  next();
}

async function relink() {
  forget();
  await forgetDevice();
  state.device = state.till = null;
  show("link");
}

// --- what is pressed ---

const ACTS = {
  amount: begin, pay, next, cancel: leave, recent, again, abandon, refund, relink,
  practise, work: backToWork, print: () => print(), retype: code, part, other: leave, keep: next,
  undo: () => undo(state.sale),
};
const FORMS = { link, who: toCode };
let busy = false;

/** One press, one act: a second one waits for the end of the first. */
async function once(act) {
  if (busy) return;
  busy = true;
  try {
    await act();
  } finally {
    busy = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.key) press(button.dataset.key);
  if (button?.dataset.do) once(ACTS[button.dataset.do]);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  once(() => FORMS[event.target.dataset.form](event.target));
});
let deaf = 0; // until when keys are those of a scanner, which types a whole QR at once
document.addEventListener("keydown", (event) => {
  if (!["amount", "pin"].includes(state.screen) || event.ctrlKey || event.metaKey) return;
  if (/^[^0-9 ]$/.test(event.key)) deaf = event.timeStamp + DEAF_MS;
  if (event.timeStamp < deaf) return void event.preventDefault();
  if (/^[0-9]$/.test(event.key)) press(event.key);
  else if (event.key === "Backspace") press("back");
  else if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
    once(state.screen === "amount" ? begin : pay);
  } else return;
  event.preventDefault();
});
addEventListener("online", () => state.device && look());
addEventListener("offline", () => heard(null));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && state.device && state.screen === "amount") look();
});
const waits = () => state.device && ["amount", "stopped"].includes(state.screen);
setInterval(() => waits() && look(), LOOK_MS);

const { offline, scope } = document.body.dataset;
navigator.serviceWorker?.register(offline, { scope }).catch(() => {}); // it opens with network only

start();
