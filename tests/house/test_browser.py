"""The real server and a real browser, as the tests of the screens use them."""

import urllib.request

import pytest

from practice.access.actor import system
from practice.access.guard import acting
from practice.access.roles import Role
from practice.accounts.services.users import add_user
from practice.core.db import transaction
from tests.plugins.browsers import PHONE, serving


@pytest.fixture
def owner(cloned_database):
    """Somebody who has set the practice up, so that there is a page to sign in on."""
    actor = system("a test of the tests")
    with acting(actor), transaction():
        add_user(actor, name="Nora", email="nora@example.org", password="a walk by the river", roles={Role.OWNER})


def test_the_server_answers_and_stops_when_told(cloned_database, tmp_path):
    with serving(cloned_database, tmp_path) as server:
        with urllib.request.urlopen(server.url + "/health") as answer:
            assert answer.status == 200
        assert any("The code for the first owner" in line for line in server.said)
    assert server.process.poll() == 0


def test_a_port_that_is_taken_is_named(cloned_database, tmp_path, live_server):
    port = live_server.url.rpartition(":")[2]
    folder = tmp_path / "second"
    folder.mkdir()
    with serving(cloned_database, folder, port=int(port)) as second:
        assert second.url != live_server.url
        assert any(f"Port {port} is taken" in line for line in second.said)


@pytest.mark.requirement("csp", "own-assets")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_opens_without_a_complaint(owner, new_page, dark):
    page = new_page(size=PHONE, dark=dark)
    assert page.goto("/sign-in").ok
    assert page.title()


@pytest.mark.requirement("csp", "own-assets")
def test_complaints_are_noticed(owner, page):
    page.goto("/sign-in")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://192.0.2.1/x.png\" alt=\"\">')")
    page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
    page.evaluate("setTimeout(() => { throw new Error('on purpose') }, 0)")
    page.wait_for_timeout(200)
    said = "\n".join(page.problems)
    page.problems.clear()
    assert "request to another machine" in said
    assert "script error" in said and "on purpose" in said
    assert said.count("blocked on") == 2
