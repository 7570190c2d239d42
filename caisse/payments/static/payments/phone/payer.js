// « Payer » on a member's telephone: its QR for the till, the till's QR for it, what is left. What
// it knew last is kept, so that it opens without network too; money moves at the caisse alone.

import { all, cameraWords, cheer, fill, find } from "../dom.js";
import { KIND, messageOf, readRequest, requestId } from "../formats.js";
import { dayOf, money, shortly, whenOf } from "../telling.js";
import {
  ask, asNumber, clockOffset, hex, insist, makeKeys, newId, now, setClock, sharedKey,
} from "../wire.js";
import { startCamera, stopCamera } from "../scanning.js";
import { drop, forget, keep, read, takeTicket } from "./keeping.js";
import { atMost, hide, showQr } from "./showing.js";

const API = "/api/v1/phones";
const WORDS = find("[data-words]").dataset;
const FEW_TICKETS = 100; // below it, new ones are fetched with network
const BYTES_OF_TICKET = 32; // signs of its hexadecimal
const UNLINKED = [401, 403]; // answers to a telephone that is not known, or blocked
const LOOK_MS = 2000; // how often a shown QR asks whether it has paid
const CLOCKS_MS = 60000; // how far the caisse's clock may be from what is known of it
const PLACE = /^lieu-([0-9]{1,9})$/; // of a printed QR

const state = { device: null, wallet: null, screen: "start", asked: null, since: 0 };

const screen = (name) => find(`[data-screen="${name}"]`);

/** Show one screen; its title is read out. */
function show(name) {
  if (state.screen === "qr" && name !== "qr") hide();
  stopCamera();
  state.screen = name;
  for (const one of all("[data-screen]")) one.hidden = one.dataset.screen !== name;
  for (const one of all("[data-wrong]")) one.hidden = true;
  find("h1", screen(name)).focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Say on this screen what is wrong. */
function wrong(text) {
  const place = find("[data-wrong]", screen(state.screen));
  place.textContent = text;
  place.hidden = false;
  find("input", screen(state.screen))?.focus();
}

// --- the telephone ---

async function start() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return stopped(WORDS.stoppedKeys);
  try {
    state.device = (await read("device")) ?? null;
    state.wallet = (await read("wallet")) ?? null;
    setClock((await read("clock")) ?? 0);
  } catch {
    return stopped(WORDS.stoppedKeys);
  }
  const said = decodeURIComponent(location.hash.slice(1));
  if (said) history.replaceState(null, "", location.pathname); // it is not kept in the history
  const place = PLACE.exec(said);
  if (!state.device || (said && !place)) {
    find("#code").value = place ? "" : said;
    return show("link");
  }
  await home();
  if (await unsettled()) return;
  if (place) await atPlace(Number(place[1]));
}

async function link(form) {
  const code = form.code.value.trim();
  if (code.replace(/[^0-9a-z]/gi, "").length !== 10) return wrong(WORDS.code);
  const pair = state.pair ?? (state.pair = await makeKeys()); // the same when it is sent again
  const answer = await insist("POST", API, { code, key: pair.open });
  if (!answer) return wrong(WORDS.noAnswer);
  if (answer.status !== 201) return wrong(answer.said.member);
  const { phone, generation, key: theirs } = answer.said;
  const key = await sharedKey(pair.secret, theirs, phone, generation, "phone");
  await forget();
  state.device = { phone, generation, key };
  state.wallet = null;
  await keep("device", state.device);
  navigator.storage?.persist?.();
  form.reset();
  await home();
}

/** The first screen, with what is known; what the caisse knows now comes after it. */
async function home() {
  draw();
  show("home");
  await look();
}

/** Ask what is in the wallet; keep it, the caisse's time, and tickets for days without network. */
async function look() {
  const answer = await ask("GET", `${API}/self`, undefined, state.device);
  find("[data-old]").hidden = answer !== null;
  if (UNLINKED.includes(answer?.status)) return unlinked();
  if (answer?.status !== 200) return draw();
  state.wallet = answer.said;
  await keep("wallet", state.wallet);
  await keep("clock", clockOffset());
  draw();
  const kept = (await read("tickets"))?.tickets.length ?? 0;
  if (kept < FEW_TICKETS) await refill();
}

async function refill() {
  const answer = await ask("POST", `${API}/tickets`, {}, state.device);
  if (answer?.status !== 201) return;
  const { tickets, key_id: keyId } = answer.said;
  const cut = tickets.match(new RegExp(`.{${BYTES_OF_TICKET}}`, "g"));
  await keep("tickets", { keyId, tickets: cut });
}

async function unlinked() {
  await forget();
  Object.assign(state, { device: null, wallet: null });
  show("link");
  wrong(WORDS.unlinked);
}

function stopped(text) {
  find("[data-stopped]").textContent = text;
  show("stopped");
}

function draw() {
  const { wallet } = state;
  find("[data-known]").hidden = !wallet;
  if (!wallet) return;
  fill("unit", wallet.unit);
  fill("left", money(wallet.left_cents));
  fill("as-of", shortly(wallet.at));
  find("[data-lines]").replaceChildren(...wallet.lines.slice(0, 10).map(row));
}

/** One movement: where or what, when, how much. */
function row(line) {
  const item = document.createElement("li");
  const what = document.createElement("strong");
  const when = document.createElement("span");
  const said = document.createElement("div");
  const value = document.createElement("b");
  const { reason, undone, place, cents } = line;
  what.textContent = place || WORDS[undone ? "undone" : reason] || WORDS.other;
  when.textContent = [dayOf(line.at), place && WORDS[reason]].filter(Boolean).join(" · ");
  value.textContent = `${cents > 0 ? "+" : "−"}${money(Math.abs(cents))}`;
  said.append(what, when);
  item.append(said, value);
  return item;
}

// --- to show a QR ---

async function toPay() {
  const ticket = await takeTicket();
  if (!ticket) return wrong(WORDS.noTicket);
  const mostCents = state.wallet?.most_cents ?? 0;
  state.since = now();
  find("#most").value = money(mostCents);
  show("qr");
  await showQr(ticket, state.device, mostCents);
  watch(state.since);
}

/** Another amount at most, as it was typed. */
async function most(form) {
  const typed = form.most.value.replace(/\s/g, "").replace(",", ".");
  const cents = Math.round(Number(typed) * 100);
  if (!/^[0-9]+([.][0-9]{1,2})?$/.test(typed) || cents === 0) return wrong(WORDS.amount);
  if (cents > state.wallet.most_cents) return wrong(WORDS.most);
  find("[data-wrong]", screen("qr")).hidden = true;
  await atMost(cents);
}

/** With network, the telephone learns that its QR has paid: by a purchase that it did not know. */
async function watch(since) {
  const known = new Set(state.wallet?.lines.map((line) => line.short));
  const isNew = (line) => line.reason === "payment" && line.at > since - CLOCKS_MS;
  while (state.screen === "qr" && state.since === since) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (state.screen !== "qr" || state.since !== since || document.hidden) continue;
    const answer = await ask("GET", `${API}/self`, undefined, state.device);
    if (state.screen !== "qr" || state.since !== since || answer?.status !== 200) continue;
    state.wallet = answer.said;
    await keep("wallet", state.wallet);
    const line = state.wallet.lines.find((one) => isNew(one) && !known.has(one.short));
    if (line) paid({ ...line, cents: -line.cents, left_cents: state.wallet.left_cents });
  }
}

// --- to read a QR ---

function toScan() {
  show("scan");
  return startCamera(find("video"), scanned, (code) => wrong(cameraWords(code)));
}

/** A text that the camera has read. */
function scanned(text) {
  const message = messageOf(text);
  const place = text.includes("/payer#") ? PLACE.exec(text.split("#")[1]) : null;
  if (place) return void once(() => atPlace(Number(place[1])));
  if (message?.[0] === KIND.request) return void once(() => asked(message));
  wrong(WORDS.notAsked);
}

/** What a till asks for: its place and its amount, before anything is paid. */
async function asked(message) {
  const request = hex(message);
  fill("cents", money(readRequest(message).cents));
  const answer = await ask("POST", `${API}/requests`, { request }, state.device);
  if (!answer) return failed(WORDS.noAnswer);
  if (answer.status !== 200) return failed(answer.said.member);
  const { place, cents } = answer.said;
  const id = asNumber(await requestId(message));
  state.asked = { id, path: `${API}/requests/pay`, said: { request }, place, cents };
  fill("at", place);
  show("confirm");
}

/** A place whose printed QR was scanned: the amount is typed here. */
async function atPlace(number) {
  const answer = await ask("POST", `${API}/places`, { place: number }, state.device);
  if (!answer) return failed(WORDS.noAnswer);
  if (answer.status !== 200 || !answer.said.place) return failed(WORDS.notAsked);
  state.asked = { place: answer.said.place, number };
  fill("at", answer.said.place);
  find("#amount").value = "";
  show("amount");
}

function toConfirm(form) {
  const typed = form.amount.value.replace(/\s/g, "").replace(",", ".");
  const cents = Math.round(Number(typed) * 100);
  if (!/^[0-9]+([.][0-9]{1,2})?$/.test(typed) || cents === 0) return wrong(WORDS.amount);
  const { number, place } = state.asked;
  const id = newId();
  const said = { id, place: number, cents };
  state.asked = { id, path: `${API}/places/pay`, said, place, cents };
  fill("cents", money(cents));
  show("confirm");
}

/** Pay what is on the screen; its number is kept first, so that it happens once. */
async function confirm() {
  await keep("asked", state.asked);
  await settle();
}

async function settle() {
  show("busy");
  const { path, said } = state.asked;
  const answer = await insist("POST", path, said, state.device);
  if (answer === null) return show("unsure");
  await drop("asked");
  if (UNLINKED.includes(answer.status)) return unlinked();
  if (answer.status > 201) return failed(answer.said.member);
  paid({ ...answer.said, place: state.asked.place });
}

/** A payment whose answer was lost before this page was closed: ask what became of it. */
async function unsettled() {
  state.asked = (await read("asked")) ?? null;
  if (!state.asked) return false;
  fill("cents", money(state.asked.cents));
  fill("at", state.asked.place);
  await again();
  return true;
}

async function again() {
  show("busy");
  const { id, place } = state.asked;
  const answer = await ask("GET", `${API}/payments/${id}`, undefined, state.device);
  if (answer?.status === 200) {
    await drop("asked");
    return paid({ ...answer.said, place });
  }
  if (answer?.status === 404) return settle(); // it never arrived: the same number once more
  if (answer && answer.status < 500) {
    await drop("asked");
    return failed(answer.said.member);
  }
  return show("unsure");
}

function paid({ cents, at, place, words, short, left_cents: left }) {
  fill("cents", money(cents));
  fill("at", place);
  fill("when", whenOf(at));
  fill("three", words.join(" · "));
  fill("short", short);
  fill("left", money(left));
  show("paid");
  cheer();
}

function failed(text) {
  find("[data-reason]").textContent = text;
  show("refused");
}

// --- what is pressed ---

const ACTS = { pay: toPay, scan: toScan, home, confirm, again, fresh: toPay };
const FORMS = { link, most, amount: toConfirm };
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
  const act = event.target.closest("button")?.dataset.do;
  if (act) once(ACTS[act]);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  once(() => FORMS[event.target.dataset.form](event.target));
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && state.device && state.screen === "home") once(look);
});
addEventListener("online", () => state.device && state.screen === "home" && once(look));

const { offline, scope } = document.body.dataset;
navigator.serviceWorker?.register(offline, { scope }).catch(() => {}); // it opens with network only

start();
