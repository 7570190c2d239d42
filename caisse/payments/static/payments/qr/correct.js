// Puts right what was misread: blocks of Reed and Solomon's codes, as many errors as the standard
// lets a block bear and no more, so that what is too damaged is refused and never guessed.

import { LOGS, POWERS, times } from "./tables.js";

/** Put `block` (data and then `corrections` bytes) right in place; false when it cannot be. */
export function repaired(block, corrections, bears) {
  const said = syndromes(block, corrections);
  if (!said) return true;
  const locator = locatorOf(said);
  const errors = locator.length - 1;
  if (errors > bears) return false;
  const places = placesOf(locator, block.length);
  if (places.length !== errors) return false;
  const values = product(said, locator, corrections);
  for (const power of places) {
    const back = (255 - power) % 255;
    const slope = valueAt(locator.map((term, at) => (at % 2 ? term : 0)), back);
    if (slope === 0) return false;
    const value = valueAt(values, back);
    // the slope above is the derivative times x, so that the place itself falls out
    block[block.length - 1 - power] ^= value && POWERS[LOGS[value] + 255 - LOGS[slope]];
  }
  return syndromes(block, corrections) === null;
}

/** The block's values at the roots of the generator; null when all are 0: nothing is wrong. */
function syndromes(block, corrections) {
  const found = new Uint8Array(corrections);
  let wrong = false;
  for (let root = 0; root < corrections; root += 1) {
    let value = 0;
    for (const byte of block) value = byte ^ (value && POWERS[LOGS[value] + root]);
    found[root] = value;
    wrong ||= value !== 0;
  }
  return wrong ? found : null;
}

/** The shortest recurrence of the syndromes (Berlekamp and Massey), lowest power first. */
function locatorOf(said) {
  let [now, before] = [[1], [1]];
  let [length, gap, last] = [0, 1, 1];
  for (let at = 0; at < said.length; at += 1) {
    let off = said[at];
    for (let back = 1; back <= length; back += 1) off ^= times(now[back] ?? 0, said[at - back]);
    if (off === 0) {
      gap += 1;
      continue;
    }
    const by = POWERS[LOGS[off] + 255 - LOGS[last]];
    const next = now.slice();
    while (next.length < before.length + gap) next.push(0);
    before.forEach((term, place) => { next[place + gap] ^= times(by, term); });
    if (2 * length > at) {
      gap += 1;
    } else {
      [before, length, last, gap] = [now, at + 1 - length, off, 1];
    }
    now = next;
  }
  while (now.length > 1 && now.at(-1) === 0) now.pop();
  return now;
}

/** The powers of the places where the locator is 0. */
function placesOf(locator, length) {
  const places = [];
  for (let power = 0; power < length; power += 1) {
    if (valueAt(locator, (255 - power) % 255) === 0) places.push(power);
  }
  return places;
}

function product(one, two, most) {
  const all = new Array(most).fill(0);
  for (let at = 0; at < most; at += 1) {
    for (let back = 0; back <= at && back < two.length; back += 1) {
      all[at] ^= times(one[at - back], two[back]);
    }
  }
  return all;
}

/** The value of a polynomial, lowest power first, at the field's `power`th power. */
function valueAt(terms, power) {
  let value = 0;
  for (let at = terms.length - 1; at >= 0; at -= 1) {
    value = terms[at] ^ (value && POWERS[LOGS[value] + power]);
  }
  return value;
}
