"""The six steps of a month in words: what is done, by whom, what comes, and what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.events import Happened
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import amount, capital, day, hour, month_name, spaced
from caisse.ledger import queries as ledger
from caisse.month import operations, queries
from caisse.month.queries import RunView
from caisse.people import operations as people_operations
from caisse.people import queries as people

ACTS = ("coordinator", "treasurer")
STEPS = ("month.frozen", "month.checked", "month.approved", "month.credited", "month.closed")
STATES = ("frozen", "checked", "approved", "credited", "closed")


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps; `state` is done, here or later, `word` says it, `lines` explain it."""

    label: str
    state: str
    word: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """What is next: `said` and `waits` in words; a page and its `button`, or `not_yet`.

    The words of `waits` that stand between brackets are marked on the page.
    """

    said: str
    waits: str = ""
    page: str = ""
    button: str = ""
    not_yet: str = ""

    @property
    def pieces(self) -> tuple[str, str, str]:
        """`waits` in three: before what is marked, the mark, after it."""
        before, _bracket, rest = self.waits.partition("[")
        marked, _bracket, after = rest.partition("]")
        return before, marked, after

    @property
    def mine(self) -> bool:
        """Whether the reader may do it now."""
        return bool(self.button)


def happened_in(month: Month) -> dict[tuple[str, int], Happened]:
    """The events of a month, by name and position of the run; the last one of each."""
    found: dict[tuple[str, int], Happened] = {}
    names = (*STEPS, "month.adjusted")
    adjusted = 0
    for event in reversed(events.history(subject=month, names=names, limit=200)):
        if event.name == "month.adjusted":
            adjusted += 1
        position = adjusted if event.name == "month.adjusted" else event.data.get("position", 0)
        found[event.name, position] = event
    return found


def who(event: Happened, names: Mapping[str, str]) -> str:
    """« la machine », or the given name behind a login."""
    login = event.by.split(" ", 1)[0]
    return _("la machine") if login.startswith("system:") else names.get(login, login)


def names_in(found: Mapping[tuple[str, int], Happened]) -> dict[str, str]:
    """The given names of those who did the steps."""
    return people.names_of({event.by.split(" ", 1)[0] for event in found.values()})


def steps_of(
    month: Month, run: RunView | None, found: Mapping[tuple[str, int], Happened],
    names: Mapping[str, str], coming: Next,
) -> list[Step]:  # fmt: skip
    """The steps of the ordinary run, in order, forward only."""
    done = 0 if run is None else STATES.index(run.state) + 1
    labels = (_("Figé"), _("Contrôlé"), _("Approuvé"), _("Crédité"), _("Clos"))
    steps = [_opened(month, done)]
    for number, (label, name) in enumerate(zip(labels, STEPS, strict=True)):
        if number < done:
            event = found.get((name, 0))
            told = () if event is None else (_told(event, names),)
            steps.append(Step(label, "done", _("fait"), told))
        elif number == done:
            word = _("à vous") if coming.mine else _("en attente")
            checked = found.get(("month.checked", 0)) if name == "month.approved" else None
            lines = _ahead(month, run, number)
            if checked is not None:
                lines = (_("%(who)s a donné son accord.") % {"who": who(checked, names)},)
            steps.append(Step(label, "here", word, lines))
        else:
            steps.append(Step(label, "later", _("à venir"), _ahead(month, run, number)))
    return steps


def _told(event: Happened, names: Mapping[str, str]) -> str:
    at = clock.local(event.at)
    said = {"day": day(at.date(), weekday=True), "who": who(event, names), "hour": hour(at)}
    if event.name == "month.frozen":
        return _("%(day)s, par %(who)s") % said
    return _("%(day)s à %(hour)s, par %(who)s") % said


def _opened(month: Month, done: int) -> Step:
    founding = bylaws.founding()
    if founding is not None and month == founding.first_month:
        since = clock.day_of(founding.at)
    else:
        since = date.fromordinal(queries.cut_off(month.previous()).toordinal() + 1)
    if done or since <= clock.today():
        return Step(_("Ouvert"), "done", _("fait"), (day(since, weekday=True),))
    return Step(_("Ouvert"), "later", _("à venir"), (day(since, weekday=True),))


def _ahead(month: Month, run: RunView | None, number: int) -> tuple[str, ...]:
    """What is known of a step to come."""
    if number == 0:
        return (_("%(day)s, à 23 h") % {"day": day(queries.cut_off(month), weekday=True)},)
    if number == 1:
        return (_("une première personne lit ce qui change"),)
    if number == 2:
        return (_("une autre personne donne son accord"),)
    if number == 3:
        on = queries.credit_day(month) if run is None else run.credit_on
        return (_("%(day)s, à 6 h") % {"day": day(on, weekday=True)},)
    return (_("à partir du %(day)s") % {"day": day(month.last, weekday=True)},)


def next_of(month: Month, run: RunView | None, by: Actor) -> Next:
    """What comes next for the last run of `month`, for the reader `by`."""
    found = _NEXT["open" if run is None else run.state](month, run, by)
    if found.button and not by.may(*ACTS):
        words = _("La coordination ou la trésorerie s’en occupe.")
        return Next(found.said, found.waits, not_yet=words)
    return replace(found, waits=spaced(found.waits), not_yet=spaced(found.not_yet))


def _freeze_next(month: Month, run: RunView | None, by: Actor) -> Next:
    on, said = queries.cut_off(month), _("Ce mois n’est pas encore figé.")
    founding = bylaws.founding()
    try:
        operations.demand_order(month)
    except Refusal as refusal:
        return Next(said, not_yet=refusal.sentence)
    starts = founding is not None and month == founding.first_month
    if clock.today() < on and not starts:
        words = _("La machine fige ce mois le %(day)s, à 23 h.")
        return Next(said, not_yet=words % {"day": day(on, weekday=True)})
    waits = _("Il peut être figé [dès maintenant].")
    return Next(said, waits, "month_freeze", _("Figer %(month)s") % _of(month))


def _check_next(month: Month, run: RunView | None, by: Actor) -> Next:
    said, waits = _("Le plan est figé."), _("Il manque [une première personne] pour le contrôler.")
    return Next(said, waits, "month_check", _("Contrôler %(month)s") % _of(month))


def _approve_next(month: Month, run: RunView | None, by: Actor) -> Next:
    said, waits = _("Tout est prêt."), _("Il manque [une deuxième personne] pour approuver.")
    assert run is not None
    if queries.open_flags(month):
        flagged = _("Une erreur [est signalée].")
        return Next(
            _("Le plan est contrôlé."), flagged, not_yet=_("Répondez d’abord au signalement.")
        )
    if people_operations.same_person(run.checked_by, by.id):
        words = _("Vous avez contrôlé ce mois : une autre personne doit l’approuver.")
        return Next(said, waits, not_yet=words)
    return Next(said, waits, "month_approve", _("Approuver %(month)s") % _of(month))


def _credit_next(month: Month, run: RunView | None, by: Actor) -> Next:
    assert run is not None
    said = _("Deux personnes sont d’accord.")
    if clock.today() < run.credit_on:
        words = _("La machine verse le %(day)s, à 6 h.")
        return Next(said, not_yet=words % {"day": day(run.credit_on, weekday=True)})
    if missing := short_cents(run):
        waits = _("Le versement [attend de l’argent].")
        words = _("Il manque %(cents)s au fonds.") % {"cents": amount(missing, "€")}
        return Next(said, waits, not_yet=words)
    button = _("Verser %(month)s") % _of(month)
    return Next(said, waiting_words(run.waits_for), "month_credit", button)


def _close_next(month: Month, run: RunView | None, by: Actor) -> Next:
    said = _("Le mois est versé.")
    if clock.today() < month.last:
        words = _("Le mois se clôt à partir du %(day)s.")
        return Next(said, not_yet=words % {"day": day(month.last, weekday=True)})
    waits = _("Il reste [à le clore].")
    return Next(said, waits, "month_close", _("Clore %(month)s") % _of(month))


def _nothing_next(month: Month, run: RunView | None, by: Actor) -> Next:
    return Next(_("Ce mois est clos. Tout ce qui était mis de côté est versé ou rendu."))


_NEXT = {
    "open": _freeze_next,
    "frozen": _check_next,
    "checked": _approve_next,
    "approved": _credit_next,
    "credited": _close_next,
    "closed": _nothing_next,
}


def short_cents(run: RunView) -> int:
    """How much the fund lacks for an approved run whose money is not yet set apart."""
    if run.state != "approved" or ledger.balance(f"fund:month:{run.month}"):
        return 0
    return max(0, run.total_cents + run.levy_cents - ledger.balance("fund:caisse"))


def waiting_words(answer: str) -> str:
    """Why an approved month was not credited on its day; `answer` is the ledger's."""
    known = {
        "": _("Le jour du versement [est venu]."),
        "insufficient": _("Le fonds [ne suffisait pas] le jour dit."),
        "cover_broken": _("La banque a repris de l’argent : [la couverture] doit d’abord revenir."),
    }
    return known.get(answer, _("Le registre [a refusé] le versement. Prévenez l’administration."))


def state_of(runs: Sequence[RunView], month: Month) -> tuple[str, str, str]:
    """A month in a list: the badge's kind, its icon, its word with what it waits for."""
    run = runs[-1]
    on = {"day": day(run.credit_on)}
    if run.state == "approved" and run.credit_on <= clock.today():
        words = _("attend de l’argent") if run.waits_for else _("attend le versement")
        return "refused", "alert-triangle", words
    over = clock.today() >= month.last
    return {
        "frozen": ("attention", "lock", _("figé, attend un contrôle")),
        "checked": ("attention", "users", _("contrôlé, attend une deuxième personne")),
        "approved": ("done", "calendar", _("approuvé, à verser le %(day)s") % on),
        "credited": ("done", "circle-check", _("versé, à clore") if over else _("versé")),
        "closed": ("quiet", "lock", _("clos")),
    }[run.state]


def title(month: Month) -> str:
    """« Juillet 2023 »."""
    return capital(month_name(month))


def _of(month: Month) -> dict[str, str]:
    return {"month": month_name(month)}
