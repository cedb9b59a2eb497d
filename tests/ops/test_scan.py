"""What is handed to the scanners, and what is made of what they say; they themselves run outside the tests."""
from collections import Counter
from contextlib import closing

import pytest
from click.testing import CliRunner

from practice.cli.scanning import NOT_SCANNED, check_scan
from practice.ops.bench.browser import Browser
from practice.ops.scan import walk as walking
from practice.ops.scan.run import BROKEN_OFF, Person, Seen, served
from practice.ops.scan.scanners import found_in, spelled, sqlmap
from practice.ops.scan.walk import Sent, marked, walk
from tests.plugins.people import sign_in


class Client:
    """The client of a test as a browser of the scan; `asked` are the addresses it opened."""

    cookies, token = {"practice": "c"}, "t"

    def __init__(self, client):
        self.client, self.asked = client, []

    def get(self, address: str) -> tuple[int, bytes]:
        self.asked.append(address)
        answer = self.client.get(address)
        return answer.status_code, answer.get_data()

    def close(self) -> None:
        """Nothing is open."""


def test_links_forms_and_their_fields_are_met(app, people, monkeypatch):
    monkeypatch.setattr(walking, "MOST_PAGES", 4)
    browser = Client(sign_in(app.test_client(), "olive"))
    found = walk(browser, app.url_map.bind("localhost"), ("/clients/new", "/clients/?q=an", "/lists/notes/new/"))
    fields = found["clients.new", "POST"].fields
    assert "first_name" in fields and "csrf_token" not in fields
    assert found["clients.index", "GET"].query["q"] == "an"
    assert ("note_list.create_view", "GET") not in found and ("sign_out", "POST") not in found
    assert len(browser.asked) == 4 and ("search.index", "GET") in found, "what is not opened is tried all the same"


@pytest.mark.only_on("sqlite", "the server is the same on both")
def test_a_file_that_breaks_off_is_counted_and_the_walk_goes_on(app, monkeypatch):
    def breaks_off(environ, start):
        start("200 OK", [("Content-Type", "text/csv")])
        yield b"Name,Born\n"
        raise RuntimeError("on purpose")

    monkeypatch.setattr(walking, "MOST_PAGES", 3)
    answers = Counter()
    with served(breaks_off, answers) as port, closing(Browser(port)) as browser:
        assert len(walk(browser, app.url_map.bind("localhost"), ())) > 3
    assert answers == {200: 3, BROKEN_OFF: 3}
    seen = Seen(Person("owner"), frozenset(), frozenset(), answers, ())
    assert seen.problems == ["3 answers broken off"]


def test_a_request_is_spelled_with_its_token_and_a_mark_for_texts():
    one = Sent("POST", "/reports/2026-10/rows/sessions", {"month": "2026-10", "name": "sessions"}, {"page": "1"},
               {"words": "a b"})
    assert marked(one) == "/reports/2026-10*/rows/sessions*"
    text = spelled(one, "http://localhost:1", Client(None))
    assert "POST /reports/2026-10*/rows/sessions*?page=1 HTTP/1.1\nHost: localhost:1\nCookie: practice=c\n" in text
    assert text.endswith("\n\nwords=a+b&csrf_token=t\n====================\n")


def test_what_sqlmap_withdraws_is_told_apart(tmp_path):
    table = tmp_path / "results.csv"
    assert list(found_in(table)) == []
    table.write_text("Target URL,Place,Parameter,Technique(s),Note(s)\nhttp://x/a,GET,q,B,\n"
                     "http://x/b,POST,pin,B,false positive or unexploitable\n,,,,\n")
    assert list(found_in(table)) == [(True, "http://x/a", "SQL can be injected: GET q of http://x/a"),
                                     (False, "http://x/b", "SQL can be injected: POST pin of http://x/b")]


@pytest.mark.parametrize(("times", "is_real"), [(4, True), (3, False), (1, False)])
def test_a_finding_counts_that_is_found_again_each_time_it_is_looked_for(tmp_path, times, is_real):
    """By a program that says what sqlmap says, so many times."""
    program = tmp_path / "sqlmap"
    program.write_text(f"""#!/bin/sh
while [ "$1" != --results-file ]; do shift; done
echo 'GET parameter x does not seem to be injectable'
echo x >> {tmp_path}/asked
[ $(wc -l < {tmp_path}/asked) -gt {times} ] && exit
printf 'Target URL,Place,Parameter,Note(s)\nhttp://h/a?q=an,GET,q,\n' > $2
""")
    program.chmod(0o755)
    found = sqlmap(str(program), "http://h", lambda: Client(None), [Sent("GET", "/a", {}, {"q": "an"}, {})],
                   [], tmp_path, is_quick=False)
    assert bool(found.problems) is is_real and bool(found.withdrawn) is not is_real


@pytest.mark.requirement("no-sql-injection")
def test_without_scanners_nothing_is_called_good(tmp_path):
    done = CliRunner().invoke(check_scan, ["--tools", str(tmp_path)])
    assert done.exit_code == NOT_SCANNED and "NOT SCANNED: wapiti and sqlmap not here" in done.output
