"""What the walks through all addresses share."""
import pytest

from tests.world import World, build_world


@pytest.fixture
def world(database, people) -> World:
    return build_world(people)


@pytest.fixture
def errors_become_pages(app):
    """As in the real server: what goes wrong is answered with a 500, which these tests look for."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    app.config["PROPAGATE_EXCEPTIONS"] = None
