// Amounts and instants as the caisse writes them.

import { fill, find } from "./dom.js";
import { now } from "./wire.js";

const LANGUAGE = document.documentElement.lang;
const amounts = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2 });

/** Cents without their unit, « 1 234,50 ». */
export const money = (cents) => amounts.format(cents / 100).replace("-", "\u2212");

/** Write a sum, and of how many acts it is where there is one: « 13,37 (4 ventes) ». */
export function fillSum(name, cents, count) {
  const { one, many } = find(`[data-${name}]`).dataset;
  const words = count > 1 ? many : count ? one : "{sum}";
  fill(name, words.replace("{sum}", money(cents)).replace("{n}", count));
}

/** The zone in which the caisse counts its days, as the page says it; where this browser has never
 * heard of it, that of the device. */
function zoneOf(name) {
  try {
    return new Intl.DateTimeFormat(LANGUAGE, { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const ZONE = { timeZone: zoneOf(document.documentElement.dataset.zone || "Europe/Paris") };
const FORM = { dateStyle: "full", timeStyle: "short" };
const asText = new Intl.DateTimeFormat(LANGUAGE, { ...ZONE, ...FORM });

/** « jeudi 1er février 2024, 9 h 00 », as the caisse writes it everywhere. */
export function whenOf(at) {
  if (LANGUAGE !== "fr") return asText.format(at);
  const said = Object.fromEntries(asText.formatToParts(at).map((one) => [one.type, one.value]));
  const day = said.day === "1" ? "1er" : said.day;
  return `${said.weekday} ${day} ${said.month} ${said.year}, ${hourIn(said)}`;
}

const hourIn = (said) => `${Number(said.hour)} h ${said.minute}`;

const asHour = new Intl.DateTimeFormat(LANGUAGE, { ...ZONE, timeStyle: "short" });

/** The hour alone, « 9 h 00 », for a list of one day. */
export const hourOf = (at) =>
  LANGUAGE === "fr" ? whenOf(at).split(", ").at(-1) : asHour.format(at);

/** The hour alone for a sale of today, the whole date for another. */
export function shortly(at) {
  const [then, today] = [whenOf(at), whenOf(now())].map((text) => text.split(", "));
  return then[0] === today[0] ? then.at(-1) : then.join(", ");
}

const asDate = new Intl.DateTimeFormat("sv-SE", ZONE);

/** « 2024-01-31 »: the business day of an instant. */
export const dateOf = (at) => asDate.format(at);

const asDay = new Intl.DateTimeFormat(LANGUAGE, {
  ...ZONE, weekday: "long", day: "numeric", month: "long",
});

/** « 9 h 00 » for today, « mercredi 31 janvier, 9 h 00 » for another day. */
export function untilOf(at) {
  const time = whenOf(at).split(", ").at(-1);
  return dateOf(at) === dateOf(now()) ? time : `${dayOf(at)}, ${time}`;
}

const asMonth = new Intl.DateTimeFormat(LANGUAGE, {
  timeZone: "UTC", month: "long", year: "numeric",
});

/** « février 2024 » of « 2024-02 »; "" for anything else. */
export function monthOf(text) {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(text ?? "") ?? [];
  return year ? asMonth.format(Date.UTC(Number(year), Number(month) - 1, 15)) : "";
}

/** « mercredi 31 janvier », for a list of what has just happened. */
export const dayOf = (at) => asDay.format(at).replace(/ 1 /, " 1er ");
