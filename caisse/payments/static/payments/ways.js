// What says who pays, typed or scanned: an identifier, a number, the QR of a card or a telephone.

import { KIND, messageOf } from "./formats.js";

const LONGEST_TYPED = 80; // what is longer, nobody has typed

/** How the API calls what was typed or scanned, and whether a code goes with it. */
export function wayOf(typed) {
  const kind = messageOf(typed)?.[0];
  if (kind === KIND.member) return { says: { method: "member_qr", qr: typed }, coded: false };
  if (kind === KIND.card || typed.length > LONGEST_TYPED) {
    return { says: { method: "card", card: typed }, coded: true };
  }
  return { says: { method: "pin", handle: typed }, coded: true };
}
