"""My data: what is held, why, for how long; as a file for machines and as printed pages."""

import json

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.kernel import clock, paper
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import found, show
from caisse.kernel.wording import day
from caisse.merchants import queries as merchants
from caisse.messages import queries as messages
from caisse.messages.queries import RemarkRow
from caisse.payments import queries as payments
from caisse.payments.queries import WalletLine
from caisse.people import queries as people
from caisse.people.queries import HeldWallet
from caisse.people.rules import RetentionRules
from caisse.site.pages.member.mine import terms
from caisse.site.telling.details import Device, Gathered, categories, sheets
from caisse.site.telling.details_file import document

ALL = 1_000_000  # more than a household ever has


@in_menu("member")
@only("member")
@require_safe
def my_details(request: HttpRequest) -> HttpResponse:
    """`/moi/donnees`: everything that is held about me, in plain words, and my rights."""
    all_ = gathered(request, movements=False)
    asks = bool(all_.held.households)
    told = {"categories": categories(all_), "asks": asks, "member": bool(all_.movements) and asks}
    return show(request, "site/member/my_details.html", told)


@in_menu("member")
@only("member")
@require_safe
def my_details_json(request: HttpRequest) -> HttpResponse:
    """`/moi/donnees.json`: the same for machines, every movement included."""
    text = json.dumps(document(gathered(request)), ensure_ascii=False, indent=1)
    return _attached(text.encode(), "application/json; charset=utf-8", "json")


@in_menu("member")
@only("member")
@require_safe
def my_details_pdf(request: HttpRequest) -> HttpResponse:
    """`/moi/donnees.pdf`: the same as printed pages."""
    title = _("Ce que la caisse garde sur vous")
    made = paper.pdf(title=title, body=sheets(gathered(request)))
    return _attached(made, "application/pdf", "pdf")


def gathered(request: HttpRequest, *, movements: bool = True) -> Gathered:
    """All that is held about the person who asks; each movement only for who asks for them."""
    held, founding = found(people.personal(by(request).id)), bylaws.founding()
    rules = bylaws.in_force(RetentionRules, month=Month.of(clock.today()))
    numbers = [number for home in held.households for number, _states in home.memberships]
    return Gathered(
        caisse="" if founding is None else founding.name,
        terms=terms(),
        held=held,
        devices=_devices(request),
        factors=_factors(request),
        movements=tuple((one, _lines(one) if movements else ()) for one in held.wallets),
        contributions=tuple(
            (number, contributions.pledges_of(number), contributions.statement(number))
            for number in numbers
        ),
        contacts=tuple(one for number in numbers for one in people.contacts_of(number, limit=ALL)),
        looks=tuple(one for number in numbers for one in people.looks(number, limit=ALL)),
        story=tuple(one for number in numbers for one in people.happened_to(number, limit=ALL)),
        places=merchants.names(),
        roads=messages.chosen(held.person_id),
        told_on=tuple(messages.devices(held.person_id)),
        remarks=_remarks(held.wallets),
        kept_months=rules.member_file_months,
    )


def _lines(wallet: HeldWallet) -> tuple[WalletLine, ...]:
    """The movements of a wallet in their order, up to the day on which its holder ended."""
    lines = payments.last_lines(wallet.wallet_id, limit=ALL, with_vouchers=True)[::-1]
    if wallet.until is None:
        return lines
    end = clock.instant(wallet.until) + clock.DAY_MS
    return tuple(line for line in lines if line.at < end)


def _remarks(wallets: tuple[HeldWallet, ...]) -> tuple[RemarkRow, ...]:
    """What did not pass with the wallets that are hers today."""
    until = clock.now_ms() + 1
    return tuple(
        row
        for wallet in wallets
        if wallet.until is None
        for row in messages.remarks(wallet.wallet_id, until_ms=until, limit=ALL)
    )


def _devices(request: HttpRequest) -> tuple[Device, ...]:
    rows = UserSession.objects.filter(user=request.user.pk).order_by("-last_seen_at")
    return tuple(
        Device(
            row.ip,
            row.user_agent,
            day(localdate(row.created_at)),
            day(localdate(row.last_seen_at)),
        )
        for row in rows[:100]
    )


def _factors(request: HttpRequest) -> tuple[str, ...]:
    rows = Authenticator.objects.filter(user=request.user.pk).order_by("pk")
    return tuple(rows.values_list("type", flat=True))


def _attached(body: bytes, kind: str, ending: str) -> HttpResponse:
    """A file to keep; its name says nothing of its reader."""
    response = HttpResponse(body, content_type=kind)
    name = f"mes-donnees-{clock.today().isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
