// What a till without network decides alone about one sale: pure, in the order of
// docs/mechanisms/offline.md; the first failure names the reason of the closed list. Money does not
// rest on it: the caisse judges every sale again, and no loss of its own depends on a till.

import { hex } from "../wire.js";
import { instantOfMinute, joined, readRequest } from "../formats.js";
import {
  ANYWHERE, MOST_TYPED, cardToken, hasPaid, isMine, isSlip, readPayment, readSlip, tagOf, whoOf,
} from "../slips.js";
import { dateOf } from "../telling.js";

const HOUR_MS = 3600000;
const HANDLE_BYTES = 8;
export const NO_SUMS = { total: 0, room: 0, days: {}, slips: {}, counters: {}, handles: {} };

/** The till's time: it never goes back, whatever the device's clock says. */
export const timeOf = (mark, clock) => Math.max(mark ?? 0, clock);

/** Why nothing at all can be sold now; null when something can. `kept` is what the till keeps. */
export function whyNot(cents, { licence, sums, mark }, clock) {
  const now = timeOf(mark, clock);
  if (!licence || now > licence.until) return "offline_licence_old";
  if (clock < licence.from) return "offline_clock";
  const today = sums.days[dateOf(now)] ?? 0;
  const over = today + cents > licence.day_cents || sums.total + cents > licence.total_cents;
  return over ? "offline_till_limit" : null;
}

/** Why this sale (`ofPhone`, `ofCard`, `ofHandle`) is not taken; null when it is. */
export function decide(sale, kept, clock) {
  const why = whyNot(sale.cents, kept, clock) ?? wayOff(sale, kept);
  return why ?? RULES[sale.how](sale, kept, timeOf(kept.mark, clock));
}

const RULES = { phone, card, pin };
const WAYS = { phone: "member_qr", card: "card", pin: "pin" };

/** A licence names the ways of paying that it takes; one that names none is of before. */
const wayOff = ({ how }, { licence }) =>
  (licence.ways && !licence.ways.includes(WAYS[how]) ? "means_unavailable" : null);

function phone(sale, kept, now) {
  const { licence, sums } = kept;
  if (!sale.genuine) return "qr_unreadable";
  if (sale.place !== licence.place && sale.place !== ANYWHERE) return "offline_other_place";
  if (now < sale.from || now >= sale.until) return "qr_expired";
  if (sale.struck) return "means_unavailable";
  if ((sums.slips[sale.slip] ?? 0) + sale.cents > sale.most) return "offline_member_limit";
  if ((sums.counters[sale.slip] ?? []).includes(sale.counter)) return "offline_repeat";
  if (!sale.paid) return "qr_unreadable";
  if (sale.place !== ANYWHERE) return null;
  return roomUsed(sale, kept) ?? tooMuch(sale, kept);
}

function card(sale, kept) {
  if (!sale.genuine) return "qr_unreadable";
  if (sale.struck) return "means_unavailable";
  return isNamed(sale, kept.sums) ? null : trusted(sale, kept);
}

function pin(sale, kept) {
  return sale.unread ?? trusted(sale, kept);
}

/** Within what the licence names for a card: the room for a wrong code is kept in it already. */
const isNamed = (sale, sums) =>
  sale.how === "card" && (sums.handles[sale.handle] ?? 0) + sale.cents <= (sale.ready ?? 0);

function trusted(sale, kept) {
  return tooMuch(sale, kept) ?? roomUsed(sale, kept);
}

const tooMuch = (sale, { licence, sums }) =>
  (sums.handles[sale.handle] ?? 0) + sale.cents > licence.member_cents + (sale.ready ?? 0)
    ? "offline_member_limit" : null;

const roomUsed = (sale, { licence, sums }) =>
  sums.room + sale.cents > licence.room_cents ? "offline_room_used" : null;

/** Whether the caisse may lose what this sale takes: it counts in what its handle may take. */
const isTrusted = (sale) => sale.how !== "phone" || sale.place === ANYWHERE;

/** The sums with this sale in them. */
export function counted(sums, sale, now) {
  const more = (all, key) => ({ ...all, [key]: (all[key] ?? 0) + sale.cents });
  const next = {
    ...sums, total: sums.total + sale.cents, days: more(sums.days, dateOf(now)),
  };
  if (isTrusted(sale)) {
    if (!isNamed(sale, sums)) next.room += sale.cents;
    next.handles = more(sums.handles, sale.handle);
  }
  if (sale.how === "phone") {
    next.slips = more(sums.slips, sale.slip);
    const before = sums.counters[sale.slip] ?? [];
    next.counters = { ...sums.counters, [sale.slip]: [...before, sale.counter] };
  }
  return next;
}

/** Of a sale that is too much for who pays it: the most, in cents, that is not. */
export function mostOf(sale, { licence, sums }) {
  const ready = (sale.ready ?? 0) - (sums.handles[sale.handle] ?? 0);
  const trust = Math.min(licence.member_cents + ready, licence.room_cents - sums.room);
  const slip = sale.how === "phone" ? sale.most - (sums.slips[sale.slip] ?? 0) : Infinity;
  const most = !isTrusted(sale) ? slip
    : Math.min(slip, sale.how === "card" ? Math.max(ready, trust) : trust);
  return Math.max(0, most); // what is left for the day is more: it was looked at before
}

/** What may still be sold today, in cents. */
export function leftOf({ licence, sums, mark }, clock) {
  const today = sums.days[dateOf(timeOf(mark, clock))] ?? 0;
  return Math.max(0, Math.min(licence.day_cents - today, licence.total_cents - sums.total));
}

/** What pays by trust, under a name that only this till can compute: no list of names finds it. */
async function handleOf(key, { nonce }, said) {
  const tag = await crypto.subtle.sign("HMAC", key, joined("handle1", nonce, said));
  return hex(tag.slice(0, HANDLE_BYTES));
}

/** A payment by telephone (M3) of one of my requests (M2), as the rules look at it. */
export async function ofPhone(message, request, { licence, keys, key }) {
  const { slip, counter } = readPayment(message);
  const said = readSlip(slip);
  const from = instantOfMinute(said.minute);
  const mine = isMine(request, licence.place, licence.till);
  return {
    how: "phone", cents: readRequest(request).cents, genuine: await isSlip(slip, keys),
    place: said.place, from, until: from + said.hours * HOUR_MS, slip: hex(said.id), counter,
    struck: licence.struck.includes(await tagOf(licence.nonce, said.id)), most: said.cents,
    paid: mine && (await hasPaid(message, request)), handle: await handleOf(key, licence, said.id),
  };
}

/** A scanned card (M5). `ready` is what lies ready for it here. */
export async function ofCard(message, cents, { licence, keys, key }) {
  const token = await cardToken(message, keys);
  if (!token) return { how: "card", cents, genuine: false };
  const tag = await tagOf(licence.nonce, token);
  const ready = licence.cards.find(([known]) => known === tag)?.[1] ?? 0;
  return {
    how: "card", cents, genuine: true, struck: licence.struck.includes(tag), ready,
    handle: await handleOf(key, licence, token),
  };
}

/**
 * A typed identifier, or the number of a card: written in any way it is one name. `unread`: why
 * the caisse could read none in it, a name of other signs, or the QR of something.
 */
export async function ofHandle(typed, cents, { licence, key }) {
  const said = whoOf(typed);
  if (said === null) {
    const unread = typed.length > MOST_TYPED ? "qr_unreadable" : "code_wrong";
    return { how: "pin", cents, unread };
  }
  const number = said.replace(/[ .-]/g, "");
  const name = /^[0-9]{10}$/.test(number) ? number : said.toLowerCase();
  return { how: "pin", cents, handle: await handleOf(key, licence, name) };
}
