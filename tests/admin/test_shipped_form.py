"""When another form comes with the product, the owner is offered it as a draft."""
from sqlalchemy import update

from practice.access import guard
from practice.core.db import db, transaction
from practice.intake.definition import shipped, to_data
from practice.intake.models import FormState, FormVersion
from practice.intake.queries import get_form, published_form
from tests.factories import intake

OFFER = "This release of the program brings other words"


def test_what_is_shipped_anew_is_offered_once(as_person, people):
    with guard.acting(people.system), transaction():
        intake.publish(people)
    olive = as_person("olive")
    with guard.acting(people.olive):
        number = published_form("full", "en").id
    page, begin = f"/setup/forms/{number}", f"/setup/forms/{number}/begin?shipped=1"
    assert OFFER not in olive.get(page).text and olive.post(begin).status_code == 404
    db.session.rollback()
    with guard.acting(people.system), transaction():
        db.session.connection().execute(update(FormVersion.__table__).values(shipped_hash="of a version before"))
        intake.forms.audit.record(people.system, "form.save")
    assert OFFER in olive.get(page).text
    first, again = (olive.post(begin).headers.get("Location") for _click in range(2))
    assert first == again, "two clicks are one draft"
    draft = int(first.split("/")[-2])
    assert OFFER not in olive.get(page).text, "a draft waits"
    db.session.rollback()
    with guard.acting(people.olive), transaction():
        row = get_form(draft)
        assert row.state is FormState.DRAFT and row.content == to_data(shipped("full"))
        intake.forms.save_draft(people.olive, draft, row.content | {"intro": "Welcome."}, version=row.version)
    with guard.acting(people.olive), transaction():
        intake.forms.publish_draft(people.olive, draft, version=get_form(draft).version)
    assert OFFER not in olive.get(f"/setup/forms/{draft}").text, "it was taken from there"
    assert as_person("theo").post(begin).status_code == 403
