"""What printed documents are made of: day and therapist of each line, figures as the language writes them."""
from datetime import timedelta

import pytest

from practice.access import guard
from practice.accounts.queries import get_user
from practice.accounts.services.users import change_user, set_profile
from practice.admin import papers
from practice.billing.queries.documents import get_document
from practice.billing.services.documents import issue_invoice
from practice.core.db import transaction
from practice.core.pdf import render
from tests.factories.billing import Stage


@pytest.fixture
def stage(people) -> Stage:
    return Stage(people)


@pytest.fixture
def printed(app, stage, monkeypatch):
    """`printed(document id)`: the data the paper was set from; the PDF itself is made as well."""
    kept = []

    def keep(template, data, *, language):
        kept.append(data)
        return render(template, data, language=language)

    monkeypatch.setattr(papers, "render", keep)

    def show(number: int, language: str | None = None) -> dict:
        def make():
            document = get_document(number)
            if language:
                document.language = language  # in memory only
            assert papers.invoice_pdf(document).startswith(b"%PDF")

        with app.test_request_context():
            stage.read(make)
        return kept[-1]

    return show


def register(stage: Stage, name: str, number: str) -> None:
    olive, theo = stage.people.olive, stage.people.theo.user_id

    def change():
        user = get_user(theo)
        change_user(olive, theo, name=name, email=user.email, roles={row.role for row in user.roles}, is_active=True,
                    version=user.version)
        set_profile(olive, theo, short_name="Theo", registration_body="NMT", registration_number=number, colour=1,
                    version=user.profile.version)

    with guard.acting(olive), transaction():
        change()


def test_each_line_names_its_day_and_who_gave_it(stage, printed):
    register(stage, "Theo Marsh", "4711")
    theo, day = stage.people.theo.user_id, stage.today
    lines = [stage.line(therapist_id=theo, service_on=day - timedelta(days=7)),
             stage.line(therapist_id=theo, service_on=day), stage.line(1800, quantity=2500)]
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=lines))
    paper = printed(number)
    assert [line["date"] for line in paper["lines"]] == ["10 Nov 2026", "17 Nov 2026", ""]
    assert [line["detail"] for line in paper["lines"]] == [["Theo Marsh, NMT 4711"], ["Theo Marsh, NMT 4711"], []]
    assert [line["quantity"] for line in paper["lines"]] == ["1", "1", "2.5"]
    assert "Date of treatment" not in {fact["label"] for fact in paper["facts"]}
    assert [row["rate"] for row in paper["tax_table"]] == ["13.5 %"]


def test_who_gave_it_stays_as_it_was_at_issue(stage, printed):
    register(stage, "Theo Marsh", "4711")
    line = stage.line(therapist_id=stage.people.theo.user_id, service_on=stage.today)
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=[line]))
    register(stage, "Theo Byrne", "NMT 9999")
    assert printed(number)["lines"][0]["detail"] == ["Theo Marsh, NMT 4711"]
    assert {"label": "Date of treatment", "value": "17 Nov 2026"} in printed(number)["facts"]
    assert printed(stage.credit(number))["lines"][0]["detail"] == ["Theo Marsh, NMT 4711"]
    again = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=[line]))
    assert printed(again)["lines"][0]["detail"] == ["Theo Byrne, NMT 9999"]


def test_figures_are_written_as_the_language_does(stage, printed):
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann,
                                            lines=[stage.line(1, quantity=1_234_567), stage.line(quantity=1500)]))
    assert [line["quantity"] for line in printed(number)["lines"]] == ["1,234.567", "1.5"]
    german = printed(number, "de")
    assert [line["quantity"] for line in german["lines"]] == ["1.234,567", "1,5"]
    assert german["tax_table"][0]["rate"] == "13,5 %"
