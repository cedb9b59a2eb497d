"""What reception clicks through: registering, finding, booking, the form's address, arriving, checking out."""
from playwright.sync_api import expect

from tests.journeys.steps import button, go, link, saved

CLIENT = "Zoë Núñez"


def register(page, shot) -> None:
    """A client in one short form; the second time they are shown as a possible duplicate before saving."""
    page.goto("/")
    go(page, link(page, "New client"))
    page.fill("#first_name", "Zoë")
    page.fill("#last_name", "Núñez")
    page.fill("#born_on", "1988-02-21")
    page.fill("#phone", "12")
    page.fill("#email", "zoe@example.com")
    go(page, button(page, "Save client"))
    expect(page.locator("#phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#last_name")).to_have_value("Núñez")
    page.fill("#phone", "085 555 0138")
    go(page, button(page, "Save client"))
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()
    shot(page, "client")
    page.goto("/clients/new")
    page.fill("#first_name", "Zoe")
    page.fill("#last_name", "Nunez")
    page.fill("#phone", "0855550138")
    page.press("#phone", "Tab")
    expect(page.locator("[data-doubles-panel]")).to_contain_text("Could be the same person")
    shot(page, "duplicate")
    go(page, page.locator("button[name=use]").first)
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()


def find(page) -> None:
    """By a fragment without its accents, by "last, first", by the last digits, by e-mail."""
    field = page.locator("form[data-search] input[type=search]")
    for fragment in ("nune", "nunez, z", "0138", "zoe@ex"):
        field.fill("")
        field.fill(fragment)
        expect(page.locator("form[data-search] .search-option").first).to_contain_text(CLIENT)
    field.press("ArrowDown")
    with page.expect_navigation():
        field.press("Enter")
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()


def book_first_free(page, therapist: str, shot) -> str:
    """From the client's page; the number of the appointment."""
    go(page, link(page, "Book", exact=True))
    go(page, link(page, "First free"))
    page.select_option("#treatment", label="Deep tissue 60")
    page.select_option("#therapist", label=therapist)
    go(page, button(page, "Show free times"))
    shot(page, "first-free")
    go(page, page.locator(".free-slot").first)
    expect(page.locator("[data-offers]")).to_contain_text("This time is free")
    shot(page, "booking")
    go(page, page.locator(".form-buttons").get_by_role("button", name="Book"))
    saved(page, f"Booked: {CLIENT}")
    page.goto("/")
    return page.locator(".slot", has_text=CLIENT).get_attribute("id").removeprefix("slot-")


def show_clash(page, appointment: str) -> None:
    """The same time again is shown as taken before saving, with free times near it, and refused."""
    page.goto(f"/booking/{appointment}/move")
    taken, therapist = page.input_value("#time"), page.locator("#therapist option:checked").inner_text()
    page.goto("/booking/new")
    page.fill("#client", "nunez")
    page.locator("#client-list .search-option, #client-list [role=option]").first.click()
    page.wait_for_selector("input[type=hidden][name=client_id]", state="attached")
    page.select_option("#therapist", label=therapist)
    page.fill("#time", taken)
    expect(page.locator("[data-offers]")).to_contain_text("is booked")
    expect(page.locator(".offer").first).to_be_visible()
    go(page, page.locator(".form-buttons").get_by_role("button", name="Book"))
    expect(page.locator(".error-summary")).to_be_visible()


def form_address(page, shot) -> str:
    """The personal address of the client's form."""
    page.goto("/clients/")
    go(page, link(page, "Núñez, Zoë"))
    go(page, link(page, "Form", exact=True))
    go(page, button(page, "Make a link"))
    expect(page.locator(".fresh-code")).to_be_visible()
    assert link(page, "Text message").get_attribute("href").startswith("sms:")
    assert link(page, "E-mail").get_attribute("href").startswith("mailto:")
    shot(page, "form-address")
    return page.input_value("#address")


def arrives(page, appointment: str, shot) -> None:
    """One click, taken back once, and again; then a word to the therapist that the desk cannot read back."""
    page.goto("/")
    expect(page.locator(".desk-side")).to_contain_text(CLIENT)
    slot = page.locator(f"#slot-{appointment}")
    go(page, slot.locator(".slot-step"))
    expect(page.locator(".toast")).to_contain_text("arrived")
    go(page, page.locator(".toast-undo"))
    expect(page.locator(f"#slot-{appointment}.slot-booked")).to_be_visible()
    go(page, slot.locator(".slot-step"))
    expect(page.locator(f"#slot-{appointment}.slot-arrived")).to_be_visible()
    page.fill("#tell-text", "She slipped on the stairs this morning.")
    go(page, button(page, "Send"))
    expect(page.locator("body")).not_to_contain_text("slipped")
    shot(page, "today-arrived")


def done(page, appointment: str) -> None:
    """The therapist's hand-over has ended the session; else it is one click at the desk."""
    page.goto("/")
    if not page.locator(f"#slot-{appointment}.slot-done").count():
        go(page, page.locator(f"#slot-{appointment} .slot-step"))
    expect(page.locator(f"#slot-{appointment}.slot-done")).to_be_visible()


def check_out(page, shot) -> str:
    """Three clicks from Today to a receipt; the next visit is offered and booked. The address of the receipt."""
    page.goto("/")
    expect(page.locator(".side-card", has_text="To check out")).to_contain_text(CLIENT)
    shot(page, "today-to-check-out")
    go(page, link(page, f"Check out {CLIENT}"))
    shot(page, "checkout")
    page.locator(".pay-method", has_text="Card").click()
    go(page, page.locator(".btn-pay"))
    receipt = page.locator("iframe.paper").get_attribute("src")
    shot(page, "receipt")
    go(page, page.locator(".card", has_text="Next appointment").locator("a.btn").first)
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()
    go(page, page.locator(".form-buttons").get_by_role("button", name="Book"))
    saved(page, f"Booked: {CLIENT}")
    return receipt
