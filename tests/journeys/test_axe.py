"""Every page of the day under the accessibility checker, in three sizes, light and dark: the demo on a Tuesday."""
import os

import pytest

from practice.demo.cast import PASSWORD
from tests.plugins.browsers import DESKTOP, looks, sign_in

PAGES = {
    "owner": ("mara@example.com", (
        "/", "/calendar/day", "/clients/", "/clients/{client}", "/reports/", "/reports/{month}",
        "/reports/{month}/rows/documents", "/reports/{last_month}/closing/", "/reports/accounting/",
        "/money/", "/lists/clients/",
        "/clients/{client}/break-glass", "/account/", "/account/pin", "/account/second-step/",
        "/account/passkeys/", "/prove", "/setup/", "/setup/practice/", "/setup/staff/",
        "/setup/staff/new", "/setup/staff/{therapist}", "/setup/hours/{therapist}", "/setup/treatments/",
        "/setup/treatments/{treatment}",
        "/setup/rooms/", "/setup/rooms/new", "/setup/taxes/", "/setup/products/", "/lists/forms/",
        "/setup/money/", "/setup/opening/", "/money/opening/{client}", "/setup/measures/", "/setup/rulebook/",
        "/setup/rulebook/new", "/setup/rulebook/diabetes", "/setup/techniques/", "/setup/techniques/cupping",
        "/setup/everybody/", "/setup/everybody/setting/sensitive", "/setup/trail/?user={therapist}",
        "/setup/trail/clients/{client}", "/setup/review/", "/setup/review/keeping", "/clients/{client}/rights/",
        "/clients/{client}/rights/log/")),
    "therapist": ("jon@example.com", (
        "/", "/calendar/day", "/booking/{coming}", "/clients/{client}", "/brief/{arrived}", "/brief/client/{client}",
        "/conditions/client/{client}", "/forms-in/{submission}", "/notes/", "/notes/{running}/edit",
        "/notes/{note}/", "/notes/{written}/to-reception",
        "/notes/snippets/", "/conditions/client/{client}/remarks/", "/conditions/client/{client}/letters/new/diabetes",
        "/plans/{client}/", "/plans/{client}/sheet", "/measures/{client}/", "/recall/",
        "/referral/{client}/", "/earnings/{month}")),
    "reception": ("ruth@example.com", (
        "/", "/calendar/day", "/calendar/week", "/calendar/block", "/booking/new?client_id={client}",
        "/booking/first-free", "/booking/{coming}", "/booking/{coming}/move", "/clients/", "/clients/new",
        "/clients/{client}", "/clients/{client}?tab=visits", "/clients/{client}?tab=money", "/clients/{client}/edit",
        "/clients/{client}/form-link/", "/search/?q=an", "/checkout/{done}", "/checkout/{charged}/receipt", "/money/",
        "/money/invoices/{document}", "/money/payments", "/money/owed/", "/money/owed/statements/{client}",
        "/money/reminders/", "/money/fees/", "/money/vouchers/", "/money/vouchers/sell/{client}", "/money/memberships/",
        "/money/memberships/start/{client}", "/money/till/", "/money/tips/", "/money/clients/{client}/",
        "/money/superbill/of/{document}", "/account/password", "/lists/appointments/", "/lists/invoices/")),
    "bookkeeper": ("bo@example.com", (
        "/", "/money/", "/money/invoices/{document}", "/money/payments", "/reports/{month}", "/lists/payments/")),
}

pytestmark = pytest.mark.only_on("sqlite", "what a page looks like does not depend on the database")


def look(page, who: str, name: str, axe_table, pictures) -> list[str]:
    """The page in three sizes, light and dark; what is wrong, in words. Pictures for who asked for them."""
    wrong = []
    for where, found in looks(page):
        axe_table(who, name, where, [one["id"] for one in found])
        wrong += [f"{who} {name} {where}: {one['id']} {[node['target'] for node in one['nodes']][:3]}" for one in found]
        if os.environ.get("PRACTICE_SCREENSHOTS"):
            file = f"{who}{name.partition('?')[0]}".strip("/").translate(str.maketrans("/{}", "-__"))
            page.screenshot(path=pictures / f"{file}-{where.replace(' ', '-')}.png")
    return wrong


@pytest.mark.parametrize("who", PAGES)
def test_pages_of(database_kind, who, demo, look_page, axe_table, pictures):
    email, addresses = PAGES[who]
    page = look_page()
    sign_in(page, email, PASSWORD)
    wrong = []
    for address in addresses:
        answer = page.goto(address.format(**demo.numbers))
        if answer.status != 200:
            wrong.append(f"{who} {address}: answered {answer.status}")
            continue
        wrong += look(page, who, address, axe_table, pictures)
    assert wrong + page.problems == []


def test_the_door(database_kind, look_page, axe_table, pictures):
    page = look_page()
    page.goto("/sign-in")
    assert look(page, "nobody", "/sign-in", axe_table, pictures) + page.problems == []


def test_the_form_of_a_client(database_kind, demo, look_page, axe_table, pictures):
    page = look_page()
    page.goto(f"/f/{demo.numbers['secret']}")
    wrong = look(page, "client", "/f/welcome", axe_table, pictures)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/part/*")
    for key in ("about_you", "visit", "heart", "body", "skin", "medicine", "wishes", "agree"):
        page.goto(f"/f/{demo.numbers['secret']}/part/{key}")
        wrong += look(page, "client", f"/f/{key}", axe_table, pictures)
    page.goto(f"/f/{demo.numbers['secret']}/review")
    wrong += look(page, "client", "/f/review", axe_table, pictures)
    assert wrong + page.problems == []


def take_today(page, folder):
    """Reception's Today; with PRACTICE_SCREENSHOTS=.readme this is the picture in the README."""
    sign_in(page, PAGES["reception"][0], PASSWORD)
    page.set_viewport_size(DESKTOP)
    page.screenshot(path=folder / "today.png")
    return folder / "today.png"


def test_the_picture_of_the_readme(database_kind, look_page, pictures):
    assert 20_000 < take_today(look_page(), pictures).stat().st_size < 300_000
