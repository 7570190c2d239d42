// What was paid, as this telephone shows it: a receipt, the QR of what a slip has signed, the proof
// for a till without network.

import { all, fill, find } from "../dom.js";
import { textOf } from "../formats.js";
import { svgOf } from "../qr/draw.js";
import { money, whenOf } from "../telling.js";
import { bytes } from "../wire.js";
import { WORDS, failed, show, state } from "./screens.js";

/** A receipt of the caisse; `asked` is the whole of which it may be a part. */
export function paid({ cents, at, place, words, short, left_cents: left, asked = cents }) {
  fill("cents", money(cents));
  fill("at", place);
  fill("when", whenOf(at));
  fill("three", words.join(" · "));
  fill("short", short);
  fill("left", money(left));
  fill("euros", `${money(asked - cents)}\u00a0€`);
  for (const one of all("[data-rest]")) one.hidden = asked <= cents;
  const provable = state.aside?.proves && state.asked?.said?.request && asked <= cents;
  find("[data-provable]").hidden = !provable;
  show("paid");
}

/** What a slip has paid: its QR, while the caisse has not answered; then what it said. */
export function showSale(sale) {
  if (sale.answer === "posted") return already(sale, WORDS.paidApart);
  if (sale.answer !== null) return failed(find("[data-reasons]").dataset[sale.answer]);
  named(sale, sale.words);
  draw("[data-payment-qr]", sale.payment, "L");
  return show("payment");
}

/** It was paid before, and is not paid again; `text` says what can be done. */
export function already(sale, text) {
  named(sale, sale.words);
  find("[data-already]").textContent = text;
  show("already");
}

/** The proof that the caisse gave of a request that was paid with network. */
export function toProof(sale) {
  named(sale, sale.proof.words);
  draw("[data-proof-qr]", sale.proof.message, "M");
  show("proof");
}

function named({ name, cents }, words) {
  fill("at", name);
  fill("cents", money(cents));
  fill("three", words.join(" · "));
}

function draw(selector, message, level) {
  const place = find(selector);
  place.replaceChildren(svgOf(textOf(bytes(message)), { level, label: place.dataset.label }));
}
