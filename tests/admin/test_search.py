"""The one search field: who finds what, in which order, and what junk does to it."""
import pytest

from practice.access import guard
from practice.core.db import transaction
from tests.factories import clients

WHERE = ("/search/suggest", "/search/", "/clients/")


@pytest.fixture
def town(people):
    """Thirty clients called Marsh, one of them with Theo; one Quill."""
    with guard.acting(people.system), transaction():
        ids = [clients.client(f"Ann{number:02}", "Marsh").id for number in range(30)]
        clients.care(ids[0], people.theo.user_id)
        ids.append(clients.client("Ben", "Quill", phone="+353855550138", email="ben@example.com").id)
        return ids


def labels(browser, typed) -> list[str]:
    return [item["label"] for item in browser.get("/search/suggest", query_string={"q": typed}).json]


@pytest.mark.requirement("bounded")
def test_the_desk_finds_eight_at_most_with_what_tells_them_apart(as_person, town):
    rae = as_person("rae")
    assert len(labels(rae, "marsh")) == 8
    (item,) = rae.get("/search/suggest?q=0138").json
    assert item == {"label": "Ben Quill", "detail": "085 555 0138 · ben@example.com", "url": f"/clients/{town[-1]}"}
    assert rae.get("/search/suggest").json == rae.get("/search/suggest?q=%20").json == []


@pytest.mark.requirement("no-oracle")
def test_a_therapist_finds_who_is_in_care_and_no_sign_of_others(as_person, town):
    theo, tara = as_person("theo"), as_person("tara")
    assert labels(theo, "marsh") == ["Ann00 Marsh"] and labels(theo, "quill") == labels(theo, "0138") == []
    assert labels(tara, "marsh") == []
    unknown = tara.get("/search/?q=nobodyofthisname").get_data(as_text=True)
    foreign = tara.get("/search/?q=quill").get_data(as_text=True)
    assert [unknown.count(word) for word in ("<tr", "Nothing found")] == [
        foreign.count(word) for word in ("<tr", "Nothing found")]
    assert "Ben Quill" not in foreign


def test_one_hit_opens_it_and_several_are_listed(as_person, town):
    rae = as_person("rae")
    assert rae.get("/search/?q=quill").headers["Location"] == f"/clients/{town[-1]}"
    assert rae.get("/search/?q=marsh").get_data(as_text=True).count("row-link") == 30


def test_a_bookkeeper_searches_invoices_and_meets_no_client(as_person, town):
    bo = as_person("bo")
    for typed in ("marsh", "quill", "0138", "ben@example.com"):
        assert labels(bo, typed) == []
        assert "Ben Quill" not in bo.get("/search/", query_string={"q": typed}).get_data(as_text=True)


def test_nobody_searches_without_signing_in(app, town):
    for where in WHERE:
        assert app.test_client().get(where, query_string={"q": "marsh"}).headers["Location"].startswith("/sign-in")


@pytest.mark.requirement("no-sql-injection")
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("typed", ["%", "_", "'", '"', "\\", "(", "NEAR(a b)", "marsh AND", "search_text:marsh", "*",
                                   "x" * 5000, "é" * 300, "\u202e", "1e400", "'; DROP TABLE client; --"])
def test_junk_is_only_text(as_person, town, where, typed):
    answer = as_person("rae").get(where, query_string={"q": typed})
    assert answer.status_code == 200 and "Ben Quill" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(("raw", "codes"), [("%00", {400}), ("mar%00sh", {400}), ("%ff%fe", {200, 400}),
                                            ("%ed%a0%80", {200, 400})])
def test_bytes_that_no_keyboard_sends_find_nothing(as_person, town, where, raw, codes):
    answer = as_person("rae").get(f"{where}?q={raw}")
    assert answer.status_code in codes and "Quill" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("place", ["after=abc", "after=-1", "before=" + "9" * 40, "after=0", "before=1e9",
                                   "shown=nothing", "shown=mine", "after=1&before=2"])
def test_odd_places_in_the_list_are_the_beginning_or_nothing(as_person, town, place):
    assert as_person("rae").get(f"/clients/?{place}").status_code == 200
