"""The wallet, its movements by month, the receipt of each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caisse.kernel import clock
from caisse.kernel.guard import in_menu, only
from caisse.kernel.ids import parse_id, short_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.pages import found, show
from caisse.kernel.wording import amount_in_words, bare
from caisse.merchants import queries as merchants
from caisse.month import queries as months
from caisse.payments import queries as payments
from caisse.payments.queries import WalletMonth
from caisse.payments.rules import GiftRules
from caisse.people import queries as people
from caisse.people.queries import Statement
from caisse.site.pages.member.mine import first_day, me_of, mine, terms, terms_and
from caisse.site.telling import wallet as words
from caisse.site.telling.messages import unread
from caisse.site.telling.sentences import Terms

KEPT = 10  # sales by telephone that the first page speaks of
NEWS_MS = 14 * clock.DAY_MS  # for how long an answer is news

BOUGHT = ("payment", "voucher", "aside")


@in_menu("member")
@only("member")
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """`/moi`: what is left, in figures and in words, what becomes of it, this month's movements."""
    me = me_of(request)
    if me.wallet_id is None or me.membership_id is None:
        return show(request, "site/member/no_wallet.html", {"me": me})
    today, (units, gifts) = clock.today(), terms_and(GiftRules)
    now = payments.wallet_month(me.wallet_id, Month.of(today))
    unspent = months.unspent(me.wallet_id, now.month)
    statements = people.timeline(me.membership_id)
    told = {
        "me": me,
        "unit": units.unit,
        "left": bare(now.left_cents),
        "in_words": amount_in_words(now.left_cents, units.unit),
        "first": _nothing_yet(me.wallet_id, now, statements),
        "empty": now.left_cents <= 0,
        "becoming": words.becoming(now.left_cents, unspent, today, units),
        "arriving": words.arriving(unspent, units),
        **_waiting(me.wallet_id, units, gifts),
        "standing": words.standing(statements, today),
        "news": _news(me.login, me.membership_id),
        "unread": unread(me, now.lines),
        **_shown(now),
    }
    return show(request, "site/member/wallet.html", told)


@in_menu("member")
@only("member")
@require_safe
def my_month(request: HttpRequest, month: str) -> HttpResponse:
    """`/moi/mouvements/<month>`: the movements of one month, and the way to the others."""
    _me, wallet_id, membership_id = mine(request)
    asked, now = _month(month), Month.of(clock.today())
    first = min(Month.of(first_day(membership_id)), now)
    if not first <= asked <= now:
        raise Http404
    told = {
        "unit": terms().unit,
        "now": clock.now_ms(),
        "earlier": asked.previous() if asked > first else None,
        "later": asked.next() if asked < now else None,
        **_shown(payments.wallet_month(wallet_id, asked)),
    }
    return show(request, "site/member/my_month.html", told)


@in_menu("member")
@only("member")
@require_safe
def my_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """`/moi/recu/<id>`: one movement of one's own wallet, and what it belongs to."""
    _me, wallet_id, _membership = mine(request)
    try:
        id = parse_id(receipt)
    except ValueError:
        raise Http404 from None
    line, units = found(payments.wallet_line(wallet_id, id)), terms()
    refunds = payments.refunds_of(id) if line.reason in BOUGHT else []
    number = payments.sale_behind(id) or id  # a part of a sale bears the words of the sale
    told = {
        "paper": words.paper(line, merchants.names(), units),
        "id": show_id(id),
        "number": short_id(number),
        "three": payments.words_of(number) if line.reason in ("payment", "refund", "aside") else (),
        "unit": units.unit,
        "month": Month.of(clock.day_of(line.at)),
        "refunds": [(show_id(one.id), one.cents, one.at) for one in refunds],
    }
    return show(request, "site/member/my_receipt.html", told)


def _kept(wallet_id: int, units: Terms) -> list[str]:
    """What waits to be typed at places, in sentences."""
    rows = payments.open_paper_sales(wallet_id=wallet_id, limit=KEPT)
    names = merchants.names() if rows else {}
    return [words.kept(row, names, units) for row in rows]


def _waiting(wallet_id: int, units: Terms, gifts: GiftRules) -> dict[str, Any]:
    """What is kept for sales by telephone, what is set aside for those without network, whether one
    may give."""
    set_aside = [words.aside(row, units) for row in payments.asides(wallet_id)]
    giving = gifts.gift_month_max_cents > 0
    return {"kept": _kept(wallet_id, units), "aside": set_aside, "giving": giving}


def _shown(shown: WalletMonth) -> dict[str, Any]:
    """The movements of a month, newest first, and what was left around them."""
    names = merchants.names() if shown.lines else {}
    bought = [line for line in shown.lines if line.reason in (*BOUGHT, "refund")]
    spent = sum(line.voucher_cents + line.aside_cents - line.cents for line in bought)
    return {
        "month": shown.month,
        "before": shown.month.previous(),
        "movements": [words.told(line, names) for line in reversed(shown.lines)],
        "before_cents": shown.before_cents,
        "left_cents": shown.left_cents,
        "spent_cents": spent,
    }


def _nothing_yet(wallet_id: int, now: WalletMonth, statements: list[Statement]) -> bool:
    """True for a wallet that nothing ever entered: its household has just joined."""
    if now.lines or now.left_cents or not statements:
        return False
    before = now.month.previous()
    if statements[0].since < before.first:
        return False
    return not payments.wallet_month(wallet_id, before).lines


def _news(login: str, membership_id: int) -> bool:
    """True when the office has answered a question of this person in the last days."""
    asked = people.questions(subject=f"membership:{membership_id}", asked_by=login, limit=10)
    since = clock.now_ms() - NEWS_MS
    return any(one.answered_at is not None and one.answered_at > since for one in asked)


def _month(text: str) -> Month:
    """A month of an address. Raises Http404 for what is none."""
    try:
        return Month.parse(text)
    except ValueError:
        raise Http404 from None
