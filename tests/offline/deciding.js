// Plays shifts and reads messages with the till's decisions: what they say; and with each broken
// module, how many of them it answers otherwise.
async (text) => {
  const v = JSON.parse(text);
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((pair) => parseInt(pair, 16)));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(v.till), hmac, false, ["sign"]);
  const kept = { licence: v.licence, keys: { 1: bytes(v.caisse) }, key };
  const played = (d, { licence, asked }) => {
    let [sums, mark] = [d.NO_SUMS, 0];
    return asked.map(([sale, clock]) => {
      const why = d.decide(sale, { licence, sums, mark }, clock);
      mark = d.timeOf(mark, clock);
      if (!why) sums = d.counted(sums, sale, mark);
      const now = { licence, sums, mark };
      const most = why === "offline_member_limit" ? d.mostOf(sale, now) : null;
      return [why, licence ? d.leftOf(now, clock) : 0, most];
    });
  };
  const read = {
    phone: (d, { message, request }) => d.ofPhone(bytes(message), bytes(request), kept),
    card: (d, { message, cents }) => d.ofCard(bytes(message), cents, kept),
    pin: (d, { typed, cents }) => d.ofHandle(typed, cents, kept),
  };
  const unless = async (act) => {
    try {
      return await act();
    } catch (error) {
      return error.name; // of a broken module: the till's own never throws
    }
  };
  const said = async (name) => {
    const d = await import(v.base + name);
    const told = [];
    for (const shift of v.shifts) told.push(await unless(() => played(d, shift)));
    for (const one of v.messages) told.push(await unless(() => read[one.how](d, one)));
    return told;
  };
  const own = await said(v.module);
  const texts = own.map((one) => JSON.stringify(one));
  const differing = [];
  for (const name of v.broken) {
    const told = await said(name);
    differing.push(told.filter((one, at) => JSON.stringify(one) !== texts[at]).length);
  }
  return JSON.stringify({ own, differing });
}
