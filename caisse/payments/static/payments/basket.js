// What was bought, where the caisse covers a part of a purchase: amounts by category, the part
// that the wallet pays, what is left in euros. Where it covers all, the amount is what is typed.

import { all, fill, find } from "./dom.js";
import { WORDS, state } from "./screens.js";
import { money } from "./telling.js";

const WHOLE = { mode: "full", rounding: "half_up", rates: [] };
const HUNDREDTHS = 10000; // of a percent, in the whole
const MOST_LINES = 24;

const ROUND = { // of cents, in hundredths of a percent; all whole numbers below 2^53
  half_up: (whole) => Math.floor((2 * whole + HUNDREDTHS) / (2 * HUNDREDTHS)),
  down: (whole) => Math.floor(whole / HUNDREDTHS),
  up: (whole) => Math.ceil(whole / HUNDREDTHS),
  outward: (whole) => Math.floor(whole / HUNDREDTHS), // no rate is above the whole
};

/** The caisse's part of an amount in cents, at a rate in hundredths of a percent: rounded once. */
export const partAt = (cents, bp, rounding) => ROUND[rounding](cents * bp);

const rules = () => state.till?.coverage ?? WHOLE;
/** Whether the caisse covers all of every purchase. */
export const coversAll = () => rules().mode === "full";

const byProduct = () => rules().mode === "rate_by_product";
const rateOf = (code) => {
  const { mode, rates } = rules();
  return mode === "rate_by_place" ? rates[0] : rates.find((one) => one.code === code);
};
const partOf = ({ rate, cents }) => partAt(cents, rateOf(rate)?.bp ?? 0, rules().rounding);
const sum = (some, of) => some.reduce((cents, one) => cents + of(one), 0);
const named = ({ code, bp }) => {
  const name = code.replaceAll("_", " ");
  return `${name[0].toUpperCase()}${name.slice(1)} ${bp / 100}\u00a0%`;
};

/** The lines of the purchase on the screen; none where the caisse covers all. */
function lines() {
  if (byProduct()) return state.lines;
  return rules().mode === "full" || !state.typed ? [] : [{ cents: Number(state.typed) }];
}

/** What is being bought: the wallet's part in `cents`, the price, the lines; or `why` it is not. */
export function bought() {
  const typed = Number(state.typed);
  if (rules().mode === "full") return { cents: typed, price: typed, lines: [] };
  if (byProduct() && typed) return { why: WORDS.whichRate };
  const some = lines();
  const cents = sum(some, partOf);
  if (!cents) return { why: WORDS.notCovered };
  return { cents, price: sum(some, (one) => one.cents), lines: some };
}

/** What was typed is of that category; the next amount may follow. */
export function putLine(rate) {
  if (!state.typed || state.lines.length === MOST_LINES) return;
  state.lines = [...state.lines, { rate, cents: Number(state.typed) }];
  state.typed = "";
  drawTyped();
}

/** A line that was put by mistake. */
export function dropLine(place) {
  state.lines = state.lines.filter((_, at) => at !== Number(place));
  drawTyped();
  find("[data-rate]")?.focus();
}

/** The first screen: what is typed, the categories, what the caisse pays of it. */
export function drawTyped() {
  const typed = Number(state.typed);
  find("[data-typed]").textContent = money(typed);
  find('[data-do="amount"]').disabled = !typed && !state.lines.length;
  find("[data-rates]").hidden = !byProduct();
  for (const one of all("[data-rate]")) one.disabled = !typed;
  drawLines();
  const some = lines();
  const [cents, price] = [sum(some, partOf), sum(some, (one) => one.cents)];
  find("[data-covered]").hidden = !some.length;
  fill("covered-cents", money(cents));
  fill("covered-rest", `${money(price - cents)}\u00a0€`);
}

function drawLines() {
  const made = state.lines.map((line, at) => {
    const row = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = named(rateOf(line.rate) ?? { code: line.rate || "?", bp: 0 });
    const cents = document.createElement("strong");
    cents.textContent = money(line.cents);
    const drop = document.createElement("button");
    drop.type = "button";
    drop.dataset.line = at;
    drop.textContent = "×";
    drop.setAttribute("aria-label", WORDS.dropLine.replace("{line}", text.textContent));
    row.append(text, cents, drop);
    return row;
  });
  find("[data-lines]").replaceChildren(...made);
  find("[data-lines]").hidden = !made.length;
}

/** The categories of the bylaws, a button each; drawn when the caisse has said them. */
export function drawRates() {
  const buttons = rules().rates.map((rate) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.rate = rate.code;
    button.textContent = named(rate);
    return button;
  });
  const known = all("[data-rate]").map((one) => one.textContent).join();
  if (known !== buttons.map((one) => one.textContent).join()) {
    find("[data-rates]").replaceChildren(...buttons);
  }
  if (!state.sale) drawTyped();
}

/** What is left of a price in euros, on the screens of a sale. */
export function drawRest(price, cents) {
  fill("euros", `${money(price - cents)}\u00a0€`);
  for (const one of all("[data-rest]")) one.hidden = price <= cents;
}
