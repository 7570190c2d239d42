// Keys that sign in a browser and cannot be taken out of it: Ed25519, or P-256 where there is no
// other. What the caisse has signed is always Ed25519. Taking a key out is prevented, copying a
// browser's whole profile is not: nothing may rest on it (payments.md 0.5).

import { joined } from "./formats.js";

export const ED25519 = 1;
export const P256 = 2;
const KEY_BYTES = 32;
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const HASHED = { name: "ECDSA", hash: "SHA-256" };
const AROUND = { name: "Ed25519" };
const TURNS = 64; // a y is even every second time

/** Whether this browser can read what the caisse signs: without it nothing is sold offline. */
export async function canVerify() {
  const point = new Uint8Array(KEY_BYTES);
  point[0] = 1; // the neutral point: a key as good as any to try it
  try {
    await crypto.subtle.importKey("raw", point, AROUND, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

/** A fresh pair: `kind`, `secret` (a CryptoKey, never exportable), `open` (kind and 32 bytes). */
export async function makeSigner() {
  try {
    const pair = await crypto.subtle.generateKey(AROUND, false, ["sign", "verify"]);
    const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return { kind: ED25519, secret: pair.privateKey, open: joined([ED25519, 1], open) };
  } catch {
    return onP256();
  }
}

/** The same on P-256: x alone is told, so that y has to be even. */
export async function onP256() {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    if (point[point.length - 1] % 2 === 0) {
      const open = joined([P256, 1], point.subarray(1, 1 + KEY_BYTES));
      return { kind: P256, secret: pair.privateKey, open };
    }
  }
  throw new Error("no key");
}

/** 64 bytes by which `said` is signed. */
export async function signed({ kind, secret }, said) {
  const how = kind === ED25519 ? AROUND : HASHED;
  return new Uint8Array(await crypto.subtle.sign(how, secret, said));
}

/** Whether who holds the secret half of `key`, 32 bytes of that kind, has signed `said`. */
export async function isSigned(kind, key, signature, said) {
  try {
    const known = kind === ED25519 ? await importEd25519(key) : await importP256(key);
    const how = kind === ED25519 ? AROUND : HASHED;
    return await crypto.subtle.verify(how, known, signature, said);
  } catch {
    return false; // no key of that kind
  }
}

const importEd25519 = (key) => crypto.subtle.importKey("raw", key, AROUND, false, ["verify"]);

async function importP256(x) {
  const y = evenY(x);
  if (y === null) throw new Error("no point");
  const point = joined([4, 1], x, y);
  return crypto.subtle.importKey("raw", point, CURVE, false, ["verify"]);
}

// Browsers differ in whether they read a compressed point: y is computed. Only public numbers
// pass here, so the time that it takes tells nothing.
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function evenY(bytes) {
  const x = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const square = (x ** 3n - 3n * x + B) % P;
  const root = power(square, (P + 1n) / 4n);
  if (x >= P || (root * root - square) % P !== 0n) return null;
  const even = root % 2n === 0n ? root : P - root;
  const pairs = even.toString(16).padStart(64, "0").match(/../g);
  return new Uint8Array(pairs.map((pair) => parseInt(pair, 16)));
}

function power(base, exponent) {
  let [result, square, left] = [1n, ((base % P) + P) % P, exponent];
  while (left > 0n) {
    if (left % 2n === 1n) result = (result * square) % P;
    square = (square * square) % P;
    left /= 2n;
  }
  return result;
}
