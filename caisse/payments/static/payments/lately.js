// The last sales of this device, and giving one back.

import { byCashier, may } from "./cashier.js";
import { fill, find } from "./dom.js";
import { again, openSale } from "./sale.js";
import { WORDS, heard, once, show, state, wrong } from "./screens.js";
import { API, ownSales } from "./settling.js";
import { money, shortly } from "./telling.js";
import { ask, insist, newId, now } from "./wire.js";
import { keepSale } from "./store.js";

export async function recent() {
  const list = find("[data-sales]");
  state.found = 0;
  const kept = await ownSales(state.device);
  list.replaceChildren(...kept.map(row));
  find("[data-none]").hidden = kept.length > 0;
  show("recent");
}

function row(sale) {
  const line = document.createElement("li");
  const words = { undone: WORDS.undone, sent: WORDS.unsure, refused: WORDS.unsure };
  const said = document.createElement("span");
  said.textContent = [shortly(sale.at), sale.short, words[sale.is]].filter(Boolean).join(" · ");
  const value = document.createElement("strong");
  value.textContent = money(sale.cents);
  line.append(said, value);
  if (sale.is !== "undone" && (sale.is !== "paid" || may("cancel"))) {
    const button = document.createElement("button");
    button.className = "quiet";
    button.textContent = sale.is === "paid" ? WORDS.undo : WORDS.check;
    const act = sale.is === "paid" ? undo : check;
    button.addEventListener("click", () => once(() => act(sale)));
    line.append(button);
  }
  return line;
}

function check(sale) {
  openSale(sale);
  return again();
}

export function undo(sale) {
  openSale(sale);
  show("undo");
}

export async function refund() {
  const sale = { ...state.sale, refund: state.sale.refund ?? newId() };
  state.sale = sale;
  await keepSale(sale); // its number first: sent twice, it is given back once
  const said = { id: sale.refund, of: sale.id, cents: sale.cents, ...byCashier() };
  const answer = heard(await insist("POST", `${API}/refunds`, said, state.device));
  if (answer === null) return wrong(WORDS.noAnswer);
  if (answer.status !== 200 && answer.status !== 201) return wrong(answer.said.cashier);
  await keepSale({ ...sale, is: "undone" });
  show("undone");
}

/** The closing of today: what was taken at this place, at all its devices. */
export async function closing() {
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris" }).format(now());
  const answer = heard(await ask("POST", `${API}/days`, { day }, state.device));
  if (answer?.status !== 200) return wrong(answer?.said.cashier ?? WORDS.noAnswer);
  const { told, sales, sales_cents: sold, refunds, refunds_cents: given, cents } = answer.said;
  fill("day", told);
  fill("day-sales", `${money(sold)} (${sales})`);
  fill("day-refunds", `${money(given)} (${refunds})`);
  fill("day-left", money(cents));
  show("closing");
}
