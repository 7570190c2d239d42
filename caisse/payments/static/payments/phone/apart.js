// Paying without network: a till's request is read, confirmed, signed by a slip and shown. And the
// proof, for a till without network, of what was paid with it.

import { fill, find, signal } from "../dom.js";
import { readRequest } from "../formats.js";
import { isWay } from "../kinds.js";
import { money } from "../telling.js";
import { ask, bytes, hex } from "../wire.js";
import { ANYWHERE } from "../slips.js";
import { burnt, toPayTill, unsettled } from "./paying.js";
import {
  asks, chosen, leftOf, mostAt, payApart, placeOf, provenBy, saleOf, slips,
} from "./purse.js";
import { already, showSale, toProof } from "./receipts.js";
import { API, WORDS, failed, said, show, state, wrong } from "./screens.js";

let message = null; // the request (M2) that is on the screen

/** A till's request was scanned: the caisse is asked what it is, or a slip pays without it. */
export async function asked(scanned) {
  const request = hex(scanned);
  fill("cents", money(readRequest(scanned).cents));
  const before = await saleOf(request);
  if (before?.how === "slip") return showSale(before);
  const off = find("[data-reasons]").dataset.means_unavailable;
  if (!before && !isWay(state.wallet, "shop_qr")) return toApart(scanned, null, off);
  const answer = await ask("POST", `${API}/requests`, { request }, state.device);
  const unanswered = !answer || answer.status >= 500;
  if (!unanswered && answer.status === 200) return toPayTill(scanned, answer.said);
  if (!unanswered && answer.said.reason !== "qr_expired") return failed(answer.said.member);
  return toApart(scanned, before, answer?.said.member ?? WORDS.noAnswer);
}

/** Before a slip pays: to whom, how much, from what. `otherwise` is said where none is in use. */
async function toApart(scanned, before, otherwise) {
  if (before) return online(before);
  const all = await slips();
  if (!all.length && !state.aside?.allowed) return failed(otherwise);
  const { place: four, cents } = readRequest(scanned);
  const place = placeOf(four);
  if (cents === 0 || place === ANYWHERE) return failed(WORDS.notAsked);
  const name = nameOf(place, all);
  const slip = chosen(all, place, cents);
  if (!slip) {
    const most = mostAt(all, place);
    return failed(said(most ? WORDS.little : WORDS.nothing, { place: name, most: money(most) }));
  }
  message = scanned;
  fill("at", name);
  fill("cents", money(cents));
  const from = slip.place === ANYWHERE ? WORDS.fromAnywhere : WORDS.fromPlace;
  fill("from", said(from, { left: money(leftOf(slip) - cents) }));
  return show("apart");
}

/** The place's name, as this telephone knows it; its number where it does not. */
function nameOf(place, all) {
  const known = all.find((slip) => slip.place === place)?.name
    || state.aside?.places.find((one) => one.place === place)?.name;
  return known || said(WORDS.numbered, { n: place });
}

/** Pay it: written down first, shown then. */
export async function payBySlip() {
  const { place } = readRequest(message);
  const { state: how, sale } = await payApart(message, nameOf(placeOf(place), await slips()));
  if (how === "waits") return waiting(sale);
  if (how === "short") return toApart(message, null, WORDS.noAnswer);
  if (how === "known") return sale.how === "slip" ? showSale(sale) : online(sale);
  signal("paid");
  return showSale(sale);
}

/** A payment with network has no answer yet: another one there might pay twice. */
function waiting(asked_) {
  state.asked = asked_;
  fill("at", asked_.place);
  fill("cents", money(asked_.cents));
  show("waiting");
}

/** The QR of a purchase in the list, once more. */
export async function showAgain(button) {
  const sale = await saleOf(button.dataset.request);
  return sale && showSale(sale);
}

/** A request that this telephone has paid with network: it is not paid again. */
function online(sale) {
  return sale.proof ? toProof(sale) : already(sale, WORDS.paidOnline);
}

/** What the caisse has paid, proven to a till that has no network. */
export async function prove() {
  const request = state.asked.said.request;
  const kept = await saleOf(request);
  if (kept?.proof) return toProof(kept);
  const answer = await ask("POST", `${API}/requests/prove`, { request }, state.device);
  if (!answer) return wrong(WORDS.noAnswer);
  if (answer.status !== 200) return wrong(answer.said.member || WORDS.failed);
  const { message: proof, words } = answer.said;
  await provenBy(request, { message: proof, words });
  return toProof({ ...kept, proof: { message: proof, words } });
}

/** The wallet did not pay: once its number is burnt, money that is set aside may. */
export async function bySlip() {
  const request = bytes(state.asked.said.request);
  const { state: how } = await asks(state.asked);
  if (how === "waits") return unsettled();
  if (how === "free" && !(await burnt())) return null;
  return toApart(request, null, WORDS.failed);
}
