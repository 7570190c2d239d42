// The ways of paying that the bylaws have: those that the caisse said last, each of them while it
// has said nothing.

import { all } from "./dom.js";

/** Whether one pays this way; `screen` is what the caisse said last of a till or a telephone. */
export const isWay = (screen, way) => !screen?.ways || screen.ways.includes(way);

/** Whether a part of a purchase may be paid in euros. */
export const isPartial = (screen) => screen?.partial_allowed ?? true;

/**
 * Show what belongs to a way that there is: `data-way` names those of which one is enough,
 * `data-no-way` those of which there must be none.
 */
export function drawWays(there) {
  const some = (names) => names.split(" ").some(there);
  for (const one of all("[data-way]")) one.hidden = !some(one.dataset.way);
  for (const one of all("[data-no-way]")) one.hidden = some(one.dataset.noWay);
}
