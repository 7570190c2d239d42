-- Reference (b): all that a payment looks up, in one statement: the device, its place, who typed, her verifier.
SELECT d.public_key, d.state, d.till, d.place_id, p.id, h.id, h.wallet_id, w.id, i.salt, i.verifier, i.layers,
    p.state = 'open' AND t.held < t.ceiling AND u.held < u.ceiling
FROM payments_device d
JOIN ledger_account p ON p.code = 'place:' || d.place_id
JOIN ledger_account t ON t.code = 'tries:till:' || d.till
CROSS JOIN people_holder h
JOIN payments_pin i ON i.holder_id = h.id
JOIN ledger_account w ON w.code = 'wallet:' || h.wallet_id
JOIN ledger_account u ON u.code = 'tries:' || h.wallet_id || ':u'
WHERE d.id = %s AND d.generation = %s AND h.handle = %s AND h.since <= %s AND (h.until IS NULL OR h.until > %s)
