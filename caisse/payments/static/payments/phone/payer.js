// « Payer » on a member's telephone: its QR for the till, the till's QR for it, what is left. What
// it knew last is kept, so that it opens without network too; money moves at the caisse alone.

import { all, cameraWords, cheer, fill, find } from "../dom.js";
import { KIND, messageOf, readRequest, requestId } from "../formats.js";
import { money, shortly, whenOf } from "../telling.js";
import {
  ask, asNumber, clockOffset, hex, insist, makeKeys, newId, now, setClock, sharedKey,
} from "../wire.js";
import { keepUp, onBack, stepped } from "../installing.js";
import { able, subscribe, watched } from "../push.js";
import { startCamera, stopCamera } from "../scanning.js";
import { drop, forget, keep, read, takeTicket } from "./keeping.js";
import { movement } from "./movements.js";
import { atMost, hide, showQr } from "./showing.js";

const API = "/api/v1/phones";
const { offline, scope } = document.body.dataset;
const WORDS = find("[data-words]").dataset;
const FEW_TICKETS = 100; // below it, new ones are fetched with network
const BYTES_OF_TICKET = 32; // signs of its hexadecimal
const OLD_MS = 7 * 24 * 3600 * 1000; // and when those that are kept are older: they live 30 days
const UNLINKED = [401, 403]; // answers to a telephone that is not known, or blocked
const LOOK_MS = 2000; // how often a shown QR asks whether it has paid
const CODE = /^([0-9a-z]-?){10}$/i; // that links this telephone
const PLACE = /^lieu-([0-9]{1,9})$/; // of a printed QR

const state = { device: null, wallet: null, screen: "start", asked: null, ticket: null };

const FIRST = ["start", "link", "home", "stopped"]; // one leaves the page from them

const screen = (name) => find(`[data-screen="${name}"]`);

/** Show one screen; its title is read out. */
function show(name) {
  if (state.screen === "qr" && name !== "qr") hide();
  stopCamera();
  state.screen = name;
  stepped(FIRST.includes(name));
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

/** The first screen, with what is known; what the caisse knows now comes when it comes. */
async function home() {
  draw();
  show("home");
  look();
  find("[data-waits]").hidden = !(await read("asked"));
}

let looking = false;

/** Ask what is in the wallet, beside whatever is pressed; no screen changes but the first one. */
async function look() {
  if (looking) return;
  looking = true;
  try {
    await looked(state.device);
  } finally {
    looking = false;
  }
}

/** Keep the wallet, the caisse's time, and tickets for days without network. */
async function looked(device) {
  const answer = await ask("GET", `${API}/self`, undefined, device);
  if (device !== state.device) return; // it was linked anew meanwhile
  find("[data-old]").hidden = answer?.status === 200;
  if (UNLINKED.includes(answer?.status)) {
    if (state.screen === "home") await unlinked(answer.status);
    return;
  }
  if (answer?.status !== 200) return;
  state.wallet = answer.said;
  await keep("wallet", state.wallet);
  await keep("clock", clockOffset());
  if (state.screen === "home") draw();
  const kept = await read("tickets");
  const fresh = kept?.at > now() - OLD_MS && kept.tickets.length >= FEW_TICKETS;
  if (!fresh) await refill();
}

async function refill() {
  const answer = await ask("POST", `${API}/tickets`, {}, state.device);
  if (answer?.status !== 201) return;
  const { tickets, key_id: keyId } = answer.said;
  const cut = tickets.match(new RegExp(`.{${BYTES_OF_TICKET}}`, "g"));
  await keep("tickets", { keyId, tickets: cut, at: now() });
}

/** A telephone that was blocked forgets all; one that is not known may be known again. */
async function unlinked(status) {
  if (status === 403) {
    await forget();
    Object.assign(state, { device: null, wallet: null });
    draw();
  }
  show("link");
  wrong(WORDS.unlinked);
}

function stopped(text) {
  find("[data-stopped]").textContent = text;
  show("stopped");
}

function draw() {
  const { wallet } = state;
  const offered = find("[data-push]");
  if (offered) offered.hidden = !able();
  find("[data-known]").hidden = !wallet;
  find("[data-lines]").replaceChildren(...(wallet?.lines ?? []).slice(0, 10).map(movement));
  fill("left", money(wallet?.left_cents ?? 0));
  if (!wallet) return;
  fill("unit", wallet.unit);
  fill("as-of", shortly(wallet.at));
}

// --- to show a QR ---

async function toPay() {
  const ticket = await takeTicket();
  if (!ticket) return wrong(WORDS.noTicket);
  const mostCents = state.wallet?.most_cents ?? 0;
  state.ticket = ticket;
  find("#most").value = money(mostCents);
  show("qr");
  await showQr(ticket, state.device, mostCents);
  watch(ticket);
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

async function toScan() {
  if (await unsettled()) return; // one payment after the other
  show("scan");
  startCamera(find("video"), scanned, (code) => wrong(cameraWords(code))); // it may ask for long
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
  if (answer.status === 401) return unlinked(answer.status); // its number is asked for later
  await ended(answer);
}

/** The caisse knows what became of it. */
async function ended(answer) {
  const { place } = state.asked;
  await drop("asked");
  if (answer.status === 403) return unlinked(answer.status);
  if (answer.said.kind) return paid({ ...answer.said, place });
  return failed(answer.said.member);
}

/** A payment whose answer was lost: ask what became of it, before anything else is paid. */
async function unsettled() {
  const kept = await read("asked");
  if (!kept) return false;
  state.asked = kept;
  fill("cents", money(kept.cents));
  fill("at", kept.place);
  await again();
  return true;
}

/** Ask; nothing is paid by it. What never arrived is paid, or given up, by a press. */
async function again() {
  show("busy");
  const { id } = state.asked;
  const answer = await ask("GET", `${API}/payments/${id}`, undefined, state.device);
  if (answer === null || answer.status >= 500) return show("unsure");
  if (answer.status === 401) return unlinked(answer.status);
  return answer.said.reason === "unknown" ? show("missing") : ended(answer);
}

/** She does not want to pay it any more: whatever still travels is refused. */
async function giveUp() {
  show("busy");
  const { id, said } = state.asked;
  const shown = said.request ? { request: said.request } : { place: said.place };
  const answer = await insist("POST", `${API}/payments/${id}/abandon`, shown, state.device);
  if (answer === null) return show("unsure");
  if (answer.status === 200 && answer.said.reason === "abandoned") {
    await drop("asked");
    return home();
  }
  return answer.status === 401 ? unlinked(answer.status) : ended(answer);
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
  find("[data-reason]").textContent = text || WORDS.failed;
  show("refused");
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

// --- what is pressed ---

const ACTS = {
  tell, pay: toPay, scan: toScan, home, confirm, again, fresh: toPay, settle, waits: unsettled,
  "give-up": giveUp,
};
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
const rests = () => state.device && state.screen === "home";
document.addEventListener("visibilitychange", () => !document.hidden && rests() && look());
addEventListener("online", () => rests() && look());
const FREE = ["home", "link", "scan", "paid", "refused"]; // what another address may take away
addEventListener("hashchange", () => FREE.includes(state.screen) && once(arrived));

keepUp({ offline, scope }, rests);
const HELD = ["busy", "unsure", "missing"]; // the back key leaves no such screen
onBack(() => !HELD.includes(state.screen) && (FIRST.includes(state.screen) || once(home), true));

once(start);
