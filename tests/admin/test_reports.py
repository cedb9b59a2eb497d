"""The month on the screen and on file."""
import io
import zipfile

import pytest

MONTH = "/reports/2026-11"


def test_the_month_of_an_empty_practice_says_not_available(as_person):
    page = as_person("olive").get(MONTH).get_data(as_text=True)
    assert "November 2026" in page and "n/a" in page and "0 %" not in page


def test_the_weeks_of_a_month_are_named_by_their_days(as_person):
    page = as_person("olive").get(MONTH).get_data(as_text=True)
    assert ">1</text>" in page and ">2–8</text>" in page and ">30</text>" in page


@pytest.mark.parametrize("name", ["documents", "earned", "payments", "owed", "appointments"])
def test_every_figure_opens_its_rows(as_person, name):
    assert as_person("bo").get(f"{MONTH}/rows/{name}").status_code == 200


@pytest.mark.parametrize("address", [
    "/reports/2026-13", "/reports/x", f"{MONTH}/rows/nothing", f"{MONTH}/rows/earned?key=therapist-x",
    f"{MONTH}/rows/owed?key=long", f"{MONTH}/rows/appointments?key=eaten", "/reports/99999-01.csv"])
def test_unknown_addresses_are_not_there(as_person, address):
    assert as_person("olive").get(address).status_code == 404


def test_the_files(as_person):
    browser = as_person("olive")
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{MONTH}.csv").data))
    assert sorted(archive.namelist())[0] == "2026-11-appointments.csv" and len(archive.namelist()) == 6
    answer = browser.get(f"{MONTH}.xlsx")
    assert answer.data[:2] == b"PK" and 'filename="2026-11.xlsx"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["theo", "rae"])
def test_not_for_therapists_or_reception(as_person, name):
    assert as_person(name).get(MONTH).status_code == 403
