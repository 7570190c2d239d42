// Paying with network: what a till or a place asks for, its number kept before it is sent, what
// became of it asked for until somebody knows.

import { fill, find } from "../dom.js";
import { readRequest, requestId } from "../formats.js";
import { isPartial, isWay } from "../kinds.js";
import { money } from "../telling.js";
import { ask, asNumber, bytes, hex, insist, newId } from "../wire.js";
import { read } from "./keeping.js";
import { asks, chosen, placeOf, settled, slips } from "./purse.js";
import { paid, showSale } from "./receipts.js";
import { API, WORDS, failed, show, state, typedCents, wrong } from "./screens.js";
import { home, unlinked } from "./wallet.js";

const SHORT = ["funds_short", "funds_reserved"]; // more was asked for than the wallet has
const HELPED = [...SHORT, "amount_limit", "code_needed"]; // refusals that no slip meets

/** What a till asks for, read by the caisse: before anything is paid. */
export async function toPayTill(message, { place, cents }) {
  const request = hex(message);
  const id = asNumber(await requestId(message));
  state.asked = { id, path: `${API}/requests/pay`, said: { request }, place, cents };
  fill("cents", money(cents));
  fill("at", place);
  show("confirm");
}

/** A place whose printed QR was scanned, or its number typed; `unknown`: there is none. */
export async function atPlace(number, unknown = () => failed(WORDS.notAsked)) {
  if (!isWay(state.wallet, "shop_qr")) {
    return failed(find("[data-reasons]").dataset.means_unavailable);
  }
  const answer = await ask("POST", `${API}/places`, { place: number }, state.device);
  if (!answer) return failed(WORDS.noAnswer);
  if (answer.status !== 200 || !answer.said.place) return unknown();
  state.asked = { place: answer.said.place, number };
  fill("at", answer.said.place);
  find("#amount").value = "";
  show("amount");
}

/** The amount that was typed for a place. */
export function toConfirm(form) {
  const cents = typedCents(form.amount.value);
  if (!cents) return wrong(WORDS.amount);
  const { number, place } = state.asked;
  const id = newId();
  const said = { id, place: number, cents };
  state.asked = { id, path: `${API}/places/pay`, said, place, cents };
  fill("cents", money(cents));
  show("confirm");
}

/** One step back from the question: to the amount that was typed, or to the camera. */
export function fromConfirm(camera) {
  const { said, place } = state.asked;
  if (!said.place) return camera();
  state.asked = { place, number: said.place };
  return show("amount");
}

/** Pay what is on the screen; its number is kept first, so that it happens once. */
export async function confirm() {
  const { state: how, sale } = await asks(state.asked);
  if (how === "known") return showSale(sale);
  if (how === "waits") return unsettled();
  await settle();
}

/** Send it, and again until somebody knows. */
export async function settle() {
  show("busy");
  const { path, said } = state.asked;
  const answer = await insist("POST", path, said, state.device);
  if (answer === null) return show("unsure");
  if (answer.status === 401) return unlinked(answer.status); // its number is asked for later
  await ended(answer);
}

/** The caisse knows what became of it. */
async function ended(answer) {
  const { place, cents } = state.asked;
  await settled(state.asked, answer.said.kind ? answer.said : null);
  if (answer.status === 403) return unlinked(answer.status);
  if (answer.said.kind) return paid({ ...answer.said, place, asked: cents });
  failed(answer.said.member);
  offerAll(answer.said);
  await offerSlip(answer.said.reason);
}

/** What a till asks for may be paid with all that there is, if anything: she presses it herself. */
function offerAll({ reason, empty }) {
  const { request, up_to: all } = state.asked.said;
  const may = request && !all && SHORT.includes(reason) && !empty && isPartial(state.wallet);
  find("[data-all]").hidden = !may;
}

/** All that there is, the rest in euros: the same request, under the same number. */
export async function payAll() {
  state.asked = { ...state.asked, said: { ...state.asked.said, up_to: true } };
  await confirm();
}

/** Money that is set aside pays what the wallet does not. */
async function offerSlip(reason) {
  const request = state.asked.said.request;
  if (!request || !HELPED.includes(reason)) return;
  const { place, cents } = readRequest(bytes(request));
  find("[data-by-slip]").hidden = !chosen(await slips(), placeOf(place), cents);
}

/** A payment whose answer was lost: ask what became of it, before anything else is paid. */
export async function unsettled() {
  const kept = await read("asked");
  if (!kept) return false;
  state.asked = kept;
  fill("cents", money(kept.cents));
  fill("at", kept.place);
  await again();
  return true;
}

/** Ask; nothing is paid by it. What never arrived is paid, or given up, by a press. */
export async function again() {
  show("busy");
  const { id } = state.asked;
  const answer = await ask("GET", `${API}/payments/${id}`, undefined, state.device);
  if (answer === null || answer.status >= 500) return show("unsure");
  if (answer.status === 401) return unlinked(answer.status);
  return answer.said.reason === "unknown" ? show("missing") : ended(answer);
}

/** She does not want to pay it any more: whatever still travels is refused. */
export async function giveUp() {
  if (await burnt()) await home();
}

/** Whether the number of what was asked is burnt; else the screen says what it is. */
export async function burnt() {
  show("busy");
  const { id, said } = state.asked;
  const shown = said.request ? { request: said.request } : { place: said.place };
  const answer = await insist("POST", `${API}/payments/${id}/abandon`, shown, state.device);
  if (answer === null) show("unsure");
  else if (answer.status === 200 && answer.said.reason === "abandoned") {
    await settled(state.asked, null);
    return true;
  } else if (answer.status === 401) await unlinked(answer.status);
  else await ended(answer);
  return false;
}
