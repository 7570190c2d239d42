// Finds the three finder patterns of a code in a picture, whatever its angle and its tilt: on every
// line through a finder's centre dark and light lie as 1:1:3:1:1.

const MOST_CENTRES = 14;
const MOST_TRIPLES = 8;
const SMALLEST = 8; // pixels across a finder
const runs = new Int32Array(5);

/** Where a code may lie, likeliest first: `[corner, right, below]` of finders.
 *
 * A finder is `{ x, y, across, is }`; `is` is 1 for a dark one, 0 for one of inverted colours.
 */
export function triplesOf(frame) {
  const all = findersOf(frame);
  return [1, 0].flatMap((is) => triples(all.filter((one) => one.is === is)))
    .sort((one, two) => one.oddness - two.oddness)
    .slice(0, MOST_TRIPLES)
    .map((one) => one.finders);
}

// --- finders ---

function findersOf(frame) {
  const { width, height, dark } = frame;
  const found = [];
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    let [one, two, three, four, start] = [0, 0, 0, 0, 0];
    let is = dark[row];
    for (let x = 1; x <= width; x += 1) {
      if (x < width && dark[row + x] === is) continue;
      const five = x - start;
      if (one && alike(one, two, three, four, five)) {
        take(frame, found, x - five - four - three / 2, y, is, one + two + three + four + five);
      }
      [one, two, three, four] = [two, three, four, five];
      start = x;
      is ^= 1;
    }
  }
  return found
    .sort((left, right) => right.seen - left.seen)
    .slice(0, MOST_CENTRES);
}

/** Whether five runs are a finder's. Light eats into dark in a picture, or dark into light: a pair
 * of runs, one dark and one light, is more certain than each of them. */
function alike(one, two, three, four, five) {
  const module = (one + two + three + four + five) / 7;
  const off = 0.5 * module + 0.5;
  return three > 1.4 * module && three > two && three > four
    && Math.abs(one + two - 2 * module) < off && Math.abs(four + five - 2 * module) < off
    && Math.abs(two + three - 4 * module) < 1.5 * off
    && Math.abs(three + four - 4 * module) < 1.5 * off;
}

/** Keep a finder seen in row `y` if it is one in the other directions too. */
function take(frame, found, x, y, is, across) {
  if (across < SMALLEST) return;
  if (known(found, x, y, is)) return;
  const down = measured(frame, x, y + 0.5, 0, 1, is);
  if (!down || down.across > 2.2 * across || across > 2.2 * down.across) return;
  const along = measured(frame, x, down.y, 1, 0, is);
  if (!along) return;
  const aslant = measured(frame, along.x, down.y, 1, 1, is)
    || measured(frame, along.x, down.y, 1, -1, is);
  if (!aslant || known(found, along.x, down.y, is)) return;
  const size = (along.across + down.across) / 2;
  found.push({ x: along.x, y: down.y, across: size, is, seen: 1 });
}

/** Whether a finder was found here already; it is then seen once more. */
function known(found, x, y, is) {
  const one = found.find((other) => other.is === is && Math.abs(other.x - x) < other.across / 5
    && Math.abs(other.y - y) < other.across / 5);
  if (one) one.seen += 1;
  return one !== undefined;
}

/** The middle and the length of the five runs through (x, y) in one direction, or null. */
function measured({ width, height, dark }, x, y, right, down, is) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const reach = walk(1) - walk(-1);
  if (!alike(runs[0], runs[1], runs[2], runs[3], runs[4])) return null;
  return { x: column + 0.5 + (reach * right) / 2, y: row + 0.5 + (reach * down) / 2,
    across: runs[0] + runs[1] + runs[2] + runs[3] + runs[4] };

  /** Count the runs on one side; the number of pixels walked. */
  function walk(way) {
    let at = way === 1 ? 0 : 1; // the pixel in the middle is counted once
    if (way === 1) runs.fill(0);
    for (let run = 0, wanted = is; run < 3; run += 1, wanted ^= 1) {
      const from = at;
      for (; ; at += 1) {
        const [px, py] = [column + way * at * right, row + way * at * down];
        if (px < 0 || py < 0 || px >= width || py >= height) break;
        if (dark[py * width + px] !== wanted) break;
      }
      runs[2 + way * run] += at - from;
    }
    return at;
  }
}

// --- three of them ---

/** All threes that may be the corners of one code, with how odd each would be. */
function triples(finders) {
  const found = [];
  for (const corner of finders) {
    for (const one of finders) {
      for (const two of finders) {
        if (corner === one || corner === two || one === two) continue;
        const [ux, uy, vx, vy] = [one.x - corner.x, one.y - corner.y, two.x - corner.x,
          two.y - corner.y];
        if (ux * vy - uy * vx <= 0) continue; // the other way round is the same three
        const oddness = oddnessOf(corner, one, two, Math.hypot(ux, uy), Math.hypot(vx, vy),
          ux * vx + uy * vy);
        if (oddness < 1.6) found.push({ oddness, finders: [corner, one, two] });
      }
    }
  }
  return found;
}

/** 0 for a square seen from above; tilted ones are odder. */
function oddnessOf(corner, right, below, wide, high, product) {
  const sizes = [corner.across, right.across, below.across];
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  if (wide < 1.4 * small || high < 1.4 * small || Math.min(wide, high) > 9 * large) return Infinity;
  return Math.abs(product / (wide * high)) + Math.abs(Math.log(wide / high))
    + Math.log(large / small);
}
