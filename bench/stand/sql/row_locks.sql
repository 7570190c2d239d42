-- Reference (a): lock both accounts in order, look up the id, check the balance, insert, two updates.
BEGIN;
SELECT max(available) FILTER (WHERE id = :wallet) AS available,
    max(balance) FILTER (WHERE id = :wallet) AS wallet_before,
    max(balance) FILTER (WHERE id = :place) AS place_before,
    count(*) FILTER (WHERE state = 'open') AS open
FROM (
    SELECT id, state, credits - debits AS balance, credits - debits - held - floor AS available
    FROM ledger_account WHERE id IN (:wallet, :place) ORDER BY id FOR UPDATE
) locked \gset
SELECT count(*) AS known FROM ledger_transfer WHERE id = (:prefix::text || :n || :tail)::uuid \gset
\if :known = 0 and :open = 2 and :available >= :cents
INSERT INTO ledger_transfer (
    id, debit, credit, cents, unit, reason, phase, for_month, cause, method, made_at, at, seq,
    debit_after, credit_after
) VALUES (
    (:prefix::text || :n || :tail)::uuid, :wallet, :place, :cents, 'money', 'payment', 'posted',
    :month, :cause::uuid, 'code', :made,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint, nextval('bench_seq'),
    :wallet_before::bigint - :cents::bigint, :place_before::bigint + :cents::bigint
);
UPDATE ledger_account SET debits = debits + :cents WHERE id = :wallet;
UPDATE ledger_account SET credits = credits + :cents WHERE id = :place;
\endif
COMMIT;
