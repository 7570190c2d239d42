// Reads a QR code (ISO/IEC 18004, versions 1 to 12) from one picture of a camera: its text, or
// null. Never a wrong text: what cannot be put right within the code's own corrections is nothing.

import { repaired } from "./correct.js";
import { darken, frameOf } from "./frame.js";
import { gridsOf, sample, settled } from "./grid.js";
import { triplesOf } from "./locate.js";
import { textOf } from "./text.js";
import {
  LEVELS, MOST, blocksOf, formatBits, formatPlaces, pathOf, sizeOf, turns, versionBits,
  versionPlaces,
} from "./tables.js";

const REACHES = [5, 2]; // cells around: for an even light first, then for a spotted one
const BEARS = 3; // errors that a format or a version bears
const AROUND = 4; // modules on each side whose mean tells dark from light
const SHARPER = 0.25; // what a blurred module has taken from each of its four neighbours

const most = sizeOf(MOST) ** 2;
const values = new Float32Array(most);
const sharp = new Float32Array(most);
const modules = new Uint8Array(most);
const sums = new Float64Array((sizeOf(MOST) + 1) ** 2);
const FORMATS = Object.keys(LEVELS).flatMap((level) => (
  Array.from({ length: 8 }, (_, mask) => ({ level, mask, bits: formatBits(level, mask) }))
));

/** The text of a code in a picture `{ data, width, height }`: greys, or red, green, blue, alpha. */
export function readQr(picture) {
  const frame = frameOf(picture);
  for (const reach of REACHES) {
    darken(frame, reach);
    for (const triple of triplesOf(frame)) {
      for (const grid of gridsOf(frame, triple)) {
        const text = textThrough(frame, grid);
        if (text) return text;
      }
    }
  }
  return null;
}

/** What is read through a grid: as it lies, then laid anew by all edges, then without the blur. */
function textThrough(frame, grid) {
  sample(frame, grid, values);
  tell(values, grid.size);
  const text = textOn(grid);
  if (text) return text;
  sample(frame, settled(frame, grid, modules), values);
  tell(values, grid.size);
  return textOn(grid) ?? withoutBlur(grid);
}

function withoutBlur(grid) {
  const { size } = grid;
  for (let y = 0, at = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, at += 1) {
      const own = values[at];
      const others = (x ? values[at - 1] : own) + (x + 1 < size ? values[at + 1] : own)
        + (y ? values[at - size] : own) + (y + 1 < size ? values[at + size] : own);
      sharp[at] = own + SHARPER * (4 * own - others);
    }
  }
  tell(sharp, size);
  return textOn(grid);
}

/** Tell the dark modules by the mean of those around. */
function tell(greys, size) {
  const side = size + 1;
  sums.fill(0, 0, side);
  for (let y = 0; y < size; y += 1) {
    let row = 0;
    sums[(y + 1) * side] = 0;
    for (let x = 0; x < size; x += 1) {
      row += greys[y * size + x];
      sums[(y + 1) * side + x + 1] = sums[y * side + x + 1] + row;
    }
  }
  for (let y = 0, at = 0; y < size; y += 1) {
    const top = Math.max(0, y - AROUND);
    const bottom = Math.min(size, y + AROUND + 1);
    for (let x = 0; x < size; x += 1, at += 1) {
      const left = Math.max(0, x - AROUND);
      const right = Math.min(size, x + AROUND + 1);
      const sum = sums[bottom * side + right] - sums[top * side + right]
        - sums[bottom * side + left] + sums[top * side + left];
      modules[at] = greys[at] * (right - left) * (bottom - top) < sum ? 1 : 0;
    }
  }
}

// --- from modules to text ---

/** The text that the modules say in one of the formats that they may be in; null if none. */
function textOn({ version, size }) {
  const said = versionPlaces(version).map((places) => bitsAt(places, size));
  const other = said.some((bits) => differing(bits, versionBits(version)) > BEARS);
  if (other && said.every((bits) => differing(bits, versionBits(version)) > BEARS)) return null;
  for (const format of formatsOf(size)) {
    const data = dataOf(version, size, format);
    const text = data && textOf(data, version);
    if (text) return text;
  }
  return null;
}

/** The formats that the two copies come near to, the nearest first. */
function formatsOf(size) {
  const copies = formatPlaces(size).map((places) => bitsAt(places, size));
  return FORMATS
    .map((format) => ({
      ...format, off: Math.min(...copies.map((bits) => differing(bits, format.bits))),
    }))
    .filter((format) => format.off <= BEARS)
    .sort((one, two) => one.off - two.off);
}

function bitsAt(places, size) {
  let bits = 0;
  places.forEach(([x, y], bit) => { bits |= modules[y * size + x] << bit; });
  return bits;
}

function differing(one, two) {
  let count = 0;
  for (let off = one ^ two; off; off &= off - 1) count += 1;
  return count;
}

/** The data bytes of all blocks, put right; null when one of them cannot be. */
function dataOf(version, size, { level, mask }) {
  const { sizes, corrections, bears } = blocksOf(version, level);
  const blocks = sizes.map((count) => new Uint8Array(count + corrections));
  const bytes = bytesOf(version, size, mask);
  let next = 0;
  for (let at = 0; at < sizes.at(-1); at += 1) {
    blocks.forEach((block, which) => { if (at < sizes[which]) block[at] = bytes[next++]; });
  }
  for (let at = 0; at < corrections; at += 1) {
    blocks.forEach((block, which) => { block[sizes[which] + at] = bytes[next++]; });
  }
  if (!blocks.every((block) => repaired(block, corrections, bears))) return null;
  return blocks.flatMap((block, which) => [...block.subarray(0, sizes[which])]);
}

function bytesOf(version, size, mask) {
  const path = pathOf(version);
  const bytes = new Uint8Array(path.length >> 3);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const module = path[bit];
    const turned = turns(mask, module % size, Math.floor(module / size)) ? 1 : 0;
    bytes[bit >> 3] |= (modules[module] ^ turned) << (7 - (bit & 7));
  }
  return bytes;
}
