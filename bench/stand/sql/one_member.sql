-- Reference: one member's credit, the first of three statements of its own transaction.
INSERT INTO ledger_transfer (
    id, debit, credit, cents, unit, reason, phase, for_month, cause, at, seq, debit_after,
    credit_after
)
SELECT (%(prefix)s || lpad(w.id::text, 24, '0'))::uuid, f.id, w.id, %(cents)s, 'money',
    'allocation', 'posted', %(month)s, %(cause)s::uuid, %(at)s, %(seq)s + w.id,
    f.credits - f.debits - %(cents)s, w.credits - w.debits + %(cents)s
FROM ledger_account w, ledger_account f
WHERE w.code = %(wallet)s AND w.state = 'open' AND f.code = %(fund)s
ON CONFLICT DO NOTHING
RETURNING debit, credit
