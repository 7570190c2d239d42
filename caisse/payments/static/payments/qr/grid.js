// Lays the grid of a code's modules over a picture, by the edges that every code has: those of its
// finders, its timing patterns, its alignment patterns, and at last of all its modules.

import { MOST, alignmentCentres, sizeOf } from "./tables.js";
import { greyAt } from "./frame.js";
import { anEdge, noEdges, planeOf } from "./plane.js";

const CONTRAST = 12; // greys between dark and light, at least
const TIMED = 0.65; // of the edges of the timing patterns must be seen
const NEAR = 1.4; // versions around the likeliest that are tried
const PARTS = 8; // samples across an edge
// a finder's edges: how far from its centre, how long on each side, whether it is lighter beyond
const RINGS = [[3.5, 3, 1], [2.5, 2, -1], [1.5, 1, 1]];
const PULL = 6; // edges that the centre of an alignment pattern is worth
const SPOTS = [[0.5, 0.5], [0.3, 0.3], [0.7, 0.3], [0.3, 0.7], [0.7, 0.7]]; // of a module

/** The grids that three finders may be the corners of, likeliest first.
 *
 * `{ version, size, is, plane }`: `is` 1 for dark finders, `plane` from the grid to the picture.
 */
export function* gridsOf(frame, triple) {
  const corners = triple.map((finder) => cornerOf(frame, finder, triple));
  if (corners.includes(null)) return;
  for (const version of versionsOf(corners)) {
    const size = sizeOf(version);
    const grid = { version, size, is: triple[0].is, plane: null, fit: null };
    if (!laid(frame, grid, corners)) continue;
    const without = grid.plane;
    if (aligned(frame, grid)) yield grid;
    yield { ...grid, plane: without };
  }
}

// --- corners ---

/** A finder with its own small grid: its centre, one module to the right and one down. */
function cornerOf(frame, finder, [corner, right, below]) {
  const along = across(frame, finder, right.x - corner.x, right.y - corner.y);
  const down = across(frame, finder, below.x - corner.x, below.y - corner.y);
  if (!along || !down) return null;
  return {
    centreX: finder.x + along.x * along.off + down.x * down.off,
    centreY: finder.y + along.y * along.off + down.y * down.off,
    along, down, x: 0, y: 0,
  };
}

/** One module in the direction (x, y), and how far the true centre lies from the finder's. */
function across(frame, finder, x, y) {
  const length = Math.hypot(x, y);
  const [right, down] = [x / length, y / length];
  const ahead = outside(frame, finder, right, down);
  const behind = outside(frame, finder, -right, -down);
  if (!ahead && !behind) return null;
  const whole = (ahead || behind) + (behind || ahead);
  const module = whole / 7;
  return { x: right * module, y: down * module, module,
    off: ahead && behind ? (ahead - behind) / 2 / module : 0 };
}

/** How far the outer edge of a finder lies in a direction; 0 when there is none. */
function outside({ width, height, dark }, { x, y, across: most, is }, right, down) {
  let edges = 0;
  for (let far = 0; far < most; far += 0.5) {
    const [column, row] = [Math.floor(x + right * far), Math.floor(y + down * far)];
    if (column < 0 || row < 0 || column >= width || row >= height) return 0;
    if ((dark[row * width + column] === is) === (edges % 2 === 0)) continue;
    edges += 1;
    if (edges === 3) return far;
  }
  return 0;
}

/** The versions whose size the distances between the corners come near to. */
function versionsOf([corner, right, below]) {
  const wide = between(corner, right) / Math.sqrt(corner.along.module * right.along.module);
  const high = between(corner, below) / Math.sqrt(corner.down.module * below.down.module);
  const likely = ((wide + high) / 2 + 7 - 17) / 4;
  return Array.from({ length: MOST }, (_, at) => at + 1)
    .filter((version) => Math.abs(version - likely) < NEAR)
    .sort((one, two) => Math.abs(one - likely) - Math.abs(two - likely));
}

const between = (one, two) => Math.hypot(two.centreX - one.centreX, two.centreY - one.centreY);

// --- edges ---

/** Tell of the edge between two modules where it is seen; whether it is. `to` 1: darker first. */
function edge(frame, place, upright, line, aside, to) {
  const half = 0.5;
  const from = upright ? place.at(line - half, aside) : place.at(aside, line - half);
  const [fromX, fromY] = [from.x, from.y];
  const end = upright ? place.at(line + half, aside) : place.at(aside, line + half);
  const [right, down] = [end.x - fromX, end.y - fromY];
  const first = greyAt(frame, fromX, fromY);
  const last = greyAt(frame, end.x, end.y);
  if ((last - first) * to < CONTRAST) return false;
  const middle = (first + last) / 2;
  let before = first;
  for (let part = 1; part <= PARTS; part += 1) {
    const value = greyAt(frame, fromX + (right * part) / PARTS, fromY + (down * part) / PARTS);
    if ((value - middle) * to >= 0) {
      const at = (part - 1 + (middle - before) / (value - before)) / PARTS;
      anEdge(fromX + right * at, fromY + down * at, upright, line);
      return true;
    }
    before = value;
  }
  return false;
}

/** The edges of the finder around (x, y), seen through `place`. */
function finderEdges(frame, place, x, y, is) {
  const light = is ? 1 : -1;
  for (const [far, most, to] of RINGS) {
    for (let aside = -most; aside <= most; aside += 1) {
      edge(frame, place, true, x + far, y + aside, to * light);
      edge(frame, place, true, x - far, y + aside, -to * light);
      edge(frame, place, false, y + far, x + aside, to * light);
      edge(frame, place, false, y - far, x + aside, -to * light);
    }
  }
}

/** The edges of both timing patterns; the share of them that is seen. */
function timingEdges(frame, { size, is, plane }) {
  let seen = 0;
  for (let line = 8; line <= size - 8; line += 1) {
    const to = (line % 2 ? 1 : -1) * (is ? 1 : -1);
    if (edge(frame, plane, true, line, 6.5, to)) seen += 1;
    if (edge(frame, plane, false, line, 6.5, to)) seen += 1;
  }
  return seen / (2 * (size - 15));
}

/** The centres of a code's finders on its grid. */
const finderCentres = (size) => [[3.5, 3.5], [size - 3.5, 3.5], [3.5, size - 3.5]];

/** Lay a first grid by the finders' own small grids, a second through the first one. */
function laid(frame, grid, corners) {
  const { size, is } = grid;
  const wide = between(corners[0], corners[1]);
  const middleX = (corners[1].centreX + corners[2].centreX) / 2;
  const middleY = (corners[1].centreY + corners[2].centreY) / 2;
  grid.fit = () => planeOf(middleX, middleY, wide, size);
  noEdges();
  finderCentres(size).forEach(([x, y], which) => {
    const own = corners[which];
    const place = {
      at(toX, toY) {
        own.x = own.centreX + own.along.x * (toX - x) + own.down.x * (toY - y);
        own.y = own.centreY + own.along.y * (toX - x) + own.down.y * (toY - y);
        return own;
      },
    };
    finderEdges(frame, place, x, y, is);
  });
  grid.plane = grid.fit();
  return grid.plane !== null && refitted(frame, grid) >= TIMED;
}

/** Lay the grid anew by the edges seen through it; the share of the timing patterns. */
function refitted(frame, grid) {
  noEdges();
  for (const [x, y] of finderCentres(grid.size)) finderEdges(frame, grid.plane, x, y, grid.is);
  const share = timingEdges(frame, grid);
  grid.plane = grid.fit() ?? grid.plane;
  return share;
}

// --- alignment patterns ---

/** Lay the grid by the alignment patterns too, the farthest first; false when none is found. */
function aligned(frame, grid) {
  const centres = alignmentCentres(grid.version);
  if (!centres.length) return false;
  const found = [];
  const farthest = centres.at(-1);
  for (const [x, y] of [farthest, ...centres.slice(0, -1)]) {
    const far = found.length ? 1 : 1 + 0.05 * grid.size;
    const place = alignment(frame, grid, x + 0.5, y + 0.5, far);
    if (!place) continue;
    found.push(place);
    if (found.length === 1) pulled(frame, grid, found);
  }
  if (found.length > 1) pulled(frame, grid, found);
  return found.length > 0;
}

function pulled(frame, grid, found) {
  noEdges();
  for (const [x, y] of finderCentres(grid.size)) finderEdges(frame, grid.plane, x, y, grid.is);
  timingEdges(frame, grid);
  for (const one of found) {
    anEdge(one.x, one.y, true, one.lineX, PULL);
    anEdge(one.x, one.y, false, one.lineY, PULL);
  }
  grid.plane = grid.fit() ?? grid.plane;
}

/** Where in the picture the alignment pattern with its centre at (x, y) is, at most `far` modules
 * from where it should be; null when nothing there is like one. */
function alignment(frame, grid, x, y, far) {
  let best = { like: CONTRAST, right: 0, down: 0 };
  const look = (right, down) => {
    const like = likeness(frame, grid, x + right, y + down);
    if (like > best.like) best = { like, right, down };
  };
  for (let down = -far; down <= far; down += 0.5) {
    for (let right = -far; right <= far; right += 0.5) look(right, down);
  }
  if (best.like === CONTRAST) return null;
  for (let step = 0.25; step > 0.05; step /= 2) {
    const { right, down } = best;
    for (const aside of [-step, 0, step]) {
      for (const along of [-step, 0, step]) look(right + along, down + aside);
    }
  }
  const place = grid.plane.at(x + best.right, y + best.down);
  return { x: place.x, y: place.y, lineX: x, lineY: y };
}

/** How much lighter the ring is than the centre and the square around it. */
function likeness(frame, { plane, is }, x, y) {
  let [light, dark] = [0, 0];
  for (let down = -2; down <= 2; down += 1) {
    for (let right = -2; right <= 2; right += 1) {
      const place = plane.at(x + right, y + down);
      const value = greyAt(frame, place.x, place.y);
      if (Math.max(Math.abs(right), Math.abs(down)) === 1) light += value;
      else dark += value;
    }
  }
  return (is ? 1 : -1) * (light / 8 - dark / 17);
}

// --- modules ---

/** The greys of all modules, dark ones small also in inverted colours, into `values`. */
export function sample(frame, { size, is, plane }, values) {
  for (let y = 0, at = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, at += 1) {
      let sum = 0;
      for (const [right, down] of SPOTS) {
        const place = plane.at(x + right, y + down);
        sum += greyAt(frame, place.x, place.y);
      }
      values[at] = is ? sum / SPOTS.length : 255 - sum / SPOTS.length;
    }
  }
}

/** The grid laid anew by the edges between modules that differ, as far as they were read. */
export function settled(frame, grid, modules) {
  const { size, is } = grid;
  noEdges();
  for (let y = 0, at = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, at += 1) {
      const to = (modules[at] ? 1 : -1) * (is ? 1 : -1);
      if (x + 1 < size && modules[at] !== modules[at + 1]) {
        edge(frame, grid.plane, true, x + 1, y + 0.5, to);
      }
      if (y + 1 < size && modules[at] !== modules[at + size]) {
        edge(frame, grid.plane, false, y + 1, x + 0.5, to);
      }
    }
  }
  return { ...grid, plane: grid.fit() ?? grid.plane };
}
