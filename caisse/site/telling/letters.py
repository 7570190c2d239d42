"""What the caisse writes to its members: each kind of notice, in plain French, without reproach.

A letter is made when it leaves, from the books of that day. Its subject holds no name and no
amount: others may read an envelope or a list of mails.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.contributions.rules import ContributionRules, due_on, first_due
from caisse.kernel import clock, events
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, day, month_name
from caisse.messages.operations import KINDS, Letter, composes
from caisse.messages.queries import NoticeRow
from caisse.month.rules import AllocationRules, Pot, allocation, credit_on
from caisse.people import queries as people
from caisse.people.queries import Addressee
from caisse.people.rules import CurrencyRules

WRITES = gettext_lazy("Votre caisse vous écrit")


def unit() -> str:
    """The food unit's name today, « MonA »."""
    return bylaws.in_force(CurrencyRules, month=Month.of(clock.today())).food_unit_name


@composes("welcome", gettext_noop("bienvenue"))
def welcome(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To a new holder: from when, how much, how to pay in."""
    month = first_due(clock.day_of(_happened_at(cause)), _contribution())
    return Letter(
        _("Bienvenue dans la caisse"),
        (
            _("Votre foyer fait maintenant partie de la caisse alimentaire commune."),
            _("Gardez cette feuille : elle dit quand tout commence."),
        ),
        facts_of(membership, month),
    )


@composes("pledge", gettext_noop("cotisation notée"))
def pledge(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To someone who has chosen what to give: it is noted, and from when."""
    month = first_due(clock.day_of(_happened_at(cause)), _contribution())
    return Letter(
        _("Votre cotisation est notée"),
        (
            _("Nous avons noté le montant que vous avez choisi."),
            _("Vous pouvez le changer ou faire une pause, sans donner de raison."),
        ),
        facts_of(membership, month),
    )


@composes("returned", gettext_noop("prélèvement revenu"))
def returned(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To someone whose debit came back: nothing is taken away, here is what one may do."""
    return Letter(
        str(WRITES),
        (
            _("Votre banque n’a pas pu payer la dernière cotisation."),
            _("Vous gardez votre place et votre allocation. Personne ne vous juge."),
            _("Vous pouvez payer plus tard, donner moins, ou faire une pause."),
            _("Appelez-nous, ou passez à l’accueil : nous trouvons ensemble."),
        ),
    )


@composes("answered", gettext_noop("réponse à une demande"))
def answered(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To someone who asked the office: there is an answer to read."""
    return Letter(
        str(WRITES),
        (
            _("L’équipe a répondu à votre demande."),
            _("Lisez la réponse dans votre espace, ou demandez-la à l’accueil."),
        ),
    )


@composes("leaving", gettext_noop("départ noté"))
def leaving(to: Addressee, membership: int | None, cause: Id) -> Letter:
    """To someone who leaves: what happens to what is left."""
    return Letter(
        _("Votre départ est noté"),
        (
            _("Nous avons noté que votre foyer quitte la caisse."),
            _("Dépensez ce qui reste dans votre porte-monnaie : ensuite, le reste revient à tous."),
            _("Vous pouvez revenir sur ce choix : dites-le à l’équipe."),
        ),
    )


def read_letter(row: NoticeRow, cause: Id, person_id: int) -> Letter | None:
    """The words of a letter to a person, made anew for her page; None for a kind of before."""
    known, to = KINDS.get(row.kind), people.addressee(person_id)
    return None if known is None or to is None else known[1](to, row.membership, cause)


def facts_of(membership: int | None, month: Month) -> tuple[tuple[str, str], ...]:
    """The first month, its contribution with its day, and the day and amount of its credit."""
    rules, given = _contribution(month), None
    receives = bylaws.in_force(AllocationRules, month=month)
    found = [(_("Premier mois"), month_name(month))]
    if membership is not None:
        given = contributions.pledge_of(membership, month=month)
    if given:
        found.append((_("Vous donnez"), amount(given, "€")))
        found.append((_("Le"), day(due_on(month, rules), weekday=True)))
    coming = 0 if membership is None else foreseen(membership, month, receives)
    if coming:
        found.append((_("Vous recevez"), amount(coming, unit())))
        found.append((_("Le"), day(credit_on(month, receives), weekday=True)))
    return tuple(found)


def foreseen(membership: int, month: Month, rules: AllocationRules) -> int:
    """What the household receives for a whole month by the articles, in cents.

    0 when that depends on what all pay: then nobody knows it before the month is frozen.
    """
    if rules.mode == "mean_of_contributions":
        return 0
    age = rules.child_max_age
    adults, children = people.composition(membership, month=month, child_max_age=age)
    return int(allocation(adults, children, rules, Pot()))


def handles_of(person_id: int, membership: int | None) -> list[str]:
    """The handle under which this person pays."""
    if membership is None:
        return []
    persons = people.persons_of(membership)
    rows = people.holders_of(membership)
    return [row.handle for row, person in zip(rows, persons, strict=True) if person == person_id]


def _contribution(month: Month | None = None) -> ContributionRules:
    return bylaws.in_force(ContributionRules, month=month or Month.of(clock.today()))


def _happened_at(cause: Id) -> int:
    event = events.happened(cause)
    return clock.now_ms() if event is None else event.at
