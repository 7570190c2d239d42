// What pays, typed or scanned: an identifier, a number, the QR of a card, a telephone, a voucher.

import { KIND, messageOf } from "./formats.js";

const LONGEST_TYPED = 80; // what is longer, nobody has typed

/** A voucher: scanned, or by the signs below its QR. */
export const voucher = (typed) => ({
  says: { method: "voucher", voucher: typed }, coded: false,
});

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
