"""The owner changes the rulebook in the browser; everybody sees whose rule it is."""
import re
from dataclasses import replace

import pytest

from practice.access import guard
from practice.core.db import db
from practice.safety.queries.book import forget_rulebook, rulebook
from practice.safety.queries.known import known
from practice.safety.rulebook import shipped
from practice.schedule.models import Appointment
from practice.sessions.checking import causes_of, problems_of
from tests.factories.schedule import at
from tests.factories.sessions import NECK, limit, row, signed, visit
from tests.factories.sessions import words as note_words
from tests.personas import NOW

NEW = {
    "version": "0", "label": "Migraine", "client": "migraine", "kind": "caution", "why": "Light can bring it on.",
    "scope": "body", "cap": "3", "place": "none", "heat": "warn", "warn": ["aromatherapy"], "grade": "low",
    "basis": "editor", "sources": "Olive's twenty years", "ask": "When was the last one?\nDoes scent matter?",
    "review_days": "90", "cap_where": ["head", ""], "cap_level": ["2", "1"], "synonyms": "sick headache, hemicrania",
    "consequences": ["longer"], "note": "", "positions": [],
    "cap_once_cleared": ""}


@pytest.fixture
def olive(as_person):
    return as_person("olive")


def in_force(people):
    db.session.rollback()
    forget_rulebook()
    with guard.acting(people.theo):
        return rulebook()


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def typed(page: str) -> dict:
    """What the form of a rule would send as it was opened."""
    sent: dict[str, list] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_box = 'type="checkbox"' in tag
        if name and name.group(1) != "csrf_token" and (not is_box or "checked" in tag):
            sent.setdefault(name.group(1), []).append(value.group(1).replace("&#39;", "'") if value else "y")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]*selected|selected[^>]*value="([^"]*)"', body)
        sent.setdefault(name, []).append((chosen.group(1) or chosen.group(2) or "") if chosen else "")
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s?(.*?)</textarea>', page, re.S):
        sent[name] = [body.replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"')]
    return sent


def test_a_new_rule_is_the_practices_own(olive, people, as_person):
    assert olive.post("/setup/rulebook/new", data=NEW).status_code == 302
    rule = in_force(people).rules["migraine"]
    assert (rule.cap, dict(rule.caps), rule.warn, rule.heat, rule.review_days) == (
        3, {"head": 2}, ("aromatherapy",), "warn", 90)
    assert rule.is_own and rule.ask == ("When was the last one?", "Does scent matter?")
    page = words(as_person("theo").get("/setup/rulebook/"))
    assert "Migraine own rule" in page and "Olive&#39;s twenty years" in page
    assert olive.post("/setup/rulebook/new", data=NEW).status_code == 302
    assert "migraine_2" in in_force(people).rules


def test_a_rule_that_makes_no_sense_keeps_what_was_typed(olive, people):
    answer = olive.post("/setup/rulebook/new", data=NEW | {"sources": "", "review_days": "soon"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Light can bring it on." in page and "Write a whole number" in page
    answer = olive.post("/setup/rulebook/new", data=NEW | {"cap_where": "@marked", "cap_level": "1"})
    assert answer.status_code == 422 and "needs a place" in words(answer)
    assert "migraine" not in in_force(people).rules


@pytest.mark.parametrize("key", [
    "diabetes", "osteoporosis", "fever", "product_allergy", "pregnancy", "open_wound", "edema", "varicose_veins",
    "inflammatory_arthritis_flare", "medical_device", "heart_attack_recent"])
def test_a_shipped_rule_saved_unchanged_says_the_same(olive, people, key):
    before = shipped().rules[key]
    page = olive.get(f"/setup/rulebook/{key}").get_data(as_text=True)
    answer = olive.post(f"/setup/rulebook/{key}", data=typed(page))
    assert answer.status_code == 302, words(answer)[:600]
    after = in_force(people).rules[key]
    assert after.is_own and not before.is_own
    same = ("label", "client", "kind", "why", "scope", "cap", "place", "heat", "ask", "variants", "products",
            "needs", "review_days", "each_visit", "sources", "grade", "basis", "positioning",
            "review", "temporary", "cap_once_cleared")
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}
    assert dict(after.caps) == dict(before.caps)
    for name in ("avoid", "warn", "positions", "regions"):  # the form has an order of its own
        assert set(getattr(after, name)) == set(getattr(before, name))
    page = olive.get(f"/setup/rulebook/{key}").get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    stale = olive.post(f"/setup/rulebook/{key}", data=typed(page) | {"version": "0"})
    assert stale.status_code == 422 and "Somebody else changed this" in words(stale)
    olive.post(f"/setup/rulebook/{key}/take-back", data={"version": version})
    assert not in_force(people).rules[key].is_own


def test_how_severe_products_and_words_are_the_owners(olive, people):
    lines = {"variant_key": ["", ""], "variant_label": ["With aura", ""], "variant_kind": ["clearance", ""],
             "variant_cap": ["none", ""], "variant_mark": ["1", ""], "product_avoid": ["lavender, mint", ""],
             "product_warn": ["", ""], "product_why": ["Scent brings it on.", ""], "place": "optional",
             "positioning": "Head low.", "review": "Until it is dark again.", "temporary": "y", "regions": ["head"],
             "possible": ["head", "neck_posterior"]}
    assert olive.post("/setup/rulebook/new", data=NEW | lines).status_code == 302
    rule = in_force(people).rules["migraine"]
    aura = rule.versions["with_aura"]
    assert (aura.kind, aura.cap, dict(aura.caps)) == ("clearance", None, {"head": 2, "@marked": 1})
    assert rule.strictest.kind == "clearance" and rule.strictest.cap == 3
    assert (rule.positioning, rule.review, rule.temporary) == ("Head low.", "Until it is dark again.", True)
    assert rule.regions == ("head",) and rule.possible == ("head", "neck_posterior")
    assert rule.products[0].avoid == ("lavender", "mint") and rule.products[0].why == "Scent brings it on."
    again = typed(olive.get("/setup/rulebook/migraine").get_data(as_text=True))
    again |= {"variant_label": ["", "Attack now"], "variant_kind": ["", "absolute"], "product_why": ["", ""]}
    refused = olive.post("/setup/rulebook/migraine", data=again)
    assert refused.status_code == 422 and "Say which products" in words(refused)
    assert "Attack now" in refused.get_data(as_text=True)
    assert olive.post("/setup/rulebook/migraine", data=again | {"product_why": ["Scent.", ""]}).status_code == 302
    rule = in_force(people).rules["migraine"]
    assert list(rule.versions) == ["usual", "attack_now"] and rule.versions["attack_now"].cap == 0


def test_the_owner_sees_how_often_a_limit_was_passed_over(olive, people, as_person):
    session = visit(people, at(9, 0))
    with guard.acting(people.system):
        client_id = db.session.get(Appointment, session).client_id
    limit(people.theo, client_id, NECK, 1, "Whiplash, says she")
    content = note_words(rows=(row(NECK, pressure=3),))
    with guard.acting(people.theo):
        causes = causes_of(problems_of(content, known(client_id, NOW.date()).verdict), {})
        db.session.rollback()
    signed(people.theo, session, replace(content, reasons={cause.key: "She asked for it" for cause in causes}))
    page = words(olive.get("/setup/rulebook/"))
    assert "1 of 1 note" in page and "Whiplash" not in page.replace("Whiplash or neck injury", "")
    assert "1 of 1 note" not in words(as_person("theo").get("/setup/rulebook/"))


def test_only_the_owner_changes_it(as_person):
    theo = as_person("theo")
    assert "New rule" not in words(theo.get("/setup/rulebook/"))
    for address in ("/setup/rulebook/new", "/setup/rulebook/diabetes"):
        assert theo.get(address).status_code == 403
    assert as_person("olive").get("/setup/rulebook/nothing").status_code == 404
    assert as_person("rae").get("/setup/rulebook/").status_code == 403
