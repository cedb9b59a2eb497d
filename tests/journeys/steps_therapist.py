"""What a therapist clicks through on a tablet: the brief, the session and its note, the hand-over."""
from playwright.sync_api import expect

from tests.journeys.steps import button, go, link
from tests.journeys.steps_desk import CLIENT


def read_brief(page, shot) -> None:
    """One click after signing in; what matters stands on the first screen."""
    go(page, link(page, "Open brief"))
    expect(page.get_by_role("heading", name=CLIENT)).to_be_visible()
    first = page.evaluate("document.body.innerText")
    assert "slipped on the stairs" in first and "nut" in first.lower()
    for part in (".verdict-row", ".brief-message", ".brief-where .bm-region", "#plan"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] < 1180, f"{part} is below the first screen: {box}"
    assert page.evaluate("scrollY") == 0
    shot(page, "brief")


def decide(page, shot) -> None:
    """Every answer that waits is accepted with one tap each; the message is read, the brief reviewed."""
    go(page, page.locator(".brief-message").get_by_role("button", name="Got it"))
    for _tap in range(12):
        fold = page.locator("#open")
        if not fold.count():
            break
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
        accept = fold.get_by_role("button", name="Accept")
        if not accept.count():
            break
        go(page, accept.first)
    else:
        raise AssertionError("answers are still waiting")
    go(page, button(page, "Reviewed"))
    expect(page.locator(".brief-reviewed")).to_be_visible()
    shot(page, "brief-reviewed")


def add_row(page, place: str, depth: int, technique: str, minutes: int) -> None:
    rows = page.locator("#work-rows tbody tr").count()
    page.locator("[name=place]").select_option(place)
    page.locator(f'.depth[data-depth="{depth}"]').click()
    page.locator(f".tech-chip:has([value={technique}])").click()
    page.fill("[name=minutes]", str(minutes))
    page.locator(".editor-add").click()
    expect(page.locator("#work-rows tbody tr")).to_have_count(rows + 1)


def write_note(page, shot) -> None:
    """Text and rows, kept by themselves; above a limit it is refused without a reason; then signed."""
    go(page, button(page, "Start session"))
    page.fill("#subjective", "Stiff low back after a long drive.")
    page.fill("#objective", "Both sides firm, left more than right.")
    page.fill("#assessment", "Moves more freely after.")
    page.fill("#plan", "Again in two weeks.")
    add_row(page, "lower_back:left", 2, "effleurage", 20)
    add_row(page, "lower_back:right", 5, "petrissage", 25)
    expect(page.locator("#work-over .over-limit")).to_have_count(1)
    page.select_option("[name=pain_before]", "6")
    page.select_option("[name=pain_after]", "3")
    page.select_option("#back_in_days", "14")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    shot(page, "note")
    go(page, button(page, "Sign", exact=True))
    expect(page.locator(".error-summary")).to_contain_text("reason is missing")
    shot(page, "note-refused")
    page.locator("[data-reason]").first.fill("Asked for firmer today")
    expect(page.locator("#subjective")).to_have_value("Stiff low back after a long drive.")
    go(page, button(page, "Sign", exact=True))
    expect(page.locator("body")).to_contain_text("Asked for firmer today")
    assert page.locator("#subjective").count() == 0
    shot(page, "note-signed")


def hand_over(page, appointment: str, shot) -> None:
    page.goto(f"/notes/{appointment}/to-reception")
    page.fill("#message", "Card left on the desk")
    page.fill("#back_in_days", "14")
    shot(page, "hand-over")
    go(page, button(page, "Hand over"))
    expect(page.locator(".error-summary")).to_have_count(0)
