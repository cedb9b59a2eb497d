"""Lists on file: what is filtered, typed, in pieces, for who may."""
import csv
import io
import threading
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import EnvironBuilder

from practice.access import guard
from practice.admin import streamed
from practice.admin.base import ListView
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import transaction
from practice.core.spreadsheet import Column, Kind, csv_pieces
from tests import personas
from tests.factories import clients
from tests.factories.billing import Stage
from tests.plugins.people import sign_in

LISTS = {"appointments": "rae", "clients": "rae", "invoices": "bo", "payments": "bo", "packages": "bo"}


@pytest.fixture
def stage(people):
    """In October an invoice of 50.00; in November one of 78.00, half paid, a package, a session that is done."""
    with clock.frozen(personas.NOW - timedelta(days=25)):
        stage = Stage(people)
        stage.invoice(5000)
    stage.pay(3900, stage.invoice())
    stage.package()
    stage.session()
    return stage


def rows(answer) -> list[dict]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(("name", "who"), LISTS.items())
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_leaves_as_a_file(as_person, stage, name, who, kind):
    answer = as_person(who).get(f"/lists/{name}/export/{kind}/")
    assert answer.status_code == 200 and int(answer.headers["X-Rows"]) >= 1
    if kind == "csv":
        assert len(rows(answer)) == int(answer.headers["X-Rows"])
    else:
        page = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
        assert page.count("<row ") == int(answer.headers["X-Rows"]) + 1


def test_a_server_sends_the_rows_after_the_request(cloned_database):
    """As a server does it: in a thread of its own, whose context ends with the request and before the first row."""
    clock.set_to(personas.NOW)
    people, app, got = personas.open_house(), cloned_database.app, []
    with guard.acting(people.rae), transaction():
        clients.client("Annwen", "Quill")

    def ask():
        cookie = sign_in(app.test_client(), "rae").get_cookie(app.config["SESSION_COOKIE_NAME"])
        asked = EnvironBuilder("/lists/clients/export/csv/", headers={"Cookie": f"{cookie.key}={cookie.value}"})
        got.append(b"".join(app(asked.get_environ(), lambda *_said: None)))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(got) == 1 and b"Quill" in got[0]


def test_the_cells_are_what_they_are(as_person, stage):
    [half] = [row for row in rows(as_person("bo").get("/lists/invoices/export/csv/")) if row["With tax"] == "78.00"]
    assert half == {"Number": "2026-0002", "Kind": "Invoice", "Document status": "Issued", "Issued": "2026-11-17",
                    "Due": "2026-12-01", "Billed to": "Ann Doyle", "Without tax": "68.72", "Tax": "9.28",
                    "With tax": "78.00", "Still owed": "39.00", "Currency": "EUR"}
    [session] = rows(as_person("rae").get("/lists/appointments/export/csv/"))
    assert (session["Starts"], session["Client"], session["Therapist"], session["State"]) == (
        "2026-11-17 09:00", "Ann Doyle", "Theo Marsh", "Done")
    [package] = rows(as_person("bo").get("/lists/packages/export/csv/"))
    assert (package["Invoice"], package["Left"], package["Value left"]) == ("2026-0003", "3", "176.21")


def test_what_is_filtered_leaves(as_person, stage):
    answer = as_person("bo").get("/lists/invoices/export/csv/?flt0_issued_smaller_than=2026-11-01")
    filtered = [row["Number"] for row in rows(answer)]
    page = as_person("bo").get("/lists/invoices/?flt0_issued_smaller_than=2026-11-01").get_data(as_text=True)
    assert filtered == ["2026-0001"] and "2026-0001" in page and "2026-0002" not in page
    assert "Issued earlier than 1 Nov 2026" in " ".join(page.split()) and "smaller than" not in page


def test_who_may_not_take_it_along(as_person, stage):
    for name in ("invoices", "payments", "packages"):
        assert as_person("rae").get(f"/lists/{name}/export/xlsx/").status_code == 403
    assert as_person("theo").get("/lists/clients/export/csv/").status_code == 403
    assert as_person("bo").get("/lists/invoices/export/json/").status_code == 404


def test_the_heads_come_before_the_first_row_is_read():
    """And rows are read as they are written: never more than a piece ahead."""
    read = []

    def source():
        for number in range(5000):
            read.append(number)
            yield [number]

    pieces = csv_pieces([Column("n", "Number", Kind.INTEGER)], source())
    assert next(pieces) == "\ufeffNumber\r\n".encode() and read == []
    next(pieces)
    assert 0 < len(read) <= 1000
    assert sum(piece.count(b"\n") for piece in pieces) + 500 == 5000


@pytest.mark.requirement("bounded")
def test_who_takes_a_file_too_slowly_gets_no_more_of_it(people, stage, monkeypatch):
    """And lets go of the connection; a piece that is begun is sent whole."""
    with guard.acting(people.rae):
        asked = select(Client.id).order_by(Client.id)
        whole = list(streamed.stream_rows(asked))
        monkeypatch.setattr(streamed, "AT_A_TIME", 1)
        assert list(streamed.stream_rows(asked)) == whole
        monkeypatch.setattr(streamed, "MOST_SECONDS", -1)
        rows = streamed.stream_rows(asked)
        assert next(rows) == whole[0]
        with pytest.raises(streamed.TookTooLong):
            next(rows)


@pytest.mark.requirement("bounded")
def test_other_lists_leave_with_so_many_rows_at_most(app):
    whole = [view for view in app.extensions["admin"][0]._views if isinstance(view, ListView) and view._exports
             and not isinstance(view, streamed.Streamed)]
    assert len(whole) > 5 and {view.export_max_rows for view in whole} == {20_000}


def test_outside_the_transaction_of_a_test(cloned_database):
    """As a server does it: PostgreSQL hands rows over by and by only within a transaction."""
    with clock.frozen(personas.NOW):
        house = personas.open_house()
        with guard.acting(house.system), transaction():
            clients.client("Ann", "Doyle")
        browser = cloned_database.app.test_client()
        sign_in(browser, "rae")
        assert [row["Last name"] for row in rows(browser.get("/lists/clients/export/csv/"))] == ["Doyle"]
