// A telephone has paid with network, this till has neither network nor camera: the member reads
// three words, the cashier types them (payments.md 7.1). Only the two of them can compute them; the
// till never shows them first.

import { fill, find } from "../dom.js";
import { WORDS, show, state, wrong } from "../screens.js";
import { next } from "../sale.js";
import { ownSales } from "../settling.js";
import { wordsOfRequest } from "../slips.js";
import { keepSale } from "../store.js";
import { money } from "../telling.js";
import { bytes } from "../wire.js";
import { WORDS as LIST } from "../words.js";
import { paidOnline } from "./selling.js";

const TRIES = 3; // a guess must not come true by patience
const LETTERS = 3; // of each word

/** Letters as anybody types them: no accents, no capitals. */
const plain = (text) =>
  text.toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae").normalize("NFD")
    .replace(/\p{M}/gu, "");

/** The beginnings of three words; typed without a space, three letters each. */
function beginnings(typed) {
  const parts = plain(typed).split(/[^a-z]+/).filter(Boolean);
  return parts.length === 1 ? parts[0].match(/.{1,3}/g) : parts;
}

/** Whether what was typed begins each of the three words. */
export function agrees(typed, words) {
  const parts = beginnings(typed) ?? [];
  return parts.length === words.length
    && parts.every((part, at) => part.length >= LETTERS && plain(words[at]).startsWith(part));
}

/** The screen on which they are typed. */
export function toSpoken() {
  find("#spoken").value = "";
  fill("cents", money(state.sale.cents));
  show("spoken");
}

/** They are right: the caisse has the payment. Wrong three times: it is looked at with network. */
export async function spoken(form) {
  const one = (await ownSales(state.device)).find((sale) => sale.id === state.sale?.id);
  if (!one?.request) return next();
  if (!(beginnings(form.spoken.value) ?? []).length) return wrong(WORDS.spokenNone);
  const tries = one.tries ?? 0;
  if (tries < TRIES) {
    const numbers = await wordsOfRequest(bytes(one.request), state.device.key);
    if (agrees(form.spoken.value, numbers.map((number) => LIST[number]))) return paidOnline(one);
    await keepSale({ ...one, tries: tries + 1 });
    if (tries + 1 < TRIES) return wrong(WORDS.spokenWrong);
  }
  next();
  return wrong(WORDS.spokenOver);
}
