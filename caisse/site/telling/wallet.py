"""A wallet in words: its movements, what becomes of what is left, where its membership stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel import clock
from caisse.kernel.ids import show_id
from caisse.kernel.month import Month
from caisse.kernel.wording import (
    NBSP,
    amount,
    bare,
    capital,
    count,
    day,
    from_month,
    hour,
    month_name,
    spaced,
)
from caisse.month.queries import Unspent
from caisse.payments.queries import AsideRow, PaperSaleRow, WalletLine
from caisse.people.queries import Statement
from caisse.site.telling.sentences import Terms


@dataclass(frozen=True, slots=True)
class Told:
    """One movement in words: « Épicerie du Figuier », « achat », with its day, « −23,50 ».

    `gift`: it is one between households, and not the undoing of one.
    """

    id: str
    title: str
    kind: str
    about: str
    signed: str
    gained: bool
    gift: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """The receipt of one movement: its title, what it says line by line, where it leads."""

    title: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    amount: str
    left: str
    place_id: int | None
    month: Month | None
    of: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a membership stands when it is not simply active: a title and what follows from it."""

    kind: str
    title: str
    sentences: tuple[str, ...]


def told(line: WalletLine, names: Mapping[int, str], *, own: bool = True) -> Told:
    """One movement for a list that stands under the name of its month; `own`: its holder reads."""
    title, kind = _words(line, names)
    if not own and line.place_id is None:
        title = capital(kind)
    on = clock.day_of(line.at)
    return Told(
        id=show_id(line.id),
        title=title,
        kind=kind,
        about=f"{weekday(on)} · {kind}",
        signed="" if line.voucher_cents or line.aside_cents else signed(line.cents),
        gained=line.cents > 0,
        gift=line.reason == "gift" and not line.undone,
    )


def paper(line: WalletLine, names: Mapping[int, str], terms: Terms) -> Paper:
    """The receipt of one movement."""
    title, kind = _words(line, names)
    at = clock.local(line.at)
    facts = [(_("Jour"), day(at.date(), weekday=True)), (_("Heure"), hour(at))]
    if line.place_id is not None:
        facts.insert(0, (_("Lieu"), _place(line.place_id, names)))
    if line.agreed_at is not None:
        facts.append((_("Accord au téléphone"), _at(line.agreed_at)))
    if line.kept_until is not None:
        facts.append((_("Gardé jusqu’au"), _at(line.kept_until)))
    what = {"what": capital(kind) if line.place_id is not None else title, "day": day(at.date())}
    moved = f"{signed(line.cents)}{NBSP}{terms.unit}"
    if apart := line.voucher_cents or line.aside_cents:
        moved = amount(apart, terms.unit, decimals=True)
    return Paper(
        title=_("%(what)s du %(day)s") % what,
        kind=kind if line.place_id is not None else title,
        facts=tuple(facts),
        amount=moved,
        left="" if apart else amount(line.left_cents, terms.unit, decimals=True),
        place_id=line.place_id,
        month=line.for_month if line.reason == "allocation" else None,
        of=show_id(line.of) if line.of is not None else "",
    )


def kept(sale: PaperSaleRow, names: Mapping[int, str], terms: Terms) -> str:
    """« 20,00 MonA sont gardés pour la Ferme du Figuier jusqu’au mardi 13 février, 10 h 12. »"""
    words = {
        "amount": terms.food(sale.cents),
        "place": names.get(sale.place_id, ""),
        "until": _at(sale.until),
    }
    return spaced(_("%(amount)s gardés pour « %(place)s », jusqu’au %(until)s.") % words)


def aside(row: AsideRow, terms: Terms) -> str:
    """« 20,00 MonA pour « Ferme du Figuier », jusqu’au samedi 10 février, 18 h 02. »"""
    words = {"amount": terms.food(row.left_cents), "place": row.place, "until": _at(row.until)}
    if row.place_id is None:
        return spaced(_("%(amount)s pour tous les lieux, jusqu’au %(until)s.") % words)
    return spaced(_("%(amount)s pour « %(place)s », jusqu’au %(until)s.") % words)


def _at(ms: int) -> str:
    at = clock.local(ms)
    return f"{whole_day(at.date())}, {hour(at)}"


def signed(value: int) -> str:
    """« +100,00 », « −23,50 »."""
    sign = "+" if value > 0 else ""
    return f"{sign}{bare(value)}"


def weekday(on: date) -> str:
    """« samedi 10 », « jeudi 1er »."""
    number = _("1er") if on.day == 1 else str(on.day)
    return f"{dateformat.format(on, 'l')}{NBSP}{number}"


def whole_day(on: date) -> str:
    """« mardi 5 mars »: a day that is near needs no year."""
    return f"{weekday(on)}{NBSP}{dateformat.format(on, 'F')}"


def arriving(unspent: Unspent, terms: Terms) -> str:
    """What the next credit brings, « Mardi 5 mars, 100 MonA arrivent. »; "" for nothing."""
    on = capital(whole_day(unspent.credit_on))
    if unspent.waits:
        return _("Le versement attend : tout l’argent n’est pas encore à la banque.")
    if unspent.coming_cents is None:
        return _("%(day)s, la moyenne des cotisations arrive.") % {"day": on}
    brings = unspent.coming_cents - unspent.over_cap_cents
    if brings <= 0:
        return ""
    words = {"day": on, "amount": terms.food(brings)}
    if brings < 2_00:
        return _("%(day)s, %(amount)s arrive.") % words
    return _("%(day)s, %(amount)s arrivent.") % words


def becoming(left: int, unspent: Unspent, today: date, terms: Terms) -> tuple[str, ...]:
    """What becomes of what is left, before it happens, in sentences; the first one matters most."""
    if left <= 0:
        return (_("Vous avez tout utilisé, c’est fait pour."),)
    said = [_stays(left, unspent, today, terms)]
    if unspent.over_cap_cents > 0 and unspent.cap_cents is not None:
        words = {
            "cap": terms.food(unspent.cap_cents),
            "over": terms.food(unspent.over_cap_cents),
        }
        said.append(
            _("Le porte-monnaie garde au plus %(cap)s : %(over)s n’y entreront pas.") % words
        )
    return tuple(said)


def _stays(left: int, unspent: Unspent, today: date, terms: Terms) -> str:
    if unspent.expires_cents > 0 and unspent.expires_on is not None:
        words = {
            "amount": terms.food(min(left, unspent.expires_cents)),
            "day": whole_day(unspent.expires_on),
            "where": destinations().get(unspent.destination, unspent.destination),
        }
        return _("Sans achat d’ici là, %(amount)s vont %(where)s le %(day)s.") % words
    if not unspent.keeps:
        return _("Ce qui n’est pas dépensé ne passe pas au mois suivant.")
    now, coming = Month.of(today), unspent.next_month
    if coming > now:
        words = {
            "now": month_name(now, year=False),
            "next": month_name(coming, year=False),
        }
        return _("Ce qui reste fin %(now)s ne se perd pas : il s’ajoute à %(next)s.") % words
    return _("Ce qui reste ne se perd pas : le versement s’y ajoute.")


def destinations() -> dict[str, str]:
    """Where what expires goes, after a verb."""
    return {
        "fund": _("au fonds de la caisse"),
        "solidarity_pot": _("au pot de solidarité"),
        "investment_fund": _("au fonds d’investissement"),
    }


def standing(statements: Sequence[Statement], today: date) -> Standing | None:
    """What a member must know of a pause or a departure, of now or planned; None for nothing."""
    reached = [one for one in statements if one.since <= today]
    later = [one for one in statements if one.since > today]
    state = reached[-1].state if reached else ""
    if state == "paused":
        return _paused(later)
    if state == "leaving":
        return _leaving(reached[-1].since)
    for one in later:
        if one.state == "leaving":
            return _will_leave(one.since)
        if one.state == "paused":
            return _will_pause(one.since)
    return None


def _paused(later: Sequence[Statement]) -> Standing:
    until = next((one.since for one in later if one.state == "active"), None)
    title = _("Votre adhésion est en pause")
    if until is not None:
        last = month_name(Month.of(until).previous())
        title = _("Votre adhésion est en pause jusqu’à fin %(month)s") % {"month": last}
    kept = _("Rien n’est versé, rien n’est demandé. Ce qui est là se dépense comme avant.")
    return Standing("paused", title, (kept,))


def _will_pause(since: date) -> Standing:
    title = _("Une pause commence en %(month)s") % {"month": month_name(Month.of(since))}
    kept = _("Pendant la pause, rien n’est versé et rien n’est demandé.")
    return Standing("pausing", title, (kept,))


def _leaving(since: date) -> Standing:
    title = _("Vous avez quitté la caisse le %(day)s") % {"day": day(since)}
    kept = _("Ce qui reste se dépense jusqu’à la clôture du porte-monnaie par l’équipe.")
    return Standing("leaving", title, (kept,))


def _will_leave(since: date) -> Standing:
    title = _("Votre départ est noté pour le %(day)s") % {"day": day(since)}
    kept = _("D’ici là, rien ne change. Ensuite, ce qui reste se dépense jusqu’à la clôture.")
    return Standing("will_leave", title, (kept,))


def _words(line: WalletLine, names: Mapping[int, str]) -> tuple[str, str]:
    """The title of a movement, and its kind."""
    kind = kinds().get(line.reason, _("mouvement"))
    if line.reason == "allocation":
        kind = _("allocation %(month)s") % {"month": from_month(line.for_month)}
    title = titles().get(line.reason, capital(kind))
    if line.reason in printed():
        title = printed()[line.reason](line.count) % {"n": count(line.count)}
    if line.reason == "gift":
        made = line.cents < 0
        kind = _("don fait") if made != line.undone else _("don reçu")
    if line.place_id is not None:
        title = _place(line.place_id, names)
    if line.voucher_cents:
        told = {"amount": bare(abs(line.voucher_cents)), "place": title}
        title = _("Bon de %(amount)s, %(place)s") % told
    if line.aside_cents:
        told = {"amount": bare(line.aside_cents), "place": title}
        title = _("%(amount)s déjà de côté, %(place)s") % told
    return title, _("correction : %(kind)s") % {"kind": kind} if line.undone else kind


def _place(number: int, names: Mapping[int, str]) -> str:
    return names.get(number, _("Lieu n° %(number)s") % {"number": number})


def printed() -> dict[str, Callable[[int], str]]:
    """« 4 bons imprimés », of so many: what a sheet of vouchers moved."""
    return {
        "voucher_issue": lambda n: ngettext("%(n)s bon imprimé", "%(n)s bons imprimés", n),
        "voucher_back": lambda n: ngettext("%(n)s bon revenu", "%(n)s bons revenus", n),
    }


def kinds() -> dict[str, str]:
    """What each reason of the ledger is called in a wallet."""
    return {
        "payment": _("achat"),
        "refund": _("remboursement"),
        "kept": _("gardé après un appel"),
        "freed": _("rendu, sans achat"),
        "allocation": _("allocation"),
        "expiry": _("durée passée"),
        "leaving": _("rendu à la caisse"),
        "opening_wallet": _("solde repris"),
        "gift": _("don"),
        "split": _("partage"),
        "voucher": _("bon encaissé"),
        "voucher_issue": _("payé d’avance"),
        "voucher_back": _("revenu dans le porte-monnaie"),
        "aside": _("achat sans réseau"),
        "reserve": _("mis de côté"),
        "release": _("repris"),
    }


def titles() -> dict[str, str]:
    """The title of a movement without a place."""
    return {
        "allocation": _("Votre allocation"),
        "expiry": _("Ce qui n’a pas servi à temps"),
        "leaving": _("Solde à la clôture"),
        "opening_wallet": _("Solde d’avant la caisse"),
        "gift": _("Don entre foyers"),
        "split": _("Partage du porte-monnaie"),
        "reserve": _("Pour payer sans réseau"),
        "release": _("Pour payer sans réseau"),
    }
