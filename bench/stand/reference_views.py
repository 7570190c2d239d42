"""The references over HTTP: the same payment by a Django view, without any middleware.

(a) `row_locks`: what has to be known is asked of the ORM, then one transaction locks the wallet,
the place and the bucket of tries in order, looks the id up, inserts, updates both balances. (b)
`one_call`: one statement looks everything up, one PL/pgSQL call pays. (c) `nothing` only answers.
Each proves the device and compares the PIN as ours does, and writes the same columns.
"""

import hmac
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Func, Value
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench.stand.references import SQL
from caisse.kernel import clock
from caisse.kernel.ids import Id, instant_of, show_id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.models import Account, Tip, Transfer
from caisse.payments import keys, pins, wire
from caisse.payments.api.messages import Asked, Told, an_id, padded, read, refused
from caisse.payments.api.proof import device_of, key_of, said_of
from caisse.payments.models import Pin
from caisse.payments.operations.paying import is_a_way
from caisse.payments.operations.tills import is_open, tries_account
from caisse.payments.queries import Receipt
from caisse.payments.reasons import declined
from caisse.people import queries as people

NAMES = ("id", "method", "cents", "handle", "pin", "attempt")
LOOK = (SQL / "look.sql").read_text()


def _asked(request: HttpRequest) -> Asked:
    said = request.META
    return Asked(
        "POST", request.path, request.read(), said["HTTP_CAISSE_TILL"], said["HTTP_CAISSE_MAC"], ""
    )


def _answer(told: Told) -> HttpResponse:
    headers = {"Content-Length": str(len(told.body)), "Caisse-Time": str(clock.now_ms())}
    return HttpResponse(
        told.body, status=told.status, content_type="application/json", headers=headers
    )


def _receipt(id: Id, wallet: int, place: int, cents: int, *, again: bool) -> Told:
    told = Receipt(id, "payment", wallet, place, cents, instant_of(id), 0, 0)
    return Told(200 if again else 201, padded(told.for_shop()))


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """(c) An answer as long as a receipt."""
    request.read()
    return _answer(Told(200, padded(b"{}")))


@csrf_exempt
def row_locks(request: HttpRequest) -> HttpResponse:
    """(a) The ORM, one transaction, row locks."""
    asked = _asked(request)
    device = device_of(asked)
    if device is None or device.state != "active" or device.till is None:
        return _answer(refused(declined("till_suspended")))
    said = read(asked, NAMES)
    id, cents, place = an_id(said["id"]), said["cents"], f"place:{device.place_id}"
    till = bytes(device.till)
    known = books.accounts([place, tries_account(till)])
    paused = known[tries_account(till)]
    shut = known[place].state != "open" or paused.held >= (paused.ceiling or 0)
    if shut or not is_a_way("pin") or not is_open(till, device.place_id):
        return _answer(refused(declined("means_unavailable")))
    holder = people.holder(said["handle"])
    pin = None if holder is None else Pin.objects.filter(pk=holder.id).first()
    if holder is None or pin is None or not _right(pin, said["pin"]):
        return _answer(refused(declined("code_wrong")))
    return _answer(_paid(id, holder.wallet_id, device.place_id, cents, till))


def _right(pin: Pin, digits: str) -> bool:
    layers = [int(each) for each in pin.layers.split()]
    salt, known = bytes(pin.salt), bytes(pin.verifier)
    return pins.matches(keys.pin_keys(), layers, pin.holder_id, salt, digits, known)


@transaction.atomic
def _paid(id: Id, wallet_id: int, place_id: int, cents: int, till: Id) -> Told:
    codes = [f"wallet:{wallet_id}", f"place:{place_id}", f"tries:{wallet_id}:u"]
    rows = Account.objects.select_for_update().filter(code__in=codes).order_by("code")
    held = {row.code: row for row in rows}
    wallet, place, bucket = (held[code] for code in codes)
    before = Transfer.objects.filter(pk=id).first()
    if before is not None:
        same = (before.debit, before.credit, before.cents) == (wallet.id, place.id, cents)
        if not same:
            return refused(declined("id_reused"))
        return _receipt(id, wallet_id, place_id, cents, again=True)
    if bucket.held >= (bucket.ceiling or 0):
        return refused(declined("code_paused"))
    if wallet.credits - wallet.debits - wallet.held - wallet.floor < cents:
        return refused(declined("funds_short"))
    wallet.debits += cents
    place.credits += cents
    Transfer.objects.create(
        id=id, debit=wallet.id, credit=place.id, cents=cents, unit="money", reason="payment",
        phase="posted", for_month=Month.of(clock.today()).number, cause=till, method="pin",
        unless=bucket.id, at=clock.now_ms(), seq=_next(),
        debit_after=wallet.credits - wallet.debits, credit_after=place.credits - place.debits,
    )  # fmt: skip
    wallet.save(update_fields=["debits"])
    place.save(update_fields=["credits"])
    return _receipt(id, wallet_id, place_id, cents, again=False)


def _next() -> Any:
    """A number for the row; of a sequence, which is cheaper than the gapless one of the ledger."""
    if connection.vendor == "postgresql":
        return Func(Value("bench_seq"), function="nextval")
    Tip.objects.update(seq=F("seq") + 1)
    return Tip.objects.values_list("seq", flat=True).get()


@csrf_exempt
def one_call(request: HttpRequest) -> HttpResponse:
    """(b) One look, one call; its article was read before and is believed."""
    asked = _asked(request)
    told, today = said_of(asked.till) or (0, 0), clock.today()
    said = read(asked, NAMES)
    id, cents = an_id(said["id"]), said["cents"]
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [*told, said["handle"], today, today])
        found = cursor.fetchone()
        if found is None:
            return _answer(refused(declined("code_wrong")))
        point, state, till, place, place_row, holder, wallet, wallet_row, *pin, good = found
        key = key_of(bytes(point), *told)
        proof = wire.proof(key, asked.method, asked.path, asked.body)
        if state != "active" or not hmac.compare_digest(proof, asked.mac):
            return _answer(refused(declined("till_suspended")))
        right = _right(
            Pin(holder_id=holder, salt=pin[0], verifier=pin[1], layers=pin[2]), said["pin"]
        )
        if not right or not good:
            return _answer(refused(declined("code_wrong")))
        month = Month.of(today).number
        cursor.execute(
            "SELECT bench_pay(%s, %s, %s, %s, %s, %s, %s)",
            [show_id(id), wallet_row, place_row, cents, month, till, clock.now_ms()],
        )
        answer = cursor.fetchone()[0]
    if answer not in ("posted", "exists"):
        return _answer(refused(declined("funds_short")))
    return _answer(_receipt(id, wallet, place, cents, again=answer == "exists"))


VIEWS = {"row_locks": row_locks, "one_call": one_call, "nothing": nothing}
urlpatterns: list[Any] = []  # one of them: `bench.stand.answering` fills it


def serve_only(name: str) -> None:
    """Answer the till's own address by this view."""
    urlpatterns[:] = [path("api/v1/payments", VIEWS[name])]
