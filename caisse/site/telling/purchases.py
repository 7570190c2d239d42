"""What the caisse says of a purchase, a refund, money that arrives, a refusal: on every road.

An SMS begins with what matters most, what does not fit falls off its end; a call says figures as
people do; a screen that may be locked says no amount unless its owner wants it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.wording import (
    amount,
    amount_in_words,
    capital,
    day,
    english,
    hour,
    month_name,
)
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.messages import queries as messages
from caisse.messages.operations import Letter, composes
from caisse.messages.queries import RemarkRow
from caisse.payments import queries as payments
from caisse.payments.queries import WalletLine
from caisse.people import queries as people
from caisse.people.queries import Addressee
from caisse.site.telling import wallet as words
from caisse.site.telling.letters import unit
from caisse.site.telling.remarks import remarked, set_aside_then
from caisse.site.telling.remarks import why as why_not


@dataclass(frozen=True, slots=True)
class _Moved:
    """What moved, in words: its title, how much, what is left, where, when (ms), three words.

    `left` is None where the wallet's money did not move: a voucher was paid before.
    """

    title: str
    cents: int
    left: int | None
    place: str
    at: int
    three: tuple[str, ...] = ()


@composes("purchase", "achat")
def purchase(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After a purchase."""
    return _of_transfer(to, cause, _("Un achat vient d’être fait"), _("Achat"))


@composes("cashed", gettext_noop("bon encaissé"))
def cashed(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After a voucher of hers was cashed: perhaps by whom she gave it to."""
    return _of_transfer(to, cause, _("Un de vos bons vient d’être encaissé"), _("Bon encaissé"))


@composes("refund", "remboursement")
def refund(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After a refund."""
    return _of_transfer(to, cause, _("Un lieu vous a remboursé"), _("Remboursement"))


@composes("correction", "correction")
def correction(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After the caisse undid a purchase, a refund or a credit by mistake."""
    return _of_transfer(to, cause, _("Une écriture est corrigée"), _("Correction"))


@composes("gift", gettext_noop("don reçu"))
def gift(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """When another household has given; who it was is not told."""
    return _of_transfer(to, cause, _("Un autre foyer vous a fait un don"), _("Don reçu"))


@composes("given", gettext_noop("don fait"))
def given(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After a gift: whoever did not make it says so."""
    return _of_transfer(to, cause, _("Un don vient d’être fait"), _("Don"))


@composes("credit", "argent arrivé")
def credit(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """When the month's money is there."""
    found = _line(to, cause)
    if found is None:
        return None
    title = _("Votre versement est arrivé")
    told = _Moved(title, found.cents, found.left_cents, "", found.at)
    month = (_("Mois"), month_name(found.for_month))
    return _letter(told, _("Versement"), contest=False, more=(month,))


@composes("refused", "achat refusé")
def refused(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """After a purchase that did not pass though the wallet was known: a right code, a card of it,
    a QR of its telephone, a voucher of it."""
    found = messages.remark(cause)
    if found is None:
        return None
    wallet_id, one = found
    if one.kind != "refused":
        return _shown(one)
    held = set_aside_then([one], wallet_id).get(one.id)
    title, why = _("Un achat n’est pas passé"), why_not(one, held)
    place, nothing = _name(one.place_id), _("Rien n’a été prélevé.")
    asked = amount(one.cents or 0, unit(), decimals=True)
    return Letter(
        title,
        (nothing, why, _contest()),
        ((_("Montant demandé"), asked), *_where_and_when(place, one.at)),
        (_("Caisse : achat refusé, rien n’est prélevé."), why, f"{place}, {shortly(one.at)}."),
        " ".join((hello(), title, _at(place), nothing, why)),
        (title, f"{asked}, {place}. {why}"),
    )


def _shown(one: RemarkRow) -> Letter:
    """After a card, a QR or a voucher was shown that is not taken: perhaps not by its owner.

    The subject names neither place nor amount: others may read a list of mails, or a screen.
    """
    place = _name(one.place_id)
    names = {} if one.place_id is None else {one.place_id: place}
    title, text = remarked(one, names, unit())
    subject = {
        "card": _("Votre carte a été présentée et refusée"),
        "qr": _("Un QR de votre téléphone a été refusé"),
        "voucher": _("Un de vos bons a été refusé"),
    }[one.kind]
    said = f"{title}."
    return Letter(
        subject,
        (said, text, _contest()),
        _where_and_when(place, one.at),
        (_("Caisse : %(said)s") % {"said": said}, f"{shortly(one.at)}.", _contest_shortly()),
        " ".join((hello(), said, text, when_aloud(one.at), _contest())),
        (subject, said),
    )


@composes("aside", gettext_noop("argent mis de côté"))
def aside(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """What was set aside for sales without network, and what came back, in a part of a day."""
    first = books.transfer(cause)
    wallet = people.wallet_of_person(to.person_id)
    account = None if wallet is None else books.account(f"wallet:{wallet}")
    if first is None or account is None or account.code not in (first.debit, first.credit):
        return None
    part = messages.told_together(first.at)
    lines = books.lines(
        account.code, since_ms=part.since, until_ms=part.until, reasons=("reserve", "release")
    )
    out = -sum(line.cents for line in lines if line.cents < 0)
    back = sum(line.cents for line in lines if line.cents > 0)
    title = _("De l’argent a été mis de côté") if out else _("De l’argent mis de côté est revenu")
    told = [
        (label, amount(cents, unit(), decimals=True))
        for label, cents in (
            (_("Mis de côté pour payer sans réseau"), out),
            (_("Revenu dans le porte-monnaie"), back),
        )
        if cents
    ]  # fmt: skip
    left = (_("Il vous reste"), amount(max(0, account.available), unit(), decimals=True))
    said = [f"{label} : {value}." for label, value in (*told, left)]
    on = (_("Jour"), day(clock.day_of(first.at), weekday=True))
    return Letter(
        title,
        (f"{title}.", _contest()),
        (on, *told, left),
        (_("Caisse : %(said)s") % {"said": said[0]}, *said[1:], _contest_shortly()),
        " ".join((hello(), *said, _contest())),
        (title, " ".join(said[:-1])),
    )


@composes("balance", "solde")
def balance(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """What is left, and the last purchases: for who asks by telephone."""
    wallet = people.wallet_of_person(to.person_id)
    if wallet is None:
        return None
    names, lines = merchants.names(), payments.last_lines(wallet, limit=3)
    left = lines[0].left_cents if lines else 0
    said = _("Il vous reste %(left)s.")
    told = [words.told(line, names) for line in lines]
    title = _("Ce qui vous reste")
    return Letter(
        title,
        (said % {"left": amount(left, unit(), decimals=True)},),
        (),
        (
            _("Caisse : il vous reste %(left)s.") % {"left": amount(left, unit(), decimals=True)},
            *(f"{one.title} {one.signed}".strip() + "." for one in told),
        ),
        " ".join((hello(), said % {"left": _aloud(left)}, *_last_aloud(lines, told))),
        (title, ""),
    )


def _last_aloud(lines: Sequence[WalletLine], told: Sequence[words.Told]) -> Iterator[str]:
    """« Vendredi 10 · achat, Épicerie du Figuier, vingt-trois MonA. »"""
    if lines:
        yield _("Vos derniers mouvements.")
    for line, one in zip(lines, told, strict=True):
        when = words.weekday(clock.day_of(line.at))
        yield f"{capital(when)} : {one.kind}, {one.title}, {_aloud(_cents(line))}."


def _of_transfer(to: Addressee, cause: Id, title: str, kind: str) -> Letter | None:
    """Of what moved between a wallet and a place, or another account of the caisse's."""
    found = _line(to, cause)
    if found is None:
        return None
    sale = payments.sale_behind(cause) or cause
    three = () if found.place_id is None or found.undone else payments.words_of(sale)
    place, cents = _name(found.place_id), _cents(found)
    left = None if found.voucher_cents else found.left_cents
    return _letter(_Moved(title, cents, left, place, found.at, three), kind)


def _cents(line: WalletLine) -> int:
    """What was paid or came, also of money that had left the wallet before."""
    return abs(line.aside_cents or line.voucher_cents or line.cents)


def _line(to: Addressee, cause: Id) -> WalletLine | None:
    """What moved, as the holders of its wallet read it; None for what is nobody's.

    A gift is read by both: each learns what is left in the own wallet, never in the other.
    """
    moved = books.transfer(cause)
    sides = () if moved is None else (moved.debit, moved.credit)
    known = (
        payments.wallet_behind(one)
        for one in sides
        if one.startswith(("wallet:", "reserve:", "voucher:"))
    )
    wallets = [number for number in known if number is not None]
    if len(wallets) > 1:
        own = people.wallet_of_person(to.person_id)
        wallets = [number for number in wallets if number == own]
    return payments.wallet_line(wallets[0], cause) if wallets else None


def _letter(
    told: _Moved, kind: str, *, contest: bool = True, more: tuple[tuple[str, str], ...] = ()
) -> Letter:
    """The same for every road."""
    said = amount(told.cents, unit(), decimals=True)
    left: tuple[tuple[str, str], ...] = ()
    begins = _("Caisse : %(what)s de %(amount)s.")
    values = {"what": kind.lower(), "amount": said}
    if told.left is not None:
        values["left"] = amount(told.left, unit(), decimals=True)
        left = ((_("Il vous reste"), values["left"]),)
        begins = _("Caisse : %(what)s de %(amount)s, reste %(left)s.")
    three = ((_("Trois mots"), " · ".join(told.three)),) if told.three else ()
    where = _where_and_when(told.place, told.at)
    facts = ((_("Montant"), said), *more, *where, *left, *three)
    if contest:
        ending = _contest()
    else:
        ending = _("Tout est dans votre espace, à « Porte-monnaie ».")
    short = [begins % values, f"{told.place}, {shortly(told.at)}." if told.place else ""]
    short.append(_contest_shortly() if contest else "")
    short.append(f"{_('Mots')} : {' '.join(told.three)}." if told.three else "")
    return Letter(
        told.title,
        (_("%(title)s avec votre porte-monnaie.") % {"title": told.title}
         if contest and told.three and left else f"{told.title}.", ending),
        facts,
        tuple(short),
        _spoken(told, kind, contest=contest),
        (told.title, ", ".join(part for part in (said, told.place) if part) + "."),
    )  # fmt: skip


def _spoken(told: _Moved, kind: str, *, contest: bool) -> str:
    """What a voice reads: figures in words, in French; the three words with pauses."""
    said = _("%(kind)s : %(amount)s") % {"kind": kind, "amount": _aloud(told.cents)}
    parts = [hello(), f"{said}{_at(told.place)}", when_aloud(told.at)]
    if told.left is not None:
        parts.append(_("Il vous reste %(left)s.") % {"left": _aloud(told.left)})
    if told.three:
        parts.append(_("Les trois mots : %(words)s.") % {"words": ", ".join(told.three)})
    if contest:
        parts.append(_contest())
    return " ".join(parts)


def _aloud(cents: int) -> str:
    return amount_in_words(cents, unit()) or amount(cents, unit())


def hello() -> str:
    """How a call begins."""
    return _("Bonjour, ici la caisse alimentaire.")


def _at(place: str) -> str:
    return _(", à %(place)s.") % {"place": place} if place else "."


def when_aloud(at: int) -> str:
    """« Le samedi 28 novembre 2026, à 14 heures 5. »"""
    local = clock.local(at)
    if english():
        return f"{day(local.date(), weekday=True)}, {hour(local)}."
    minutes = f" {local.minute}" if local.minute else ""
    hours = "heures" if local.hour > 1 else "heure"
    return f"Le {day(local.date(), weekday=True)}, à {local.hour} {hours}{minutes}."


def shortly(at: int) -> str:
    """« 28/11 14 h 05 »: of an SMS, where each sign counts."""
    local = clock.local(at)
    return f"{local:%d/%m} {hour(local)}"


def _where_and_when(place: str, at: int) -> tuple[tuple[str, str], ...]:
    local = clock.local(at)
    where = ((_("Lieu"), place),) if place else ()
    return (*where, (_("Jour"), day(local.date(), weekday=True)), (_("Heure"), hour(local)))


def _contest() -> str:
    """What one does who does not know of it. Source: payments.md 2.5, 30 days to contest."""
    phone = messages.reach().phone
    if phone:
        return _("Ce n’est pas vous ? Appelez l’accueil dans les 30 jours : %(phone)s.") % {
            "phone": phone
        }
    return _("Ce n’est pas vous ? Dites-le à l’accueil dans les 30 jours.")


def _contest_shortly() -> str:
    phone = messages.reach().phone
    return _("Pas vous ? %(phone)s.") % {"phone": phone} if phone else ""


def _name(place_id: int | None) -> str:
    found = None if place_id is None else merchants.place(place_id)
    return "" if found is None else found.name
