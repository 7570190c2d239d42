"""Codes that link a device to the caisse: ten signs, once, for some time; wrong entries kill them.

The same for what a place cashes with and for what a member pays with.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from caisse.kernel.ids import SHORT
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.payments import wire
from caisse.payments.models import Linked

MOST_WRONG = 5
UNKNOWN_CODE = "Ce code n’est pas connu, ou il est trop ancien. Demandez-en un nouveau."
CODE_FIELDS = ["selector", "digest", "expires_at", "wrong", "used"]
Row = TypeVar("Row", bound=Linked)
Told = TypeVar("Told")


def new_code(row: Linked, lives: timedelta) -> str:
    """A new code for this device, « K7M2-Q4XP-9T »; whatever code it had is worth nothing."""
    while True:
        code = "".join(secrets.choice(SHORT) for _ in range(wire.CODE_SIGNS))
        row.selector, row.digest = code[: wire.SELECTOR_SIGNS], _digest(code)
        row.expires_at, row.wrong, row.used = timezone.now() + lives, 0, False
        try:
            with transaction.atomic():
                row.save(update_fields=CODE_FIELDS)
        except IntegrityError:  # one in a million: another code begins with these signs
            continue
        return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def no_code(row: Linked) -> None:
    """Whatever code this device has is worth nothing any more."""
    row.selector, row.digest, row.expires_at = "", "", None
    row.save(update_fields=["selector", "digest", "expires_at"])


def linked(
    rows: QuerySet[Row],
    *,
    code: str,
    public_key: bytes,
    link: Callable[[Row], None],
    tell: Callable[[Row], Told],
) -> Told:
    """Link the device whose code it is to who made `public_key`, once for each code.

    `link` is done the first time; sent again, the same is told. Raises Refusal: `code_unknown`,
    `key`.
    """
    try:
        wire.read_point(public_key)
    except ValueError:
        raise Refusal("key", "Cet appareil ne sait pas faire de clé. Essayez un autre.") from None

    @ledger.repeatable
    def enrol() -> Told | None:
        row = _invited(rows, code).select_for_update().first()
        if row is None:
            return None
        if not hmac.compare_digest(row.digest, _digest(code)):
            row.wrong += 1
            row.save(update_fields=["wrong"])
            return None
        if row.used and bytes(row.public_key) != public_key:
            return None
        if not row.used:
            if row.public_key:
                row.generation += 1
            row.public_key, row.used = public_key, True
            link(row)
            row.save()
        return tell(row)

    # A guess that begins like no code of this moment takes no turn of who writes.
    answer = enrol() if _invited(rows, code).exists() else None
    if answer is None:  # the wrong entry is counted, so it is told after the commit
        raise Refusal("code_unknown", UNKNOWN_CODE)
    return answer


def _invited(rows: QuerySet[Row], code: str) -> QuerySet[Row]:
    """The device whose code begins so, while that code is good."""
    begins = wire.tidy_code(code)[: wire.SELECTOR_SIGNS]
    good = rows.filter(expires_at__gt=timezone.now(), wrong__lt=MOST_WRONG)
    return good.filter(selector=begins).exclude(selector="")


def _digest(code: str) -> str:
    letters = wire.tidy_code(code)[:40]
    return salted_hmac("caisse.payments.device", letters, algorithm="sha256").hexdigest()
