// What ISO/IEC 18004 says of QR codes of versions 1 to 12: sizes, patterns, blocks, masks, and the
// arithmetic of their corrections. Modules lie in rows: module (x, y) is number y * size + x.

export const MOST = 12; // the largest version that we draw and read
export const LEVELS = { L: 1, M: 0, Q: 3, H: 2 }; // as the format says them
export const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
export const MODES = { numeric: 1, alphanumeric: 2, bytes: 4, eci: 7 };
export const FREE = 0; // a module of the data; the others belong to the code's own patterns
export const KEPT = 1; // for the format or the version
export const LIGHT = 2;
export const DARK = 3;

// Table 9: corrections per block, and blocks, of versions 1, 2, 3…
const CORRECTIONS = {
  L: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24],
  M: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22],
  Q: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26],
  H: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28],
};
const BLOCKS = {
  L: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4],
  M: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8],
  Q: [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10],
  H: [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11],
};
// Table 9, p: corrections that only detect, so that no wrong text passes for a right one.
const WATCHING = { L: [3, 2, 1], M: [2], Q: [1], H: [1] };

export const sizeOf = (version) => 17 + 4 * version;

/** The blocks of a version: data bytes of each, corrections of each, errors that each can bear. */
export function blocksOf(version, level) {
  const corrections = CORRECTIONS[level][version - 1];
  const count = BLOCKS[level][version - 1];
  const whole = pathOf(version).length >> 3;
  const short = Math.floor(whole / count);
  const long = whole % count; // the last blocks are longer by one byte
  const sizes = Array.from({ length: count }, (_, at) => (
    short - corrections + (at >= count - long ? 1 : 0)
  ));
  const bears = (corrections - (WATCHING[level][version - 1] ?? 0)) >> 1;
  return { sizes, corrections, bears };
}

/** The bits of the count of signs, which depend on the mode and the version (table 3). */
export function countBits(mode, version) {
  if (mode === MODES.bytes) return version < 10 ? 8 : 16;
  return (mode === MODES.numeric ? 10 : 9) + (version < 10 ? 0 : 2);
}

// --- patterns ---

/** Where alignment patterns have their centres, in both directions (annex E). */
export function alignmentOf(version) {
  const last = sizeOf(version) - 7;
  if (version === 1) return [];
  return version < 7 ? [6, last] : [6, (6 + last) / 2, last];
}

const maps = new Map();

/** Of each module: FREE, KEPT, LIGHT or DARK. */
export function mapOf(version) {
  if (!maps.has(version)) maps.set(version, drawnMap(version));
  return maps.get(version);
}

function drawnMap(version) {
  const size = sizeOf(version);
  const map = new Uint8Array(size * size);
  const put = (x, y, is) => {
    if (x >= 0 && y >= 0 && x < size && y < size) map[y * size + x] = is;
  };
  for (let at = 8; at < size - 8; at += 1) {
    put(at, 6, at % 2 ? LIGHT : DARK);
    put(6, at, at % 2 ? LIGHT : DARK);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    squares(x, y, 4, (ring) => (ring === 2 || ring === 4 ? LIGHT : DARK), put);
  }
  for (const [x, y] of alignmentCentres(version)) {
    squares(x, y, 2, (ring) => (ring === 1 ? LIGHT : DARK), put);
  }
  for (const [x, y] of [...formatPlaces(size).flat(), ...versionPlaces(version).flat()]) {
    put(x, y, KEPT);
  }
  put(8, size - 8, DARK);
  return map;
}

function squares(x, y, most, is, put) {
  for (let down = -most; down <= most; down += 1) {
    for (let right = -most; right <= most; right += 1) {
      put(x + right, y + down, is(Math.max(Math.abs(right), Math.abs(down))));
    }
  }
}

/** The centres of the alignment patterns: all pairs but those that a finder pattern covers. */
export function alignmentCentres(version) {
  const places = alignmentOf(version);
  const last = places.at(-1);
  const all = places.flatMap((y) => places.map((x) => [x, y]));
  const covered = (x, y) => [x, y].every((at) => at === 6 || at === last) && x + y < 2 * last;
  return all.filter(([x, y]) => !covered(x, y));
}

const paths = new Map();

/** The numbers of the data's modules in the order of the data's bits. */
export function pathOf(version) {
  if (!paths.has(version)) paths.set(version, walkedPath(version));
  return paths.get(version);
}

function walkedPath(version) {
  const size = sizeOf(version);
  const map = mapOf(version);
  const path = [];
  let up = true;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const at = right === 7 ? 6 : right; // column 6 is the timing pattern's
    for (let step = 0; step < size; step += 1) {
      const row = (up ? size - 1 - step : step) * size;
      for (const module of [row + at, row + at - 1]) if (map[module] === FREE) path.push(module);
    }
    up = !up;
  }
  return Uint16Array.from(path);
}

/** Whether mask number `mask` turns module (x, y) over (table 10). */
export function turns(mask, x, y) {
  switch (mask) {
    case 0: return (x + y) % 2 === 0;
    case 1: return y % 2 === 0;
    case 2: return x % 3 === 0;
    case 3: return (x + y) % 3 === 0;
    case 4: return ((y >> 1) + Math.floor(x / 3)) % 2 === 0;
    case 5: return ((x * y) % 2) + ((x * y) % 3) === 0;
    case 6: return (((x * y) % 2) + ((x * y) % 3)) % 2 === 0;
    default: return (((x + y) % 2) + ((x * y) % 3)) % 2 === 0;
  }
}

// --- format and version, each with the corrections of its own small code ---

function divided(value, bits, by) {
  const degree = 31 - Math.clz32(by);
  let left = value << degree;
  for (let at = bits + degree - 1; at >= degree; at -= 1) {
    if ((left >> at) & 1) left ^= by << (at - degree);
  }
  return (value << degree) | left;
}

/** The fifteen bits that say level and mask (annex C). */
export const formatBits = (level, mask) => (
  divided((LEVELS[level] << 3) | mask, 5, 0b10100110111) ^ 0b101010000010010
);

/** The eighteen bits that say a version from 7 on (annex D). */
export const versionBits = (version) => divided(version, 6, 0b1111100100101);

/** Where the format's bits lie, lowest first: two copies of [x, y]. */
export function formatPlaces(size) {
  const one = [];
  const two = [];
  for (let bit = 0; bit < 15; bit += 1) {
    const along = bit < 6 ? bit : bit + 1; // the timing pattern is stepped over
    one.push(bit < 8 ? [8, along] : [bit === 8 ? 7 : 14 - bit, 8]);
    two.push(bit < 8 ? [size - 1 - bit, 8] : [8, size - 15 + bit]);
  }
  return [one, two];
}

/** Where the version's bits lie, lowest first: two copies of [x, y], or none below 7. */
export function versionPlaces(version) {
  if (version < 7) return [];
  const near = sizeOf(version) - 11;
  const one = Array.from({ length: 18 }, (_, bit) => [near + (bit % 3), Math.floor(bit / 3)]);
  return [one, one.map(([x, y]) => [y, x])];
}

// --- bytes as numbers of the field of 256 (x^8 + x^4 + x^3 + x^2 + 1) ---

export const POWERS = new Uint8Array(510);
export const LOGS = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  POWERS[power] = value;
  POWERS[power + 255] = value;
  LOGS[value] = power;
  value = value & 128 ? (value << 1) ^ 0x11d : value << 1;
}

export const times = (one, two) => (one && two ? POWERS[LOGS[one] + LOGS[two]] : 0);
