"""Every page of a person leads to its guide: one printable page, in French."""

import pytest
from django.test import Client
from django.urls import reverse

from caisse.site import guides
from tests.access.table import EVERYBODY, LINES

PUBLIC = {name for who, names in LINES if who == EVERYBODY for name in names.split()}
OF_PERSONS = sorted(
    {name for _who, names in LINES for name in names.split()} - PUBLIC
    | {"door", "code", "account_login"}
)
OF_NO_PAGE = ("visiteurs", "fonder", "a-la-caisse", "marche", "membre-marche")
LONGEST = 75  # lines of a guide: it is one sheet of paper


@pytest.mark.parametrize("page", OF_PERSONS)
def test_each_page_of_a_person_has_its_guide(page: str) -> None:
    assert guides.by_page().get(page) in guides.guides()


@pytest.mark.parametrize("name", sorted(guides.guides()))
def test_a_guide_is_one_sheet_and_says_for_which_pages(name: str) -> None:
    text = (guides.folder() / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert len(text.splitlines()) <= LONGEST
    assert name in guides.by_page().values() or name in OF_NO_PAGE


@pytest.mark.django_db
def test_a_guide_is_a_page(client: Client) -> None:
    for name, guide in guides.guides().items():
        answer = client.get(reverse("help", args=[name]))
        assert answer.status_code == 200
        assert str(guide.title) in answer.content.decode()
    assert client.get(reverse("help", args=["nulle-part"])).status_code == 404


def test_a_guide_leads_to_another_one() -> None:
    assert 'href="/aide/a-la-caisse"' in guides.guides()["encaisser"].body
