"""What a member is told: the list of it, and how she wants to hear of it."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import after, done, found, once, show
from caisse.merchants import queries as merchants
from caisse.messages import operations as act
from caisse.messages import queries as messages
from caisse.site.pages.member.forms import ChannelsForm, PushForm
from caisse.site.pages.member.mine import me_of, terms
from caisse.site.telling.letters import read_letter
from caisse.site.telling.messages import items

SHOWN = 20  # messages of one page


@in_menu("member")
@only("member")
@require_safe
def my_messages(request: HttpRequest) -> HttpResponse:
    """`/moi/messages`: what moved, what did not pass, what the caisse wrote; the newest first."""
    me, now = me_of(request), clock.now_ms()
    until = after(request, "avant")
    rows, following = items(
        me, merchants.names(), terms().unit, until_ms=now + 1 if until is None else until,
        limit=SHOWN,
    )  # fmt: skip
    told = {"rows": rows, "next": following, "now": now, "new": any(row.new for row in rows)}
    return show(request, "site/member/my_messages.html", told)


@in_menu("member")
@only("member")
@require_POST
def my_messages_read(request: HttpRequest) -> HttpResponse:
    """`/moi/messages/lu`: all that was shown is read."""
    until = once(request, "until")
    if until.isdecimal():
        act.mark_read(person_id=found(me_of(request).person_id), until_ms=int(until[:15]))
    return HttpResponseRedirect(reverse("my_messages"))


@in_menu("member")
@only("member")
@require_safe
def my_letter(request: HttpRequest, notice_id: int) -> HttpResponse:
    """`/moi/messages/<n>`: one letter of the caisse to me, in its words of today."""
    me = me_of(request)
    row, cause = found(messages.mail_to(found(me.person_id), notice_id))
    letter = found(read_letter(row, cause, found(me.person_id)))
    words = {"row": row, "letter": letter, "road": messages.channel_labels()[row.channel]}
    return show(request, "site/member/my_letter.html", words)


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_channels(request: HttpRequest) -> HttpResponse:
    """`/moi/prevenir`: by what road I hear of payments, of money that arrives, of all else."""
    person = found(me_of(request).person_id)
    known, chosen = messages.reachable(person), messages.chosen(person)
    form = ChannelsForm(request.POST or None, known=known, chosen=chosen)
    if form.carries_out(
        lambda: act.choose(
            person_id=person, language=get_language() or "fr", by=by(request),
            id=form.operation_id, **form.said,
        )
    ):  # fmt: skip
        return done(request, _("C’est noté. Cela vaut à partir de maintenant."), "my_channels")
    told = {"known": known, "devices": messages.devices(person), "push_key": messages.push_key()}
    told["push"] = PushForm()
    return show(request, "site/member/my_channels.html", told, form=form)


@in_menu("member")
@only("member")
@require_POST
def my_push(request: HttpRequest) -> HttpResponse:
    """`/moi/prevenir/appareil`: what the browser said, so that this device is told."""
    form, person = PushForm(request.POST), found(me_of(request).person_id)
    if form.carries_out(
        lambda: act.subscribe(
            person_id=person, language=get_language() or "fr", by=by(request),
            id=form.operation_id, **form.said,
        )
    ):  # fmt: skip
        return done(request, _("Cet appareil vous prévient maintenant."), "my_channels")
    return show(request, "site/member/my_push_refused.html", form=form)


@require_safe
def push_watch(request: HttpRequest) -> HttpResponse:
    """`/moi/prevenir/appareil/veille`: the service worker that shows what arrives on a device."""
    said = Path(found(finders.find("payments/shown.js"))).read_text(encoding="utf-8")
    return HttpResponse(
        said,
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": reverse("my_messages")},
    )


@in_menu("member")
@only("member")
@require_POST
def my_push_end(request: HttpRequest, pk: int) -> HttpResponse:
    """`/moi/prevenir/appareil/<n>/retirer`: that device is told no more."""
    act.unsubscribe(person_id=found(me_of(request).person_id), subscription_id=pk, by=by(request))
    return done(request, _("Cet appareil ne vous prévient plus."), "my_channels")
