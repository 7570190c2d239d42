"""An agreement of two needs two people, whatever letters their logins have."""

import pytest

from caisse.people.operations import same_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("login", ["zoé", "accueil", "Ωmega", "🍐"])
def test_a_login_is_the_same_person_as_itself_alone(login: str) -> None:
    assert same_person(login, login)
    assert not same_person(login, "somebody")
