// The sales of the place, a day at a time, as the caisse lists them; without it those of this
// device. What no answer has come for stands above: of that this device alone knows.

import { byCashier, may } from "./cashier.js";
import { all, fill, find } from "./dom.js";
import { cancelRow, waiting } from "./market/keeping.js";
import { drawMarket } from "./market/drawing.js";
import { sentences } from "./market/selling.js";
import { again, openSale } from "./sale.js";
import { WORDS, heard, once, show, state, wrong } from "./screens.js";
import { API, givenBack, ownSales } from "./settling.js";
import { dateOf, fillSum, hourOf, money, shortly } from "./telling.js";
import { ask, insist, newId, now } from "./wire.js";
import { keepSale } from "./store.js";

let listed = null; // the day on the screen, as the caisse told it; null: what this device keeps
let giveBack = () => {}; // what the key of a sale of the place does

/** A press on « Rendre » does this with the sale. */
export const onGiving = (act) => { giveBack = act; };

export const recent = () => list("");
/** The list as it was, after something of it was looked at. */
export const backToList = () => list(listed?.day ?? "");
export const dayBefore = () => list(listed.day_before);
export const dayAfter = () => list(listed.day_after);

async function list(day) {
  state.found = 0;
  const answer = heard(await told(day));
  listed = answer?.status === 200 ? answer.said : null;
  const kept = await ours();
  const open = kept.filter((sale) => !["paid", "undone"].includes(sale.is));
  const rows = listed
    ? [...above(open), ...rowsOf(listed.sales, kept)]
    : kept.filter((sale) => !sale.other || sale.is === "undoing").map(row);
  find("[data-sales]").replaceChildren(...rows);
  drawDay(rows.length === 0);
  show("recent");
  if (answer && !listed) wrong(answer.said.cashier);
  for (const sale of kept.filter((one) => one.fresh)) await keepSale({ ...sale, fresh: false });
  await drawMarket();
}

/** Ask for a day, "" for today; with the key of an answer before, for what follows. */
function told(day, after) {
  const asked = new URLSearchParams({ ...(day && { day }), ...(after && { after }) });
  const query = String(asked) && `?${asked}`;
  return ask("GET", `${API}/tills/sales${query}`, undefined, state.device);
}

/** What this device knows of its sales, the newest first. */
async function ours() {
  return [...(await queued()), ...(await ownSales(state.device))]
    .filter((sale) => sale.is !== "spent").sort((one, other) => other.at - one.at);
}

/** Without an answer: those of today's list, whenever they were; those of another day in it. */
function above(open) {
  const there = new Set(listed.sales.map((one) => one.number));
  return open.filter((sale) => !listed.day_after || there.has(sale.id)).map(row);
}

function rowsOf(sales, kept) {
  const known = new Map(kept.map((sale) => [sale.id, sale]));
  const open = (sale) => sale && !["paid", "undone"].includes(sale.is);
  return sales.filter((one) => !open(known.get(one.number)))
    .map((one) => placeRow(one, known.get(one.number)));
}

/** Which day it is, what stands beside it, whether there is more. */
function drawDay(none) {
  for (const one of all("[data-if-listed]")) one.hidden = !listed;
  find("[data-if-here]").hidden = Boolean(listed);
  fill("list-day", listed?.told ?? "");
  find('[data-do="day-before"]').hidden = !listed?.day_before;
  find('[data-do="day-after"]').hidden = !listed?.day_after;
  find('[data-do="more"]').hidden = !listed?.after;
  find("[data-none]").hidden = !none;
}

/** What follows in the list of the day. */
export async function more() {
  const answer = heard(await told(listed.day, listed.after));
  if (answer?.status !== 200) return wrong(answer?.said.cashier ?? WORDS.noAnswer);
  listed = answer.said;
  const rows = rowsOf(listed.sales, await ours());
  find("[data-sales]").append(...rows);
  drawDay(false);
  const [first] = rows;
  first?.setAttribute("tabindex", "-1");
  first?.focus();
}

/** What waits in this device to be sent, as sales of the list. */
async function queued() {
  if (state.device.practice) return [];
  return (await waiting()).map(({ id, at, cents, short, state: is, record }) => ({
    id, at, cents, short, is: record.cancelled ? "voided" : QUEUED[is],
  }));
}

const QUEUED = { stored: "kept", sent: "leaving", unread: "unread" };

const SAID = {
  paid: "", kept: WORDS.kept, leaving: WORDS.leaving, voided: WORDS.voided, undone: WORDS.undone,
  lost: WORDS.notPassed, unread: WORDS.notRead,
};
const UNDONE = ["paid", "undoing", "kept"]; // may be, from the list
const ENDED = ["undone", "leaving", "voided", "lost", "unread"];

function row(sale) {
  const given = sale.is === "paid" && sale.given ? givenWords(sale.given) : "";
  const word = given || (SAID[sale.is] ?? WORDS.unsure);
  const line = drawn([shortly(sale.at), sale.short, word], sale.cents);
  if (sale.is === "lost") line.append(why(sale));
  const mayUndo = !["paid", "kept"].includes(sale.is) || may("cancel");
  if (!ENDED.includes(sale.is) && mayUndo) {
    const act = sale.back ? giveBack : UNDONE.includes(sale.is) ? undo : check;
    const word = ["paid", "kept"].includes(sale.is) ? WORDS.undo : WORDS.check;
    line.append(button(word, sale, () => act(sale)));
  }
  return line;
}

const givenWords = (cents) => WORDS.given.replace("{sum}", money(cents));

/** A line of the place's list; `mine` is what this device keeps of the same sale. */
function placeRow(one, mine) {
  const { kind, cents, refunded_cents: given, refundable_cents: left } = one;
  const said = kind === "refund" ? WORDS.givenOf.replace("{number}", one.of_short)
    : kind === "undone" || given === cents ? WORDS.undone : given ? givenWords(given) : "";
  const who = [one.till, one.cashier].filter(Boolean).join(", ");
  const line = drawn([hourOf(one.at), one.short, who, said], cents);
  if (left > 0 && may(listed.day_after ? "refund" : "cancel")) {
    const sale = {
      ...mine, id: one.number, till: state.device.till, at: one.at, cents, short: one.short,
      given, left, is: "paid", other: !mine || Boolean(mine.other),
    };
    line.append(button(WORDS.giveBack, sale, () => giveBack(sale)));
  }
  return line;
}

function drawn(words, cents) {
  const line = document.createElement("li");
  const said = document.createElement("span");
  said.textContent = words.filter(Boolean).join(" · ");
  const value = document.createElement("strong");
  value.textContent = money(cents);
  line.append(said, value);
  return line;
}

function button(word, sale, act) {
  const made = document.createElement("button");
  made.className = "quiet";
  made.textContent = word;
  made.setAttribute("aria-label", [word, money(sale.cents), sale.short].filter(Boolean).join(" "));
  made.addEventListener("click", () => once(act));
  return made;
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
  fill("cents", money(sale.cents - (sale.given ?? 0)));
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
  const cents = sale.cents - (sale.given ?? 0);
  const said = { id: sale.refund, of: sale.id, cents, ...byCashier() };
  const answer = heard(await insist("POST", `${API}/refunds`, said, state.device));
  if (answer === null) return wrong(WORDS.noAnswer);
  if (answer.status !== 200 && answer.status !== 201) {
    state.sale = { ...sale, is: "paid" };
    await keepSale(state.sale);
    kept(true);
    return wrong(answer.said.cashier);
  }
  await givenBack(sale, true);
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
  fillSum("day-sales", sold, sales);
  fillSum("day-refunds", given, refunds);
  fill("day-left", money(cents));
  show("closing");
}
