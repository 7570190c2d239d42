// A sale: amount, who or what pays, code, answer. It has one number, stored before anything is
// sent, so that whatever is lost on the way it happens once; the code itself is stored nowhere.

import { byCashier, cashierKey, changed, firstScreen } from "./cashier.js";
import { newRequest } from "./asking.js";
import { bought, drawRest, drawTyped } from "./basket.js";
import { all, cameraWords, fill, find } from "./dom.js";
import { toldHer } from "./left.js";
import { look, stopped } from "./linking.js";
import {
  drawOffered, mayBePart, noneHere, shareKey, shared, takes, unshared,
} from "./offering.js";
import { startCamera } from "./scanning.js";
import {
  SHORTEST_PIN, WORDS, aloud, dots, forget, heard, once, show, state, wrong,
} from "./screens.js";
import {
  beginOff, beginOn, drawAsking, holds, isReply, payOff, probe, sentences, shownOff,
} from "./market/selling.js";
import { API, burn, isOpen, paidAs } from "./settling.js";
import { money, whenOf } from "./telling.js";
import { isNone, pays, voucher, wayOf } from "./ways.js";
import { ask, bytes, hex, insist, newId, now } from "./wire.js";
import { dropSale, keepSale } from "./store.js";

const MOST_SIGNS = 7; // 99 999,99
const RETYPED = ["code_wrong", "code_needed", "authorisation_unknown", "voucher_unknown"];
const LOOK_MS = 1000; // how often the till asks whether its QR was paid

/** Bring a sale of the list onto the screen; what was typed for it is nowhere any more. */
export function openSale(sale) {
  forget();
  state.sale = sale;
  fill("cents", money(sale.cents));
  drawRest(sale.price ?? sale.cents, sale.cents);
}

export function press(key) {
  if (state.screen === "amount") {
    const typed = key === "back" ? state.typed.slice(0, -1) : state.typed + key;
    state.typed = typed.replace(/^0+/, "").slice(0, MOST_SIGNS);
    drawTyped();
  } else if (state.screen === "pin") {
    state.digits = (key === "back" ? state.digits.slice(0, -1) : state.digits + key).slice(0, 8);
    dots();
  } else if (state.screen === "split") {
    shareKey(key);
  } else if (state.screen === "agreement") {
    agreedKey(key);
  } else if (state.screen === "cashier") {
    const act = cashierKey(key);
    if (act) once(act);
  }
}

/** A sale begins; `share` is what is taken of it, where a part is paid in euros. */
export function begin(share = 0) {
  if (!state.typed && !state.lines.length) return;
  const { till, practice } = state.device;
  if (!navigator.onLine && !practice && !holds()) return wrong(WORDS.offline);
  const { cents: all_, price, lines, why } = bought();
  if (why) return wrong(why);
  const cents = share || all_;
  state.sale = { id: newId(), till, cents, price, at: now(), is: "typed" };
  state.bought = { typed: state.typed, lines: state.lines, said: lines, share };
  Object.assign(state, { attempt: 0, part: false, off: false, way: wayOf });
  fill("cents", money(cents));
  drawRest(price, cents);
  beginOn();
  show("who");
  lookOff();
}

/** Whether there is network is asked beside what is typed: before anything of the sale is sent. */
function lookOff() {
  const turn = {};
  Object.assign(state, { turn });
  state.probe = probe().then(async (off) => {
    if (state.turn !== turn) return off; // another sale
    state.off = off;
    if (off) await beginOff();
    return off;
  });
}

export function toCode(form) {
  const handle = form.handle.value.trim();
  const why = handle && whyNone(handle);
  if (why) return wrong(why);
  return handle ? shownBy(handle) : wrong(WORDS.who);
}

/** A part in euros, typed before anybody pays: the sale goes on with what is taken. */
export const share = () => (shared() ? goOn() : null);

export const whole = () => unshared() && goOn();

/** Back to who pays. */
async function goOn() {
  show("who");
  drawOffered();
  if (state.off) await beginOff();
}

/** Why what was typed or scanned pays nothing here; "" when it may. */
function whyNone(text) {
  if (isReply(text)) return "";
  if (isNone(text)) return noneHere();
  return takes(wayOf(text).says.method) ? "" : sentences("means_unavailable")[0];
}

/** What was typed or scanned says who pays: with a code, or alone. */
async function shownBy(typed) {
  Object.assign(state, { handle: typed, way: wayOf });
  if (await state.probe) return (await shownOff(typed)) && code();
  return wayOf(typed).coded && !spared(typed) ? code() : send("");
}

/** A scanned card pays a small amount without its code, where the bylaws say so. */
const spared = (typed) => wayOf(typed).says.method === "card"
  && state.sale.cents < (state.till?.pin_free_below_cents ?? 0);

/** The camera reads a card or a telephone in the place of fingers. */
export function scan() {
  show("scan");
  const read = (text) => {
    if (state.screen !== "scan") return;
    const why = pays(text) || isReply(text) ? whyNone(text) : noneHere();
    if (why) wrong(why); // the camera looks on
    else once(() => shownBy(text));
  };
  startCamera(find("video"), read, (code) => wrong(cameraWords(code)));
}

/** Nothing was scanned: type instead, or show the QR again. */
export function type() {
  if (state.sale?.request) return askOf(state.sale, bytes(state.sale.request));
  state.agreed = null;
  show("who");
  drawOffered();
  return null;
}

/** A voucher whose QR is not read: the signs below it are typed. */
export function toVoucher() {
  find("#voucher").value = state.handle;
  show("voucher");
}

export function byVoucher(form) {
  const signs = form.voucher.value.trim();
  if (!signs) return wrong(WORDS.signs);
  Object.assign(state, { handle: signs, way: voucher });
  return send("");
}

const AGREED_FIGURES = 6;

/** The office has agreed by telephone, and read out six figures: they are typed here. */
export function agreement() {
  Object.assign(state, { agreed: "", way: wayOf });
  agreedKey("");
  show("agreement");
}

function agreedKey(key) {
  const typed = key === "back" ? state.agreed.slice(0, -1) : state.agreed + key;
  state.agreed = typed.slice(0, AGREED_FIGURES);
  fill("agreed", state.agreed.replace(/(...)(?=.)/, "$1 ") || "—");
  find('[data-do="agreed"]').disabled = state.agreed.length < AGREED_FIGURES;
}

export const agreed = () => send("");

/** The caisse knows nobody by both: the identifier stands in its field as it was typed. */
export function changeHandle() {
  state.part = false; // what she agreed to was said of another identifier
  type();
}

/** What was wrong is typed again. */
export function retype() {
  if (state.way === voucher) return toVoucher();
  return state.agreed === null ? code() : agreement();
}

export function code() {
  Object.assign(state, { digits: "", tell: true });
  tell();
  for (const one of all("[data-part]")) one.hidden = !state.part;
  dots();
  show("pin");
}

/** She pays all that she has, at most the amount: her code, typed for it, says so. */
export function part() {
  state.part = true;
  code();
}

export function pay() {
  if (state.digits.length < SHORTEST_PIN || state.screen !== "pin") return null;
  const { digits } = state;
  state.digits = "";
  const lost = state.sale.is === "typed" && !navigator.onLine && holds(); // nothing was sent
  return state.off || lost ? payOff(digits) : send(digits);
}

/** Send the sale: its number is kept first; the code is nowhere but in what is sent. */
async function send(digits) {
  const sale = { ...state.sale, is: "sent", at: now() };
  state.sale = sale;
  state.attempt += 1;
  state.said = {
    id: sale.id, cents: sale.cents, ...byCashier(),
    ...(state.bought?.said.length && { lines: state.bought.said }),
    ...(state.agreed === null
      ? state.way(state.handle).says : { method: "paper", agreement: state.agreed }),
    ...(digits && { pin: digits, attempt: state.attempt }), ...(state.part && { up_to: true }),
    ...(digits && state.tell && { tell: true }),
  };
  show("busy");
  if (!(await kept(sale))) return;
  await heed(sale, heard(await insist("POST", `${API}/payments`, state.said, state.device)));
}

/** What is not kept is not sent. */
async function kept(sale) {
  try {
    await keepSale(sale);
    return true;
  } catch {
    stopped(WORDS.stoppedKeys);
    return false;
  }
}

/** The till shows a QR that a telephone scans and pays. */
export async function showRequest() {
  const { id, message } = await newRequest(state.sale.cents, state.till, state.device);
  const sale = { ...state.sale, id, request: hex(message), is: "sent", at: now() };
  state.sale = sale;
  state.said = null;
  if (!(await kept(sale))) return;
  askOf(sale, message);
}

/** Its QR is on the screen. */
export function askOf(sale, message) {
  drawAsking(message);
  show("asking");
  watch(sale); // beside what is pressed: somebody may leave the screen meanwhile
}

async function watch(sale) {
  const here = () => state.screen === "asking" && state.sale?.id === sale.id;
  while (here()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!here() || document.hidden) continue;
    const address = `${API}/payments/${sale.id}/paid`;
    const answer = heard(await ask("GET", address, undefined, state.device));
    if (!here()) continue;
    if (!answer && holds() && !state.off) {
      state.off = true; // the telephone's answer is scanned
      await beginOff();
    }
    if (answer?.said.kind) await once(() => paid(sale, answer.said));
    else if (answer?.said.reason === "abandoned") await once(() => gone(sale));
  }
}

/** Somebody has burnt the number: the payer herself, or another tab of this till. */
async function gone(sale) {
  await dropSale(sale.id);
  next();
  wrong(WORDS.abandoned);
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
  fill("cashier", answer.said.cashier || WORDS.failed);
  fill("member", answer.said.member);
  if (reason === "cashier_right") changed(); // every code may take: hers is one no more
  const again = find('[data-do="retype"]');
  again.hidden = !RETYPED.includes(reason);
  again.textContent = state.way === voucher || state.agreed !== null ? WORDS.anew : WORDS.pin;
  find('[data-do="change-handle"]').hidden = reason !== "code_wrong"
    || state.agreed !== null || state.way(state.handle).says.method !== "pin";
  find('[data-do="part"]').hidden = reason !== "funds_short" || state.part
    || !mayBePart();
  show("refused");
  aloud(`${answer.said.cashier} ${answer.said.member}`);
}

export async function paid(sale, receipt) {
  fill("cents", money(receipt.cents));
  fill("short", receipt.short);
  fill("three", receipt.words.join(" · "));
  fill("when", whenOf(receipt.at));
  if ("left_cents" in receipt) await toldHer(receipt.left_cents);
  forget();
  state.sale = paidAs(sale, receipt);
  drawRest(sale.price ?? sale.cents, receipt.cents);
  find("[data-here]").hidden = true;
  show("paid");
  aloud(find("[data-screen=paid] .slip").innerText);
  await keepSale(state.sale);
}

/** She wants to see what is left, or not. */
export function tell() {
  state.tell = !state.tell;
  find('[data-act="tell"]').setAttribute("aria-pressed", state.tell);
}

/** Ask what became of the sale; nothing is paid by it. What never arrived is sent by a press. */
export async function again() {
  show("busy");
  const { device, sale } = state;
  return told(sale, await insist("GET", `${API}/payments/${sale.id}`, undefined, device));
}

/** What the caisse knows of a sale that was sent. */
export function told(sale, answer) {
  heard(answer);
  if (answer?.status === 401) return stopped(WORDS.stoppedUnknown);
  if (answer?.status === 200) return paid(sale, answer.said);
  if (answer?.said.reason === "abandoned") return gone(sale);
  // a telephone may pay yet what a QR has asked for
  if (answer?.said.reason !== "unknown" || sale.request) return show("unsure");
  find('[data-do="resend"]').hidden = !state.said; // the page was closed: what was sent is nowhere
  return show("missing");
}

/** What was typed is sent once more: the same bytes, so it is the same sale and the same try. */
export async function resend() {
  show("busy");
  const { said, device, sale } = state;
  return heed(sale, heard(await insist("POST", `${API}/payments`, said, device)));
}

/** Burn the number: whatever still travels is refused. If it was paid first, that is the answer. */
export async function abandon() {
  show("busy");
  const { sale, device } = state;
  const known = await burn(sale, device, async (...asked) => heard(await insist(...asked)));
  if (!known) return show("unsure"); // nobody burnt it
  if (known.receipt) return paid(sale, known.receipt);
  return gone(sale);
}

/** Leave a sale. A copy that still travels must not pay it when everybody has gone. */
export const leave = () => left(next);

/** The same amount by another way: under another number, for the first one may still travel. */
export const otherWay = () => {
  const { typed, lines, share: taken } = state.bought
    ?? { typed: String(state.sale.cents), lines: [], share: 0 };
  return left(() => {
    forget();
    Object.assign(state, { typed, lines });
    begin(taken);
  });
};

async function left(act) {
  const { sale, device } = state;
  if (!sale || !isOpen(sale)) return act();
  show("busy");
  const known = await burn(sale, device);
  if (!known) await keepSale({ ...sale, left: true }); // asked for later, on nobody's screen
  return known?.receipt ? paid(sale, known.receipt) : act();
}

export function next() {
  forget();
  drawTyped();
  show(firstScreen());
  look();
}
