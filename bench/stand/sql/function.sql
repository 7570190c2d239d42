-- Reference (b): one call, one round trip a payment. A look-up by id, two conditional updates, one insert;
-- no exception block. Two senders of one id at the same instant are kept apart by the primary key.
CREATE FUNCTION bench_pay(
    pay_id uuid, wallet bigint, place bigint, amount bigint, month integer, event uuid, made bigint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known record;
    wallet_after bigint;
    place_after bigint;
BEGIN
    SELECT debit, credit, cents INTO known FROM ledger_transfer WHERE id = pay_id;
    IF FOUND THEN
        IF (known.debit, known.credit, known.cents) = (wallet, place, amount) THEN
            RETURN 'exists';
        END IF;
        RETURN 'differs';
    END IF;
    UPDATE ledger_account SET debits = debits + amount
    WHERE id = wallet AND state = 'open' AND credits - debits - held - amount >= floor
    RETURNING credits - debits INTO wallet_after;
    IF NOT FOUND THEN
        RETURN 'insufficient';
    END IF;
    UPDATE ledger_account SET credits = credits + amount WHERE id = place AND state = 'open'
    RETURNING credits - debits INTO place_after;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'closed';
    END IF;
    INSERT INTO ledger_transfer (
        id, debit, credit, cents, unit, reason, phase, for_month, cause, method, made_at, at, seq,
        debit_after, credit_after
    ) VALUES (
        pay_id, wallet, place, amount, 'money', 'payment', 'posted', month, event, 'code', made,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint, nextval('bench_seq'),
        wallet_after, place_after
    );
    RETURN 'posted';
END $$;
