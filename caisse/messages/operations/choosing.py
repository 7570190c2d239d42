"""What a person chooses: how she is told of what, on which devices, what she has read."""

from hmac import compare_digest

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.messages import push
from caisse.messages.models import Channel, Notice, Preference, Reader, Subscription, Topic
from caisse.messages.operations.kinds import language_of
from caisse.messages.queries import Reachable, reachable

ROADS: dict[Topic, tuple[Channel, ...]] = {
    Topic.PAYMENTS: (Channel.HERE, Channel.EMAIL, Channel.SMS, Channel.VOICE),
    Topic.ARRIVALS: (Channel.HERE, Channel.EMAIL, Channel.SMS, Channel.VOICE),
    Topic.MAIL: (Channel.EMAIL, Channel.LETTER),
}
"""The channels among which a person chooses for each topic; devices come on top."""

LANGUAGES = ("fr", "en")
MOST_DEVICES = 8  # of a person; the oldest gives way


@ledger.repeatable
@transaction.atomic
def choose(
    *,
    person_id: int,
    payments: str,
    arrivals: str,
    mail: str,
    by: Actor,
    language: str = "fr",
    id: Id | None = None,
) -> None:
    """How the person is told from now on of payments, of money that arrives, of all else.

    Repeatable by `id`. Raises Refusal: `channel` for one that is not among ROADS, `no_email`,
    `no_phone`, `no_mobile` for one that does not lead to her, `differs`.
    """
    asked = {Topic.PAYMENTS: payments, Topic.ARRIVALS: arrivals, Topic.MAIL: mail}
    said = {str(topic): channel for topic, channel in asked.items()}
    subject = f"person:{person_id}"
    if events.repeated("channel.chosen", subject=subject, id=id, language=language, **said):
        return
    known = reachable(person_id)
    for topic, channel in asked.items():
        if channel not in ROADS[topic]:
            raise Refusal("channel", "Choisissez un des moyens de la liste.")
        demand_way(channel, known)
    for topic, channel in asked.items():
        Preference.objects.update_or_create(
            person_id=person_id, topic=topic, defaults={"channel": channel}
        )
    _speak(person_id, language)
    events.record("channel.chosen", subject=subject, by=by, id=id, language=language, **said)


def demand_way(channel: str, known: Reachable) -> None:
    """Refuse a channel that does not lead to a person: `no_email`, `no_phone`, `no_mobile`."""
    if channel == Channel.EMAIL and not known.email:
        raise Refusal("no_email", "Nous n’avons pas cette adresse e-mail. L’équipe peut la noter.")
    if channel == Channel.VOICE and not known.phone:
        raise Refusal(
            "no_phone", "Nous n’avons pas de numéro de téléphone. L’équipe peut le noter."
        )
    if channel == Channel.SMS and not known.mobile:
        raise Refusal("no_mobile", "Nous n’avons pas de numéro mobile. L’équipe peut le noter.")


@ledger.repeatable
@transaction.atomic
def subscribe(
    *,
    person_id: int,
    endpoint: str,
    public_key: str,
    secret: str,
    amounts: bool,
    by: Actor,
    language: str = "fr",
    phone_id: int | None = None,
    id: Id | None = None,
) -> None:
    """Tell the person on this device too; `amounts`: its screen may show how much, and where.

    `endpoint`, `public_key`, `secret` are what the browser says (RFC 8030, 8291); `phone_id` is
    that of a telephone that pays. A device that was somebody else's is hers from now on. Repeatable
    by `id`. Raises Refusal: `subscription` for what no browser says, `differs`.
    """
    device = events.fingerprint(endpoint, public_key, secret)
    subject, said = f"person:{person_id}", {"device": device, "amounts": amounts}
    if events.repeated("push.subscribed", subject=subject, id=id, **said) is not None:
        return
    point, shared = _keys_of(public_key, secret)
    if len(endpoint) > 600 or not push.known_host(endpoint):
        raise Refusal("subscription", "Cet appareil ne peut pas être prévenu d’ici.")
    cause = events.record("push.subscribed", subject=subject, by=by, id=id, **said)
    Subscription.objects.filter(endpoint=endpoint).delete()
    Subscription.objects.create(
        person_id=person_id, endpoint=endpoint, public_key=point, secret=shared, amounts=amounts,
        phone_id=phone_id, made_at=clock.now_ms(), cause=cause,
    )  # fmt: skip
    rows = Subscription.objects.filter(person_id=person_id).order_by("-pk")
    Subscription.objects.filter(
        pk__in=list(rows.values_list("pk", flat=True)[MOST_DEVICES:])
    ).delete()
    _speak(person_id, language)


@ledger.repeatable
@transaction.atomic
def move_device(
    *, before: str, before_secret: str, endpoint: str, public_key: str, secret: str
) -> None:
    """A browser takes messages at another `endpoint` than `before`, with other keys.

    Whoever knows the secret of before is that browser. All else stays as it was chosen; told again,
    nothing changes. Raises Refusal: `unknown_device` for a device that is told no more, or that is
    another one, `subscription`.
    """
    own = _proven(before, before_secret)
    if own is None:
        if _proven(endpoint, secret) is None:
            raise Refusal("unknown_device", "Cet appareil n’est plus prévenu d’ici.")
        return
    subscribe(
        person_id=own.person_id, endpoint=endpoint, public_key=public_key, secret=secret,
        amounts=own.amounts, language=language_of(own.person_id), phone_id=own.phone_id, by=SYSTEM,
    )  # fmt: skip
    Subscription.objects.filter(pk=own.pk).exclude(endpoint=endpoint).delete()


def _proven(endpoint: str, secret: str) -> Subscription | None:
    """The device that is told there, if this is its secret."""
    row = Subscription.objects.select_for_update().filter(endpoint=endpoint).first()
    try:
        said = push.bytes_of(secret, push.SECRET_BYTES)
    except ValueError:
        return None
    return row if row is not None and compare_digest(bytes(row.secret), said) else None


def _keys_of(public_key: str, secret: str) -> tuple[bytes, bytes]:
    try:
        point = push.bytes_of(public_key, push.POINT_BYTES)
        shared = push.bytes_of(secret, push.SECRET_BYTES)
    except ValueError:
        point = shared = b""
    if not push.good_point(point):
        raise Refusal("subscription", "Cet appareil ne peut pas être prévenu d’ici.")
    return point, shared


@ledger.repeatable
@transaction.atomic
def unsubscribe(*, person_id: int, subscription_id: int, by: Actor) -> None:
    """Tell the person no more on this device; twice is once."""
    rows = Subscription.objects.filter(pk=subscription_id, person_id=person_id)
    if rows.delete()[0]:
        events.record("push.unsubscribed", subject=f"person:{person_id}", by=by)


def forget_phone(*, phone_id: int) -> None:
    """Tell nobody any more on a telephone that is blocked, or linked anew. In the caller's."""
    Subscription.objects.filter(phone_id=phone_id).delete()


@ledger.repeatable
@transaction.atomic
def mark_read(*, person_id: int, until_ms: int) -> None:
    """She has read what happened until then; it never goes back. No event: her own affair."""
    until = min(until_ms, clock.now_ms())
    row, _made = Reader.objects.get_or_create(person_id=person_id)
    Reader.objects.filter(pk=row.pk, read_until__lt=until).update(read_until=until)


@ledger.repeatable
@transaction.atomic
def forget_erased() -> int:
    """Forget what people chose whom the caisse has forgotten; how many rows went."""
    gone = {"person__given_name": "", "person__family_name": ""}
    models = (Preference, Reader, Subscription, Notice)
    return sum(model._default_manager.filter(**gone).delete()[0] for model in models)


@ledger.repeatable
@transaction.atomic
def send_balance(*, person_id: int, channel: str, by: Actor, id: Id) -> None:
    """Let a person hear what is left in her wallet, by SMS or by a call to the number on file.

    Whoever lets it leave does not see it. Once for each `id`. Raises Refusal: `channel`,
    `no_phone`, `no_mobile`, `differs`.
    """
    subject = f"person:{person_id}"
    if events.repeated("balance.sent", subject=subject, id=id, channel=channel) is not None:
        return
    if channel not in (Channel.SMS, Channel.VOICE):
        raise Refusal("channel", "Choisissez un des moyens de la liste.")
    demand_way(channel, reachable(person_id))
    events.record("balance.sent", subject=subject, by=by, id=id, channel=channel)
    Notice.objects.create(
        person_id=person_id, topic=Topic.PAYMENTS, kind="balance", cause=id, channel=channel,
        made_at=clock.now_ms(),
    )  # fmt: skip


def _speak(person_id: int, language: str) -> None:
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    Reader.objects.update_or_create(person_id=person_id, defaults={"language": spoken})
