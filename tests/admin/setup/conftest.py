"""The owner at the set-up pages, with a tax code and a treatment."""

import pytest

from practice.catalog.models import Treatment
from practice.core.db import db
from practice.premises.queries import tax_codes
from tests.admin.setup.pages import TREATMENT, as_system


@pytest.fixture
def olive(as_person):
    return as_person("olive")


@pytest.fixture
def tax(people) -> str:
    return str(as_system(people, lambda: tax_codes()[0].id))


@pytest.fixture
def treatment(olive, people, tax) -> int:
    assert olive.post("/setup/treatments/new", data=TREATMENT | {"tax_code_id": tax}).status_code == 302
    return as_system(people, lambda: db.session.query(Treatment.id).scalar())
