// The right to sell without network: asked for by the till itself while there is network, renewed
// before its end, given back at the end of a market. Only its own last word ends it.

import { WORDS, heard, idle, show, state, wrong } from "../screens.js";
import { API } from "../settling.js";
import { canVerify, makeSigner } from "../signing.js";
import { lastWord, readLicence } from "../slips.js";
import { dateOf } from "../telling.js";
import { ask, bytes, hex, newId, now } from "../wire.js";
import { drawMarket } from "./drawing.js";
import { begin, end, keep, known, sellOn, stopSelling } from "./keeping.js";
import { alone } from "./sending.js";

const EARLY = 0.5; // of its time: from then on the next one is asked for
const TALLY = { name: "HMAC", hash: "SHA-256", length: 256 };

/** What was kept stands in `state.market`, its licence read and checked; null for none. */
export async function recall() {
  const kept = await known();
  const licence = await readKept(kept.licence);
  state.market = { ...kept, licence, kept: kept.licence ?? null };
  return state.market;
}

/** A licence as it is kept, read; null when it is none of the caisse's, or not this device's. */
async function readKept(kept) {
  if (!kept || kept.closing) return null;
  const said = await readLicence(kept.text, bytes(kept.signature), keysOf(kept.keys));
  return said?.till === state.device.till ? { ...said, text: kept.text } : null;
}

export const keysOf = (keys) =>
  Object.fromEntries(Object.entries(keys).map(([number, key]) => [number, bytes(key)]));

/** What the caisse said of selling without network (`offline` of `tills/self`) is followed. */
export async function tend(facts, device) {
  await alone(async () => {
    if (device !== state.device) return;
    state.told = "";
    await follow(facts, device);
    await recall();
  });
  await drawMarket(facts);
}

async function follow(said, device) {
  let [kept, facts] = [await known(), said];
  if (kept.licence?.closing && !kept.asking) await close(kept.licence, device);
  kept = await known();
  const differs = () => kept.licence && kept.licence.id !== facts.licence && !kept.asking;
  if (differs()) facts = await afresh(device); // what was said may be older than the licence
  if (!facts) return;
  const stale = differs();
  if (stale) await end(null); // it was closed without this till: its sales still stand in the queue
  if (!facts.allowed || kept.paused === dateOf(now())) return;
  state.unable = !(await able(device));
  state.away = isAway();
  state.unsure = !state.away && !kept.agreed && !(await navigator.storage?.persisted?.());
  if (state.unable || state.away || state.unsure) return;
  const licence = stale ? null : kept.licence;
  if (kept.asking || !licence || (isOld(licence) && idle())) await next(licence, device);
}

/** What the caisse says now; nothing when it does not answer. */
async function afresh(device) {
  return heard(await ask("GET", `${API}/tills/self`, undefined, device))?.said.offline;
}

/** What a browser must be able to do, and a device must know: the key under which codes lie. */
const able = async (device) => Boolean(device.point) && (await canVerify());

/** Only Safari on iOS says so: its pages that are not at home there are erased in seven days. */
const isAway = () => navigator.standalone === false;

const isOld = ({ text }) => {
  const { from, until } = JSON.parse(text);
  return now() > from + (until - from) * EARLY;
};

/** Ask for the next licence, with the last word on the one before: the same request until heard. */
async function next(licence, device) {
  let { asking } = await known();
  if (!asking) {
    const pair = await makeSigner();
    asking = { id: newId(), sign: pair };
    if (licence) asking.lastWord = hex(await lastWord(licence.id, licence.sign));
    if (!(await stopSelling(asking))) return; // some sales have to be sent first
  }
  const said = { id: asking.id, sign: hex(asking.sign.open) };
  if (asking.lastWord) said.last_word = asking.lastWord;
  const answer = heard(await ask("POST", `${API}/tills/licence`, said, device));
  if (answer === null || answer.status >= 500) return; // the same again
  if (answer.status !== 201) {
    state.told = answer.said.cashier;
    return void (await sellOn());
  }
  const { id, licence: text, signature, keys } = answer.said;
  const read = await readLicence(text, bytes(signature), keysOf(keys));
  if (!read) return;
  const tally = await crypto.subtle.generateKey(TALLY, false, ["sign"]);
  await begin({ id, text, signature, keys, sign: asking.sign, tally }, read.from);
}

/** The last word on a licence; whether the caisse has heard it. */
async function close(licence, device) {
  const said = { licence: licence.id, last_word: hex(await lastWord(licence.id, licence.sign)) };
  const answer = heard(await ask("POST", `${API}/tills/closing`, said, device));
  if (answer?.said.state === "closed" || answer?.said.reason === "unknown_licence") {
    await end(dateOf(now()));
    return true;
  }
  if (answer && answer.status < 500) {
    state.told = answer.said.cashier;
    await sellOn();
  }
  return false;
}

/** The market is over: what was set aside for this place goes home. */
export async function finish() {
  const { device } = state;
  const done = await alone(async () => {
    const { licence } = await known();
    if (!licence) return true;
    return (await stopSelling(null)) ? close(licence, device) : null;
  });
  await recall();
  await drawMarket();
  if (done === null) return wrong(WORDS.sendFirst);
  return done ? show("finished") : wrong(state.told || WORDS.noAnswer);
}

/** The merchant knows that this browser may forget what was not sent. */
export async function agree() {
  await navigator.storage?.persist?.();
  await keep("agreed", true);
}

/** Sell without network again today. */
export const resume = () => keep("paused", null);
