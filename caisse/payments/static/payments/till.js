// The till: what it does when it is opened, and what each press does.

import { all, find } from "./dom.js";
import {
  backToList, closing, dayAfter, dayBefore, more, recent, refund, undo,
} from "./lately.js";
import { giveAll, givePart, part as givingPart, partKey, whole as giveWhole } from "./giving.js";
import { paper, seen } from "./left.js";
import { link, look, relink, stopped } from "./linking.js";
import { beside } from "./base.js";
import { drawRates, dropLine, putLine } from "./basket.js";
import { changeCashier, drawCashier, firstScreen } from "./cashier.js";
import { keepUp, onBack } from "./installing.js";
import { drawMarket } from "./market/drawing.js";
import { handOver, nextHand, takeOver, taken } from "./market/handing.js";
import { known } from "./market/keeping.js";
import { toPaper } from "./market/listing.js";
import { toSplit } from "./offering.js";
import { agree, finish, recall, resume as sellAgain } from "./market/licensing.js";
import { beginOff, holds, scanAnswer, typedAnswer } from "./market/selling.js";
import { EVERY_MS, sendAll } from "./market/sending.js";
import { spoken, toSpoken } from "./market/spoken.js";
import {
  abandon, again, agreed, agreement, askOf, begin, byVoucher, changeHandle, leave, next, openSale,
  otherWay, part, pay, press, resend, retype, scan, share, showRequest, tell, toCode, toVoucher,
  told, type, whole,
} from "./sale.js";
import { WORDS, heard, idle, once, show, state } from "./screens.js";
import { API, YOUNG_MS, forgetPractice, ownSales } from "./settling.js";
import { practiceAnew, practiceDevice } from "./practice.js";
import { ask, bytes, now, setClock } from "./wire.js";
import { readDevice } from "./store.js";

const LOOK_MS = 60000; // how often the first screen asks for its figures
const DEAF_MS = 400;

// --- the device ---

async function start() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return stopped(WORDS.stoppedKeys);
  try {
    state.device = (await readDevice()) ?? null;
    setClock((await known()).clock ?? 0);
  } catch {
    return stopped(WORDS.stoppedKeys);
  }
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, "", location.pathname); // it is not kept in the history
  if (code) find("#code").value = code;
  if (code || !state.device) {
    await drawMarket(); // what waits here is counted, also where another place is linked
    return show("link");
  }
  state.till = state.device.screen;
  await forgetPractice();
  await recall();
  await look();
  await resume();
  beside(sendAll);
}

/** The page was closed while a sale of this minute was under way: ask for it, and never burn it. */
async function resume() {
  const sale = (await ownSales(state.device)).find((one) => one.is === "sent" && !one.left);
  if (!sale || sale.at < now() - YOUNG_MS || !["amount", "cashier"].includes(state.screen)) return;
  openSale(sale);
  if (sale.request && state.net === false && holds()) {
    Object.assign(state, { off: true, probe: Promise.resolve(true) });
    await beginOff();
    return askOf(sale, bytes(sale.request)); // a telephone may have answered it meanwhile
  }
  show("unsure");
  const address = `${API}/payments/${sale.id}`;
  await once(async () => told(sale, await ask("GET", address, undefined, state.device)));
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
  drawCashier();
  drawRates();
  await drawMarket();
  next();
}

// --- without network ---

const toAllow = () => show("allow");

async function allowed() {
  await agree();
  next();
}

async function goOn() {
  await sellAgain();
  next();
}

// --- what is pressed ---

const ACTS = {
  amount: () => begin(), split: toSplit, share, whole, pay, next, cancel: leave, recent, again,
  resend, abandon, refund, relink,
  practise, work: backToWork, print: () => print(), retype, part, other: leave, keep: next,
  later: next, way: otherWay,
  scan, type, ask: showRequest, closing, agreement, agreed, change: changeCashier,
  voucher: toVoucher, "change-handle": changeHandle,
  undo: () => undo(state.sale),
  allow: toAllow, allowed, resume: goOn, finish, answer: scanAnswer, spoken: toSpoken,
  "day-before": dayBefore, "day-after": dayAfter, more, list: backToList,
  give: giveAll, "give-of": givingPart, "give-whole": giveWhole, "give-part": givePart,
  hand: handOver, paper: toPaper, "hand-next": nextHand, take: takeOver,
};
const ENTERED = { // by the key of that name
  amount: () => begin(), split: share, pin: pay, "giving-part": givePart,
  agreement: () => find('[data-do="agreed"]').disabled || agreed(),
};
const AT_ONCE = { tell, seen, paper }; // while another act waits for its end
const typed = (key) => (state.screen === "giving-part" ? partKey(key) : press(key));
const FORMS = { link, who: toCode, voucher: byVoucher, answer: typedAnswer, spoken };
const IN_LINE = { taken }; // a scanner types the next one while the first is kept

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.key) typed(button.dataset.key);
  if (button?.dataset.rate) putLine(button.dataset.rate);
  if (button?.dataset.line) dropLine(button.dataset.line);
  if (button?.dataset.act) AT_ONCE[button.dataset.act]();
  if (button?.dataset.do) once(ACTS[button.dataset.do]);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  const { form } = event.target.dataset;
  if (IN_LINE[form]) IN_LINE[form](event.target);
  else once(() => FORMS[form](event.target));
});
const PADS = ["amount", "split", "pin", "agreement", "cashier", "giving-part"]; // figures are typed
let deaf = 0; // until when keys are those of a scanner, which types a whole QR at once
document.addEventListener("keydown", (event) => {
  if (!PADS.includes(state.screen) || event.ctrlKey || event.metaKey) return;
  if (/^[.,]$/.test(event.key)) return void event.preventDefault(); // euros, cents: none is typed
  if (/^[^0-9 ]$/.test(event.key)) deaf = event.timeStamp + DEAF_MS;
  if (event.timeStamp < deaf) return void event.preventDefault();
  if (/^[0-9]$/.test(event.key)) typed(event.key);
  else if (event.key === "Backspace") typed("back");
  else if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
    once(ENTERED[state.screen] ?? (() => {}));
  } else return;
  event.preventDefault();
});
addEventListener("online", () => state.device && (beside(look), beside(sendAll)));
addEventListener("offline", () => {
  heard(null);
  if (state.device) beside(drawMarket);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !state.device) return;
  beside(state.screen === "amount" ? look : sendAll);
});
setInterval(() => navigator.onLine && beside(sendAll), EVERY_MS);
const waits = () => state.device && ["cashier", "amount", "stopped"].includes(state.screen);
setInterval(() => waits() && beside(look), LOOK_MS);

const isBegun = () => Boolean(state.typed || state.lines.length);
keepUp(document.body.dataset, () => firstScreen() === state.screen && !isBegun());
const HELD = [ // no back key
  "busy", "left", "unsure", "missing", "paid", "undo", "undone", "given",
];
onBack(() => !HELD.includes(state.screen) && (idle() || once(leave), true));

start();
