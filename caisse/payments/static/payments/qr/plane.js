// The perspective of a flat code: eight numbers that say where each place of a picture lies on the
// grid of modules, and the way back. Every edge that is seen gives one equation, "this place of the
// picture lies on that line of the grid"; all of them together, by least squares, give the numbers.

const MOST_EDGES = 6000;
const FAR = 0.3; // modules: an edge this far from its line counts half
const AGAIN = 2; // how often the edges are weighed by how far off they lie
const xs = new Float64Array(MOST_EDGES);
const ys = new Float64Array(MOST_EDGES);
const lines = new Float64Array(MOST_EDGES);
const uprights = new Uint8Array(MOST_EDGES);
const weights = new Float64Array(MOST_EDGES);
const row = new Float64Array(9);
const sums = Array.from({ length: 8 }, () => new Float64Array(9));
let count = 0;

/** Edges are told anew. */
export function noEdges() {
  count = 0;
}

/** The picture's place (x, y) lies on the grid's line `line`, an upright one or a level one. */
export function anEdge(x, y, upright, line, weight = 1) {
  if (count === MOST_EDGES) return;
  xs[count] = x;
  ys[count] = y;
  uprights[count] = upright ? 1 : 0;
  lines[count] = line;
  weights[count] = weight;
  count += 1;
}

/** The perspective that the edges tell, of a code of `size` modules in a picture around (x, y) and
 * `wide` pixels large; null when they do not tell any. */
export function planeOf(x, y, wide, size) {
  let solved = null;
  for (let turn = 0; turn <= AGAIN; turn += 1) {
    for (const sum of sums) sum.fill(0);
    for (let edge = 0; edge < count; edge += 1) {
      const [px, py] = [(xs[edge] - x) / wide, (ys[edge] - y) / wide];
      const line = lines[edge] - size / 2;
      add(px, py, uprights[edge], line, weights[edge] * (solved ? trust(solved, px, py, edge, line)
        : 1));
    }
    solved = solution();
    if (!solved) return null;
  }
  return new Plane(solved, x, y, wide, size);
}

function trust(solved, px, py, edge, line) {
  const from = uprights[edge] ? 0 : 3;
  const along = solved[from] * px + solved[from + 1] * py + solved[from + 2];
  const off = along / (solved[6] * px + solved[7] * py + 1) - line;
  return 1 / (1 + (off / FAR) ** 2);
}

/** One equation: (a·px + b·py + c) / (g·px + h·py + 1) = line; d, e, f for a level line. */
function add(px, py, upright, line, weight) {
  const from = upright ? 0 : 3;
  row.fill(0);
  row[from] = px;
  row[from + 1] = py;
  row[from + 2] = 1;
  row[6] = -line * px;
  row[7] = -line * py;
  row[8] = line;
  for (let one = 0; one < 8; one += 1) {
    const value = row[one] * weight;
    if (value === 0) continue;
    const sum = sums[one];
    for (let two = one; two < 9; two += 1) sum[two] += value * row[two];
  }
}

/** The eight unknowns of the sums, by elimination; null when they hang together. */
function solution() {
  for (let one = 1; one < 8; one += 1) {
    for (let two = 0; two < one; two += 1) sums[one][two] = sums[two][one];
  }
  for (let one = 0; one < 8; one += 1) {
    let best = one;
    for (let two = one + 1; two < 8; two += 1) {
      if (Math.abs(sums[two][one]) > Math.abs(sums[best][one])) best = two;
    }
    if (Math.abs(sums[best][one]) < 1e-9) return null;
    [sums[one], sums[best]] = [sums[best], sums[one]];
    for (let two = 0; two < 8; two += 1) {
      if (two === one) continue;
      const by = sums[two][one] / sums[one][one];
      for (let at = one; at < 9; at += 1) sums[two][at] -= by * sums[one][at];
    }
  }
  return sums.map((sum, at) => sum[8] / sum[at]);
}

/** `at(x, y)` puts a place of the grid, in modules, into `x` and `y` of the picture, in pixels. */
class Plane {
  constructor([a, b, c, d, e, f, g, h], x, y, wide, size) {
    this.back = [
      e - f * h, c * h - b, b * f - c * e,
      f * g - d, a - c * g, c * d - a * f,
      d * h - e * g, b * g - a * h, a * e - b * d,
    ];
    Object.assign(this, { x: 0, y: 0, middleX: x, middleY: y, wide, half: size / 2 });
  }

  at(x, y) {
    const [right, down, back] = [x - this.half, y - this.half, this.back];
    const depth = back[6] * right + back[7] * down + back[8];
    this.x = this.middleX + (this.wide * (back[0] * right + back[1] * down + back[2])) / depth;
    this.y = this.middleY + (this.wide * (back[3] * right + back[4] * down + back[5])) / depth;
    return this;
  }
}
