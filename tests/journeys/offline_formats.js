async (v) => {
  const s = await import(v.base + "slips.js");
  const k = await import(v.base + "signing.js");
  const f = await import(v.base + "formats.js");
  const { WORDS } = await import(v.base + "words.js");
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((pair) => parseInt(pair, 16)));
  const hex = (said) => [...said].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const altered = (said, at) => said.map((byte, n) => (n === at ? byte ^ 1 : byte));
  const V = v.vectors;
  const keys = { 1: bytes(v.caisse) };
  const request = bytes(V.request.hex);
  const [payment, onP256] = [bytes(V.offline_payment.hex), bytes(V.p256_payment.hex)];
  const { slip, counter } = s.readPayment(payment);
  const read = s.readSlip(slip);
  const seed = await crypto.subtle.importKey(
    "pkcs8", bytes("302e020100300506032b657004220420" + v.phone_seed), "Ed25519", false, ["sign"],
  );
  const phone = { kind: k.ED25519, secret: seed };
  const till = await crypto.subtle.importKey(
    "raw", bytes(v.till), { name: "HMAC", hash: "SHA-256" }, false, ["sign"],
  );
  const id = bytes(V.offline_id);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const signature = bytes(V.licence.signature);
  const licence = await s.readLicence(v.licence, signature, keys);
  const richer = v.licence.replace("6000", "9000");
  const card = f.messageOf(V.card.text);
  const proof = bytes(V.answer.proof);
  const checks = {
    verifies: await k.canVerify(),
    slip: await s.isSlip(slip, keys),
    "slip altered": !(await s.isSlip(altered(slip, 16), keys)),
    "slip of another kind": !(await s.isSlip(altered(slip, 0), keys)),
    "slip under another number": !(await s.isSlip(slip, { 2: keys[1] })),
    "slip read": same(
      [read.kind, read.keyId, hex(read.id), read.cents, read.minute, read.hours],
      [1, 1, v.slip_id, 2000, 2999940, 48],
    ),
    "slip's key": hex(read.key) === v.phone,
    counter: counter === 1,
    paid: await s.hasPaid(payment, request),
    "paid another": !(await s.hasPaid(payment, altered(request, 9))),
    "paid twice": !(await s.hasPaid(altered(payment, 119), request)),
    "P-256": await s.hasPaid(onP256, request),
    "P-256 slip": await s.isSlip(s.readPayment(onP256).slip, keys),
    "P-256 altered": !(await s.hasPaid(altered(onP256, 150), request)),
    "P-256 another": !(await s.hasPaid(onP256, altered(request, 9))),
    licence: licence !== null && licence.id === 7 && licence.room_cents === 6000,
    "licence altered": (await s.readLicence(richer, signature, keys)) === null,
    "no licence": (await s.readLicence("{", signature, keys)) === null,
    "card's tag": (await s.tagOf(v.nonce, bytes(v.token))) === V.licence.card_tag,
    "card stands": licence.cards.some((one) => same(one, [V.licence.card_tag, 2000])),
    "slip's tag": (await s.tagOf(v.nonce, bytes(v.slip_id))) === V.licence.struck_tag,
    "slip struck": licence.struck.includes(V.licence.struck_tag),
    card: hex(await s.cardToken(card, keys)) === hex(card.slice(2, 18)),
    "card altered": (await s.cardToken(altered(card, 5), keys)) === null,
    answer: await s.isAnswer(till, id, "posted", proof),
    "another answer": !(await s.isAnswer(till, id, "late", proof)),
    "of another": !(await s.isAnswer(till, altered(id, 0), "posted", proof)),
    "no proof": !(await s.isAnswer(till, id, "posted", new Uint8Array(0))),
    words: same(await s.wordsOf(id), V.receipt_words),
    "words of 7.1": same(await s.wordsOfRequest(request, till), V.request_words),
    mine: s.isMine(request, new DataView(request.buffer).getUint32(1), 65536 + 3),
    "not mine": !s.isMine(request, 42, 3),
  };
  for (const [name, make] of [["makes Ed25519", k.makeSigner], ["makes P-256", k.onP256]]) {
    const pair = await make();
    const said = new TextEncoder().encode("said");
    const signature = await k.signed(pair, said);
    const key = pair.open.slice(1);
    checks[name] = await k.isSigned(pair.kind, key, signature, said)
      && pair.open.length === 33 && pair.open[0] === pair.kind && !pair.secret.extractable
      && !(await k.isSigned(pair.kind, key, signature, new TextEncoder().encode("else")));
  }
  const curve = { name: "ECDH", namedCurve: "P-256" };
  // a private key of P-256 as a browser reads it, without its public half
  const head = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
  const bare = await crypto.subtle.importKey(
    "pkcs8", bytes(head + v.sealer), curve, true, ["deriveBits"],
  );
  const jwk = await crypto.subtle.exportKey("jwk", bare);
  const { d, ...half } = jwk;
  const pair = {
    privateKey: bare,
    publicKey: await crypto.subtle.importKey("jwk", { ...half, key_ops: [] }, curve, true, []),
  };
  const { who, digits, licence: number, cents } = V.sealed;
  const bound = s.boundTo(id, number, cents);
  const sealed = await s.sealCode({ who, digits }, bound, bytes(v.point), pair);
  const fresh = await s.sealCode({ who, digits }, bound, bytes(v.point));
  checks["sealed anew"] = fresh.length === sealed.length && hex(fresh) !== hex(sealed);
  const uuid = "018625bd-2c00-7f3e-b366-abadfb5a11bd";
  const records = [
    { licence: 7, request: V.request.hex, payment: V.offline_payment.hex },
    { licence: 7, cancelled: uuid, request: V.request.hex, payment: V.p256_payment.hex },
    {
      licence: 9, id: uuid, method: "card", cents: 1240, at: 1757820000123, attempt: 2,
      code: V.sealed.hex,
    },
  ];
  checks["records by QR"] = records.every((one) => {
    const back = s.readRecord(f.fromBase45(f.base45(s.packRecord(one))));
    return Object.keys(one).every((name) => one[name] === back[name]);
  });
  checks["who is sealed"] = V.typed.every(([typed, said]) => s.whoOf(typed) === said)
    && s.whoOf(` ${V.card.text}\n`) === V.card.text;
  checks["no record"] = s.readRecord(request) === null && s.readRecord(new Uint8Array(3)) === null;
  return {
    checks,
    words: WORDS,
    sealed: hex(sealed),
    last_word: hex(await s.lastWord(7, phone)),
    payment: hex(await s.payFromSlip(slip, counter, request, phone)),
  };
}
