// What tills and phones read, pack and prove of sales without network: slips, payments from them,
// licences, sealed codes, the caisse's answers. Pure but for keys; held against the same vectors as
// formats.py, offline/ and cards.py (docs/mechanisms/offline.md says what is done with it).

import { KIND, joined, messageOf, readRequest, textOf } from "./formats.js";
import { ED25519, P256, isSigned, signed } from "./signing.js";

export const SLIP_BYTES = 117;
export const ANYWHERE = 0;
const SLIPS = { 0x31: ED25519, 0x33: P256 };
const BARE_BYTES = 53; // of a slip, before the caisse's signature
const TAG_BYTES = 8;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const encoder = new TextEncoder();

const number = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (said) => new Uint8Array(await crypto.subtle.digest("SHA-256", said));

/** A slip, 117 bytes, read; its signature is not checked. `place` 0 is anywhere. */
export const readSlip = (slip) => ({
  kind: SLIPS[slip[0]] ?? 0,
  keyId: slip[1],
  id: slip.slice(2, 10),
  place: number(slip.subarray(10, 14)),
  cents: number(slip.subarray(14, 17)),
  minute: number(slip.subarray(17, 20)),
  hours: slip[20],
  key: slip.slice(21, BARE_BYTES),
});

/** Whether the caisse has made this slip; `keys` are its Ed25519 keys (bytes) by number. */
export async function isSlip(slip, keys) {
  const key = keys[slip[1]];
  if (slip.length !== SLIP_BYTES || !SLIPS[slip[0]] || !key) return false;
  const said = joined("slip1", slip.subarray(0, BARE_BYTES));
  return isSigned(ED25519, key, slip.subarray(BARE_BYTES), said);
}

const toPay = (slip, counter, request) =>
  joined("pay1", slip.subarray(2, 10), [counter, 2], request);

/** M3: pay `request` (M2) from a slip, with the slip's signer (signing.js). */
export async function payFromSlip(slip, counter, request, signer) {
  const signature = await signed(signer, toPay(slip, counter, request));
  return joined([KIND.offline, 1], slip, [counter, 2], signature);
}

/** M3 read: its slip (bytes), counter, signature. */
export const readPayment = (message) => ({
  slip: message.slice(1, 1 + SLIP_BYTES),
  counter: number(message.subarray(118, 120)),
  signature: message.slice(120),
});

/** Whether who holds the slip's key has signed this payment (M3) of this request (M2). */
export async function hasPaid(message, request) {
  const { slip, counter, signature } = readPayment(message);
  const { kind, key } = readSlip(slip);
  return isSigned(kind, key, signature, toPay(slip, counter, request));
}

/** A card (M5) that the caisse has made: what names it, 16 bytes; null for any other. */
export async function cardToken(message, keys) {
  const key = keys[message[1]];
  if (message[0] !== KIND.card || !key) return null;
  const good = await isSigned(ED25519, key, message.subarray(18), message.subarray(0, 18));
  return good ? message.slice(2, 18) : null;
}

/** A licence that the caisse has signed, as an object; null for any other text. */
export async function readLicence(text, signature, keys) {
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  const key = keys[said?.key];
  const good = key && (await isSigned(ED25519, key, signature, joined("licence1", text)));
  return good && said.v === 1 ? said : null;
}

/** How a card (its token) or a slip (its id) stands in a licence of this nonce (hexadecimal). */
export async function tagOf(nonce, token) {
  const bytes = new Uint8Array(nonce.match(/../g).map((pair) => parseInt(pair, 16)));
  return hex((await sha256(joined(bytes, token))).subarray(0, TAG_BYTES));
}

/** What a till signs when it holds no sale of a licence any more. */
export const lastWord = (licence, signer) => signed(signer, joined("closed1", [licence, 8]));

/** To what a sealed code is bound: it opens nothing else than this sale. */
export const boundTo = (id, licence, cents) => joined("pin1", id, [licence, 8], [cents, 8]);

export const MOST_TYPED = 80; // signs, as with network: what is longer, nobody has typed
// of one or two bytes each, and all of them visible: sealing.py opens any so many of them
const SIGNS = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u017f]+$/;

/**
 * Who is said to pay, as it is sealed: a message, or an identifier with single plain spaces. Null
 * for what the caisse could not read out of a sealed code: nobody may be told « payé » for it.
 */
export function whoOf(typed) {
  const message = messageOf(typed);
  if (message) return textOf(message);
  const said = typed.normalize("NFC").replace(/\s+/g, " ").trim();
  return said.length <= MOST_TYPED && SIGNS.test(said) ? said : null;
}

/** A typed code, sealed for the caisse alone (`point`, 65 bytes): nobody here reads it again. */
export async function sealCode({ who, digits }, bound, point, pair = null) {
  const fresh = pair ?? (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const mine = new Uint8Array(await crypto.subtle.exportKey("raw", fresh.publicKey));
  const open = await crypto.subtle.importKey("raw", point, CURVE, false, []);
  const secret = await crypto.subtle.deriveBits(
    { name: "ECDH", public: open }, fresh.privateKey, 256,
  );
  const middle = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    {
      name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: joined("sealed1", mine),
    },
    middle, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const how = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: bound };
  const sealed = await crypto.subtle.encrypt(how, key, encoder.encode(`${digits}\n${who}`));
  return joined(mine, new Uint8Array(sealed));
}

/** Whether the caisse has said this answer: `key` is k_till (or k_device), `proof` 32 bytes. */
export async function isAnswer(key, id, answer, proof) {
  const wanted = new Uint8Array(
    await crypto.subtle.sign("HMAC", key, joined("answer1", id, answer)),
  );
  return proof.length === wanted.length && wanted.every((byte, at) => byte === proof[at]);
}

/** The three words (numbers in the list) of a payment's number: on both screens, on receipts. */
export const wordsOf = async (id) => indexes(await sha256(joined("w1", id)));

/** Those that the member reads to a till without network: only the two of them can compute them. */
export async function wordsOfRequest(request, key) {
  return indexes(new Uint8Array(await crypto.subtle.sign("HMAC", key, joined("words1", request))));
}

/** Three times 11 bits. */
function indexes(digest) {
  const bits = number(digest.subarray(0, 5)); // 40 of them: a number holds 53
  return [2 ** 29, 2 ** 18, 2 ** 7].map((below) => Math.floor(bits / below) % 2048);
}

/** Whether M2 is one of this place and till. */
export function isMine(request, place, till) {
  const said = readRequest(request);
  return number(said.place) === place && said.till === till % 65536;
}

const BY_SLIP = 0x71;
const BY_CODE = 0x72;
const METHODS = ["pin", "card"];
const HEAD_BYTES = 10;
const unhex = (text) => new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)));
const idBytes = (id) => unhex(id.replaceAll("-", ""));
const idText = (bytes) =>
  hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** A record of the queue, as it is sent, in the bytes of a QR: for another device of the place. */
export function packRecord(record) {
  const undone = record.cancelled ? idBytes(record.cancelled) : new Uint8Array(0);
  const head = [[record.cancelled ? 1 : 0, 1], [record.licence, 8], undone];
  if (record.payment) {
    return joined([BY_SLIP, 1], ...head, unhex(record.request), unhex(record.payment));
  }
  return joined(
    [BY_CODE, 1], ...head, idBytes(record.id), [METHODS.indexOf(record.method), 1],
    [record.cents, 4], [record.at, 6], [record.attempt ?? 1, 2], unhex(record.code),
  );
}

/** The record again, as it is sent; null for other bytes. */
export function readRecord(bytes) {
  const undone = bytes[1] === 1 ? bytes.slice(HEAD_BYTES, HEAD_BYTES + 16) : null;
  const rest = bytes.slice(HEAD_BYTES + (undone ? 16 : 0));
  const record = { licence: number(bytes.subarray(2, HEAD_BYTES)) };
  if (undone) record.cancelled = idText(undone);
  if (bytes[0] === BY_SLIP && rest.length === 205) {
    return { ...record, request: hex(rest.subarray(0, 21)), payment: hex(rest.subarray(21)) };
  }
  const method = METHODS[rest[16]];
  if (bytes[0] !== BY_CODE || rest.length < 29 + 65 || !method) return null;
  return {
    ...record, id: idText(rest.subarray(0, 16)), method, cents: number(rest.subarray(17, 21)),
    at: number(rest.subarray(21, 27)), attempt: number(rest.subarray(27, 29)),
    code: hex(rest.subarray(29)),
  };
}
