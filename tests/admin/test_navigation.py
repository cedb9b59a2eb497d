"""The job a page belongs to is marked in the navigation, on the lists too."""
import re

import pytest

from practice.access import guard
from practice.admin import site
from practice.core.db import transaction
from practice.intake.services import forms

LISTS = {
    "/lists/appointments/": "Calendar", "/lists/blocks/": "Calendar", "/lists/clients/": "Clients",
    "/lists/conditions/": "Clients", "/lists/submissions/": "Clients", "/lists/notes/": "Notes",
    "/lists/invoices/": "Money", "/lists/invoice-lines/": "Money", "/lists/payments/": "Money",
    "/lists/allocations/": "Money", "/lists/packages/": "Money", "/lists/forms/": "Set-up",
    **{f"/lists/{name}/": "Set-up" for name in ("users", "shifts", "treatments", "products", "rooms", "tax-codes",
                                                "payment-methods", "price-groups", "locations", "issuers")},
}


def marked(page: str) -> list[str]:
    bar = re.search(r'<ul class="nav-list">.*?</ul>', page, re.DOTALL)[0]
    return [re.sub(r"<[^>]*>", "", entry).strip() for entry in re.findall(r"<a [^>]*aria-current.*?</a>", bar)]


def test_every_list_is_known_here():
    assert {f"{view.url}/" for view in site.LISTS} == set(LISTS)


def test_lists_mark_their_job(as_person):
    browser = as_person("sol")
    for address, job in LISTS.items():
        assert set(marked(browser.get(address).get_data(as_text=True))) == {job}, address


def test_the_forms_stand_among_the_parts_of_set_up(as_person, people):
    with guard.acting(people.system), transaction():
        forms.install_shipped(people.system)
    browser = as_person("sol")
    listed = browser.get("/setup/forms/", follow_redirects=True).get_data(as_text=True)
    form = browser.get(re.search(r"/setup/forms/\d+", listed)[0]).get_data(as_text=True)
    for page in (listed, form):
        assert 'aria-current="page">Forms</a>' in page and ">Treatments</a>" in page
        assert "English" in page and ">en<" not in page


@pytest.mark.parametrize(("address", "job"), [
    ("/booking/new", "Calendar"), ("/setup/rulebook/", "Set-up"), ("/notes/", "Notes"), ("/", "Today")])
def test_pages_mark_their_job(as_person, address, job):
    assert set(marked(as_person("sol").get(address, follow_redirects=True).get_data(as_text=True))) == {job}
