"""The page of what changed in the own rules, and the rules a signed note was written against."""
import re

import pytest

from practice.admin.conditions import history
from practice.safety.models import OwnRuleChange
from practice.safety.queries.history import Step
from practice.safety.rulebook_own import part_of, row_key
from tests.admin.test_catalogue import BLANK, text_of
from tests.admin.test_rulebook import typed
from tests.factories import sessions
from tests.factories.rules import OWN_SPINE, THAI
from tests.factories.schedule import at


def spine(olive, depth: str) -> None:
    page = olive.get("/setup/everybody/rule/spine").get_data(as_text=True)
    assert olive.post("/setup/everybody/rule/spine", data=typed(page) | {"cap": depth}).status_code == 302


@pytest.mark.requirement("rules-kept")
def test_a_signed_note_opens_the_rules_of_then(people, as_person):
    olive, theo = as_person("olive"), as_person("theo")
    spine(olive, "2")
    visit = sessions.visit(people, at(9, 0))
    signed = theo.post(f"/notes/{visit}/edit", data={**BLANK, "subjective": "Stiff.", "do": "sign"})
    assert signed.status_code == 302
    spine(olive, "1")
    note = theo.get(signed.headers["Location"]).get_data(as_text=True)
    address = re.search(r'href="(/setup/rule-history/[^"]+)"', note).group(1)
    for person in (theo, olive):
        page = text_of(person.get(address))
        assert "Rules as they were" in page and "Changed since" in page and "after a change by Olive" in page
        assert re.search(r"No deeper than \S+ \(0\).*light \(2\)|No deeper than.*? light \(2\)", page)
        assert "(1)" not in page
    changes = text_of(theo.get("/setup/rule-history/"))
    assert changes.index("Changed") < changes.index("Written over the book")
    assert re.search(r"No deeper than[^·]*?\(2\)[^·]*?\(1\)", changes), "before, then after"
    assert as_person("rae").get(address).status_code == 403


def test_a_new_rule_has_no_book_beside_it_whatever_was_shipped_since(app):
    with app.test_request_context():
        for content, is_beside in ((THAI, False), (OWN_SPINE, True)):
            key = row_key(part_of(content), content["key"])
            change = OwnRuleChange(key=key, number=1, content=content, is_active=True, book_version="2025.1")
            assert history._changed(Step(change, None, True, {key: content})).is_beside_book is is_beside


def test_a_version_nobody_kept_says_so(as_person):
    olive = as_person("olive")
    assert "Nothing was changed yet" in text_of(olive.get("/setup/rule-history/"))
    lost = olive.get("/setup/rule-history/2026.1+own.00000000")
    assert lost.status_code == 404 and "These rules were not kept" in text_of(lost)
    assert olive.get("/setup/rule-history/2026.1").status_code == 404


def test_the_changes_come_in_pages(people, as_person):
    olive = as_person("olive")
    for turn in range(21):
        spine(olive, str(1 + turn % 2))
    first, second = (olive.get(f"/setup/rule-history/?from={begin}").get_data(as_text=True) for begin in (0, 20))
    assert (first.count("rule-sides"), second.count("rule-sides")) == (20, 1)
    assert "Written over the book" in second and "from=20" in first and "from=0" in second
