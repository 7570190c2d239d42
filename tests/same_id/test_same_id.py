"""Every operation with an `id`: the same twice is once, another content or another act is no."""

import inspect
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from caisse.bylaws import operations as bylaws
from caisse.contributions import operations as contributions
from caisse.funding import operations as funding
from caisse.kernel import events
from caisse.kernel.ids import Id, new_id
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.people import operations as people
from tests.same_id import of_members, of_money
from tests.same_id.case import CASES, Asked, Operation

pytestmark = pytest.mark.django_db

MODULES = (of_members, of_money)  # each declares its cases
PACKAGES = (bylaws, people, funding, contributions, merchants)
NAMED = {f"{each.__module__.split('.')[1]}.{each.__name__}": each for each in CASES}


def everything() -> dict[str, Any]:
    """Every row of every table of ours: what an operation may change, and a refusal may not."""
    models = [model for model in apps.get_models() if model.__module__.startswith("caisse.")]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in models
    }


def send(operation: Operation, content: dict[str, Any], id: Id) -> Any:
    return operation(**content, by=OFFICE, id=id)


def refused(operation: Operation, content: dict[str, Any], id: Id) -> str:
    """The reason of the refusal; nothing was written."""
    before = everything()
    with pytest.raises(Refusal) as refusal:
        send(operation, content, id)
    assert everything() == before
    return refusal.value.reason


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
