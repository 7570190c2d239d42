"""What the caisse says at once of a code, a card or a telephone: somebody else may have done it.

Source: payments.md 2.5, notice on every channel. No alert holds a code, a card's number or a name;
each says when and where it was, and whom to call.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from caisse.kernel import clock, events
from caisse.kernel.ids import Id
from caisse.kernel.wording import day, hour
from caisse.messages import queries as messages
from caisse.messages.operations import Letter, composes
from caisse.payments.operations import BY_REFERENTS
from caisse.people.queries import Addressee
from caisse.site.telling.purchases import hello, shortly, when_aloud


@composes("pin_reset", gettext_noop("nouveau code demandé"))
def pin_reset(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whom two referents have confirmed: so that she can say that it was not she."""
    return _alert(
        cause,
        _("Un nouveau code pour payer est demandé"),
        _("Deux référents ont dit que vous demandez un nouveau code pour payer, %(when)s."),
        _("C’est bien vous ? Tapez les deux moitiés qu’ils vous ont dites."),
        _("Un code tiré à l’accueil annule cette demande."),
    )


@composes("pin_drawn", gettext_noop("premier code pour payer"))
def pin_drawn(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whom a first code was drawn: a wallet that pays by telephone has none to be missed."""
    return _alert(
        cause,
        _("Votre premier code pour payer est prêt"),
        _("Votre premier code pour payer a été tiré à l’accueil, %(when)s."),
        _("L’accueil vous le donne sur papier, à vous seul·e."),
    )


@composes("pin_redrawn", gettext_noop("nouveau code pour payer"))
def pin_redrawn(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whose code was drawn anew: at the desk, or by what two referents said."""
    event = events.happened(cause)
    if event is not None and event.by == BY_REFERENTS:
        said = _("Un nouveau code pour payer a été tiré avec l’aide de deux référents, %(when)s.")
    else:
        said = _("Un nouveau code pour payer a été donné à l’accueil, %(when)s.")
    worthless = _("L’ancien code ne marche plus. Votre argent reste.")
    return _alert(cause, _("Vous avez un nouveau code pour payer"), said, worthless)


@composes("card_remade", gettext_noop("nouvelle carte pour payer"))
def card_remade(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whose card was made anew by somebody else."""
    return _alert(
        cause,
        _("Vous avez une nouvelle carte pour payer"),
        _("Une nouvelle carte pour payer a été faite à l’accueil, %(when)s."),
        _("L’ancienne carte ne marche plus. Votre argent reste."),
    )


@composes("card_blocked", gettext_noop("carte bloquée"))
def card_blocked(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whose card was blocked by somebody else."""
    return _alert(
        cause,
        _("Votre carte pour payer est bloquée"),
        _("Votre carte pour payer a été bloquée à l’accueil, %(when)s."),
        _("Elle ne paie plus rien. Votre argent reste."),
    )


@composes("phone_linked", gettext_noop("téléphone relié pour payer"))
def phone_linked(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To whose wallet a telephone was linked, by whomever."""
    return _alert(
        cause,
        _("Un téléphone paie avec votre argent"),
        _("Un téléphone a été relié à votre porte-monnaie, %(when)s."),
        _("Il peut payer. Vous pouvez le bloquer à tout moment."),
    )


def _alert(cause: Id, title: str, said: str, *more: str) -> Letter:
    """The same for every road; `said` takes %(when)s."""
    event = events.happened(cause)
    at = clock.now_ms() if event is None else event.at
    local = clock.local(at)
    when = _("le %(day)s à %(hour)s") % {"day": day(local.date()), "hour": hour(local)}
    call, shorter = _call()
    return Letter(
        title,
        (said % {"when": when}, *more, call),
        (),
        (_("Caisse : %(said)s") % {"said": said % {"when": shortly(at)}}, shorter, *more),
        " ".join((hello(), f"{title}.", when_aloud(at), *more, call)),
        (title, f"{when}. {call}"),
    )


def _call() -> tuple[str, str]:
    """What one does at once who knows nothing of it; the same in an SMS."""
    said = {"phone": messages.reach().phone}
    if said["phone"]:
        long = _("Ce n’est pas vous ? Appelez tout de suite l’accueil : %(phone)s.") % said
        return long, _("Pas vous ? %(phone)s.") % said
    long = _("Ce n’est pas vous ? Dites-le tout de suite à l’accueil.")
    return long, _("Pas vous ? Dites-le à l’accueil.")
