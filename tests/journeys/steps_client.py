"""The client with the form on a phone: opens the address, fills it in, signs and sends."""
from playwright.sync_api import expect

TOUCH = {"has_touch": True, "is_mobile": True}


def choose(page, key: str, word: str) -> None:
    page.locator(f'[data-question="{key}"] > .choices label', has_text=word).first.tap()


def fill_part(page, key: str) -> None:
    """Nothing to say but a blood thinner, an allergy to nuts and a sore low back."""
    if page.locator('[data-group="none"]').count():
        page.locator(".choice-whole", has_text="None of these").tap()
    if key == "about_you":
        page.fill("#q-full_name", "Zoë Núñez")
        page.fill("#q-birth_date", "21 February 1988")
        page.fill("#q-phone", "085 555 0138")
    elif key == "visit":
        choose(page, "goals", "Less stress")
        choose(page, "stress", "4")
    elif key == "heart":
        choose(page, "thinners", "Yes")
        page.fill("#q-thinners_which", "apixaban")
    elif key == "wishes":
        choose(page, "massage_before", "Never")
        choose(page, "pressure", "Medium")
    elif key == "medicine":
        choose(page, "strong_medicine", "Neither")
        choose(page, "allergies", "Nut")
        choose(page, "told_not", "No")
    elif key == "agree":
        for label in page.locator('[data-question="agreements"] .choice').all():
            label.tap()


def next_part(page) -> None:
    with page.expect_navigation():
        page.locator(".kiosk-foot").get_by_role("button", name="Next").tap()


def sign(page) -> None:
    canvas = page.locator(".sign canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 18, box["y"] + (40 if step % 2 else 75))
    page.mouse.up()


def fill_form(page, address: str, shot) -> None:
    page.goto(address)
    page.reload()  # a preview or a second look spends nothing
    shot(page, "form-welcome")
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/part/*")
    parts = 0
    while "/part/" in page.url:
        fill_part(page, page.url.rpartition("/")[2])
        shot(page, "form-" + page.url.rpartition("/")[2])
        next_part(page)
        expect(page.locator(".error-summary")).to_have_count(0)
        parts += 1
        assert parts < 12, page.url
    sign(page)
    shot(page, "form-signed")
    page.get_by_role("button", name="Sign and send").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    shot(page, "form-sent")
    assert page.goto(address).status == 404
