"""Papers of every profile with what is hard to set: nothing is lost, nothing runs off the page."""
import io

import pytest
from pypdf import PdfReader

from practice.admin.papers import invoice_pdf, receipt_pdf
from practice.core.pdf import missing_characters
from practice.premises.models import Profile
from tests.factories.papers import LINES, PEOPLE, hard_invoice


def sheets(paper: bytes) -> list:
    return PdfReader(io.BytesIO(paper)).pages


def outside(page) -> list[str]:
    """The words that begin beside the sheet."""
    width, found = float(page.mediabox.width), []

    def look(text, _user, matrix, _font, _size):
        if text.strip() and not 0 <= matrix[4] <= width:
            found.append(text)

    page.extract_text(visitor_text=look)
    return found


@pytest.mark.only_on("sqlite", "papers are set without a database")
@pytest.mark.parametrize("profile", Profile)
def test_every_profile_with_what_is_hard_to_set(app, profile):
    with app.test_request_context():
        for who, (_language, name, _address) in PEOPLE.items():
            document = hard_invoice(profile, who)
            assert missing_characters([name]) == ""
            for paper in (invoice_pdf(document), receipt_pdf(document, [])):
                pages = sheets(paper)
                assert (len(pages) > 1) == (who == "long"), who
                assert [words for page in pages for words in outside(page)] == []
                words = " ".join(" ".join(page.extract_text() for page in pages).split())
                assert all(f"{60 + number}" in words for number in range(1, LINES.get(who, 3) + 1)), who
                if who == "polish":
                    assert name in words
                if who == "nothing":
                    assert "€0.00" in words
