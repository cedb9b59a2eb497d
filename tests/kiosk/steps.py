"""Filling in a form on a phone, by tapping: the steps of every test that does."""
from collections.abc import Mapping

TOUCH = {"has_touch": True, "is_mobile": True}
# What a healthy client taps on each part: (question, the word of the choice).
HEALTHY = {
    "visit": (("goals", "Less stress"), ("stress", "4")),
    "wishes": (("massage_before", "Never"), ("pressure", "Medium")),
    "medicine": (("strong_medicine", "Neither"), ("allergies", "Nothing I know of"), ("told_not", "No")),
}


def choose(page, key: str, word: str) -> None:
    page.locator(f'[data-question="{key}"] > .choices label', has_text=word).first.tap()


def fill_part(page, key: str, *, name: str = "Ann Doyle", taps: Mapping = HEALTHY,
              texts: Mapping | None = None) -> None:
    """One part of the full form: "None of these" where it is offered, then `taps` and `texts` of that part."""
    if page.locator('[data-group="none"]').count():
        page.locator(".choice-whole", has_text="None of these").tap()
    if key == "about_you":
        page.fill("#q-full_name", name)
        page.fill("#q-birth_date", "21 February 1988")
        page.fill("#q-phone", "085 555 0138")
    for question, word in taps.get(key, ()):
        choose(page, question, word)
    for question, text in (texts or {}).get(key, ()):
        page.fill(f"#q-{question}", text)
    if key == "agree":
        for label in page.locator('[data-question="agreements"] .choice').all():
            label.tap()


def next_part(page) -> None:
    with page.expect_navigation():
        page.locator(".kiosk-foot").get_by_role("button", name="Next").tap()


def sign(page) -> None:
    """A zigzag with the pen on the signature's box."""
    canvas = page.locator(".sign canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 18, box["y"] + (40 if step % 2 else 75))
    page.mouse.up()
