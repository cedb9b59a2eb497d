"""A copy of everything about one client, and of nobody else."""
import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.models.vouchers import VoucherUse
from practice.billing.services.vouchers import sell_voucher
from practice.clients.models import Client
from practice.core.db import Base, db, transaction
from practice.files.models import FileKind
from practice.files.services import hand_in
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.services.messages import tell_therapist
from practice.transfer.models import Disclosure
from practice.transfer.queries import trail
from practice.transfer.queries.belongings import ABOUT_NOBODY, BELONGINGS
from practice.transfer.queries.copy import everything_about, rows_of
from tests import personas
from tests.factories import clients, schedule
from tests.factories.billing import Stage
from tests.factories.pictures import jpeg
from tests.world import CLINICAL_WORDS, build_world

WHY = "She asked at the desk and showed her passport."
OTHERS = ("gobbledinosaur", "pinkrhubarb", "squeakyhinge", "tangerinefog", "otterlantern")


def ben(people) -> None:
    """Another client with a word of his own in every place."""
    with guard.acting(people.system), transaction():
        row = db.session.scalars(select(Client).where(Client.first_name == "Benno")).one()
        row.first_name, row.street, row.email = OTHERS[0].title(), OTHERS[1], f"{OTHERS[0]}@example.com"
        clients.audit.record(people.system, "client.change", row, client_id=row.id)
        ben_id = row.id
        treatment = schedule.treatment("Massage 30")
        coming = schedule.appointment(ben_id, people.tara.user_id, treatment.id, personas.NOW + timedelta(hours=6)).id
        clients.care(ben_id, people.tara.user_id)
    with guard.acting(people.tara), transaction():
        add_condition(people.tara, ben_id, ConditionContent(words=OTHERS[2], note=OTHERS[2]))
        hand_in(people.tara, ben_id, jpeg(OTHERS[3].encode()), kind=FileKind.PAPER_FORM,
                record="client", record_id=ben_id)
    with guard.acting(people.rae), transaction():
        tell_therapist(people.rae, coming, OTHERS[4])


@pytest.fixture
def world(people):
    world = build_world(people)
    ben(people)
    return world


@pytest.fixture
def archive(world, as_person):
    """The archive as the owner saves it."""
    answer = as_person("olive").post(f"/clients/{world.numbers['client_id']}/rights/copy", data={"why": WHY})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return zipfile.ZipFile(io.BytesIO(answer.data))


@pytest.mark.requirement("rights")
def test_the_copy_holds_everything_about_one_client_and_nobody_else(people, world, archive):
    told = json.loads(archive.read("copy.json"))
    text = json.dumps(told, ensure_ascii=False)
    files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    everything = (text.encode() + b"".join(files)).decode("utf-8", "replace").casefold()
    for word in (*CLINICAL_WORDS, "annwen", "quill", "+353855550138", "apixaban", "back in two weeks please"):
        assert word.casefold() in everything, word
    for word in (*OTHERS, "zett", "argon2", "uid"):
        assert word not in everything, word
    printed = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(archive.read("copy.pdf"))).pages)
                       .split())
    assert files and re.search(r"Gross €\d+\.\d\d ", printed) and ": petrissage, pressure" in printed
    assert not re.search(r"\bId \d|Content hash|Gross amount|no_show|\d-\d\d-\d\dT", printed), "told to a person"
    assert any("Theo Marsh signed a note" in one["what"] for one in told["log"])
    with guard.acting(people.olive):
        row = db.session.scalars(select(Disclosure)).one()
        assert (row.why, row.given_on, row.recorded_by_id) == (WHY, date(2026, 11, 17), people.olive.user_id)


@pytest.mark.requirement("rights")
def test_every_table_with_a_row_of_this_client_is_in_it(people, world, archive):
    told = json.loads(archive.read("copy.json"))["parts"]
    with guard.acting(people.system):
        for one in BELONGINGS:
            rows = rows_of(one, world.numbers["client_id"])
            if one.is_copied and rows and one.model is not Disclosure:
                assert len(told[one.model.__tablename__]) == len(rows), one.model


@pytest.mark.requirement("rights")
def test_every_table_belongs_to_clients_or_to_nobody():
    listed = [one.model.__tablename__ for one in BELONGINGS]
    assert len(set(listed)) == len(listed)
    assert set(listed) & ABOUT_NOBODY == set()
    assert {table.name for table in Base.metadata.sorted_tables} == {*listed, *ABOUT_NOBODY}
    for table in ABOUT_NOBODY:
        assert "client_id" not in Base.metadata.tables[table].c


def test_a_copy_needs_a_reason_and_the_owner(world, as_person):
    url = f"/clients/{world.numbers['client_id']}/rights/copy"
    assert as_person("olive").post(url, data={"why": ""}).status_code == 422
    assert as_person("olive").post(url, data={"why": "because"}).status_code == 422
    assert as_person("theo").post(url, data={"why": WHY}).status_code == 403


def test_however_much_was_done_with_a_record_its_copy_is_made(world, as_person, monkeypatch):
    monkeypatch.setattr(trail, "MOST", 0)
    answer = as_person("olive").post(f"/clients/{world.numbers['client_id']}/rights/copy", data={"why": WHY})
    assert answer.status_code == 200


@pytest.mark.requirement("rights")
def test_the_copy_of_who_gave_a_voucher_tells_nothing_of_who_used_it(people):
    stage = Stage(people)
    ben = stage.client("Ben", "Hale")
    voucher_id = stage.do(lambda: sell_voucher(
        stage.rae, client_id=stage.ann, text="Gift", price_amount=7800, treatment_id=stage.treatment,
        method=Method.CARD, request_key="gift"))
    with guard.acting(people.system), transaction():
        visit = schedule.appointment(ben, people.theo.user_id, stage.treatment, personas.NOW)
        row = VoucherUse(voucher_id=voucher_id, appointment_id=visit.id, therapist_id=people.theo.user_id,
                         value_amount=7800, used_on=stage.today, used_at=personas.NOW)
        db.session.add(row)
        clients.audit.record(people.system, "voucher.use", row, client_id=ben)
        db.session.flush()
        parts = {who: {part.table for part in everything_about(who).parts} for who in (stage.ann, ben)}
    assert "voucher" in parts[stage.ann] and "voucher_use" not in parts[stage.ann]
    assert "voucher_use" in parts[ben]
