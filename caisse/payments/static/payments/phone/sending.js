// Copies of what was paid without network go to the caisse, as often as it takes: on start, when
// the network comes back, when the page is looked at, every half minute. Nothing but an answer that
// it proves takes one away.

import { isAnswer } from "../slips.js";
import { ask, bytes } from "../wire.js";
import { answered, tidied, unsent } from "./purse.js";

const AT_ONCE = 20; // they are judged one by one, and an answer is waited for four seconds

/** Send what waits, in one tab at a time; whether something was answered. */
export function send(device) {
  const { locks } = navigator;
  if (!locks) return sent(device); // twice is once all the same
  return locks.request("sync", { ifAvailable: true }, (lock) => (lock ? sent(device) : false));
}

async function sent(device) {
  const copies = (await unsent()).slice(0, AT_ONCE);
  if (!copies.length || !device) return false;
  const records = copies.map(({ request, payment }) => ({ request, payment }));
  const answer = await ask("POST", "/api/v1/phones/sync", { records }, device);
  if (answer?.status !== 200) return false;
  let some = false;
  for (const copy of copies) some = (await took(copy, answer.said.answers, device.key)) || some;
  if (some) await tidied();
  return some;
}

/** The answer under the number that this telephone computed, if the caisse has proven it. */
async function took(copy, answers, key) {
  const told = answers.find((one) => one.id === copy.id);
  if (!told?.proof) return false;
  const id = bytes(copy.id.replaceAll("-", ""));
  if (!(await isAnswer(key, id, told.answer, bytes(told.proof)))) return false;
  await answered(copy, told.answer);
  return true;
}
