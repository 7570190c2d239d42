// « Payer » on a member's telephone: its QR for the till, the till's QR for it, what is left. What
// it knew last is kept, so that it opens without network too; money moves at the caisse alone.

import { all, cameraWords, find } from "../dom.js";
import { beside } from "../base.js";
import { KIND, messageOf } from "../formats.js";
import { money } from "../telling.js";
import { ask, insist, setClock } from "../wire.js";
import { keepUp, onBack } from "../installing.js";
import { oneAtATime } from "../pressing.js";
import { followed, subscribe, watched } from "../push.js";
import { startCamera } from "../scanning.js";
import { asked, bySlip, payBySlip, prove, showAgain } from "./apart.js";
import {
  asBefore, askSetting, dropSetting, setAside, settleSetting, takeBack, toAside, toChoose,
} from "./aside.js";
import { read, takeTicket } from "./keeping.js";
import { opened, standOn, toReceipt } from "./movements.js";
import {
  again, atPlace, confirm, fromConfirm, giveUp, payAll, settle, toConfirm, unsettled,
} from "./paying.js";
import { slips, tidied } from "./purse.js";
import { paid } from "./receipts.js";
import { API, FIRST, WORDS, show, state, typedCents, wrong } from "./screens.js";
import { send } from "./sending.js";
import { atMost, showQr } from "./showing.js";
import { draw, home, limitsOf, link, look, refill } from "./wallet.js";

const { offline, scope } = document.body.dataset;
const LOOK_MS = 2000; // how often a shown QR asks whether it has paid
const SEND_MS = 30000; // how often what was paid without network is sent, while the page is open
const CODE = /^([0-9a-z]-?){10}$/i; // that links this telephone
const PLACE = /^lieu-([0-9]{1,9})$/; // of a printed QR
const NUMBER = /^(?:lieu)?[\s-]*([0-9]{1,9})$/i; // of a place, as it is typed

// --- the telephone ---

async function start() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return stopped(WORDS.stoppedKeys);
  try {
    state.device = (await read("device")) ?? null;
    state.wallet = (await read("wallet")) ?? null;
    state.aside = (await read("aside")) ?? null;
    setClock((await read("clock")) ?? 0);
    await tidied();
  } catch {
    return stopped(WORDS.stoppedKeys);
  }
  beside(tick);
  setInterval(() => beside(tick), SEND_MS);
  if (state.device) followed(scope);
  await arrived();
}

/** What stands behind the address: a code that links, or a place whose printed QR was scanned. */
async function arrived() {
  const said = location.hash.slice(1);
  if (said) history.replaceState(history.state, "", location.pathname); // it is not kept there
  const [place, isCode] = [PLACE.exec(said), CODE.test(said)];
  draw();
  if (!state.device || isCode) {
    find("#code").value = isCode ? said : "";
    return show("link");
  }
  if (await unsettled()) return null;
  return place ? atPlace(Number(place[1])) : home();
}

function stopped(text) {
  find("[data-stopped]").textContent = text;
  show("stopped");
}

/** What was paid or set aside without an answer is sent again, beside whatever is pressed. */
async function tick() {
  if (!state.device) return;
  const some = await send(state.device);
  const set = await settleSetting();
  if ((some || set) && rests()) await look();
}

// --- to show a QR ---

async function toPay() {
  const wallet = await limitsOf();
  const ticket = wallet && ((await takeTicket()) ?? ((await refill()) && (await takeTicket())));
  if (!ticket) return wrong(WORDS.noTicket);
  const mostCents = wallet.most_cents;
  Object.assign(state, { ticket, asked: null });
  find("#most").value = money(mostCents);
  show("qr");
  await showQr(ticket, state.device, mostCents);
  watch(ticket);
}

/** Another amount at most, as it was typed. */
async function most(form) {
  const cents = typedCents(form.most.value);
  if (!cents) return wrong(WORDS.amount);
  if (cents > state.wallet.most_cents) return wrong(WORDS.most);
  find('[data-screen="qr"] [data-wrong]').hidden = true;
  await atMost(cents);
}

/** With network, the telephone learns that its QR has paid: by the ticket in it. */
async function watch(ticket) {
  const here = () => state.screen === "qr" && state.ticket === ticket;
  while (here()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!here() || document.hidden) continue;
    const said = { ticket: ticket.ticket };
    const answer = await ask("POST", `${API}/tickets/paid`, said, state.device);
    if (here() && answer?.said.kind) paid(answer.said);
  }
}

// --- to read a QR ---

/** One payment after the other; without network, slips still pay at other places. */
async function toScan() {
  if ((await unsettled()) && !(state.screen === "unsure" && (await slips()).length)) return;
  drawCamera(true);
  show("scan");
  startCamera(find("video"), scanned, blind); // it may ask for long
}

/** No camera, or none for us: what else pays stands in its place. */
function blind(code) {
  drawCamera(false);
  wrong(cameraWords(code));
}

function drawCamera(sees) {
  find("video").hidden = find("[data-sees]").hidden = !sees;
  for (const one of all("[data-blind]")) one.hidden = sees;
}

/** A text that the camera has read, or a reader of codes has typed. */
function scanned(text) {
  const act = actOf(text);
  if (act) once(act);
  else wrong(WORDS.notAsked);
}

function actOf(text) {
  const message = messageOf(text);
  const place = text.includes("/payer#") ? PLACE.exec(text.split("#")[1].trim()) : null;
  if (place) return () => atPlace(Number(place[1]));
  return message?.[0] === KIND.request ? () => asked(message) : null;
}

/** The number of a place, or what a reader of codes types. What leads nowhere stays typed. */
async function typed(form) {
  const text = form.typed.value.trim();
  const place = NUMBER.exec(text);
  const act = place ? () => atPlace(Number(place[1]), () => wrong(WORDS.noPlace)) : actOf(text);
  if (act) await act();
  else wrong(text ? WORDS.notAsked : WORDS.noNumber);
  if (state.screen === "scan") form.typed.select();
  else form.reset();
}

/** Tell the owner on this telephone: the browser is asked, and the caisse learns what it says. */
async function tell() {
  const place = find("[data-told]");
  try {
    const registration = await watched(offline, { scope });
    const said = await subscribe(registration, find("[data-push]").dataset.push);
    const answer = await insist("POST", `${API}/notices`, said, state.device);
    place.textContent = answer?.status === 201 ? WORDS.toldHere : WORDS.noAnswer;
  } catch {
    place.textContent = WORDS.toldNever;
  }
}

/** From a receipt back to its line in the list. */
async function toList() {
  await home();
  standOn(opened());
}

// --- what is pressed ---

const ACTS = {
  tell, pay: toPay, scan: toScan, home, confirm, again, fresh: toPay, settle, waits: unsettled,
  "give-up": giveUp, aside: toAside, choose: toChoose, "as-before": asBefore,
  "ask-setting": askSetting, "drop-setting": dropSetting, back: takeBack, "again-qr": showAgain,
  "pay-apart": payBySlip, prove,
  "by-slip": bySlip, all: payAll, receipt: toReceipt, list: toList,
};
const FORMS = { link, most, amount: toConfirm, typed, set: setAside };

const once = oneAtATime(() => state.screen);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const act = button?.dataset.do;
  if (act) once(() => ACTS[act](button));
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  once(() => FORMS[event.target.dataset.form](event.target));
});
const rests = () => state.device && state.screen === "home";
const awake = () => {
  beside(tick);
  if (rests()) beside(look);
};
document.addEventListener("visibilitychange", () => !document.hidden && awake());
addEventListener("online", awake);
/** Pages of the caisse are not offered without network: the browser would say that they broke. */
const drawNet = () => {
  for (const one of all("[data-online]")) one.hidden = !navigator.onLine;
};
addEventListener("online", drawNet);
addEventListener("offline", drawNet);
drawNet();
const FREE = [ // what another address may take away
  "home", "link", "scan", "paid", "refused", "aside", "choose", "already", "waiting",
  "receipt",
];
addEventListener("hashchange", () => FREE.includes(state.screen) && once(arrived));

keepUp({ offline, scope }, rests);
const backTo = { receipt: toList, confirm: () => fromConfirm(toScan) };
const HELD = ["busy", "unsure", "missing", "setting", "unset"]; // the back key leaves none
const backed = () => FIRST.includes(state.screen) || once(backTo[state.screen] ?? home);
onBack(() => !HELD.includes(state.screen) && (backed(), true));

once(start);
