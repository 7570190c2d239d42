"""The worlds that the tests of the demo read: the one that is played, and three others."""

import pytest

from caisse.demo.world import SEED, World, world


@pytest.fixture(params=(SEED, 1, 42, 987_654), scope="session")
def lived(request: pytest.FixtureRequest) -> World:
    return world(request.param)
