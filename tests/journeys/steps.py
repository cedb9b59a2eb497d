"""The steps of a working day as people click through them: each takes a page where that person is signed in."""
import re

from playwright.sync_api import Page, expect

from practice.core import clock

OWNER, THERAPIST, DESK = ("Olive Byrne", "olive@example.com"), ("Theo Marsh", "theo@example.com"), (
    "Rae Adeyemi", "rae@example.com")
PASSWORD = "seven calm otters swim"


class Camera:
    """Numbered pictures of one day, in a folder; `shot(page, "booking")`."""

    def __init__(self, folder):
        self.folder, self.number = folder, 0

    def __call__(self, page: Page, name: str) -> None:
        self.number += 1
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=self.folder / f"day-{self.number:02}-{name}.png")


def button(page, name: str, **options):
    return page.get_by_role("button", name=name, **options).first


def link(page, name: str, **options):
    return page.get_by_role("link", name=name, **options).first


def go(page, control) -> None:
    """Click, and wait until the next page is there."""
    with page.expect_navigation():
        control.click()


def saved(page, words: str) -> None:
    expect(page.locator("body")).to_contain_text(words)
    expect(page.locator(".error-summary")).to_have_count(0)


def sign_in(page, email: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    go(page, button(page, "Sign in"))


def sign_out(page) -> None:
    go(page, button(page, "Sign out"))


def sign_in_first(page, email: str, once: str) -> None:
    """The first time: with the password for one sign-in, then with one of their own."""
    sign_in(page, email, once)
    for field in page.locator('input[type="password"]').all():
        field.fill(once if "current" in (field.get_attribute("autocomplete") or "") else PASSWORD)
    go(page, page.locator("form .btn-primary").first)


# --- the owner --------------------------------------------------------------------------------------------------


def place_by_day() -> str:
    """A time zone where it is neither late nor just past midnight, so that what is booked next is still today."""
    is_day = 1 <= clock.local(clock.now(), "Europe/Dublin").hour < 21
    return "Europe/Dublin" if is_day else "America/New_York"


def first_run(page, code: str, shot) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/first-run$"))
    page.fill("#code", "0000-0000-0000")
    page.fill("#name", OWNER[0])
    page.fill("#email", OWNER[1])
    page.fill("#password", PASSWORD)
    page.fill("#practice_name", "Linden Lane Massage")
    page.select_option("#country", "IE")
    page.select_option("#time_zone", place_by_day())
    page.select_option("#currency", "EUR")
    page.fill("#tax_name", "VAT 13.5 %")
    page.fill("#tax_rate", "13.5")
    shot(page, "first-run")
    go(page, button(page, "Open the practice"))
    expect(page.locator(".error-summary")).to_contain_text("not the code")
    expect(page.locator("#practice_name")).to_have_value("Linden Lane Massage")
    page.fill("#code", code)
    page.fill("#password", PASSWORD)
    go(page, button(page, "Open the practice"))
    expect(page.get_by_role("heading", name="Set up your practice")).to_be_visible()
    shot(page, "set-up")


def settings(page) -> None:
    go(page, link(page, "Practice", exact=True))
    page.fill("#phone", "01 555 0100")
    page.fill("#address", "1 Linden Lane\nDublin")
    go(page, button(page, "Save the settings"))
    expect(page.locator(".error-summary")).to_have_count(0)


def add_person(page, person: tuple[str, str], role: str, **profile) -> str:
    """Add a member of the staff; the password for their first sign-in."""
    go(page, link(page, "Staff", exact=True))
    page.goto("/setup/staff/new")
    page.fill("#name", person[0])
    page.fill("#email", person[1])
    page.locator("#roles").get_by_text(role, exact=True).click()
    for name, value in profile.items():
        page.fill(f"#{name}", value)
    if profile:
        page.locator("label.mark").nth(1).click()
    go(page, button(page, "Add and show the password"))
    return page.locator("[data-once]").inner_text().strip()


def working_hours(page, shot) -> None:
    """From the page that shows the password: every day of the week, early till late, so that the day can be walked."""
    go(page, link(page, "Set the working hours"))
    for weekday in range(7):
        page.locator(f'[name="starts-{weekday}"]').first.fill("00:00")
        page.locator(f'[name="ends-{weekday}"]').first.fill("23:55")
    shot(page, "working-hours")
    go(page, button(page, "Save the hours"))
    saved(page, "are saved")


def treatments_and_rooms(page, shot) -> None:
    go(page, link(page, "Treatments", exact=True))
    go(page, link(page, "New treatment"))
    page.fill("#name", "Deep tissue 60")
    page.fill("#neutral_name", "Massage treatment, 60 minutes")
    page.fill("#minutes", "60")
    page.fill("#price", "eighty")
    for technique in ("Effleurage", "Petrissage"):
        page.locator("label.tick", has_text=technique).first.click()
    go(page, button(page, "Save"))
    expect(page.locator("#price")).to_have_attribute("aria-invalid", "true")
    page.fill("#price", "84.00")
    shot(page, "treatment")
    go(page, button(page, "Save"))
    saved(page, "Deep tissue 60")
    for name in ("Room 1", "Room 2"):
        page.goto("/setup/rooms/new")
        page.fill("#name", name)
        go(page, button(page, "Save"))
        saved(page, name)


def read_month(page, shot) -> tuple[bytes, bytes]:
    """The month's figures; one is followed to its rows; the two downloads."""
    page.goto("/")
    go(page, link(page, "Reports", exact=True))
    expect(link(page, "Excel")).to_be_visible()
    expect(page.locator("main")).to_contain_text("84.00")
    shot(page, "month")
    go(page, page.locator("a[href$='/rows/documents']").first)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("84.00")
    shot(page, "month-rows")
    go(page, link(page, "Back to the report"))
    files = []
    for name in ("CSV", "Excel"):
        if name == "CSV":
            page.locator("main summary", has_text="More").click()
        with page.expect_download() as waiting:
            link(page, name, exact=True).click()
        files.append(waiting.value.path().read_bytes())
    return tuple(files)
