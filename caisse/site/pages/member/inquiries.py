"""A member's questions to the office, and the answers."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import parse_id
from caisse.kernel.pages import done, show
from caisse.kernel.wording import day, hour
from caisse.merchants import queries as merchants
from caisse.messages import queries as messages
from caisse.payments import queries as payments
from caisse.people import operations as act
from caisse.people import queries as people
from caisse.people.queries import Me
from caisse.site.pages.member.forms import InquiryForm
from caisse.site.pages.member.mine import me_of, membership_for, terms
from caisse.site.telling import wallet as words
from caisse.site.telling.remarks import remarked


@in_menu("member")
@only("member")
@require_safe
def my_inquiries(request: HttpRequest) -> HttpResponse:
    """`/moi/demandes`: what I asked, what was answered."""
    me = me_of(request)
    subject = f"membership:{membership_for(me)}"
    asked = people.questions(subject=subject, asked_by=me.login)
    names = people.names_of({one.answered_by for one in asked if one.answered_by})
    rows = [(one, names.get(one.answered_by, one.answered_by)) for one in asked]
    return show(request, "site/member/my_inquiries.html", {"rows": rows})


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_inquiry(request: HttpRequest) -> HttpResponse:
    """`/moi/demander`: ask the office; the page one comes from may say what it is about."""
    me = me_of(request)
    subject = f"membership:{membership_for(me)}"
    form = InquiryForm(request.POST or None, initial=_begun(request, me))
    if form.carries_out(
        lambda: act.ask(subject=subject, by=by(request), id=form.operation_id, **form.said)
    ):
        return done(request, _("L’équipe a votre demande. La réponse arrive ici."), "my_inquiries")
    return show(request, "site/member/my_inquiry.html", form=form)


def _begun(request: HttpRequest, me: Me) -> dict[str, str]:
    """What the form begins with: the kind and a first sentence, chosen by codes of the address."""
    kind, about = request.GET.get("sujet", ""), request.GET.get("quoi", "")
    begun = {"kind": kind} if kind in people.inquiry_kinds() else {}
    text = sentences().get(about, "") or _of_receipt(request.GET.get("recu", ""), me)
    text = text or _of_remark(request.GET.get("refus", ""), me)
    return {**begun, "text": text} if text else begun


def sentences() -> dict[str, str]:
    """First sentences of a question, by the code of the address."""
    return {
        "corriger": _("Je demande que mes données soient corrigées : "),
        "effacer": _("Je demande que mes données soient effacées dès que possible."),
        "rester": _("Je ne veux plus partir : je demande à rester membre."),
        "composition": _("Dans le foyer, voici ce qui change, et quand : "),
        "titulaire": _("Une personne ne doit plus payer avec le porte-monnaie : "),
    }


def _of_receipt(number: str, me: Me) -> str:
    """« Achat du 10 février 2024, −23,50 MonA : », of one's own receipt; "" for any other."""
    try:
        id = parse_id(number)
    except ValueError:
        return ""
    line = None if me.wallet_id is None else payments.wallet_line(me.wallet_id, id)
    if line is None:
        return ""
    paper = words.paper(line, merchants.names(), terms())
    return f"{paper.title}, {paper.amount}\u00a0: "


def _of_remark(number: str, me: Me) -> str:
    """« Un achat de 120,00 MonA n’est pas passé à …, jeudi 1er février 2024, 9 h 30 : », of what
    did not pass with one's own wallet; "" for any other."""
    try:
        known = messages.remark(parse_id(number))
    except ValueError:
        return ""
    if known is None or known[0] != me.wallet_id:
        return ""
    title, _why = remarked(known[1], merchants.names(), terms().unit)
    local = clock.local(known[1].at)
    return f"{title}, {day(local.date(), weekday=True)}, {hour(local)}\u00a0: "
