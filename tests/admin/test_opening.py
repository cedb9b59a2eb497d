"""Opening balances on screen: one client on one screen, many from a file that is tried before anything is written."""
import io

import pytest

from practice.access import guard
from practice.billing.queries.accounts import account_of
from practice.billing.queries.opening import brought_over
from tests.factories.billing import Stage

HEAD = "client;kind;amount;reference;due_on;treatment;sessions;expires_on\n"
GOOD = ("Ann Doyle;owed;78,00;2025-117;2026-03-15;;;\nann doyle;credit;20;May;;;;\n"
        "Ann Doyle;package;300;ten;;deep tissue 60;4;\n")
BAD = ("Nobody Here;owed;10;a;;;;\nAnn Doyle;loan;10;b;;;;\nAnn Doyle;owed;ten;c;;;;\nAnn Doyle;owed;10;2025-117;;;;\n"
       "Ann Doyle;package;10;d;;Unknown;4;\nAnn Doyle;owed;10;e;15.3.2026;;;\n")


@pytest.fixture
def stage(people):
    return Stage(people)


def brought(stage):
    with guard.acting(stage.people.rae):
        return [(one.reference, one.amount, one.is_standing) for one in brought_over(stage.ann)]


def test_the_owner_enters_each_kind_on_one_screen_and_takes_one_back(stage, as_person):
    page, account = f"/money/opening/{stage.ann}", f"/money/clients/{stage.ann}/"
    olive, rae = as_person("olive"), as_person("rae")
    assert rae.post(page).status_code == 403 and page not in rae.get(account).get_data(as_text=True)
    assert page in olive.get(account).get_data(as_text=True)
    day = stage.today.isoformat()
    for values in ({"kind": "owed", "amount": "50.00", "reference": "R-17", "due_on": "2026-08-01"},
                   {"kind": "credit", "amount": "25", "reference": "May"},
                   {"kind": "package", "amount": "300", "reference": "ten", "sessions": "4",
                    "treatment": str(stage.treatment)}):
        assert olive.post(page, data={"on": day, "treatment": ""} | values).status_code == 302
    refused = olive.post(page, data={"on": day, "kind": "package", "amount": "1", "reference": "x", "treatment": ""})
    assert refused.status_code == 422 and "how many sessions are left" in refused.get_data(as_text=True)
    again = olive.post(page, data={"on": day, "kind": "owed", "amount": "1", "reference": "R-17", "treatment": ""})
    assert again.status_code == 422 and "was brought over for this client already" in again.get_data(as_text=True)
    with guard.acting(stage.people.rae):
        found = account_of(stage.ann, stage.today)
        number = found.open_documents[0].id
    assert (found.owed, found.credit, found.packages[0].sessions_left) == (5000, 2500, 4)
    shown = olive.get(f"/money/invoices/{number}").get_data(as_text=True)
    assert f"OB-{number}" in shown and "Issue a credit note" not in shown and "Write off" in shown
    assert olive.get(f"/money/invoices/{number}.pdf").status_code == 200
    assert "Opening balance" in olive.get(f"/money/owed/statements/{stage.ann}").get_data(as_text=True)
    other = stage.client("Ben", "Okafor")
    assert olive.post(f"/money/opening/{other}/take-back/{number}").status_code == 404
    assert brought(stage)[0] == ("R-17", 5000, True)
    assert olive.post(f"{page}/take-back/{number}").status_code == 302
    assert brought(stage) == [("R-17", 5000, False), ("ten", 30_000, True), ("May", 2500, True)]
    stage.check_books()


@pytest.mark.requirement("import")
def test_a_file_is_tried_and_its_bad_rows_are_named_before_anything_is_written(stage, as_person):
    olive = as_person("olive")

    def send(text, **more):
        return olive.post("/setup/opening/", data={"on": stage.today.isoformat()} | more | (
            {"text": text} if more else {"file": (io.BytesIO(text.encode("utf-8-sig")), "b.csv")}))

    tried = send(HEAD + GOOD + BAD)
    assert tried.status_code == 422
    shown = tried.get_data(as_text=True)
    for line, why in ((5, "There is no such client"), (6, "one of owed, credit, package"), (7, "Write an amount"),
                      (8, "was brought over for this client already"), (9, "There is no such treatment"),
                      (10, "Write days as 2026-03-15")):
        assert f'data-label="Row">{line}</td>' in shown and why in shown
    assert send(HEAD + GOOD).status_code == 200 and brought(stage) == []
    assert send(HEAD + GOOD + BAD, go="1").status_code == 422 and brought(stage) == []
    assert send(HEAD + GOOD, go="1").status_code == 302
    assert brought(stage) == [("2025-117", 7800, True), ("ten", 30_000, True), ("May", 2000, True)]
    assert "rows cannot come over" in send(HEAD + GOOD, go="1").get_data(as_text=True)
    for short, why in ((HEAD + "Ann Doyle;owed\n", "Write an amount"),
                       ("kind;amount;reference;client\nowed;10;a\n", "There is no such client")):
        tried = send(short)
        assert tried.status_code == 422 and why in tried.get_data(as_text=True)
    assert "Missing: client" in send("who;kind;amount;reference\n").get_data(as_text=True)
    assert as_person("rae").get("/setup/opening/").status_code == 403
    stage.check_books()
