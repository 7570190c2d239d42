// The last movements of the wallet, as the first screen lists them.

import { find } from "../dom.js";
import { dayOf, money } from "../telling.js";

const WORDS = find("[data-words]").dataset;

/** One movement: where or what, when, how much. */
export function movement(line) {
  const item = document.createElement("li");
  const what = document.createElement("strong");
  const when = document.createElement("span");
  const said = document.createElement("div");
  const value = document.createElement("b");
  const { reason, undone, place, cents } = line;
  what.textContent = place || WORDS[undone ? "undone" : reason] || WORDS.other;
  when.textContent = [dayOf(line.at), place && WORDS[reason]].filter(Boolean).join(" · ");
  // a purchase paid from what was set aside, or a voucher, takes nothing more out of the wallet
  value.textContent = cents ? `${cents > 0 ? "+" : "−"}${money(Math.abs(cents))}` : "";
  said.append(what, when);
  item.append(said, value);
  return item;
}
