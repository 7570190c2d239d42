"""Every operation with an `id`: the same twice is once, another content or another act is no."""

import inspect

import pytest
from django.db import transaction

from caisse.accounting import operations as accounting
from caisse.bylaws import operations as bylaws
from caisse.contributions import operations as contributions
from caisse.funding import operations as funding
from caisse.kernel import events
from caisse.kernel.ids import new_id
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.messages import operations as messages
from caisse.month import operations as months
from caisse.payments import operations as payments
from caisse.people import operations as people
from tests.same_id import of_access, of_gifts, of_members, of_money, of_offline
from tests.same_id.case import CASES, Asked, everything, refused, send

pytestmark = pytest.mark.django_db

MODULES = (of_access, of_gifts, of_members, of_money, of_offline)  # each declares its cases
PACKAGES = (
    bylaws,
    people,
    messages,
    funding,
    contributions,
    merchants,
    payments,
    months,
    accounting,
)
NAMED = {f"{each.__module__.split('.')[1]}.{each.__name__}": each for each in CASES}


def test_every_operation_with_an_id_has_a_case() -> None:
    found = set()
    for package in PACKAGES:
        for name, operation in inspect.getmembers(package, inspect.isfunction):
            ours = operation.__module__.startswith(package.__name__)
            parameters = inspect.signature(operation).parameters
            if ours and not name.startswith("_") and {"id", "by"} <= set(parameters):
                found.add(operation)
    assert found == set(CASES)


@pytest.mark.parametrize("name", NAMED)
def test_the_same_again_gets_the_first_answer_and_changes_nothing(name: str) -> None:
    operation = NAMED[name]
    asked: Asked = CASES[operation]()
    id = new_id()
    first = send(operation, asked.content, id)
    before = everything()
    assert send(operation, asked.content, id) == first
    assert everything() == before


@pytest.mark.parametrize("name", NAMED)
def test_the_same_id_with_another_content_is_refused(name: str) -> None:
    operation = NAMED[name]
    asked: Asked = CASES[operation]()
    id = new_id()
    send(operation, asked.content, id)
    for other in asked.others:
        assert refused(operation, {**asked.content, **other}, id) == "differs", other


@pytest.mark.parametrize("name", NAMED)
def test_the_id_of_another_act_is_refused(name: str) -> None:
    operation = NAMED[name]
    asked: Asked = CASES[operation]()
    with transaction.atomic():
        id = events.record("test.other", subject="test", by=OFFICE)
    assert refused(operation, asked.content, id) == "differs"
