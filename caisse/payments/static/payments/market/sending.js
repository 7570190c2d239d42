// The queue leaves: on every occasion, the same records any number of times. Only an answer that
// the caisse has proven takes a sale out of it (docs/mechanisms/offline.md).

import { heard, state } from "../screens.js";
import { API } from "../settling.js";
import { isAnswer } from "../slips.js";
import { ask, bytes } from "../wire.js";
import { drawMarket } from "./drawing.js";
import { isUnread, leaveRows, settleRows, waiting } from "./keeping.js";
import { bytesOf } from "./naming.js";

const MOST = 200; // of one request
const MOST_BYTES = 262144 - 64;
const WAIT_MS = 60000; // each of 200 sales is judged on its own
const STANDS = ["refund_too_late", "refund_too_large", "funds_short"]; // the undoing was refused
export const EVERY_MS = 30000;

/** One tab at a time; without locks it is only slower. */
export const alone = (act) => (navigator.locks ? navigator.locks.request("sync", act) : act());

/** Whether there is something that this device may send. */
export async function toSend() {
  const place = state.till?.place_number;
  return (await waiting()).filter((row) => row.place === place);
}

/** Send all that waits. Whoever calls it may go on: it is on nobody's way. */
export async function sendAll() {
  const { device } = state;
  if (!device || device.practice || !(await toSend()).length) return;
  await alone(async () => {
    for (const part of parts(await toSend())) {
      if (device !== state.device || !(await send(part, device))) return;
    }
  });
  await drawMarket();
}

/** Cut into requests that the caisse takes; what it could not read before is on nobody's way. */
export function parts(rows) {
  const cut = [[]];
  let size = 0;
  for (const row of rows.filter((one) => !isUnread(one))) {
    const own = JSON.stringify(row.record).length + 1;
    if (cut.at(-1).length === MOST || (cut.at(-1).length && size + own > MOST_BYTES)) {
      cut.push([]);
      size = 0;
    }
    cut.at(-1).push(row);
    size += own;
  }
  const apart = rows.filter(isUnread).map((row) => [row]);
  return [...cut.filter((part) => part.length), ...apart];
}

/** Send these rows; false when nobody answers. What is no record to the caisse is set apart. */
async function send(part, device) {
  const rows = await leaveRows(part.map((row) => row.id));
  if (!rows.length) return true;
  const records = rows.map((row) => row.record);
  const answer = heard(await ask("POST", `${API}/tills/sync`, { records }, device, WAIT_MS));
  const answers = answer?.status === 200 ? answer.said.answers : [];
  const proven = await Promise.all(rows.map((row, at) => answerTo(row, answers[at], device)));
  const told = new Map(rows.map((row, at) => [row.id, proven[at]]));
  const wrong = answer?.status === 400;
  await settleRows(
    rows, (row) => saleOf(row, told.get(row.id), device), wrong && rows.length === 1,
  );
  if (wrong && rows.length > 1) {
    const half = Math.ceil(rows.length / 2);
    return (await send(rows.slice(0, half), device)) && send(rows.slice(half), device);
  }
  return answer !== null && answer.status < 500 && answer.status !== 401;
}

/** What the caisse has said of this very sale, and proven; null for anything else. */
async function answerTo(row, said, device) {
  if (said?.id !== row.id || !/^[0-9a-f]{64}$/.test(said.proof)) return null;
  const good = await isAnswer(device.key, bytesOf(row.id), said.answer, bytes(said.proof));
  return good ? said.answer : null;
}

/** The sale as the shop's list keeps it: its number, cents, time; who paid is nowhere. */
function saleOf(row, answer, device) {
  if (!answer) return null;
  const { id, cents, at, short } = row;
  const sale = { id, cents, at, short, till: device.till };
  if (answer === "posted") return { ...sale, is: row.record.cancelled ? "undone" : "paid" };
  // it was paid before its undoing came: the list has it as it is, and says why when it is asked
  if (row.record.cancelled && STANDS.includes(answer)) return { ...sale, is: "paid" };
  return { ...sale, is: "lost", reason: answer, fresh: true };
}
