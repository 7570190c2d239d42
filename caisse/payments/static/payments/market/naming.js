// How a sale's number is read by people: eight signs of a receipt, three words on both screens.

import { joined } from "../formats.js";
import { wordsOf } from "../slips.js";
import { WORDS } from "../words.js";
import { bytes } from "../wire.js";

const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // no I, L, O, U

/** The 16 bytes of a number as people write it. */
export const bytesOf = (id) => bytes(id.replaceAll("-", ""));

/** « 7F3K-92Q4 », of a number of 16 bytes: what the receipt of the caisse says too. */
export async function shortOf(id) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", joined("short:", id)));
  const bits = digest.subarray(0, 5).reduce((value, byte) => value * 256 + byte, 0);
  const signs = Array.from(
    { length: 8 }, (_, at) => SIGNS[Math.floor(bits / 32 ** (7 - at)) % 32],
  ).join("");
  return `${signs.slice(0, 4)}-${signs.slice(4)}`;
}

/** The three words of a number of 16 bytes. */
export const threeOf = async (id) => (await wordsOf(id)).map((number) => WORDS[number]);

/** A number as the lists of the shop know it. */
export const namesOf = async (id) => ({ short: await shortOf(id), words: await threeOf(id) });

/** The instant (ms) with which a number begins. */
export const instantIn = (id) => id.subarray(0, 6).reduce((at, byte) => at * 256 + byte, 0);
