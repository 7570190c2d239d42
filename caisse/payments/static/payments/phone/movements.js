// The last movements of the wallet, as the first screen lists them, and the receipt of each. All of
// it is kept with the wallet: it is read without network too.

import { all, find } from "../dom.js";
import { dayOf, money, monthOf, whenOf } from "../telling.js";
import { show, state } from "./screens.js";

const WORDS = find("[data-words]").dataset;
const LIST = find("[data-lines]");
const RECEIPT = find('[data-screen="receipt"]');

/** Write the list anew; whoever stands on one of its lines stays there. */
export function listed(lines) {
  const before = document.activeElement?.closest?.("[data-movement]")?.dataset.movement;
  LIST.replaceChildren(...lines.map(movement));
  if (before) standOn(before);
}

/** The line of the receipt that was open is where one goes on. */
export function standOn(key) {
  const line = all("[data-movement]", LIST).find((one) => one.dataset.movement === key);
  line?.focus();
}

/** The line that was opened last. */
export const opened = () => RECEIPT.dataset.of;

const keyOf = ({ at, short }) => `${at}-${short}`;

function kindOf({ reason, undone }) {
  return WORDS[undone ? "undone" : reason] || WORDS.other;
}

function signed({ cents }) {
  return cents ? `${cents > 0 ? "+" : "−"}${money(Math.abs(cents))}` : "";
}

/** One movement: where or what, when, how much. It opens its receipt. */
function movement(line) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const what = document.createElement("strong");
  const when = document.createElement("span");
  const said = document.createElement("span");
  const value = document.createElement("b");
  what.textContent = line.place || kindOf(line);
  const kind = line.place && (line.undone ? WORDS.undone : WORDS[line.reason]);
  when.textContent = [dayOf(line.at), kind].filter(Boolean).join(" · ");
  // a purchase paid from what was set aside, or a voucher, takes nothing more out of the wallet
  value.textContent = signed(line);
  said.append(what, " ", when);
  button.append(said, " ", value);
  button.className = "movement";
  Object.assign(button.dataset, { do: "receipt", movement: keyOf(line) });
  item.append(button);
  return item;
}

/** The receipt of a line, as it was when the caisse last said it. */
export function toReceipt(button) {
  const key = button.dataset.movement;
  const line = state.wallet?.lines.find((one) => keyOf(one) === key);
  if (!line) return;
  const kind = kindOf(line);
  const apart = !line.cents && line.apart_cents;
  RECEIPT.dataset.of = key;
  write("receipt-title", `${kind[0].toUpperCase()}${kind.slice(1)}`);
  write("receipt-cents", apart ? money(line.apart_cents) : signed(line) || money(0));
  write("receipt-when", whenOf(line.at));
  write("receipt-place", line.place);
  write("receipt-short", line.short);
  write("receipt-left", line.left_cents === undefined ? "" : money(line.left_cents));
  write("receipt-month", monthOf(line.month));
  write("receipt-three", line.place && !line.undone ? line.words.join(" · ") : "");
  find("[data-receipt-apart]", RECEIPT).hidden = !apart;
  find("[data-receipt-undone]", RECEIPT).hidden = !line.undone;
  show("receipt");
}

/** A fact that there is not takes its label with it. */
function write(name, text) {
  const place = find(`[data-${name}]`, RECEIPT);
  place.textContent = text;
  const row = place.closest("div");
  if (row) row.hidden = !text;
}
