"""What the walks through all addresses share."""
import pytest

from tests.house.walking import Asked
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


@pytest.fixture
def listening(app, monkeypatch):
    """The application, noting for which names it looks in what it is sent."""
    monkeypatch.setattr(app, "request_class", type("Listening", (app.request_class,),
                                                   {"parameter_storage_class": Asked}))
    return app
