// Setting money aside for a market: for which place, how much; what is set aside, taking it back.
// The keys are made and kept before anything is sent: asked again, they are the same slips.

import { all, find } from "../dom.js";
import { makeSigner } from "../signing.js";
import { ANYWHERE, readSlip } from "../slips.js";
import { money, shortly } from "../telling.js";
import { bytes, hex, insist, newId, now } from "../wire.js";
import { drop, read } from "./keeping.js";
import {
  gotSlips, isLive, leaving, leftOf, prepared, sales, slips, wentHome,
} from "./purse.js";
import { API, WORDS, said, show, state, typedCents, wrong } from "./screens.js";
import { send } from "./sending.js";
import { look, lookAside, unlinked } from "./wallet.js";

const RECENT_MS = 3600 * 1000; // what was lost on its way is asked for by itself so long

/** What is set aside, and what was paid from it. */
export async function toAside() {
  await drawList();
  show("aside");
  refreshed();
}

/** What the caisse says of it now, beside whatever is pressed. */
async function refreshed() {
  await settleSetting();
  const heard = await lookAside(state.device, true);
  await drawList();
  if (!heard && state.screen === "aside") wrong(WORDS.asideOld);
}

async function drawList() {
  const [mine, paid, setting] = await Promise.all([slips(), sales(), read("setting")]);
  const rows = rowsOf(mine);
  find("[data-slips]").replaceChildren(...rows.map(slipLine));
  find("[data-none]").hidden = rows.length > 0;
  const own = paid.filter((sale) => sale.how === "slip" && !sale.former);
  own.sort((one, other) => other.at - one.at);
  find("[data-paid-apart]").hidden = own.length === 0;
  find("[data-sales]").replaceChildren(...own.map(saleLine));
  find("[data-setting]").hidden = !setting;
  find('[data-do="choose"]').hidden = Boolean(setting) || !state.aside?.allowed;
  drawAgain(setting || mine.some(isLive) ? [] : lastTime());
}

const lastTime = () => (state.aside?.allowed ? state.aside.again ?? [] : []);

/** What was set aside the last time, where it may be set aside again by one press. */
function drawAgain(again) {
  find("[data-again]").hidden = again.length === 0;
  find("[data-again-told]").textContent =
    again.map((row) => `${named(row)} ${money(row.cents)}`).join(", ");
}

/** Once more the places and the sums of the last time. */
export async function asBefore() {
  const again = lastTime();
  return again.length ? begin(again) : toAside();
}

/** The slips of this telephone, then what the wallet has set aside elsewhere. */
function rowsOf(mine) {
  const own = new Set(mine.map((slip) => slip.slip));
  const others = (state.aside?.slips ?? []).filter((row) => !own.has(row.slip));
  const rows = [
    ...mine.filter((slip) => leftOf(slip) > 0)
      .map((slip) => ({ ...slip, cents: leftOf(slip), home: true, live: isLive(slip) })),
    ...others.filter((row) => row.left_cents > 0)
      .map((row) => ({ ...row, cents: row.left_cents, home: row.mine, live: false })),
  ];
  return rows.sort((one, other) => one.since - other.since || other.place - one.place);
}

const named = (row) => (row.place === ANYWHERE ? WORDS.anywhere : row.name);

function slipLine(row) {
  const [item, text] = line(named(row), row.cents);
  const until = said(row.live ? WORDS.until : WORDS.backSoon, { when: shortly(row.until) });
  text.append(made("span", row.home ? until : `${until} ${WORDS.elsewhere}`));
  if (row.home) item.append(button("back", WORDS.back, named(row), { slip: row.slip }));
  return item;
}

function saleLine(sale) {
  const [item, text] = line(sale.name, sale.cents);
  const reason = find("[data-reasons]").dataset[sale.answer];
  const refused = `${WORDS.refused} ${reason ?? WORDS.failed}`;
  const became = { posted: WORDS.confirmed, null: WORDS.waiting }[sale.answer] ?? refused;
  const when = `${shortly(sale.at)} · ${sale.words.join(" · ")}`;
  text.append(made("span", when), made("span", became));
  if (sale.payment) item.append(button("again-qr", WORDS.again, sale.name, sale));
  return item;
}

function line(name, cents) {
  const item = document.createElement("li");
  const text = document.createElement("div");
  text.append(made("strong", name));
  item.append(text, made("b", `${money(cents)} ${state.wallet?.unit ?? ""}`));
  return [item, text];
}

function made(tag, text) {
  const one = document.createElement(tag);
  one.textContent = text;
  return one;
}

function button(act, text, name, { slip, request }) {
  const one = made("button", text);
  one.setAttribute("aria-label", `${text} : ${name}`);
  Object.assign(one.dataset, { do: act, ...(act === "back" ? { slip } : { request }) });
  return one;
}

/** For which place, and how much. */
export async function toChoose() {
  const { places, most_cents: most, anywhere_cents: anywhere, left_cents: left } = state.aside;
  const offered = [...places];
  if (anywhere > 0) offered.push({ place: ANYWHERE, name: WORDS.anywhere });
  find("[data-places]").replaceChildren(...offered.map(choice));
  find("[data-no-place]").hidden = places.length > 0;
  const { most_places: few, hours } = state.aside;
  const limits = said(WORDS.limits, { most: money(most), places: few, hours, left: money(left) });
  const apart = anywhere > 0 ? said(WORDS.limitAnywhere, { most: money(anywhere) }) : "";
  find("[data-limits]").textContent = [limits, apart].filter(Boolean).join(" ");
  find("#set").value = "";
  show("choose");
}

function choice({ place, name }, at) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: "place", value: place, checked: at === 0 });
  radio.dataset.name = name;
  label.className = "choice";
  label.append(radio, made("span", name));
  return label;
}

/** Set it aside: keys first, kept with the number; then the caisse. */
export async function setAside(form) {
  const cents = typedCents(form.set.value);
  if (!cents) return wrong(WORDS.amount);
  const chosen = all('[name="place"]', form).find((one) => one.checked);
  if (!chosen) return wrong(WORDS.choose);
  return begin([{ place: Number(chosen.value), cents, name: chosen.dataset.name }]);
}

async function begin(rows) {
  const wanted = await Promise.all(rows.map(wantedOf));
  const setting = await prepared({ id: newId(), at: now(), wanted });
  show("setting");
  return sendSetting(setting, "choose"); // refused, what was typed is still there
}

/** With a fresh pair of keys. */
async function wantedOf({ place, cents, name }) {
  const { kind, secret, open } = await makeSigner();
  return {
    place, cents, name: place === ANYWHERE ? "" : name, pair: { kind, secret }, key: hex(open),
  };
}

/** Ask again for what waits: the same number, the same keys. */
export async function askSetting() {
  const setting = await read("setting");
  if (!setting) return toAside();
  show("setting");
  return sendSetting(setting);
}

async function sendSetting(setting, before = "aside") {
  const answer = await sent(setting);
  if (answer === null) return show("unset");
  if (UNKNOWN.includes(answer.status)) return unlinked(answer.status);
  const refused = answer.status !== 201;
  if (refused && before === "choose") show("choose");
  else await toAside();
  if (refused) wrong(answer.said.member);
  look();
  return null;
}

const UNKNOWN = [401, 403];

/** Send it; what the caisse answers for good is written down. */
async function sent(setting) {
  const { id, wanted } = setting;
  const asked = wanted.map(({ place, cents, key }) => ({ place, cents, key }));
  const answer = await insist("POST", `${API}/slips`, { id, slips: asked }, state.device);
  if (answer === null || UNKNOWN.includes(answer.status)) return answer;
  const texts = answer.status === 201 ? answer.said.slips : [];
  if (!texts.every((text, at) => isAsked(text, wanted[at]))) return null;
  await gotSlips(setting, texts);
  return answer;
}

/** Whether a slip is what was asked for, under the key that was made for it. */
function isAsked(text, { place, cents, key }) {
  const slip = readSlip(bytes(text));
  return slip.place === place && slip.cents === cents && hex(slip.key) === key.slice(2);
}

/** What was lost on its way a short while ago is asked for by itself; whether anything came. */
export async function settleSetting() {
  const setting = await read("setting");
  if (!setting || !state.device || now() - setting.at > RECENT_MS) return false;
  const answer = await sent(setting);
  return answer !== null && !UNKNOWN.includes(answer.status);
}

/** Nobody asks for it any more: had it come through, the money is home after its time. */
export async function dropSetting() {
  await drop("setting");
  await toAside();
}

/** What a slip holds comes home; refused while a till without network may hold a sale from it. */
export async function takeBack(pressed) {
  const { slip } = pressed.dataset;
  await send(state.device);
  if (!(await leaving(slip))) return wrong(WORDS.backLater);
  const answer = await insist("POST", `${API}/slips/back`, { slip }, state.device);
  if (answer === null) return wrong(WORDS.backUnsure); // it pays nothing until somebody knows
  if (UNKNOWN.includes(answer.status)) return unlinked(answer.status);
  const gone = answer.status === 200;
  await wentHome(slip, gone);
  if (gone) state.aside.slips = state.aside.slips.filter((row) => row.slip !== slip);
  await toAside();
  look();
  return gone ? null : wrong(answer.said.member || WORDS.failed);
}

