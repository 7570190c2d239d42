SELECT bench_pay(
    (:prefix::text || :n || :tail)::uuid, :wallet, :place, :cents, :month, :cause::uuid, :made
) AS answer \gset
