"""The guide that proposes, and the amount that one chooses. No answer is ever kept.

The questions travel from page to page in fields that no table, session, cookie or address holds;
their names begin with `unkept`, so that the door does not keep them when a session ends.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from caisse.contributions import operations, queries
from caisse.contributions.forms import (
    UNKEPT,
    GuideForm,
    IncomeForm,
    PledgeForm,
    SituationForm,
    levels_of,
)
from caisse.contributions.pages import words
from caisse.contributions.pages.reading import asks, my_membership, posted, rules_of, units
from caisse.contributions.rules import (
    ContributionRules,
    bank_day,
    due_on,
    income_part,
    limits,
    notches,
)
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import show
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import amount, spaced
from caisse.people import queries as people

ASKING = ("rate_of_income", "situation_question")
"""Modes in which nobody may choose an amount before an answer."""


@in_menu("pledge")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_guide(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/guide`: the questions of the articles, one per page; then an amount."""
    number, sent = my_membership(request), posted(request)
    choice = Choice.of(number)
    if choice.rules.mode == "rate_of_income":
        return _income(request, choice, sent)
    if choice.rules.mode == "situation_question":
        return _situation(request, choice, sent)
    if not choice.rules.guide_questions or not asks(choice.rules):
        return HttpResponseRedirect(reverse("my_pledge_change"))
    return _question(request, choice, sent)


@in_menu("pledge")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_pledge_change(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/montant`: the amount, what the others give, from when; then it is noted."""
    number, sent = my_membership(request), posted(request)
    choice = Choice.of(number)
    if not asks(choice.rules):
        return HttpResponseRedirect(reverse("my_pledge"))
    if sent is None and choice.rules.mode in ASKING:
        return HttpResponseRedirect(reverse("my_guide"))
    form = PledgeForm(choice.rules, unit=choice.unit, data=sent, initial=choice.first_amount())
    if form.carries_out(lambda: operations.pledge(
        membership_id=number, cents=form.cents, by=by(request), id=form.operation_id, **form.answers
    )):  # fmt: skip
        return HttpResponseRedirect(reverse("my_pledge_done"))
    return _amount_page(request, choice, form)


@dataclass(frozen=True, slots=True)
class Choice:
    """What one household may choose now: from which month, by which articles."""

    number: int
    month: Month
    rules: ContributionRules
    unit: str

    @classmethod
    def of(cls, number: int) -> "Choice":
        """For that membership, a change made today."""
        month = operations.first_month()
        return cls(number, month, rules_of(month), units().currency)

    def first_amount(self) -> int | None:
        """The amount that stands in the field at first: what is given now, made lawful."""
        return queries.owed(self.number, month=self.month)

    def limits(self, **answers: Any) -> tuple[int, int | None]:
        """The least and the most that it may give."""
        adults, children = people.composition(self.number, month=self.month)
        return limits(adults=adults, children=children, rules=self.rules, **answers)


def _question(request: HttpRequest, choice: Choice, sent: QueryDict | None) -> HttpResponse:
    """The first question without an answer; after the last one, the amount that is proposed."""
    questions = choice.rules.guide_questions
    given: list[int] = []
    back = "" if sent is None else sent.get("retour", "")
    for at, question in enumerate(questions):
        name, known = f"{UNKEPT}_{at}", words.answers(question, choice.unit)
        wanted = None if sent is None else sent.get(name)
        chosen = next((n for n, one in enumerate(known) if one.value == wanted), None)
        if chosen is None or back == str(at):
            wrong = sent is not None and not back and sent.get("question") == str(at)
            form = GuideForm(
                words.question_words(question), name, [(one.value, one.words) for one in known],
                sent if wrong else None, spaced(question.help),
            )  # fmt: skip
            kept = [(f"{UNKEPT}_{n}", str(points)) for n, points in enumerate(given)]
            told = {"at": at, "number": at + 1, "of": len(questions), "kept": kept,
                    "previous": at - 1}  # fmt: skip
            return show(request, "contributions/my_guide.html", told, form=form)
        given.append(chosen)
    return _propose(request, choice, choice.rules.guide_amounts_cents[sum(given)])


def _income(request: HttpRequest, choice: Choice, sent: QueryDict | None) -> HttpResponse:
    form = IncomeForm(sent)
    if sent is None or not form.is_valid():
        return show(request, "contributions/my_guide.html", {"alone": True}, form=form)
    income = int(form.cleaned_data["unkept_income"])
    least, _most = choice.limits(income_cents=income)
    part = max(least, income_part(income, choice.rules))
    return _propose(request, choice, part, {"unkept_income": str(sent["unkept_income"])})


def _situation(request: HttpRequest, choice: Choice, sent: QueryDict | None) -> HttpResponse:
    form = SituationForm(choice.rules, sent)
    if sent is None or not form.is_valid():
        return show(request, "contributions/my_guide.html", {"alone": True}, form=form)
    code = form.cleaned_data["unkept_situation"]
    least, most = choice.limits(situation=code)
    now = choice.first_amount() or least
    inside = max(least, now if most is None else min(now, most))
    return _propose(request, choice, inside, {"unkept_situation": code})


def _propose(
    request: HttpRequest, choice: Choice, cents: int, answers: dict[str, str] | None = None
) -> HttpResponse:
    """The page of the amount, with what the guide proposes; nothing is noted yet."""
    levels = levels_of(choice.rules)
    if levels and cents not in levels:
        cents = max((level for level in levels if level <= cents), default=levels[0])
    form = PledgeForm(choice.rules, unit=choice.unit, initial=cents)
    form.initial.update(answers or {})
    return _amount_page(request, choice, form, proposal=cents)


def _amount_page(
    request: HttpRequest, choice: Choice, form: PledgeForm, *, proposal: int | None = None
) -> HttpResponse:
    spread = queries.spread()
    due = due_on(choice.month, choice.rules)
    told = {
        "unit": choice.unit,
        "proposal": "" if proposal is None else amount(proposal, choice.unit),
        "asked": proposal is not None and choice.rules.mode in ASKING,
        "levels": bool(levels_of(choice.rules)),
        "notches": _notches(choice, form),
        "bars": words.bars(() if spread is None else spread.bands, form.now("amount"), choice.unit),
        "spread": spread,
        "spread_words": words.spread_words(spread, choice.unit),
        "mode_words": words.mode_words(choice.rules),
        "month": choice.month,
        "due_on": due,
        "paid_on": bank_day(due),
        "late": choice.month > Month.of(clock.today()).next(),
        "next_month": Month.of(clock.today()).next(),
        "has_guide": bool(choice.rules.guide_questions) and proposal is None,
    }
    return show(request, "contributions/my_pledge_change.html", told, form=form)


def _notches(choice: Choice, form: PledgeForm) -> str:
    """The amounts that − and + go through, as the page's program reads them: cents by spaces."""
    if levels_of(choice.rules):
        return ""
    try:
        least, most = choice.limits(
            income_cents=form.now("unkept_income"), situation=form.now("unkept_situation")
        )
    except Refusal:
        return ""
    return " ".join(map(str, notches(least, most, choice.rules.step_cents)))
