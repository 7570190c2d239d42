// How a till proves who it is: keys that cannot be taken out, and a proof on each request.
// The shared key is computed on both sides (payments.md 1); no secret crosses the network.

import { joined } from "./formats.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const WAIT_MS = 4000;
const encoder = new TextEncoder();

let offset = 0; // of the caisse's clock, in milliseconds; one may know it of an earlier day

export const clockOffset = () => offset;
export const setClock = (known) => { offset = known; };

/** The caisse's time, as its last answer told it. */
export const now = () => Date.now() + offset;

export const hex = (bytes) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const bytes = (text) => new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)));

/** A pair of keys that no script can read. */
export async function makeKeys() {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveKey"]);
  const open = hex(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { secret: pair.privateKey, open };
}

/** HKDF-SHA256(ECDH, kind | device 4 | generation 2), as a key that only signs. */
export async function sharedKey(secret, theirs, number, generation, kind = "till") {
  const open = await crypto.subtle.importKey("raw", bytes(theirs), CURVE, false, []);
  const middle = await crypto.subtle.deriveKey(
    { name: "ECDH", public: open }, secret, { name: "HKDF" }, false, ["deriveKey"],
  );
  const info = joined(kind, [number, 4], [generation, 2]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info },
    middle, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"],
  );
}

/** HMAC-SHA256(key, method | path | SHA-256(body)) in hexadecimal. */
export async function proof(key, method, path, body) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(body)));
  return hex(await crypto.subtle.sign("HMAC", key, joined(`${method}|${path}|`, digest)));
}

/** A UUIDv7 of the caisse's time, or of another instant (ms). */
export function newId(instant = now()) {
  const id = crypto.getRandomValues(new Uint8Array(16));
  const at = Math.floor(instant);
  new DataView(id.buffer).setUint16(0, Math.floor(at / 2 ** 32));
  new DataView(id.buffer).setUint32(2, at % 2 ** 32);
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return asNumber(id);
}

/** The 16 bytes of a number, as people write it. */
export const asNumber = (id) =>
  hex(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/**
 * Ask once: `{ status, said }`, or null when no answer came within `wait` ms. `device` may be
 * missing.
 */
export async function ask(method, path, said, device, wait = WAIT_MS) {
  if (device?.answers) {
    return device.answers(method, path, typeof said === "string" ? JSON.parse(said) : said, device);
  }
  const body = said === undefined ? "" : typeof said === "string" ? said : JSON.stringify(said);
  const headers = { "Accept-Language": document.documentElement.lang };
  if (device) {
    const [name, number] = device.phone ? ["Phone", device.phone] : ["Till", device.till];
    headers[`Caisse-${name}`] = `${number}.${device.generation}`;
    headers["Caisse-Mac"] = await proof(device.key, method, path, body);
  }
  const asked = {
    method, headers, body: body || undefined, credentials: "omit", cache: "no-store",
    signal: within(wait),
  };
  let answer;
  let told;
  try { // around the network alone: a fault of ours is no « sans réseau »
    answer = await fetch(path, asked);
    told = await answer.json();
  } catch {
    return null; // no network, no time left, or no JSON: nobody knows
  }
  const at = Number(answer.headers.get("Caisse-Time"));
  if (at) offset = at - Date.now();
  return { status: answer.status, said: answer.status === 400 ? unsaid(told) : told };
}

/** What ends a request after `wait` ms, in a browser of before 2022 too. */
function within(wait) {
  if (AbortSignal.timeout) return AbortSignal.timeout(wait);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), wait);
  return stop.signal;
}

/** What is wrong with a request is said to who writes a page, in no language of its reader. */
const unsaid = (told) => ({ ...told, cashier: "", member: "" });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The same bytes again at 0, 2, 4 and 8 seconds, until somebody knows; null when nobody does. */
export async function insist(method, path, said, device) {
  const body = said === undefined ? undefined : JSON.stringify(said);
  for (const wait of [0, 2000, 2000, 4000]) {
    await pause(wait);
    const answer = await ask(method, path, body, device);
    if (answer && answer.status < 500) return answer;
  }
  return null;
}
