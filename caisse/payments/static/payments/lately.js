// The last sales of this device, and giving one back.

import { byCashier, may } from "./cashier.js";
import { all, fill, find } from "./dom.js";
import { cancelRow, waiting } from "./market/keeping.js";
import { drawMarket } from "./market/drawing.js";
import { sentences } from "./market/selling.js";
import { again, openSale } from "./sale.js";
import { WORDS, heard, once, show, state, wrong } from "./screens.js";
import { API, ownSales } from "./settling.js";
import { dateOf, money, shortly } from "./telling.js";
import { ask, insist, newId, now } from "./wire.js";
import { keepSale } from "./store.js";

export async function recent() {
  const list = find("[data-sales]");
  state.found = 0;
  const kept = [...(await queued()), ...(await ownSales(state.device))]
    .filter((sale) => sale.is !== "spent").sort((one, other) => other.at - one.at);
  list.replaceChildren(...kept.map(row));
  find("[data-none]").hidden = kept.length > 0;
  show("recent");
  for (const sale of kept.filter((one) => one.fresh)) await keepSale({ ...sale, fresh: false });
  await drawMarket();
}

/** What waits in this device to be sent, as sales of the list. */
async function queued() {
  if (state.device.practice) return [];
  return (await waiting()).map(({ id, at, cents, short, state: is, record }) => ({
    id, at, cents, short, is: record.cancelled ? "voided" : is === "sent" ? "leaving" : "kept",
  }));
}

const SAID = {
  paid: "", kept: WORDS.kept, leaving: WORDS.leaving, voided: WORDS.voided, undone: WORDS.undone,
  lost: WORDS.notPassed,
};
const UNDONE = ["paid", "undoing", "kept"]; // may be, from the list
const ENDED = ["undone", "leaving", "voided", "lost"];

function row(sale) {
  const line = document.createElement("li");
  const said = document.createElement("span");
  const word = SAID[sale.is] ?? WORDS.unsure;
  said.textContent = [shortly(sale.at), sale.short, word].filter(Boolean).join(" · ");
  const value = document.createElement("strong");
  value.textContent = money(sale.cents);
  line.append(said, value);
  if (sale.is === "lost") line.append(why(sale));
  const mayUndo = !["paid", "kept"].includes(sale.is) || may("cancel");
  if (!ENDED.includes(sale.is) && mayUndo) {
    const button = document.createElement("button");
    button.className = "quiet";
    button.textContent = ["paid", "kept"].includes(sale.is) ? WORDS.undo : WORDS.check;
    const act = UNDONE.includes(sale.is) ? undo : check;
    button.addEventListener("click", () => once(() => act(sale)));
    line.append(button);
  }
  return line;
}

/** Why the caisse did not pay a sale that was made without network. */
function why(sale) {
  const said = document.createElement("p");
  const [cashier] = sentences(sale.reason);
  said.textContent = cashier.includes(WORDS.callUs) ? cashier : `${cashier} ${WORDS.callUs}`;
  return said;
}

function check(sale) {
  openSale(sale);
  return again();
}

export function undo(sale) {
  openSale(sale);
  kept(["paid", "kept"].includes(sale.is));
  here(sale.is === "kept");
  show("undo");
}

/** What is undone before it left this device says so. */
function here(kept) {
  for (const one of all("[data-if-kept]")) one.hidden = !kept;
  for (const one of all("[data-if-sent]")) one.hidden = kept;
}

/** It can be kept until somebody has asked to give it back. */
function kept(may) {
  const screen = find('[data-screen="undo"]');
  find('[data-do="keep"]', screen).hidden = !may;
  find('[data-do="later"]', screen).hidden = may;
}

export async function refund() {
  if (state.sale.is === "kept") return cancel(state.sale);
  const number = state.sale.refund ?? newId();
  const sale = { ...state.sale, refund: number, asked: now(), is: "undoing" };
  state.sale = sale;
  await keepSale(sale); // its number first: sent twice, it is given back once
  kept(false);
  const said = { id: sale.refund, of: sale.id, cents: sale.cents, ...byCashier() };
  const answer = heard(await insist("POST", `${API}/refunds`, said, state.device));
  if (answer === null) return wrong(WORDS.noAnswer);
  if (answer.status !== 200 && answer.status !== 201) {
    state.sale = { ...sale, is: "paid" };
    await keepSale(state.sale);
    kept(true);
    return wrong(answer.said.cashier);
  }
  await keepSale({ ...sale, is: "undone" });
  show("undone");
}

/** Undo a sale that has not left: it is sent with the number of its refund. */
async function cancel(sale) {
  if (!(await cancelRow(sale.id, newId()))) return wrong(WORDS.gone);
  show("undone");
  return drawMarket();
}

/** The closing of today: what was taken at this place, at all its devices. */
export async function closing() {
  const day = dateOf(now());
  const answer = heard(await ask("POST", `${API}/days`, { day }, state.device));
  if (answer?.status !== 200) return wrong(answer?.said.cashier ?? WORDS.noAnswer);
  const { told, sales, sales_cents: sold, refunds, refunds_cents: given, cents } = answer.said;
  fill("day", told);
  fill("day-sales", `${money(sold)} (${sales})`);
  fill("day-refunds", `${money(given)} (${refunds})`);
  fill("day-left", money(cents));
  show("closing");
}
