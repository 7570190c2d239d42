// What a phone, a till and a paper say by QR: fixed bytes, big-endian, in base 45. The same
// messages as formats.py, held against the same vectors.

export const MARK = "CA";
export const KIND = {
  member: 0x11, request: 0x21, offline: 0x32, paid: 0x41, card: 0x51, voucher: 0x61,
};

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const SIZES = { 0x11: 36, 0x21: 21, 0x32: 184, 0x41: 29, 0x51: 82, 0x61: 84 };
const EPOCH_MS = 1577836800000;
const MINUTE_MS = 60000;
const TAG_BYTES = 12;
const encoder = new TextEncoder();

/** Bytes, texts and whole numbers `[value, size]`, one after the other. */
export function joined(...parts) {
  const all = parts.map((part) => {
    if (typeof part === "string") return encoder.encode(part);
    return Array.isArray(part) ? big(...part) : part;
  });
  const whole = new Uint8Array(all.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function big(value, size) {
  const said = new Uint8Array(size);
  for (let at = size - 1, left = value; at >= 0; at -= 1, left = Math.floor(left / 256)) {
    said[at] = left % 256;
  }
  return said;
}

const number = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0);

export const minuteOf = (ms) => Math.floor((ms - EPOCH_MS) / MINUTE_MS);
export const instantOfMinute = (minute) => EPOCH_MS + minute * MINUTE_MS;

/** Base 45 (RFC 9285). */
export function base45(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = bytes.subarray(at, at + 2);
    for (let each = 0, value = number(pair); each <= pair.length; each += 1) {
      text += SIGNS[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

/** The bytes again, or null for a text that is no base 45. */
export function fromBase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((sign) => SIGNS.indexOf(sign));
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    const size = digits.length - 1;
    if (size === 0 || digits.includes(-1) || value >= 256 ** size) return null;
    bytes.push(...big(value, size));
  }
  return new Uint8Array(bytes);
}

export const textOf = (message) => MARK + base45(message);

/** The message of a scanned text, of a kind and a size that a caisse knows; null for others. */
export function messageOf(text) {
  const said = text.trim();
  const message = said.startsWith(MARK) ? fromBase45(said.slice(MARK.length)) : null;
  return message && SIZES[message[0]] === message.length ? message : null;
}

async function tag(key, ...said) {
  const whole = new Uint8Array(await crypto.subtle.sign("HMAC", key, joined(...said)));
  return whole.subarray(0, TAG_BYTES);
}

/** M1: a ticket of this phone, its minute, the most that it pays. */
export async function memberQr({ keyId, ticket, minute, mostCents }, key) {
  const said = joined([KIND.member, 1], [keyId, 1], ticket, [minute, 3], [mostCents, 3]);
  return joined(said, await tag(key, "qr1", said));
}

/** M2: a till asks for so many cents; `place` four bytes, `nonce` eight. */
export const packRequest = ({ place, till, cents, nonce, minute }) =>
  joined([KIND.request, 1], place, [till, 2], [cents, 3], nonce, [minute, 3]);

export const readRequest = (message) => ({
  place: message.slice(1, 5),
  till: number(message.subarray(5, 7)),
  cents: number(message.subarray(7, 10)),
  nonce: message.slice(10, 18),
  minute: number(message.subarray(18)),
});

/** The number of an offline payment, as 16 bytes: the same on both sides. */
export const offlineId = (slipId, counter, request) =>
  derived(joined("id1", slipId, [counter, 2], request), request);

/** The number of the payment of a request by a phone with network: the same on both sides. */
export const requestId = (request) => derived(joined("id5", request), request);

async function derived(said, request) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", said)).slice(0, 10);
  digest[0] = 0x80 | (digest[0] & 0x0f);
  digest[2] = 0x80 | (digest[2] & 0x3f);
  return joined([EPOCH_MS + readRequest(request).minute * MINUTE_MS, 6], digest);
}

/** Whether M4 proves to this till that its request was paid. */
export async function isPaid(message, request, key) {
  const id = message.subarray(1, 17);
  const wanted = joined([KIND.paid, 1], id, await tag(key, "paid1", request, id));
  return wanted.every((byte, at) => byte === message[at]);
}
