// Who stands at the till: four figures, where the place has given some of its people a code. It
// says who cashes, and what she may do; it is no factor of paying, and is kept nowhere.

import { all, fill, find } from "./dom.js";
import { WORDS, heard, show, state, wrong } from "./screens.js";
import { API } from "./settling.js";
import { ask } from "./wire.js";

export const CASHIER_FIGURES = 4;

/** Without network nobody can check a code: what is sold then bears the device alone. */
const unchecked = () => state.net === false && Boolean(state.till?.offline?.allowed);

/** Whether somebody has to say who she is before anything else. */
const asked = () =>
  Boolean(state.till?.cashiers) && !state.device.practice && state.cashier === null
  && !unchecked();

/** The screen on which a sale begins. */
export const firstScreen = () => (asked() ? "cashier" : "amount");

/** What goes with each request that moves money. */
export const byCashier = () => (state.cashier ? { cashier: state.cashier.cashier } : {});

/** Whether who stands there may do this; where nobody has a code, everybody may. */
export const may = (right) =>
  !state.till?.cashiers || Boolean(state.device.practice || state.cashier?.rights.includes(right));

/** Another person comes to the till. */
export function changeCashier() {
  changed();
  show(firstScreen());
}

/** Nobody stands there any more. */
export function changed() {
  state.cashier = null;
  state.figures = "";
  drawCashier();
}

/** A key of the pad; the fourth figure is the last. */
export function cashierKey(key) {
  const typed = key === "back" ? state.figures.slice(0, -1) : state.figures + key;
  state.figures = typed.slice(0, CASHIER_FIGURES);
  drawCashier();
  return state.figures.length === CASHIER_FIGURES ? enter : null;
}

async function enter() {
  const code = state.figures;
  state.figures = "";
  const answer = heard(await ask("POST", `${API}/tills/cashier`, { code }, state.device));
  drawCashier();
  if (answer === null) return unchecked() ? show("amount") : wrong(WORDS.noAnswer);
  if (answer.status !== 200) return wrong(answer.said.cashier);
  state.cashier = answer.said;
  drawCashier();
  return show("amount");
}

/** Her name stands on the first screen; of the code how many figures are typed, never which. */
export function drawCashier() {
  const { cashier, figures } = state;
  fill("cashier-name", cashier?.label ?? "");
  for (const one of all("[data-with-cashier]")) one.hidden = !cashier;
  const boxes = Array.from({ length: CASHIER_FIGURES }, (_, place) => {
    const box = document.createElement("i");
    box.className = place < figures.length ? "full" : "";
    return box;
  });
  find("[data-cashier-boxes]").replaceChildren(...boxes);
  for (const one of all('[data-do="undo"]')) one.hidden = !may("cancel");
}
