"""The client with the form on a phone: opens the address, fills it in, signs and sends."""
from playwright.sync_api import expect

from tests.kiosk.steps import HEALTHY, fill_part, next_part, sign

# A blood thinner and an allergy to nuts, otherwise nothing.
TAPS = HEALTHY | {"heart": (("thinners", "Yes"),),
                  "medicine": (("strong_medicine", "Neither"), ("allergies", "Nut"), ("told_not", "No"))}
TEXTS = {"heart": (("thinners_which", "apixaban"),)}


def fill_form(page, address: str, shot) -> None:
    page.goto(address)
    page.reload()  # a preview or a second look spends nothing
    shot(page, "form-welcome")
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/part/*")
    parts = 0
    while "/part/" in page.url:
        fill_part(page, page.url.rpartition("/")[2], name="Zoë Núñez", taps=TAPS, texts=TEXTS)
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
