"""Every page of the day under the accessibility checker, in three sizes, light and dark: the demo on a Tuesday."""
import os

import pytest

from practice.demo.cast import PASSWORD
from tests.plugins.browsers import DESKTOP, ONLY_COLOURS, PHONE, looks, sign_in, violations

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
        "/setup/rule-history/", "/setup/everybody/", "/setup/everybody/setting/sensitive",
        "/setup/trail/?user={therapist}", "/setup/trail/clients/{client}", "/setup/review/", "/setup/review/keeping",
        "/clients/{client}/rights/", "/clients/{client}/rights/log/")),
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

# Made of the same pieces as the pages above: looked at on the phone alone, where there is least room.
REST = {
    "owner": (
        "/setup/forms/{form}", "/setup/forms/{form}/paper", "/setup/locations/", "/setup/locations/{location}",
        "/setup/locations/new", "/setup/methods/", "/setup/methods/new", "/setup/price-groups/",
        "/setup/price-groups/new", "/setup/products/{product}", "/setup/products/new", "/setup/rooms/{room}",
        "/setup/staff/{therapist}/documents", "/setup/taxes/{tax}", "/setup/taxes/new", "/setup/treatments/new",
        "/lists/payments/details/?id={payment}", "/nothing-here", "/setup/everybody/new", "/setup/techniques/new",
        "/setup/everybody/rule/spine"),
    "therapist": (
        "/clients/{client}/form-link/blank", "/conditions/", "/conditions/{condition}/edit",
        "/conditions/client/{client}/new", "/files/", "/forms-in/", "/brief/"),
    "reception": (
        "/money/packages", "/money/package/{package}", "/money/package/{package}/extend", "/money/new",
        "/money/payments/{payment}/reverse", "/money/back/invoices/{document}/refund",
        "/money/back/invoices/{document}/write-off", "/money/back/payments/{payment}/method",
        "/money/clients/{client}/pay", "/money/clients/{client}/give-back", "/money/clients/{client}/deposit",
        "/money/clients/{client}/package", "/money/clients/{client}/invoice", "/money/fees/consent/{client}",
        "/money/tips/{therapist}/pay"),
    "bookkeeper": (),
}
# Not looked at by address, for tests/house/test_every_page.py: files, answers for scripts, addresses that lead on, and
# what has a test of its own below; what the demo holds no row for; the lists of Flask-Admin, which are one template.
FILES = {"calendar.sheet", "files.page", "owed.csv", "reports.file", "reports.pack", "review.keeping_csv", "till.slip",
         "reminders.letter", "accounting.file", "superbills.paper", "vouchers.paper", "trail.user_pack",
         "trail.client_pack", "health", "static", "booking.offers", "search.suggest"}
LEAD_ON = {"calendar.index", "earnings.index", "forms.index", "first_run", "unlock"}
BELOW = {"sign_in", "forgot", "reset", "kiosk.welcome", "kiosk.part", "kiosk.review", "kiosk.thanks"}
WITHOUT_ROWS = {"letters.paper", "letters.answer", "memberships.page", "snippets.edit", "form_edit.edit",
                "setup_methods.edit", "setup_groups.edit", "sign_in_code", "mail.document", "mail.receipt",
                "mail.reminder", "mail.statement", "rule_history.then",
                "payouts.index", "payouts.new", "payouts.fee", "payouts.back"}

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
    page.set_viewport_size(PHONE)
    for address in REST[who]:
        page.goto(address.format(**demo.numbers))
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found = violations(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += violations(page, ONLY_COLOURS)
        axe_table(who, address, "390", [one["id"] for one in found])
        wrong += [f"{who} {address}: {one['id']} {[node['target'] for node in one['nodes']][:3]}" for one in found]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{who} {address}: wider than the window")
    assert wrong + page.problems == []


def test_the_door(database_kind, look_page, axe_table, pictures):
    page, wrong = look_page(), []
    for address in ("/sign-in", "/forgot", "/reset/nothing"):
        page.goto(address)
        wrong += look(page, "nobody", address, axe_table, pictures)
    assert wrong + page.problems == []


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
