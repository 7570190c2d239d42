// What has not left this device, for paper: should it be lost or break before anything is sent,
// the office pays by this list (docs/mechanisms/offline.md). Nothing on it says who paid.

import { fill, find } from "../dom.js";
import { WORDS, show, wrong } from "../screens.js";
import { fillSum, money, shortly, whenOf } from "../telling.js";
import { now } from "../wire.js";
import { toSend } from "./sending.js";

const WAYS = { card: WORDS.byCard, pin: WORDS.byPin };
const isByPhone = (row) => Boolean(row.record.payment);

/** The sales that wait, the oldest first, to copy by hand or to print; what was undone is none. */
export async function toPaper() {
  const rows = (await toSend()).filter((row) => !row.record.cancelled);
  if (!rows.length) return wrong(WORDS.nothing);
  find("[data-paper-sales]").replaceChildren(...rows.map(line));
  summed("paper-codes", rows.filter((row) => !isByPhone(row)));
  summed("paper-phones", rows.filter(isByPhone));
  fill("paper-when", whenOf(now()));
  return show("paper");
}

const summed = (name, rows) =>
  fillSum(name, rows.reduce((sum, row) => sum + row.cents, 0), rows.length);

function line({ at, cents, record, short, words }) {
  const item = document.createElement("li");
  const said = document.createElement("span");
  const way = record.payment ? WORDS.byPhone : WAYS[record.method];
  const receipt = document.createElement("b"); // eight signs on one line, to be copied
  receipt.textContent = short;
  said.append(`${shortly(at)} · ${way} · `, receipt, ` · ${words.join(" ")}`);
  const value = document.createElement("strong");
  value.textContent = money(cents);
  item.append(said, value);
  return item;
}
