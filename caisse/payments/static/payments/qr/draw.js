// Draws a text as a QR code (ISO/IEC 18004), without asking anybody: the smallest version up to 12.

import {
  DARK, MODES, MOST, SIGNS, blocksOf, countBits, formatBits, formatPlaces, mapOf, pathOf, sizeOf,
  times, turns, versionBits, versionPlaces, POWERS,
} from "./tables.js";

const QUIET = 4; // modules of white around the code
const SVG = "http://www.w3.org/2000/svg";
const BOTH_FINDERS = [0b10111010000, 0b00001011101]; // 1:1:3:1:1 with four light on one side
const [RUN, SQUARE, FINDER, SHARE] = [3, 3, 40, 10]; // penalties N1 to N4
const encoder = new TextEncoder();

/** A text as modules: `{ version, size, mask, modules, dark(x, y) }`, `modules` 1 where dark.
 *
 * `level` is L, M, Q or H; a RangeError when the text needs more than version 12.
 */
export function encode(text, { level = "M" } = {}) {
  const said = saying(text);
  let version = 1;
  while (roomOf(version, level) < 4 + countBits(said.mode, version) + said.bits.length) {
    version += 1;
    if (version > MOST) throw new RangeError("the text is too long for a QR code");
  }
  const data = filled(said, version, level);
  const best = drawn(version, level, interleaved(data, blocksOf(version, level)));
  const size = sizeOf(version);
  return { version, size, ...best, dark: (x, y) => best.modules[y * size + x] === 1 };
}

/** The code of a text as an SVG element, black on white whatever the page's colours.
 *
 * `label` says in the reader's language what the code is for.
 */
export function svgOf(text, { level = "M", label }) {
  const code = encode(text, { level });
  const side = code.size + 2 * QUIET;
  const svg = made("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label });
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.append(
    made("rect", { width: side, height: side, fill: "#fff" }),
    made("path", { d: outline(code), fill: "#000" }),
  );
  return svg;
}

function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Each run of dark modules of a row as one rectangle. */
function outline({ size, dark }) {
  let path = "";
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = x;
      while (x < size && dark(x, y)) x += 1;
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1H${from + QUIET}z`;
    }
  }
  return path;
}

// --- data ---

/** The mode of a text, how many signs it counts, and its bits. */
function saying(text) {
  if (/^[0-9]+$/.test(text)) return grouped(MODES.numeric, text, 10, [0, 4, 7, 10]);
  const known = text !== "" && [...text].every((sign) => SIGNS.includes(sign));
  if (known) return grouped(MODES.alphanumeric, text, 45, [0, 6, 11]);
  const bytes = encoder.encode(text);
  const bits = [];
  for (const byte of bytes) push(bits, byte, 8);
  return { mode: MODES.bytes, count: bytes.length, bits };
}

/** Signs of an alphabet in groups, each one number of so many bits by its length. */
function grouped(mode, text, base, lengths) {
  const bits = [];
  const most = lengths.length - 1;
  for (let at = 0; at < text.length; at += most) {
    const group = [...text.slice(at, at + most)];
    const value = group.reduce((sum, sign) => sum * base + SIGNS.indexOf(sign), 0);
    push(bits, value, lengths[group.length]);
  }
  return { mode, count: text.length, bits };
}

function push(bits, value, count) {
  for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
}

function roomOf(version, level) {
  return 8 * blocksOf(version, level).sizes.reduce((sum, size) => sum + size, 0);
}

/** All data bytes of a version: the text, its end, and the filling that the standard names. */
function filled(said, version, level) {
  const room = roomOf(version, level);
  const bits = [];
  push(bits, said.mode, 4);
  push(bits, said.count, countBits(said.mode, version));
  bits.push(...said.bits);
  push(bits, 0, Math.min(4, room - bits.length));
  push(bits, 0, (8 - (bits.length % 8)) % 8);
  for (let even = true; bits.length < room; even = !even) push(bits, even ? 0xec : 0x11, 8);
  const bytes = new Uint8Array(room / 8);
  bits.forEach((bit, at) => { bytes[at >> 3] |= bit << (7 - (at & 7)); });
  return bytes;
}

/** The bytes of all blocks with their corrections, one of each block in turn. */
function interleaved(data, { sizes, corrections }) {
  let from = 0;
  const blocks = sizes.map((size) => data.subarray(from, from += size));
  const checks = blocks.map((block) => corrected(block, corrections));
  const all = [];
  for (let at = 0; at < sizes.at(-1); at += 1) {
    for (const block of blocks) if (at < block.length) all.push(block[at]);
  }
  for (let at = 0; at < corrections; at += 1) for (const check of checks) all.push(check[at]);
  return all;
}

/** The corrections of a block (Reed and Solomon): what is left of it divided by the generator. */
function corrected(block, count) {
  const by = generator(count);
  const left = new Uint8Array(count);
  for (const byte of block) {
    const lead = byte ^ left[0];
    left.copyWithin(0, 1);
    left[count - 1] = 0;
    for (let at = 0; at < count; at += 1) left[at] ^= times(by[at + 1], lead);
  }
  return left;
}

/** (x - 1)(x - a)(x - a²)…, the highest power first. */
function generator(count) {
  let product = Uint8Array.of(1);
  for (let root = 0; root < count; root += 1) {
    const next = new Uint8Array(product.length + 1);
    product.forEach((value, at) => {
      next[at] ^= value;
      next[at + 1] ^= times(value, POWERS[root]);
    });
    product = next;
  }
  return product;
}

// --- modules ---

/** The modules under the mask that disturbs readers least. */
function drawn(version, level, bytes) {
  const size = sizeOf(version);
  const bare = Uint8Array.from(mapOf(version), (is) => (is === DARK ? 1 : 0));
  pathOf(version).forEach((module, at) => {
    bare[module] = at >> 3 < bytes.length ? (bytes[at >> 3] >> (7 - (at & 7))) & 1 : 0;
  });
  write(bare, size, versionPlaces(version), versionBits(version));
  let best = null;
  for (let mask = 0; mask < 8; mask += 1) {
    const modules = bare.slice();
    for (const module of pathOf(version)) {
      if (turns(mask, module % size, Math.floor(module / size))) modules[module] ^= 1;
    }
    write(modules, size, formatPlaces(size), formatBits(level, mask));
    const penalty = penaltyOf(modules, size);
    if (!best || penalty < best.penalty) best = { mask, modules, penalty };
  }
  return { mask: best.mask, modules: best.modules };
}

function write(modules, size, copies, bits) {
  for (const places of copies) {
    places.forEach(([x, y], bit) => { modules[y * size + x] = (bits >> bit) & 1; });
  }
}

/** How much a masked code disturbs (7.8.3.1): runs, squares, likeness to a finder, the share. */
function penaltyOf(modules, size) {
  let penalty = 0;
  let darks = 0;
  for (let y = 0; y < size; y += 1) {
    penalty += ofLine(modules, y * size, 1, size) + ofLine(modules, y, size, size);
    for (let x = 0; x < size; x += 1) {
      const at = y * size + x;
      darks += modules[at];
      if (x === 0 || y === 0) continue;
      const four = modules[at] + modules[at - 1] + modules[at - size] + modules[at - size - 1];
      if (four % 4 === 0) penalty += SQUARE;
    }
  }
  const off = Math.abs(darks * 20 - size * size * 10); // from one half, in twentieths
  return penalty + SHARE * Math.floor(off / (size * size));
}

/** The runs of five and more, and what looks like a finder, of one row or column. */
function ofLine(modules, from, step, size) {
  let penalty = 0;
  let run = 0;
  let before = -1;
  let last = 0; // the last eleven modules
  for (let at = 0; at < size; at += 1) {
    const module = modules[from + at * step];
    run = module === before ? run + 1 : 1;
    if (run === 5) penalty += RUN;
    else if (run > 5) penalty += 1;
    before = module;
    last = ((last << 1) | module) & 0b11111111111;
    if (at >= 10 && BOTH_FINDERS.includes(last)) penalty += FINDER;
  }
  return penalty;
}
