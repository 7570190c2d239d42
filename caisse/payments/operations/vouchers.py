"""Vouchers: a sheet is paid and printed, its vouchers are cashed once, what is left goes back.

The money of a voucher lies on an account of its own, so that the ledger decides every race: it is
cashed, or it goes back to the wallet, never both. Serials and secrets are told once, to be printed,
and stored nowhere: a sheet that was lost is withdrawn, and another one made.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from caisse.bylaws import queries as bylaws
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.work import through
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused, Transfer
from caisse.payments import formats, keys, vouchers
from caisse.payments.models import Voucher, VoucherSheet
from caisse.payments.operations.cashing import gone, read
from caisse.payments.operations.first_keys import first_root_key, first_sign_key
from caisse.payments.operations.paying import is_a_way
from caisse.payments.rules import VoucherRules
from caisse.payments.vouchers import Drawn

MOST = 24  # vouchers of one sheet: three printed pages
NUMBERS = 2**53  # of which each voucher's is drawn

log = logging.getLogger("caisse.payments")


@dataclass(frozen=True, slots=True)
class Paper:
    """A voucher to print: the text of its QR, the code that is typed for it, its value."""

    text: str
    code: str
    cents: int

    @property
    def shown(self) -> str:
        """« 7F3K 92Q4 H8ZM2 »."""
        return vouchers.shown(self.code)


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A sheet that is paid. What to print is told once: sent again, `papers` is empty.

    `left_cents` is what the wallet has after it, told with the papers.
    """

    number: int
    last_day: date
    papers: tuple[Paper, ...] = field(default=(), compare=False, repr=False)
    left_cents: int | None = field(default=None, compare=False)


@sent_again
@ledger.repeatable
def issue_sheet(
    *, wallet_id: int, values: Sequence[int], by: Actor, id: Id, until: date | None = None
) -> PrintedSheet:
    """Pay vouchers of these values (cents) from a wallet, all or none, and tell what to print.

    They pay until the day of article voucher.validity_months, and no longer than `until`, the last
    one of the money that pays them; they stand in an order drawn by chance. Repeatable by `id`: the
    money moves once, and the same sheet is answered without its papers. Raises Refusal: `values`,
    `no_vouchers`, `funds_short`, `unknown`, `closed`, `differs`.
    """
    subject, asked = f"wallet:{wallet_id}", sorted(values)
    if events.repeated("sheet.issued", subject=subject, id=id, values=asked) is not None:
        return _told_before(VoucherSheet.objects.get(cause=id))
    rules = bylaws.in_force(VoucherRules, month=Month.of(clock.today()))
    if not is_a_way("voucher"):
        raise Refusal("no_vouchers", "Le règlement ne permet pas de payer avec des bons.")
    _demand(asked, rules)
    if subject not in ledger.lock([subject]):
        raise Refusal("unknown", f"Il n’y a pas de porte-monnaie n° {wallet_id}.")
    first_root_key()
    first_sign_key()
    sheet = VoucherSheet.objects.create(
        wallet_id=wallet_id, made_at=clock.now_ms(), cause=id,
        last_day=vouchers.last_day(clock.today(), rules.validity_months, until=until),
    )  # fmt: skip
    events.record("sheet.issued", subject=subject, by=by, id=id, values=asked, sheet=sheet.pk)
    rows, papers = _drawn(sheet, asked)
    Voucher.objects.bulk_create(rows)
    left = _pay(subject, rows, id)
    secrets.SystemRandom().shuffle(papers)
    return PrintedSheet(sheet.pk, sheet.last_day, tuple(papers), left)


def _told_before(sheet: VoucherSheet) -> PrintedSheet:
    return PrintedSheet(sheet.pk, sheet.last_day)


def _demand(values: Sequence[int], rules: VoucherRules) -> None:
    if not rules.denominations_cents:
        raise Refusal("no_vouchers", "Cette caisse n’imprime pas de bons.")
    if not 0 < len(values) <= MOST:
        raise Refusal("values", f"Choisissez de 1 à {MOST} bons.")
    if not set(values) <= set(rules.denominations_cents):
        known = ", ".join(money.show(cents) for cents in rules.denominations_cents)
        raise Refusal("values", f"Un bon vaut : {known}.")


def _drawn(sheet: VoucherSheet, values: Sequence[int]) -> tuple[list[Voucher], list[Paper]]:
    """The rows of new vouchers, and what is printed of each."""
    key = keys.voucher_keys()[0]
    number, sign = keys.sign_key()
    rows, papers = [], []
    for cents in values:
        drawn = Drawn(
            secrets.token_bytes(vouchers.SERIAL_BYTES), secrets.token_bytes(vouchers.SECRET_BYTES)
        )
        day = vouchers.number_of_day(sheet.last_day)
        said = formats.Voucher(number, drawn.serial, drawn.secret, cents, day, b"")
        code = vouchers.code_of(key, drawn)
        papers.append(Paper(formats.text_of(formats.pack_voucher(said, sign)), code, cents))
        rows.append(
            Voucher(
                n=secrets.randbelow(NUMBERS) + 1, sheet=sheet, cents=cents,
                scanned=vouchers.digest(key, drawn), typed=vouchers.typed_digest(key, code),
            )
        )  # fmt: skip
    return rows, papers


def _pay(wallet: str, rows: Sequence[Voucher], cause: Id) -> int:
    """Put the value of each voucher on its account; what the wallet has afterwards."""
    ledger.open_accounts(row.account for row in rows)
    chain = [
        Transfer(
            derived_id(cause, f"voucher_issue:{row.n}"), wallet, row.account, row.cents,
            "voucher_issue", cause,
        )
        for row in rows
    ]  # fmt: skip
    try:
        return ledger.post(chain)[-1].debit_after
    except Refused as refused:
        answers = {outcome.answer for outcome in refused.outcomes}
        if "insufficient" in answers:
            raise Refusal(
                "funds_short", "Le porte-monnaie n’a pas assez pour tous ces bons."
            ) from None
        if "closed" in answers:
            raise Refusal("closed", "Ce porte-monnaie est fermé.") from None
        raise


@sent_again
@ledger.repeatable
def withdraw_sheet(*, number: int, by: Actor, id: Id) -> int:
    """Give what is left of a sheet back to its wallet; its vouchers are refused at once.

    For papers that are lost or not wanted. Returns the cents that went back, 0 when all were
    cashed. Repeatable by `id`. Raises Refusal: `unknown`, `ended`, `differs`.
    """
    sheet = VoucherSheet.objects.select_for_update().filter(pk=number).first()
    if sheet is None:
        raise Refusal("unknown", f"Il n’y a pas de feuille de bons n° {number}.")
    wallet = f"wallet:{sheet.wallet_id}"
    before = events.repeated("sheet.withdrawn", subject=wallet, id=id, sheet=number)
    if before is not None:
        return int(before.data["returned_cents"])
    if sheet.ended_at is not None:
        raise Refusal("ended", "Cette feuille n’a plus de bon à retirer.")
    left = _left(sheet, list(sheet.vouchers.all()))
    cents = sum(left.values())
    events.record(
        "sheet.withdrawn", subject=wallet, by=by, id=id, sheet=number, returned_cents=cents
    )
    _end(sheet, left, id)
    return cents


@sent_again
@ledger.repeatable
def withdraw_voucher(*, wallet_id: int, said: str, by: Actor, id: Id) -> int:
    """Give one voucher, by its code or its QR, back to the wallet that paid it; its cents.

    Repeatable by `id`. Raises Refusal: `voucher_unknown` (also another wallet's), `voucher_used`,
    `voucher_expired`, `differs`.
    """
    row = read(said).voucher
    wallet, n = f"wallet:{wallet_id}", None if row is None else row.n
    if events.repeated("voucher.withdrawn", subject=wallet, id=id, voucher=n) and row is not None:
        return row.cents
    if row is None or row.sheet.wallet_id != wallet_id:
        raise Refusal("voucher_unknown", "Ce bon n’est pas un bon de ce foyer.")
    left = _left(row.sheet, [row])
    if not left:
        answer = gone(row)
        raise Refusal(answer.reason, answer.cashier)
    events.record("voucher.withdrawn", subject=wallet, by=by, id=id, voucher=n)
    _give_back(wallet, left, id)
    return row.cents


def expire_sheets() -> int:
    """Give back what is left of the sheets whose last day has passed; how many there were.

    Repeatable, one short transaction for each sheet.
    """
    late = VoucherSheet.objects.filter(ended_at=None, last_day__lt=clock.today())
    numbers = iter(list(late.order_by("pk").values_list("pk", flat=True)))

    def step() -> int:
        number = next(numbers, None)
        if number is None:
            return 0
        try:
            _expire(number)
        except Refused as refused:  # a wallet that was ended keeps no other sheet
            log.error("sheet %s cannot end: %s", number, [o.answer for o in refused.outcomes])
        return 1

    return through(step)


@ledger.repeatable
def _expire(number: int) -> None:
    sheet = VoucherSheet.objects.select_for_update().get(pk=number)
    if sheet.ended_at is not None or sheet.last_day >= clock.today():
        return
    left = _left(sheet, list(sheet.vouchers.all()))
    cause = events.record(
        "sheet.expired", subject=f"wallet:{sheet.wallet_id}", by=SYSTEM, sheet=number,
        returned_cents=sum(left.values()),
    )  # fmt: skip
    _end(sheet, left, cause)


def _left(sheet: VoucherSheet, rows: Sequence[Voucher]) -> dict[str, int]:
    """The cents on each account that is not empty, held still until the transaction ends."""
    codes = [row.account for row in rows]
    held = ledger.lock([f"wallet:{sheet.wallet_id}", *codes])
    return {code: held[code].balance for code in codes if held[code].balance > 0}


def _end(sheet: VoucherSheet, left: dict[str, int], cause: Id) -> None:
    _give_back(f"wallet:{sheet.wallet_id}", left, cause)
    sheet.ended_at = clock.now_ms()
    sheet.save(update_fields=["ended_at"])


def _give_back(wallet: str, left: dict[str, int], cause: Id) -> None:
    numbers = [int(code.removeprefix("voucher:")) for code in left]
    Voucher.objects.filter(pk__in=numbers).update(back=True)
    ledger.post(
        [
            Transfer(
                derived_id(cause, f"voucher_back:{code}"),
                code,
                wallet,
                cents,
                "voucher_back",
                cause,
            )
            for code, cents in left.items()
        ]
    )
