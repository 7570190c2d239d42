// A device that has to be given up hands its queue to another one of the place: a QR for each sale,
// which the other one scans and sends as its own. Sent by both, each sale happens once.

import { cameraWords, fill, find } from "../dom.js";
import { MARK, fromBase45, offlineId, readRequest, textOf } from "../formats.js";
import { svgOf } from "../qr/draw.js";
import { stopped } from "../linking.js";
import { startCamera } from "../scanning.js";
import { WORDS, show, state, wrong } from "../screens.js";
import { packRecord, readPayment, readRecord, readSlip } from "../slips.js";
import { money, whenOf } from "../telling.js";
import { asNumber, bytes } from "../wire.js";
import { drawMarket } from "./drawing.js";
import { takeRows, waiting } from "./keeping.js";
import { bytesOf, instantIn, namesOf } from "./naming.js";
import { sendAll } from "./sending.js";

let rows = [];
let shown = 0;
let taking = 0; // how many were new, on this screen
let last = ""; // what the camera sees on and on
let turn = Promise.resolve(); // one after the other: none that was read is dropped meanwhile

/** The first sale of the queue, as a QR. */
export async function handOver() {
  rows = await waiting();
  shown = 0;
  if (!rows.length) return wrong(WORDS.nothing);
  show("hand");
  return draw();
}

/** The next one; after the last the first again. */
export function nextHand() {
  shown = (shown + 1) % rows.length;
  draw();
}

function draw() {
  const row = rows[shown];
  const place = find("[data-hands]");
  place.replaceChildren(
    svgOf(textOf(packRecord(row.record)), { level: "L", label: place.dataset.label }),
  );
  const count = find("[data-hand-count]");
  count.textContent = count.dataset.countWords
    .replace("{n}", shown + 1).replace("{of}", rows.length);
  fill("hand-cents", money(row.cents));
  fill("hand-when", whenOf(row.at));
}

/** This device takes the sales of another one: by its camera, or by a scanner that types. */
export function takeOver() {
  [taking, last] = [0, ""];
  show("take");
  told();
  startCamera(find("[data-take-video]"), (text) => {
    if (state.screen !== "take" || text === last) return;
    last = text;
    inLine(text);
  }, (code) => wrong(cameraWords(code)));
}

/** A scanner has typed one. */
export function taken(form) {
  inLine(form.sale.value);
  form.sale.value = "";
}

function inLine(text) {
  turn = turn.then(() => take(text)).catch(() => stopped(WORDS.stoppedKeys)); // it keeps nothing
}

async function take(text) {
  const row = await rowOf(text.trim()).catch(() => null);
  if (!row) return state.screen === "take" && wrong(WORDS.noSale);
  taking += await takeRows([row]);
  find("[data-wrong]", find('[data-screen="take"]')).hidden = true;
  told();
  sendAll();
  return drawMarket();
}

function told() {
  const line = find("[data-taken]");
  if (taking === 0) return void (line.textContent = "");
  line.textContent = (taking === 1 ? line.dataset.one : line.dataset.many).replace("{n}", taking);
}

/** A row of the queue from the QR of another device; null for another text. */
async function rowOf(text) {
  const said = text.startsWith(MARK) ? fromBase45(text.slice(MARK.length)) : null;
  const record = said && readRecord(said);
  if (!record) return null;
  const number = record.payment ? await numberOf(record) : bytesOf(record.id);
  const cents = record.cents ?? readRequest(bytes(record.request)).cents;
  return {
    id: asNumber(number), at: record.at ?? instantIn(number), cents, record, state: "stored",
    place: state.till.place_number, ...(await namesOf(number)),
  };
}

function numberOf({ payment, request }) {
  const { slip, counter } = readPayment(bytes(payment));
  return offlineId(readSlip(slip).id, counter, bytes(request));
}
