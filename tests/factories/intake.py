"""Forms, personal addresses and filled-in sheets, for tests that need them to be there."""
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import Actor, link
from practice.audit import services as audit
from practice.core.db import db, transaction
from practice.intake.definition import shipped
from practice.intake.kinds import QuestionKind
from practice.intake.models import FormState, FormVersion, Way
from practice.intake.services import forms, links
from tests.factories import clients
from tests.personas import People

TYPED = {"typed": "Ann Doyle", "by": "self"}
# Nothing new at a visit.
CHECK = {"ill_now": ["no"], "leg_now": "no", "skin_now": "no", "alcohol": "no", "changed": "no", "new_pain": "no",
         "after_last": "first", "meal": "no"}


def publish(people: People) -> None:
    """The forms that come with the practice; inside transaction()."""
    forms.install_shipped(people.system)


def retire(people: People, key: str) -> None:
    """The practice asks this form no longer; a transaction of its own."""
    with guard.acting(people.system), transaction():
        for row in db.session.scalars(select(FormVersion).where(FormVersion.key == key)):
            row.state = FormState.RETIRED
            audit.record(people.system, "form.retire", row, key=key)


def client_of(people: People, *names: str, **values) -> int:
    """A client in the care of each of these people, by name; a transaction of its own."""
    with guard.acting(people.system), transaction():
        row = clients.client(**{"first_name": "Ann", "last_name": "Doyle", **values})
        for name in names:
            clients.care(row.id, getattr(people, name).user_id)
        return row.id


def address(people: People, client_id: int, *, form_key: str = "full", way: Way = Way.LINK,
            who: str = "rae") -> tuple[Actor, str]:
    """An open address for the client's form: its actor, and the secret. Two transactions of their own."""
    with guard.acting(people.system), transaction():
        publish(people)
    inviting = getattr(people, who)
    with guard.acting(inviting), transaction():
        row, secret = links.invite(inviting, client_id, form_key=form_key, way=way)
        return link(row.id, client_id), secret


def healthy(**changes) -> dict:
    """The answers of a healthy client to the full form: what is needed, and "none of these" everywhere."""
    definition = shipped("full")
    answers = {f"group:{section.key}": "none" for section in definition.sections if section.none_of_these}
    answers |= {"full_name": "Ann Doyle", "birth_date": "1988-02-21", "phone": "085 555 0138", "allergies": ["no"],
                "strong_medicine": ["no"], "told_not": "no",
                "agreements": ["true", "stop", "not_medical", "privacy", "late"]}
    return {key: value for key, value in {**answers, **changes}.items() if value is not None}


def signature_keys() -> list[str]:
    return [question.key for question in shipped("full").questions() if question.kind is QuestionKind.SIGNATURE]
