// What the screens say of selling without network: small, and nothing where the caisse does not
// allow it and nothing waits.

import { all, fill, find } from "../dom.js";
import { WORDS, state } from "../screens.js";
import { ownSales } from "../settling.js";
import { money, untilOf } from "../telling.js";
import { now } from "../wire.js";
import { leftOf } from "./deciding.js";
import { isUnread, waiting } from "./keeping.js";

/** Draw all of it anew. */
export async function drawMarket() {
  const practice = Boolean(state.device?.practice);
  const rows = practice ? [] : await waiting();
  const unread = rows.filter(isUnread).length;
  counted("queue", rows.length - unread);
  counted("unread", unread);
  for (const one of all("[data-with-queue]")) one.hidden = !rows.length;
  const lost = practice ? [] : (await ownSales(state.device)).filter((one) => one.fresh);
  counted("lost", lost.length);
  drawLicence(practice ? null : state.market);
  drawOffer(!practice && state.till?.offline?.allowed);
}

/** A line that counts; hidden at 0. */
function counted(name, count) {
  for (const line of all(`[data-${name}]`)) {
    line.hidden = count === 0;
    line.textContent = (count === 1 ? line.dataset.one : line.dataset.many).replace("{n}", count);
  }
}

/** Until when, and how much is left today. */
function drawLicence(market) {
  const licence = market?.licence;
  const good = Boolean(licence) && now() <= licence.until;
  for (const one of all("[data-market]")) one.hidden = !good;
  if (good) {
    fill("market-until", untilOf(licence.until));
    fill("market-left", money(leftOf(market, now())));
  }
  const nobody = good && state.net === false && state.till?.cashiers && !state.cashier;
  find("[data-nobody]").hidden = !nobody;
}

/** What is missing for a licence, and what to press. */
function drawOffer(allowed) {
  const { market } = state;
  const open = allowed && !market?.licence && state.net !== false;
  const paused = open && Boolean(market?.paused);
  const why = state.unable ? WORDS.marketUnable : state.away ? WORDS.marketHome
    : paused ? WORDS.marketPaused : state.told;
  const line = find("[data-market-why]");
  line.hidden = !open || !why;
  line.textContent = why ?? "";
  find('[data-do="allow"]').hidden = !open || paused || !state.unsure;
  find('[data-do="resume"]').hidden = !paused;
  for (const one of all("[data-with-market]")) one.hidden = !allowed;
}
