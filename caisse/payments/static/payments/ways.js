// What pays, typed or scanned: an identifier, a number, the QR of a card, a telephone, a voucher.

import { KIND, messageOf } from "./formats.js";

const LONGEST_TYPED = 80; // what is longer, nobody has typed

/** A voucher: scanned, or by the signs below its QR. */
export const voucher = (typed) => ({
  says: { method: "voucher", voucher: typed }, coded: false,
});

const PAYS = [KIND.voucher, KIND.member, KIND.card];

/** Whether a scanned text pays: not a till's own QR, not a place's poster, not a box of rice. */
export const pays = (text) => PAYS.includes(messageOf(text)?.[0]);

/** Whether a typed text is a QR's that pays nothing: a scanner types whatever it sees. */
export const isNone = (typed) =>
  !pays(typed) && (messageOf(typed) !== null || typed.includes("://"));

/** How the API calls what was typed or scanned, and whether a code goes with it. */
export function wayOf(typed) {
  const kind = messageOf(typed)?.[0];
  if (kind === KIND.voucher) return voucher(typed);
  if (kind === KIND.member) return { says: { method: "member_qr", qr: typed }, coded: false };
  if (kind === KIND.card || typed.length > LONGEST_TYPED) {
    return { says: { method: "card", card: typed }, coded: true };
  }
  return { says: { method: "pin", handle: typed }, coded: true };
}
