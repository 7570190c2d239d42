// The text that the data of a QR code says: digits, 45 signs, bytes (ISO/IEC 18004, 7.4).

import { MODES, SIGNS, countBits } from "./tables.js";

const UTF_8 = 26; // as the standard numbers the alphabets of bytes (AIM ECI)
const LATIN = [1, 3];
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin = new TextDecoder("iso-8859-1");

/** The text of all data bytes, or null when they say something that we do not read. */
export function textOf(data, version) {
  const bits = { data, at: 0, left: data.length * 8 };
  let text = "";
  let alphabet = null;
  while (bits.left >= 4) {
    const mode = take(bits, 4);
    if (mode === 0) return text;
    if (mode === MODES.eci) {
      alphabet = alphabetOf(bits);
      if (alphabet !== UTF_8 && !LATIN.includes(alphabet)) return null;
      continue;
    }
    const known = Object.values(MODES).includes(mode);
    const said = known ? segment(bits, mode, version, alphabet) : null;
    if (said === null) return null;
    text += said;
  }
  return text;
}

/** The next bits as a number; -1 when there are not so many. */
function take(bits, count) {
  if (bits.left < count) return -1;
  let value = 0;
  for (let bit = 0; bit < count; bit += 1, bits.at += 1) {
    value = value * 2 + ((bits.data[bits.at >> 3] >> (7 - (bits.at & 7))) & 1);
  }
  bits.left -= count;
  return value;
}

function alphabetOf(bits) {
  const first = take(bits, 8);
  if (first < 128) return first;
  return first < 192 ? (first - 128) * 256 + take(bits, 8) : -1;
}

function segment(bits, mode, version, alphabet) {
  const count = take(bits, countBits(mode, version));
  if (count < 0) return null;
  if (mode === MODES.numeric) return grouped(bits, count, 10, [0, 4, 7, 10]);
  if (mode === MODES.alphanumeric) return grouped(bits, count, 45, [0, 6, 11]);
  if (bits.left < count * 8) return null;
  const bytes = Uint8Array.from({ length: count }, () => take(bits, 8));
  if (LATIN.includes(alphabet)) return latin.decode(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    return alphabet === UTF_8 ? null : latin.decode(bytes); // what the standard takes for granted
  }
}

/** Signs of an alphabet in groups, each one number of so many bits by its length. */
function grouped(bits, count, base, lengths) {
  let text = "";
  for (let left = count; left > 0; left -= lengths.length - 1) {
    const signs = Math.min(left, lengths.length - 1);
    let value = take(bits, lengths[signs]);
    if (value < 0 || value >= base ** signs) return null;
    let group = "";
    for (let sign = 0; sign < signs; sign += 1) {
      group = SIGNS[value % base] + group;
      value = Math.floor(value / base);
    }
    text += group;
  }
  return text;
}
