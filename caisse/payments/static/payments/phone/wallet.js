// The first screen: what is in the wallet, as the caisse said it last, and what waits. The
// telephone itself: linked, unknown, blocked.

import { all, fill, find } from "../dom.js";
import { drawWays, isWay } from "../kinds.js";
import { able } from "../push.js";
import { money, shortly } from "../telling.js";
import { ask, clockOffset, insist, makeKeys, now, sharedKey } from "../wire.js";
import { drop, keep, read } from "./keeping.js";
import { listed } from "./movements.js";
import { compared, forgotten, leftOf, sales, slips, tidied, unsent } from "./purse.js";
import { API, WORDS, show, state, wrong } from "./screens.js";
import { send } from "./sending.js";

const FEW_TICKETS = 100; // below it, new ones are fetched with network
const BYTES_OF_TICKET = 32; // signs of its hexadecimal
const OLD_MS = 7 * 24 * 3600 * 1000; // and when those that are kept are older: they live 30 days
const SELDOM_MS = 3600 * 1000; // how often a caisse that never sells without network is asked
const UNLINKED = [401, 403]; // answers to a telephone that is not known, or blocked

/** Share keys with the caisse, by the code that was typed. */
export async function link(form) {
  const code = form.code.value.trim();
  if (code.replace(/[^0-9a-z]/gi, "").length !== 10) return wrong(WORDS.code);
  const pair = state.pair ?? (state.pair = await makeKeys()); // the same when it is sent again
  const answer = await insist("POST", API, { code, key: pair.open });
  if (!answer) return wrong(WORDS.noAnswer);
  if (answer.status !== 201) return wrong(answer.said.member);
  const { phone, generation, key: theirs } = answer.said;
  const key = await sharedKey(pair.secret, theirs, phone, generation, "phone");
  if (state.device?.phone === phone) await Promise.all(["wallet", "tickets", "aside"].map(drop));
  else await forgotten();
  Object.assign(state, { device: { phone, generation, key }, wallet: null, aside: null });
  await keep("device", state.device);
  navigator.storage?.persist?.();
  form.reset();
  await home();
}

/** The first screen, with what is known; what the caisse knows now comes when it comes. */
export async function home() {
  draw();
  show("home");
  look();
  find("[data-waits]").hidden = !(await read("asked"));
}

let looking = false;
let more = false; // something has changed since it was asked

/** Ask what is in the wallet, beside whatever is pressed; no screen changes but the first one. */
export async function look() {
  more = true;
  if (looking) return;
  looking = true;
  try {
    while (more) {
      more = false;
      await looked(state.device);
    }
  } finally {
    looking = false;
  }
}

/** Keep the wallet, the caisse's time, and tickets for days without network. */
async function looked(device) {
  await send(device);
  const answer = await ask("GET", `${API}/self`, undefined, device);
  if (device !== state.device) return; // it was linked anew meanwhile
  find("[data-old]").hidden = answer?.status === 200;
  if (UNLINKED.includes(answer?.status)) {
    if (state.screen === "home") await unlinked(answer.status);
    return;
  }
  if (answer?.status !== 200) return;
  state.wallet = answer.said;
  await keep("wallet", state.wallet);
  await keep("clock", clockOffset());
  if (state.screen === "home") await draw();
  const kept = await read("tickets");
  const fresh = kept?.at > now() - OLD_MS && kept.tickets.length >= FEW_TICKETS;
  if (!fresh) await refill();
  await lookAside(device);
  if (state.screen === "home") await draw();
}

/** What may be set aside, and what is; whether the caisse has said it. */
export async function lookAside(device, always = false) {
  const { aside } = state;
  const askedAt = Date.now();
  if (!always && aside && !aside.proves && now() - aside.at < SELDOM_MS) return true;
  const answer = await ask("GET", `${API}/slips`, undefined, device);
  if (answer?.status !== 200 || device !== state.device) return false;
  state.aside = { ...answer.said, at: now() };
  await keep("aside", state.aside);
  await compared(state.aside.slips, askedAt);
  await tidied();
  return true;
}

/** The wallet's limits, also where the telephone was only just linked; null without an answer. */
export async function limitsOf() {
  if (state.wallet) return state.wallet;
  const answer = await ask("GET", `${API}/self`, undefined, state.device);
  if (answer?.status === 200) state.wallet ??= answer.said;
  return state.wallet;
}

/** Fetch tickets in the place of those that are kept; whether there were some. */
export async function refill() {
  const answer = await ask("POST", `${API}/tickets`, {}, state.device);
  if (answer?.status !== 201) return false;
  const { tickets, key_id: keyId } = answer.said;
  const cut = tickets.match(new RegExp(`.{${BYTES_OF_TICKET}}`, "g"));
  await keep("tickets", { keyId, tickets: cut, at: now() });
  return true;
}

/** A telephone that was blocked forgets all but what it signed; an unknown one may be known again.
 */
export async function unlinked(status) {
  if (status === 403) {
    await forgotten();
    Object.assign(state, { device: null, wallet: null, aside: null });
    await draw();
  }
  show("link");
  wrong((await unsent()).length ? `${WORDS.unlinked} ${WORDS.copies}` : WORDS.unlinked);
}

/** Write what is known on the first screen. */
export async function draw() {
  const { wallet } = state;
  const offered = find("[data-push]");
  if (offered) offered.hidden = !able();
  find("[data-known]").hidden = !wallet;
  for (const one of all("[data-card]")) one.hidden = !wallet?.card; // none to block
  listed(wallet?.lines ?? []);
  fill("left", money(wallet?.left_cents ?? 0));
  if (wallet) {
    fill("unit", wallet.unit);
    fill("as-of", shortly(wallet.at));
  }
  await drawAside();
}

/** What is set aside, less what was paid from it since: « environ » until the caisse knows. */
async function drawAside() {
  const [mine, waiting, all_] = await Promise.all([slips(), unsent(), sales()]);
  const own = new Set(mine.map((slip) => slip.slip));
  const others = (state.aside?.slips ?? []).filter((row) => !own.has(row.slip));
  const parts = [...mine.map(leftOf), ...others.map((row) => row.left_cents)];
  const cents = parts.reduce((sum, one) => sum + one, 0);
  const used = mine.length > 0 || all_.some((sale) => sale.how === "slip");
  const slip = mine.length > 0 || Boolean(state.aside?.allowed);
  drawWays((way) => (way === "slip" ? slip : isWay(state.wallet, way)));
  for (const one of all("[data-market]")) one.hidden = !state.aside?.allowed && !used;
  find("[data-apart]").hidden = cents === 0;
  fill("set-aside", money(cents));
  for (const one of all("[data-approx]")) one.hidden = waiting.length === 0;
  find("[data-unsent]").hidden = waiting.length === 0;
  fill("copies", String(waiting.length));
}
