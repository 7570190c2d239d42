// A sale without network: the same screens, and what the till decides alone. « Payé » is said when
// the sale is on the disk, never before; what is typed is sealed at once for the caisse.

import { drawRequest } from "../asking.js";
import { drawRest } from "../basket.js";
import { all, cameraWords, fill, find } from "../dom.js";
import { KIND, isPaid, messageOf, offlineId, readRequest } from "../formats.js";
import { stopped } from "../linking.js";
import { drawOffered, takes } from "../offering.js";
import { startCamera } from "../scanning.js";
import { WORDS, aloud, forget, heard, once, show, state, wrong } from "../screens.js";
import { API, ownSales, paidAs } from "../settling.js";
import { boundTo, sealCode, whoOf } from "../slips.js";
import { keepSale } from "../store.js";
import { money, whenOf } from "../telling.js";
import { ask, asNumber, bytes, hex, newId, now } from "../wire.js";
import { decide, mostOf, ofCard, ofHandle, ofPhone, timeOf, whyNot } from "./deciding.js";
import { drawMarket } from "./drawing.js";
import { keepRow } from "./keeping.js";
import { keysOf, recall } from "./licensing.js";
import { bytesOf, namesOf } from "./naming.js";

const REPLIES = [KIND.offline, KIND.paid];
const HOUR_MS = 3600000;

/** Whether this caisse sells without network; with what licence, the rules say. */
export const holds = () => Boolean(state.till?.offline?.allowed) && !state.device.practice;

/** Whether a text is a telephone's answer to a request: M3, or M4. */
export const isReply = (text) => holds() && REPLIES.includes(messageOf(text)?.[0]);

/**
 * Whether this sale is made without network: asked once, beside what is typed, before anything of
 * it was sent. What was sent is never sold a second time here.
 */
export function probe() {
  if (!holds()) return Promise.resolve(false);
  if (!navigator.onLine) return Promise.resolve(heard(null) === null);
  const { device } = state;
  return ask("GET", `${API}/tills/self`, undefined, device).then((answer) => !heard(answer));
}

/** Say that there is no network, and at once what nothing could change. */
export async function beginOff() {
  const market = await recall();
  for (const one of all("[data-off]")) one.hidden = false;
  for (const one of all("[data-on]")) one.hidden = true;
  drawOffered();
  const why = whyNot(state.sale.cents, market, now());
  if (why && state.screen === "who") {
    const [said] = sentences(why, valuesOf(why, market));
    wrong(takes("shop_qr") ? `${said} ${WORDS.marketOnline}` : said);
  }
}

/** A sale begins; nobody knows yet whether there is network. */
export function beginOn() {
  for (const one of all("[data-off]")) one.hidden = true;
  for (const one of all("[data-on]")) one.hidden = false;
  drawOffered();
}

/** The two sentences of a reason of the closed list, as the page holds them, with these values. */
export function sentences(reason, values = null) {
  const said = find("[data-reasons]").content;
  const one = (values && find(`[data-filled="${reason}"]`, said))
    ?? find(`[data-reason="${reason}"]`, said) ?? find("[data-reason]", said);
  const filled = (_all, name) => values?.[name] ?? "";
  return ["b", "i"].map((part) => find(part, one).textContent.replace(/\{(\w+)\}/g, filled));
}

/** The values of which the sentences of a reason speak; null where this till does not know them. */
function valuesOf(reason, market, sale = null) {
  const { licence, mark } = market;
  if (reason === "offline_member_limit" && sale) {
    return { amount: `${money(mostOf(sale, market))}\u00a0${state.till.unit}` };
  }
  const over = licence && timeOf(mark, now()) > licence.until;
  if (reason !== "offline_licence_old" || !over) return null;
  return { hours: Math.round((licence.until - licence.from) / HOUR_MS) };
}

/** This till does not take the sale. */
export function refuse(reason, values = null) {
  const [cashier, member] = sentences(reason, values);
  fill("cashier", cashier);
  fill("member", member);
  for (const act of ["retype", "part"]) find(`[data-do="${act}"]`).hidden = true;
  find('[data-do="change-handle"]').hidden = reason !== "code_wrong";
  state.digits = "";
  show("refused");
  aloud(`${cashier} ${member}`);
}

/**
 * By what the rules look at a sale: the licence, the caisse's keys, and the key under which its
 * sums know who has paid. It lives as long as the licence: a device that is linked anew in its
 * middle has another k_till, and must know the same people. A licence of before has none.
 */
const around = ({ licence, kept }) => ({
  licence, keys: keysOf(kept.keys), key: kept.tally ?? state.device.key,
});

/** The licence can end, or another tab sell, while somebody types. */
async function ready() {
  const market = await recall();
  if (market.licence) return market;
  refuse("offline_licence_old");
  return null;
}

/** Whether a telephone answers this till's QR: with a slip, or with a proof that it has paid. */
const asks = () => takes("member_qr") || takes("shop_qr");

/** A QR that is not enough here, and what is. */
const other = () => [
  WORDS.marketOther, asks() && WORDS.marketAsk, takes("card") && WORDS.marketCard,
].filter(Boolean).join(" ");

/** What was scanned or typed as who pays. Resolves to true where her code is asked for. */
export async function shownOff(typed) {
  const message = messageOf(typed);
  if (REPLIES.includes(message?.[0])) return void (await answered(message));
  if (message && message[0] !== KIND.card) return void wrong(other());
  const market = await ready();
  if (!market) return false;
  const sale = await saleOf(typed, market);
  const why = decide(sale, market, now());
  if (why) refuse(why, valuesOf(why, market, sale));
  return !why;
}

const saleOf = (typed, market) => {
  const message = messageOf(typed);
  const { cents } = state.sale;
  if (message) return ofCard(message, cents, around(market));
  return ofHandle(typed, cents, around(market));
};

/** Her code is typed: it lies in a box of the caisse's before anything else happens. */
export async function payOff(digits) {
  const market = await ready();
  if (!market) return;
  const at = Math.floor(timeOf(market.mark, now()));
  const { licence } = market;
  const [id, who, { cents }] = [newId(at), whoOf(state.handle), state.sale];
  const sale = await saleOf(state.handle, market);
  const why = decide(sale, market, now());
  if (why) return refuse(why, valuesOf(why, market, sale));
  const bound = boundTo(bytesOf(id), licence.id, cents);
  const code = await sealCode({ who, digits }, bound, bytes(state.device.point));
  const record = {
    licence: licence.id, id, method: sale.how, cents, at, code: hex(code), attempt: 1,
  };
  await keepAndSay({ id, at, cents, record }, sale, market, null);
}

/** Keep it in one strict step, then say « payé » or why not. */
async function keepAndSay({ id, at, cents, record }, sale, market, asked) {
  const names = await namesOf(bytesOf(id));
  const row = { id, at, cents, record, state: "stored", place: market.licence.place, ...names };
  let why;
  try {
    why = await keepRow(row, sale, {
      text: market.licence.text, asked,
      why: (kept) => decide(sale, { ...kept, licence: market.licence }, now()),
    });
  } catch {
    return stopped(WORDS.stoppedKeys); // the disk is full: nothing is kept, nothing is paid
  }
  if (why) return refuse(why, valuesOf(why, market, sale));
  say({ id, at, cents, ...names, is: "kept" }, true);
  recall().then(drawMarket); // beside the next press
  return null;
}

/** « Payé », with its words and its number. */
function say({ words, ...sale }, kept) {
  const price = sale.price ?? state.sale?.price ?? sale.cents;
  forget();
  state.sale = { ...sale, till: state.device.till };
  fill("cents", money(sale.cents));
  fill("short", sale.short);
  fill("three", words.join(" · "));
  fill("when", whenOf(sale.at));
  drawRest(price, sale.cents);
  for (const one of all("[data-here]")) one.hidden = !kept;
  show("paid");
  aloud(find("[data-screen=paid] .slip").innerText);
}

/** The till's request on the screen, and what reads the telephone's answer. */
export function drawAsking(message) {
  drawRequest(message);
  find("#answer").value = "";
}

/** The camera reads the telephone's answer. */
export function scanAnswer() {
  show("scan");
  const read = (text) => {
    if (state.screen !== "scan") return;
    const message = messageOf(text);
    if (isReply(text)) once(() => answered(message));
    else wrong(WORDS.marketAnswer); // the camera looks on
  };
  startCamera(find("video"), read, (code) => wrong(cameraWords(code)));
}

/** A scanner has typed it. */
export function typedAnswer(form) {
  const message = messageOf(form.answer.value);
  form.answer.value = "";
  return REPLIES.includes(message?.[0]) ? answered(message) : wrong(WORDS.marketAnswer);
}

/** M3 or M4 of a telephone: it pays the request on the screen, or one that was shown before. */
async function answered(message) {
  const shown = (await ownSales(state.device)).filter((one) => one.request);
  shown.sort((one, other) => (other.id === state.sale?.id) - (one.id === state.sale?.id));
  if (message[0] === KIND.paid) return proven(message, shown); // no licence is needed for it
  const market = await ready();
  if (!market) return;
  let first = null;
  for (const one of shown) {
    const request = bytes(one.request);
    const sale = await ofPhone(message, request, around(market));
    first ??= sale;
    if (sale.paid) return keepPhone(message, request, sale, one, market);
  }
  const why = (first && decide(first, market, now())) ?? "qr_unreadable";
  return refuse(why, valuesOf(why, market, first));
}

async function keepPhone(message, request, sale, shown, market) {
  const number = await offlineId(bytes(sale.slip), sale.counter, request);
  const record = { licence: market.licence.id, request: hex(request), payment: hex(message) };
  const at = Math.floor(timeOf(market.mark, now()));
  const row = { id: asNumber(number), at, cents: sale.cents, record };
  return keepAndSay(row, sale, market, shown.id);
}

/** M4: the caisse has the payment already; it says so to this till alone. */
async function proven(message, shown) {
  for (const one of shown) {
    const request = bytes(one.request);
    const number = message.slice(1, 17);
    const good = asNumber(number) === one.id && (await isPaid(message, request, state.device.key));
    if (good) return paidOnline(one);
  }
  return refuse("qr_unreadable");
}

/** The caisse has been paid what this request asks for: said once. */
export async function paidOnline(one) {
  if (one.is === "paid" || one.is === "undone") return refuse("offline_repeat");
  const { cents } = readRequest(bytes(one.request));
  const names = await namesOf(bytesOf(one.id));
  const sale = paidAs(one, { at: now(), cents, short: names.short });
  await keepSale(sale);
  return say({ ...sale, words: names.words }, false);
}
