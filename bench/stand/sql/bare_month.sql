-- Reference: one INSERT … SELECT feeding one UPDATE, the least that a month can cost in this schema.
-- {tail} are the last 24 digits of an id: a hash of cause and account, as the ledger derives them.
WITH fund AS (SELECT id, credits - debits AS balance FROM ledger_account WHERE code = %(fund)s),
put AS (
    INSERT INTO ledger_transfer (
        id, debit, credit, cents, unit, reason, phase, for_month, cause, at, seq, debit_after,
        credit_after
    )
    SELECT (%(prefix)s || {tail})::uuid, fund.id, a.id, %(cents)s, 'money', 'allocation', 'posted',
        %(month)s, %(cause)s::uuid, %(at)s, %(seq)s + row_number() OVER (),
        fund.balance - %(cents)s * row_number() OVER (), a.credits - a.debits + %(cents)s
    FROM ledger_account a, fund WHERE a.code LIKE 'wallet:%%' AND a.state = 'open'
    ON CONFLICT DO NOTHING
    RETURNING debit, credit, cents
),
source AS (
    UPDATE ledger_account a SET debits = a.debits + s.cents
    FROM (SELECT debit, sum(cents) AS cents FROM put GROUP BY debit) s WHERE a.id = s.debit
)
UPDATE ledger_account a SET credits = a.credits + put.cents FROM put WHERE a.id = put.credit
