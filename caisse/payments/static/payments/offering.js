// What the till offers for the sale on the screen: the ways of paying that there are, with network
// or without; a part in euros, typed before anybody pays.

import { coversAll, drawRest } from "./basket.js";
import { fill, find } from "./dom.js";
import { drawWays, isPartial, isWay } from "./kinds.js";
import { WORDS, show, state, wrong } from "./screens.js";
import { money } from "./telling.js";

const OFFLINE = ["pin", "card", "member_qr"];
const MOST_SIGNS = 7; // 99 999,99

/** Whether the bylaws have this way, as far as this till knows. */
export const takes = (way) => isWay(state.till, way);

/** Whether the rest of a purchase may be paid in euros. */
export const mayBePart = () => isPartial(state.till);

/** Without network a telephone answers the till's own QR with its slip, or with a proof. */
function offered(way) {
  if (way !== "shop_qr") return takes(way) && (!state.off || OFFLINE.includes(way));
  return !state.device.practice && (takes(way) || (state.off && takes("member_qr")));
}

/** Show the ways of this sale, and the part in euros while nothing of it was sent. */
export function drawOffered() {
  drawWays(offered);
  const { sale } = state;
  const may = mayBePart() && coversAll() && sale?.is === "typed" && sale.price > 1;
  find('[data-do="split"]').hidden = !may;
}

/** What is said of a scanned text that pays nothing here. */
export const noneHere = () =>
  (["card", "voucher", "member_qr"].every(takes) ? WORDS.none : WORDS.noneHere);

/** How much of the purchase the wallet pays is typed. */
export function toSplit() {
  state.share = "";
  fill("price", money(state.sale.price));
  drawShare();
  show("split");
}

export function shareKey(key) {
  const typed = key === "back" ? state.share.slice(0, -1) : state.share + key;
  state.share = typed.replace(/^0+/, "").slice(0, MOST_SIGNS);
  drawShare();
}

function drawShare() {
  const typed = Number(state.share);
  fill("share", money(typed));
  fill("share-rest", `${money(Math.max(0, state.sale.price - typed))}\u00a0€`);
  find('[data-do="share"]').disabled = !typed;
}

/** The sale with what is taken of it, in cents; none for what is no part. */
export function shared() {
  const cents = Number(state.share);
  if (cents && cents < state.sale.price) return takenOf(cents);
  if (cents) wrong(WORDS.shareMore);
  return false;
}

/** All of it is taken after all. */
export const unshared = () => takenOf(state.sale.price);

function takenOf(cents) {
  const { price } = state.sale;
  state.sale = { ...state.sale, cents };
  state.bought.share = cents < price ? cents : 0;
  fill("cents", money(cents));
  drawRest(price, cents);
  return true;
}
