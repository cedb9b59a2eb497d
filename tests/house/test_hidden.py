"""What is hidden from somebody can neither be guessed by asking for it nor be written by adding a field to a form."""
import re
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from practice.admin.base import ListView
from practice.ops.scan.walk import Page
from tests.house.doors import DOORS
from tests.house.walking import FOR_FILTERS, PEOPLE, WAYS_OUT, Asked, address, behind, names_looked_for, rules
from tests.plugins.people import sign_in
from tests.plugins.statements import counted
from tests.world import IN_A_CONDITION

pytestmark = pytest.mark.usefixtures("errors_become_pages")
UNKNOWN = "999999"
# What is no question about what is stored: which page of a list, and names that are there only to be tried.
ABOUT_THE_LIST = {"anything", "page", "page_size", "sort", "desc", *FOR_FILTERS} - {"search"}
# What some addresses read beyond the fields of the form that leads there, or where no page of the world has the form.
BEYOND = {name: set(fields.split()) for name, fields in {
    "sign_in": "next", "sign_in_code": "code next", "unlock": "next sign_in", "passkey_options": "mine",
    "prove": "back credential",
    # Steps of one form, each of which shows a part of it.
    "booking.new": "at client_id from therapist_id treatment_id version", "booking.undo": "back starts to version",
    "calendar.block": "therapist_id", "clients.new": "name seen use version",
    "clients.doubles": "born_on city email first_name last_name phone postal_code preferred_name price_group_id "
                       "pronouns reminder_channel street usual_therapist_id version",
    "till.open": "closed counted-card counted-cash float_amount", "till.move": "closed counted-card counted-cash",
    "till.close": "closed", "mail.statement": "first last", "intake_link.slip": "secret",
    "intake_link.photograph": "pages", "intake_link.mail": "form",
    # Comes from the editor's form, or from the copy of it that a device keeps.
    "notes.left_over": "adverse after_24 after_48 assessment back_in_days copied copied_rows how_taken objective "
                       "pain_after pain_before pain_place plan products reasons rows setting subjective travels_to "
                       "with_heat",
    # The world has nothing to show their form for: all is paid, signed, open or brought over already.
    "checkout.page": "also amount credit discount due for held method off over package product request_key "
                     "second_method shared tip_for voucher why with",
    "money_back.refund": "amount method reason request_key", "notes.addendum": "kind text",
    "opening.take_back": "reason", "closing.reopen": "reason"}.items()}
DERIVED_FROM = {"on_date": "starts_at", "sort_key": "last_name"}
pytestmark = pytest.mark.only_on("sqlite", "what a page asks for and what it shows is the same on both")


def told(browser, url: str, typed: str) -> tuple:
    """All that an answer tells, and the statements it took, but for what was typed, tokens and numbers of rows."""
    with counted() as statements:
        answer = browser.get(url)
    text = str(answer.headers.get("Location"))
    if answer.mimetype.startswith(("text/", "application/json")):
        text += answer.get_data(as_text=True)
    answer.close()
    text = re.sub(r'nonce="[^"]*"|(?<=csrf_token" value=")[^"]*|(?<=csrf-token" content=")[^"]*', "", text)
    text = text if typed.isdigit() else re.sub(re.escape(typed), "typed", text, flags=re.IGNORECASE)
    return (answer.status_code, re.sub(r"[0-9a-f-]{32,}|\d+", "0", text),
            [re.sub(r"\d+", "0", one) for one in statements])


@pytest.mark.requirement("no-oracle")
def test_asking_for_what_is_hidden_is_asking_for_what_is_not_there(listening, world):
    """By every name that a page looks for, as everybody from whom something is hidden: the same answer after the same
    statements as for a word that stands nowhere, or a number that nothing has."""
    ann = str(world.numbers["client_id"])
    hidden = {"R": ["anticoagulants"], "B": ["zett", IN_A_CONDITION], "X": ["annwen", ann]}
    differs, shown = [], set()
    for letter, typed in hidden.items():
        browser = sign_in(listening.test_client(), PEOPLE[letter])
        for rule in rules(listening):
            if "GET" not in rule.methods or letter not in (DOORS[rule.endpoint].get or ""):
                continue
            url = address(listening, rule, world).split("?")[0]
            for name in sorted(names_looked_for(url, browser.get)[0] - ABOUT_THE_LIST):
                for word in typed if name in world.numbers else [one for one in typed if one != ann]:
                    other = UNKNOWN if word == ann else "q" * len(word)
                    found = told(browser, behind(url, {name}, word), word)
                    if found[0] == 200:
                        shown.add((letter, rule.endpoint, name))
                    if found != told(browser, behind(url, {name}, other), other):
                        differs.append(f"{letter}: {url}?{name}={word}")
    assert differs == [], "\n".join(differs)
    assert {("R", "search.suggest", "q"), ("B", "search.index", "q"), ("X", "clients.index", "q"),
            ("X", "calendar.block", "therapist_id"), ("R", "block_list.index_view", "search")} <= shown


@pytest.mark.requirement("no-oracle")
def test_a_list_is_searched_filtered_and_sorted_by_what_it_shows(app):
    beside = []
    lists = [view for view in app.extensions["admin"][0]._views if isinstance(view, ListView)]
    for view in lists:
        shown = {*view.column_list, *view.column_details_list, *view.column_export_list}
        asked = {column.key for column, _path in view._search_fields or ()}
        asked |= {one.column.key for one in view._filters or ()} | set(view._sortable_columns)
        beside += [(view.endpoint, name) for name in sorted(asked - shown) if DERIVED_FROM.get(name) not in shown]
    assert beside == [] and len(lists) > 15


def forms_offered(app, browser, world) -> dict[str, tuple[str, dict]]:
    """{endpoint: (address, fields with their values)} of all forms that this browser's pages show."""
    offered, urls = {}, app.url_map.bind("localhost")
    for rule in rules(app):
        if "GET" not in rule.methods:
            continue
        answer = browser.get(address(app, rule, world))
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for method, target, fields in Page(answer.get_data(as_text=True)).found:
                whole = urljoin(answer.request.full_path, target)
                try:
                    endpoint, _values = urls.match(urlsplit(whole).path, method)
                except HTTPException:
                    continue
                if method == "POST" and endpoint not in WAYS_OUT:
                    offered.setdefault(endpoint, (whole, {}))[1].update(fields)
        answer.close()
    return offered


@pytest.mark.requirement("no-hidden-write")
def test_no_form_is_asked_for_a_field_that_it_does_not_have(listening, world):
    """What somebody adds to a form is not even looked at: each is sent as it is shown, and the names are noted."""
    browser, beyond = sign_in(listening.test_client(), "sol"), {}
    offered = forms_offered(listening, browser, world)
    for rule in rules(listening):
        if "POST" in rule.methods and rule.endpoint not in WAYS_OUT:
            path, fields = offered.get(rule.endpoint) or (address(listening, rule, world), {"anything": "1"})
            Asked.names.clear()
            browser.post(path, data=fields).close()
            extra = Asked.names - fields.keys() - dict(parse_qsl(urlsplit(path).query)).keys() - {
                "csrf_token", *FOR_FILTERS}
            if extra:
                beyond[rule.endpoint] = extra
    assert beyond == BEYOND
    assert len(offered) > 60
