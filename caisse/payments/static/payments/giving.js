// A sale of the place's list is given back, whole or in part, whichever till has sold it. The
// number of the refund is kept before it is sent: asked again, it is the same refund.

import { byCashier } from "./cashier.js";
import { all, fill, find } from "./dom.js";
import { backToList, onGiving } from "./lately.js";
import { openSale } from "./sale.js";
import { WORDS, heard, show, state, wrong } from "./screens.js";
import { API, givenBack } from "./settling.js";
import { money, shortly } from "./telling.js";
import { insist, newId, now } from "./wire.js";
import { keepSale } from "./store.js";

const MOST_SIGNS = 7; // 99 999,99

let typed = ""; // how much of it

/** A sale of the list, or one of which nobody knows whether it was given back. */
function open(sale) {
  openSale(sale);
  draw();
  show("giving");
}

onGiving(open);

/** What is left of the sale; while nobody knows of a refund, that one alone is asked for. */
function draw() {
  const { sale } = state;
  const asked = sale.is === "undoing";
  fill("cents", money(asked ? sale.back : sale.left));
  fill("give-when", [shortly(sale.at), sale.short].join(" · "));
  fill("give-sale", money(sale.cents));
  fill("give-before", money(sale.given ?? 0));
  for (const one of all("[data-if-given]")) one.hidden = !sale.given;
  for (const one of all("[data-if-asked]")) one.hidden = !asked;
  for (const one of all("[data-if-asks]")) one.hidden = asked;
}

/** Only a part: how much is typed. */
export function part() {
  typed = "";
  drawPart();
  show("giving-part");
}

/** A key of the pad. */
export function partKey(key) {
  const signs = key === "back" ? typed.slice(0, -1) : typed + key;
  typed = signs.replace(/^0+/, "").slice(0, MOST_SIGNS);
  drawPart();
}

const tooMuch = () => Number(typed) > state.sale.left;

function drawPart() {
  fill("give-typed", money(Number(typed)));
  fill("give-left", money(state.sale.left));
  const said = find('[data-screen="giving-part"] [data-wrong]');
  said.hidden = !tooMuch();
  said.textContent = WORDS.giveMost.replace("{sum}", money(state.sale.left));
  find('[data-do="give-part"]').disabled = !Number(typed) || tooMuch();
}

/** Back from the pad to the sale. */
export function whole() {
  draw();
  show("giving");
}

export const giveAll = () => give(state.sale.is === "undoing" ? state.sale.back : state.sale.left);

export function givePart() {
  if (!Number(typed) || tooMuch()) return null;
  return give(Number(typed));
}

async function give(cents) {
  const { left, ...kept } = state.sale;
  const refund = kept.refund ?? newId();
  const sale = { ...kept, refund, back: cents, asked: now(), is: "undoing" };
  await keepSale(sale); // its number first: sent twice, it is given back once
  state.sale = sale;
  const said = { id: refund, of: sale.id, cents, ...byCashier() };
  const answer = heard(await insist("POST", `${API}/refunds`, said, state.device));
  if (answer === null) {
    draw();
    show("giving");
    return wrong(WORDS.noAnswer);
  }
  if (answer.status !== 200 && answer.status !== 201) {
    const stands = answer.said.reason === "id_reused"; // another sum, seen in the list
    await givenBack(stands ? { ...sale, refund: undefined } : sale, false);
    await backToList(); // what is left of it may be another sum now
    return wrong(answer.said.cashier);
  }
  await givenBack(sale, true);
  const rest = sale.cents - (sale.given ?? 0) - cents;
  fill("cents", money(cents));
  fill("give-rest", money(rest));
  fill("give-short", answer.said.short);
  for (const one of all("[data-if-rest]")) one.hidden = rest === 0;
  return show("given");
}
