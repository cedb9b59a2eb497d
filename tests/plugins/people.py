"""Fixtures for the cast, and for becoming one of them."""
import pytest

from practice.access import guard
from practice.core import clock
from tests import personas


@pytest.fixture
def people(database) -> personas.People:
    """The practice with its cast, in the ordinary (rolled back) database; the clock stands at personas.NOW."""
    clock.set_to(personas.NOW)
    return personas.open_house()


@pytest.fixture
def acting():
    """`acting(people.theo)` binds the actor to the session from here to the end of the test (or the next call)."""
    yield guard.bind
    guard.bind(None)


def sign_in(client, name: str):
    """Sign the cast member in through the real page; returns the client."""
    answer = client.post("/sign-in", data={"email": f"{name}@example.com", "password": personas.PASSWORD})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
    return client


@pytest.fixture
def as_person(app, people):
    """`as_person("rae").get("/")`: a test client signed in as that person."""
    return lambda name: sign_in(app.test_client(), name)
