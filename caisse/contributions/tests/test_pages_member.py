"""A member's pages: what is given, the guide, the amount, the pause; nothing asked is kept."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.contributions import operations, queries
from caisse.contributions.models import Pledge
from caisse.contributions.tests.conftest import FEBRUARY, OFFICE, join, travel
from caisse.contributions.tests.ground import found, member, office, sent, text_of
from caisse.kernel import events
from caisse.kernel.month import Month
from caisse.people import queries as people

MARCH, APRIL = Month(2023, 3), Month(2023, 4)
CHANGE = reverse("my_pledge_change")


@pytest.fixture
def montpellier(db: None, january: None) -> None:
    found("montpellier_2023")


def test_what_i_give_in_words_and_what_comes(montpellier: None) -> None:
    _, zoe = member(50_00)
    travel(date(2023, 2, 1))
    page = text_of(zoe.get(reverse("my_pledge")))
    assert "Vous donnez <strong>50 € par mois</strong>, depuis février 2023." in page
    assert "vendredi 3 février 2023" in page and "50,00 €" in page
    assert "compte à partir de mars 2023" in page


def test_an_unpaid_month_is_said_without_reproach(montpellier: None) -> None:
    number, zoe = member(50_00)
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    page = text_of(zoe.get(reverse("my_pledge")))
    assert "Il reste 50,00 €, pour un mois. Cela arrive à tout le monde." in page
    assert "Votre allocation continue." in page
    assert not re.search(r"retard|impayé|dette|refus", page)
    form = sent()
    for _ in range(2):
        zoe.post(reverse("my_call_me"), form)
    waiting = people.waiting_inquiries()
    assert [(one.kind, one.subject) for one in waiting] == [("call_me", f"membership:{number}")]


def test_the_guide_asks_one_question_per_page_and_keeps_nothing(montpellier: None) -> None:
    number, zoe = member(50_00)
    before = Pledge.objects.count()
    page = zoe.get(reverse("my_guide"))
    assert "Question 1 sur 3" in text_of(page)
    answers: dict[str, str] = {}
    for at, points in enumerate("213"):
        answers |= {f"unkept_{at}": points, "question": str(at)}
        page = zoe.post(reverse("my_guide"), answers)
    text = text_of(page)
    assert "le guide propose <mark>50 €</mark>" in text
    assert Pledge.objects.count() == before
    assert "unkept" not in str(dict(zoe.session)) and "unkept" not in str(events.history())


def test_a_question_without_an_answer_is_asked_again(montpellier: None) -> None:
    _, zoe = member(50_00)
    page = zoe.post(reverse("my_guide"), {"unkept_0": "2", "question": "1"})
    assert page.status_code == 422
    text = text_of(page)
    assert "Question 2 sur 3" in text and 'name="unkept_0" value="2"' in text
    back = zoe.post(reverse("my_guide"), {"unkept_0": "2", "retour": "0"})
    assert "Question 1 sur 3" in text_of(back) and back.status_code == 200


def test_the_amount_is_noted_once_and_may_be_taken_back(montpellier: None) -> None:
    number, zoe = member(50_00)
    travel(date(2023, 2, 1))
    form = sent(amount="40")
    for _ in range(2):
        page = zoe.post(CHANGE, form, follow=True)
    text = text_of(page)
    assert "Vous donnez <strong>40 € par mois</strong> à partir de mars 2023." in text
    assert "Rien ne change : le mois est déjà lancé." in text and "+100,00 MonA" in text
    assert Pledge.objects.filter(membership=number).count() == 2
    undo = sent()
    for _ in range(2):
        zoe.post(reverse("my_pledge_undo"), undo)
    assert queries.pledge_of(number, month=MARCH) == 50_00
    assert Pledge.objects.filter(membership=number).count() == 3
    assert "Revenir à 40 €" in text_of(zoe.get(reverse("my_pledge_done")))


@pytest.mark.parametrize("typed", ["0,50", "abc", "-3", "1,234.50", "1e3", "０１２"])
def test_what_was_typed_stays_after_an_error(montpellier: None, typed: str) -> None:
    number, zoe = member(50_00)
    page = zoe.post(CHANGE, sent(amount=typed))
    assert page.status_code == 422
    assert f'value="{typed}"' in page.content.decode()
    assert "<title>Erreur : " in page.content.decode()
    assert queries.pledge_of(number, month=APRIL) == 50_00


def test_an_amount_said_twice_is_no_amount(montpellier: None) -> None:
    _, zoe = member(50_00)
    assert zoe.post(CHANGE, sent(amount=["40", "50"])).status_code == 400


def test_after_the_cutoff_the_next_month_is_already_launched(montpellier: None) -> None:
    _, zoe = member(50_00)
    travel(date(2023, 2, 16))
    page = text_of(zoe.get(CHANGE))
    assert "Pour mars 2023, c’est déjà lancé" in page
    assert "Votre changement compte à partir de avril 2023." in page


def test_no_bar_is_drawn_of_fewer_than_eleven_households(montpellier: None) -> None:
    for n in range(14):
        operations.pledge(membership_id=join(), cents=10_00 if n < 3 else 50_00, by=OFFICE)
    _, zoe = member(150_00)
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    page = text_of(zoe.get(CHANGE))
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>(\d+)</td>', page)
    assert [int(n) for _, n in rows] == [15]
    assert "150" not in rows[0][0] and "Les 15 foyers donnent" in page


def test_with_few_households_nothing_is_said_of_them(montpellier: None) -> None:
    _, zoe = member(50_00)
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    page = text_of(zoe.get(CHANGE))
    assert "pledge-bars" not in page and "en moyenne" not in page


def test_levels_are_choices(db: None, january: None) -> None:
    found("clermont_solidoume")
    number, zoe = member(None)
    page = text_of(zoe.get(CHANGE))
    assert page.count('type="radio"') == 5 and "40 €" in page
    assert zoe.post(CHANGE, sent(amount="4500")).status_code == 422
    assert zoe.post(CHANGE, sent(amount="4000")).status_code == 302
    assert queries.pledges_of(number)[0].cents == 40_00


def test_an_income_is_asked_judged_and_forgotten(db: None, january: None) -> None:
    found("ariege_ccampa")
    number, zoe = member(None)
    assert zoe.get(CHANGE).url == reverse("my_guide")  # type: ignore[attr-defined]
    page = text_of(zoe.post(reverse("my_guide"), {"unkept_income": "1 643,17"}))
    assert "<mark>41,08 €</mark>" in page and 'value="1 643,17"' in page
    low = zoe.post(CHANGE, sent(amount="30", unkept_income="1643,17"))
    assert low.status_code == 422 and "au moins 41,08 €" in text_of(low)
    assert zoe.post(CHANGE, sent(amount="50")).status_code == 422
    assert zoe.post(CHANGE, sent(amount="50", unkept_income="1643,17")).status_code == 302
    assert queries.pledges_of(number)[0].cents == 50_00
    assert "1643" not in str([one.data for one in events.history()])


def test_a_situation_says_from_where_to_where(db: None, january: None) -> None:
    found("geneve_calim")
    number, zoe = member(None)
    page = text_of(zoe.get(reverse("my_guide")))
    assert "Le budget s’équilibre" in page
    page = text_of(zoe.post(reverse("my_guide"), {"unkept_situation": "even"}))
    assert 'data-notches="6000 ' in page and " 12000" in page and "60 CHF" in page
    high = zoe.post(CHANGE, sent(amount="130", unkept_situation="even"))
    assert high.status_code == 422 and "ne dépasse pas" in text_of(high)
    assert zoe.post(CHANGE, sent(amount="80", unkept_situation="even")).status_code == 302


@pytest.mark.parametrize("preset", ["cadenet_2024", "dieulefit_three_prices"])
def test_where_nothing_is_asked_it_is_said(db: None, january: None, preset: str) -> None:
    found(preset)
    _, zoe = member(None)
    page = text_of(zoe.get(reverse("my_pledge")))
    assert "Rien à donner chaque mois" in page and "Changer le montant" not in page
    assert zoe.get(CHANGE).url == reverse("my_pledge")  # type: ignore[attr-defined]
    assert zoe.post(CHANGE, sent(amount="5")).status_code == 302
    assert not Pledge.objects.exists()


@pytest.mark.parametrize("preset", ["savoie_ssalsa", "grenoble_2025", "national_150"])
def test_every_mode_has_a_form_that_fits(db: None, january: None, preset: str) -> None:
    found(preset)
    _, zoe = member(None)
    assert zoe.get(reverse("my_pledge")).status_code == 200
    assert zoe.get(CHANGE, follow=True).status_code == 200


def test_a_pause_of_whole_months_without_a_reason(montpellier: None) -> None:
    number, zoe = member(50_00)
    travel(date(2023, 2, 1))
    form = sent(first="2023-03", months="2")
    for _ in range(2):
        assert zoe.post(reverse("my_pause"), form).status_code == 302
    assert queries.pause_of(number) == (MARCH, APRIL)
    page = text_of(zoe.get(reverse("my_pledge")))
    assert "De mars 2023 à avril 2023." in page and "Faire une pause" not in page
    for _ in range(2):
        assert zoe.post(reverse("my_resume"), sent()).status_code == 302
    assert queries.pause_of(number) is None


def test_a_pause_cannot_begin_in_a_month_that_is_launched(montpellier: None) -> None:
    number, zoe = member(50_00)
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    page = zoe.post(reverse("my_pause"), sent(first="2023-02", months="1"))
    assert page.status_code == 422 and queries.pause_of(number) is None
    assert zoe.post(reverse("my_pause"), sent(first="2023-03", months="99")).status_code == 422


PAGES = ("my_pledge", "my_guide", "my_pledge_change", "my_pledge_done", "my_pause")


@pytest.mark.parametrize("name", PAGES)
def test_only_a_member_reads_them(montpellier: None, name: str) -> None:
    assert office("paul").get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).url.startswith("/entrer?")  # type: ignore[attr-defined]


def test_the_questions_to_the_database_do_not_grow_with_the_months(montpellier: None) -> None:
    _, zoe = member(50_00)
    counts = []
    for month in (FEBRUARY, MARCH, APRIL):
        travel(month.day(3))
        operations.call(month=month, by=OFFICE)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            zoe.get(reverse("my_pledge"))
        counts.append(len(caught))
    assert counts[-1] <= counts[0] + 1 and counts[-1] < 80
