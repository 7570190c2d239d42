// Practice: a caisse in the memory of this page, that answers as the real one does. Nothing is
// sent, nothing moves, nothing of it is left afterwards.

import { WORDS } from "./screens.js";

const WALLET_CENTS = 3000; // what whoever practises has, each time anew
const WRONG = "000000";

let paid = new Map(); // receipts by number
let left = WALLET_CENTS;

/** A device that is asked for no network. */
export const practiceDevice = (real) => ({
  practice: true, till: "practice", screen: real.screen, answers: practised,
});

/** Begin with a full wallet and no sale. */
export function practiceAnew() {
  paid = new Map();
  left = WALLET_CENTS;
}

const refused = (reason, cashier) => (
  { status: 422, said: { reason, cashier, member: WORDS.practiceMember } }
);

/** What the caisse would answer: `{ status, said }`. */
function practised(method, path, said, device) {
  const [what, id, act] = path.split("/").slice(3);
  if (what === "tills" && id.startsWith("sales")) return { status: 200, said: sales() };
  if (what === "tills") return { status: 200, said: screen(device) };
  if (what === "days") return { status: 200, said: day() };
  if (what === "refunds") return given(said);
  if (method === "POST" && !act) return pay(said);
  if (paid.has(id)) return { status: 200, said: paid.get(id) };
  if (act) return { status: 200, said: { reason: "abandoned" } };
  return { status: 404, said: { reason: "unknown" } };
}

function pay({ id, cents, pin, up_to: part, tell }) {
  if (paid.has(id)) return { status: 200, said: paid.get(id) };
  if (pin === WRONG) return refused("code_wrong", WORDS.practiceWrong);
  if (left === 0 && part) return refused("funds_short", WORDS.practiceNothing);
  if (left === 0 || (cents > left && !part)) return refused("funds_short", WORDS.practiceShort);
  const answer = posted({ id, kind: "payment", cents: Math.min(cents, left) });
  return tell ? { ...answer, said: { ...answer.said, left_cents: left } } : answer;
}

function given({ id, of, cents }) {
  if (!paid.has(of)) return refused("purchase_unknown", WORDS.practiceWrong);
  return posted({ id, kind: "refund", cents, of });
}

function posted({ id, kind, cents, of }) {
  left += kind === "payment" ? -cents : cents;
  const receipt = {
    kind, cents, of, at: Date.now(), short: "0000-0000", words: WORDS.practiceThree.split(" "),
  };
  paid.set(id, receipt);
  return { status: 201, said: receipt };
}

/** The first screen, with the takings of this practice. */
function screen(device) {
  const all = [...paid.values()];
  const sign = (one) => (one.kind === "payment" ? one.cents : -one.cents);
  return {
    ...device.screen, state: "active", next_on: "",
    sales: all.filter((one) => one.kind === "payment").length,
    sales_cents: all.reduce((sum, one) => sum + sign(one), 0),
  };
}

/** The list of what was practised, the last first. */
function sales() {
  const given = (id) => [...paid.values()].filter((one) => one.of === id)
    .reduce((sum, one) => sum + one.cents, 0);
  const rows = [...paid].reverse().map(([number, { kind, cents, at, short }]) => ({
    number, short, kind, at, cents: kind === "payment" ? cents : -cents, of_short: short,
    till: "", cashier: "", refunded_cents: given(number),
    refundable_cents: kind === "payment" ? cents - given(number) : 0,
  }));
  return {
    day: "", told: WORDS.practiceDay, day_before: null, day_after: null, after: null, sales: rows,
  };
}

/** The closing of what was practised. */
function day() {
  const of = (kind) => [...paid.values()].filter((one) => one.kind === kind);
  const sum = (some) => some.reduce((cents, one) => cents + one.cents, 0);
  const [sales, refunds] = [of("payment"), of("refund")];
  return {
    told: WORDS.practiceDay, sales: sales.length, sales_cents: sum(sales),
    refunds: refunds.length, refunds_cents: sum(refunds), cents: sum(sales) - sum(refunds),
  };
}
