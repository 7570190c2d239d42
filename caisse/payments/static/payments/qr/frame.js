// One picture of a camera as greys, and as dark and light by what is usual around each place, so
// that a shadow across the code does no harm. Places are continuous: pixel 0 lies from 0 to 1.
// The buffers are kept from picture to picture: a picture is gone when the next one is taken in.

const CELL = 8; // pixels of a cell's side: one threshold for each cell
const FLAT = 20; // greys: where nothing differs by more there is no code, only noise
const BIAS = 0.05; // of what differs: so much darker than its surroundings is dark

let [grey, dark] = [new Uint8Array(0), new Uint8Array(0)];
let [means, lows, highs, sums, least, most] = Array(6).fill(new Float32Array(0)); // of cells

/** `{ width, height, grey, dark }` of a picture of greys, or of red, green, blue and alpha. */
export function frameOf({ data, width, height }) {
  const count = width * height;
  if (grey.length !== count) {
    grey = new Uint8Array(count);
    dark = new Uint8Array(count);
  }
  if (data.length === count) {
    grey.set(data);
  } else {
    for (let at = 0, from = 0; at < count; at += 1, from += 4) {
      grey[at] = (data[from] + 2 * data[from + 1] + data[from + 2]) >> 2;
    }
  }
  return { width, height, grey, dark };
}

/** Tell dark from light anew, by the surroundings: `reach` cells on each side of each cell. */
export function darken({ width, height }, reach) {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  if (means.length !== columns * rows) {
    [means, lows, highs, sums, least, most] = Array.from(
      { length: 6 }, () => new Float32Array(columns * rows),
    );
  }
  measure(width, height, columns);
  alongRows(columns, rows, reach);
  for (let row = 0; row < rows; row += 1) {
    const first = Math.max(0, row - reach);
    const last = Math.min(rows - 1, row + reach);
    for (let column = 0; column < columns; column += 1) {
      const count = (last - first + 1) * seen(column, columns, reach);
      threshold(row, column, thresholdOf(column, columns, first, last, count), width, height);
    }
  }
}

const seen = (at, count, reach) => Math.min(count - 1, at + reach) - Math.max(0, at - reach) + 1;

/** Mean, lowest and highest of each cell, by every fourth pixel. */
function measure(width, height, columns) {
  for (let top = 0, cell = 0; top < height; top += CELL) {
    const bottom = Math.min(height, top + CELL);
    for (let column = 0; column < columns; column += 1, cell += 1) {
      const left = column * CELL;
      const right = Math.min(width, left + CELL);
      let [sum, count, low, high] = [0, 0, 255, 0];
      for (let y = top; y < bottom; y += 2) {
        for (let at = y * width + left; at < y * width + right; at += 2) {
          const value = grey[at];
          sum += value;
          count += 1;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
      means[cell] = sum / count;
      lows[cell] = low;
      highs[cell] = high;
    }
  }
}

/** Sum, lowest and highest of each cell's neighbours in its row. */
function alongRows(columns, rows, reach) {
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const last = row * columns + Math.min(columns - 1, column + reach);
      let [sum, low, high] = [0, 255, 0];
      for (let at = row * columns + Math.max(0, column - reach); at <= last; at += 1) {
        sum += means[at];
        if (lows[at] < low) low = lows[at];
        if (highs[at] > high) high = highs[at];
      }
      const cell = row * columns + column;
      sums[cell] = sum;
      least[cell] = low;
      most[cell] = high;
    }
  }
}

/** The mean of the surroundings, or 0 (all is light) where they are flat. */
function thresholdOf(column, columns, first, last, count) {
  let [sum, low, high] = [0, 255, 0];
  for (let row = first; row <= last; row += 1) {
    const at = row * columns + column;
    sum += sums[at];
    if (least[at] < low) low = least[at];
    if (most[at] > high) high = most[at];
  }
  return high - low < FLAT ? 0 : sum / count - (high - low) * BIAS;
}

function threshold(row, column, value, width, height) {
  const right = Math.min(width, (column + 1) * CELL);
  const bottom = Math.min(height, (row + 1) * CELL);
  for (let y = row * CELL; y < bottom; y += 1) {
    for (let at = y * width + column * CELL; at < y * width + right; at += 1) {
      dark[at] = grey[at] < value ? 1 : 0;
    }
  }
}

/** The grey at a place, between those of the four pixels around it. */
export function greyAt(frame, x, y) {
  const { width, height } = frame;
  const left = Math.min(Math.max(x - 0.5, 0), width - 1.001);
  const top = Math.min(Math.max(y - 0.5, 0), height - 1.001);
  const [column, row] = [Math.floor(left), Math.floor(top)];
  const at = row * width + column;
  const right = left - column;
  const upper = frame.grey[at] + (frame.grey[at + 1] - frame.grey[at]) * right;
  const below = at + width;
  const lower = frame.grey[below] + (frame.grey[below + 1] - frame.grey[below]) * right;
  return upper + (lower - upper) * (top - row);
}
