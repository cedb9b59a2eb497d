"""Who saw a client, whose records an account saw, and the pack for a complaint: from the trail, in sentences."""
import ast
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from practice.access import guard
from practice.access.roles import Role
from practice.accounts.services.users import add_user
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.billing.services.mailing import mail_again
from practice.catalog.models import Treatment
from practice.clients.services import break_glass
from practice.core.db import before_commit, db, transaction
from practice.core.errors import Forbidden
from practice.outbox.models import Message
from practice.outbox.states import MessageState
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.services.booking import move
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState
from practice.transfer.queries import trail
from practice.transfer.sentences import WORDS, Did, did, sentence
from tests import personas
from tests.factories import clients, schedule
from tests.plugins.statements import counted
from tests.world import build_world

HOUR = timedelta(hours=1)
ROOT = Path(__file__).resolve().parents[2]
ALWAYS = {"first_at": personas.NOW - 100 * HOUR, "last_at": personas.NOW + 100 * HOUR}
NO_ACT = {"practice.db", "demo.db"}
WHY = "Her doctor called and asks what was done last time."


@pytest.fixture
def ann_and_ben(people):
    """Ann and Ben, today with Theo; Ann's number is a part of nobody else's."""
    with guard.acting(people.system), transaction():
        treatment = schedule.treatment("Massage 60")
        schedule.hours(people.theo.user_id)
        found = []
        for name, hours in (("Annwen", 2), ("Benno", 4)):
            row = clients.client(name, "Quill")
            schedule.appointment(row.id, people.theo.user_id, treatment.id, personas.NOW + hours * HOUR)
            clients.care(row.id, people.theo.user_id)
            found.append(row.id)
        found.append(clients.client("Cara", "Quill").id)
    return found


@pytest.mark.requirement("audit-asked")
def test_whose_records_did_this_account_see(people, ann_and_ben, as_person):
    ann, ben, cara = ann_and_ben
    theo = as_person("theo")
    assert theo.get(f"/brief/client/{ann}").status_code == 200
    with guard.acting(people.olive):
        found = {one.client_id: one.times for one in trail.seen_by(people.olive, people.theo.user_id, **ALWAYS)}
        assert found == {ann: 1}
    assert theo.get("/").status_code == 200, "Today shows both"
    page = as_person("olive").get(f"/setup/trail/?user={people.theo.user_id}").get_data(as_text=True)
    assert "Annwen Quill" in page and "Benno Quill" in page and "Cara" not in page
    with guard.acting(people.olive):
        found = {one.client_id: one.times for one in trail.seen_by(people.olive, people.theo.user_id, **ALWAYS)}
        assert found == {ann: 2, ben: 1}
        later = {"first_at": personas.NOW + HOUR, "last_at": personas.NOW + 2 * HOUR}
        assert trail.seen_by(people.olive, people.theo.user_id, **later) == []


@pytest.mark.requirement("audit-asked")
def test_a_clinical_list_is_a_reading_of_everybody_on_it(people, ann_and_ben, as_person):
    ann, _ben, _cara = ann_and_ben
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann, ConditionContent(words="A sore neck"))
    theo = as_person("theo")
    assert "Annwen" in theo.get("/lists/conditions/").text
    with guard.acting(people.olive):
        assert [one.client_id for one in trail.seen_by(people.olive, people.theo.user_id, **ALWAYS)] == [ann]
        assert "condition.list" in {one.action for one in trail.who_saw(people.olive, ann)}


@pytest.mark.requirement("audit-asked")
def test_who_comes_in_while_a_clinical_list_is_read_is_not_on_it(people, ann_and_ben, as_person):
    ann, ben, _cara = ann_and_ben
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann, ConditionContent(words="A sore neck"))
    theo = as_person("theo")

    def ben_comes_in(_session):
        before_commit.remove(ben_comes_in)
        add_condition(people.theo, ben, ConditionContent(words="A stiff knee"))

    before_commit.insert(0, ben_comes_in)
    assert "Annwen" in (page := theo.get("/lists/conditions/").text) and "Benno" not in page
    assert "Benno" in theo.get("/lists/conditions/").text


@pytest.mark.requirement("audit-asked")
def test_who_saw_this_client(people, ann_and_ben, as_person):
    ann, ben, cara = ann_and_ben
    as_person("theo").get("/")
    with guard.acting(people.olive):
        for client_id, saw in ((ann, 1), (ben, 1), (cara, 0)):
            days = [one.times for one in trail.who_saw(people.olive, client_id) if one.action == "day.read"]
            assert sum(days) == saw
    page = as_person("olive").get(f"/setup/trail/clients/{ann}").get_data(as_text=True)
    assert "Theo Marsh opened Today" in page and "Olive Byrne asked who saw what" in page


@pytest.mark.requirement("audit-asked")
def test_each_answer_is_one_statement_that_an_index_leads_to(people, ann_and_ben, database_kind):
    asked = {"user_id": people.theo.user_id, **ALWAYS}
    with guard.acting(people.olive):
        with counted() as said:
            trail.seen_by(people.olive, people.theo.user_id, **ALWAYS)
            trail.who_saw(people.olive, ann_and_ben[0])
        assert len([one for one in said if not one.startswith("SAVEPOINT")]) == 2
    if database_kind == "sqlite":
        with guard.acting(people.system):
            for chosen, values in ((trail.SEEN, asked), (trail.LOOKERS, {"client_id": 1, "client": "1"})):
                compiled = chosen.compile(db.engine, compile_kwargs={"render_postcompile": True})
                plan = db.session.connection().exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {compiled}", tuple(compiled.construct_params(values)[name] for name in
                                                            compiled.positiontup)).all()
                assert not [row for row in plan if str(row[-1]).startswith("SCAN audit_row")], plan


@pytest.mark.requirement("audit-asked")
def test_the_answer_takes_as_many_statements_for_many_people_as_for_few(people, ann_and_ben, as_person):
    as_person("theo").get("/")
    olive, taken = as_person("olive"), []
    for more in range(3):
        with counted() as said:
            page = olive.get(f"/setup/trail/?user={people.theo.user_id}").get_data(as_text=True)
        taken.append(len([one for one in said if "SAVEPOINT" not in one]))
        assert "Annwen Quill" in page and page.count("Colleague") == 4 * more
        with guard.acting(people.system), transaction():
            for number in range(4):
                add_user(people.system, name=f"Colleague {more}{number}", email=f"c{more}{number}@example.com",
                         password=personas.PASSWORD, roles={Role.THERAPIST})
    assert taken[1] == taken[2] < 30


@pytest.mark.requirement("break-glass")
def test_the_colleague_sees_that_the_glass_was_broken(people, ann_and_ben, as_person):
    with guard.acting(people.olive), transaction():
        break_glass(people.olive, ann_and_ben[0], WHY)
    page = as_person("theo").get("/account/").get_data(as_text=True)
    assert "Annwen Quill" in page and "Olive Byrne" in page and WHY in page
    for other in ("tara", "rae", "bo"):
        assert WHY not in as_person(other).get("/account/").get_data(as_text=True)


@pytest.mark.requirement("complaint-pack")
def test_the_pack_tells_in_sentences_and_proves_the_chain(people, ann_and_ben, as_person):
    ann, ben, _cara = ann_and_ben
    with guard.acting(people.olive), transaction():
        break_glass(people.olive, ann, WHY)
    as_person("theo").get(f"/brief/client/{ann}")
    olive = as_person("olive")
    file = olive.get(f"/setup/trail/clients/{ann}/pack.csv").get_data(as_text=True)
    assert "Olive Byrne opened a chart that was not theirs, with a reason" in file and WHY in file
    assert "Theo Marsh opened the chart" in file and "none was changed, none is missing" in file
    assert "Benno" not in file
    with guard.acting(people.rae), transaction():
        treatment_id = db.session.scalar(select(Treatment.id))
        coming = schedule.appointment(ann, people.theo.user_id, treatment_id, personas.NOW + 6 * HOUR)
        move(people.rae, coming.id, version=coming.version, starts_at=personas.NOW + 8 * HOUR,
             therapist_id=people.theo.user_id)
        set_state(people.rae, coming.id, AppointmentState.CANCELLED_EARLY, version=coming.version)
    told = olive.get(f"/setup/trail/clients/{ann}/pack.csv").get_data(as_text=True)
    assert "at: 17 Nov 2026, 17:00" in told and "T17:00" not in told, "on the practice's clock, as people write it"
    assert "before: booked; after: cancelled early" in told, "a word the program keeps is told as words"
    paper = olive.get(f"/setup/trail/clients/{ann}/pack.pdf").data
    printed = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())
    assert "with a reason (therapist: Olive Byrne; until:" in printed and "Each entry is chained" in printed
    assert olive.get("/setup/trail/clients/999999/pack.pdf").status_code == 404
    with guard.acting(people.system):
        assert db.session.scalars(select(AuditRow.id).where(AuditRow.client_id == 999999)).all() == []
    account = olive.get(f"/setup/trail/accounts/{people.theo.user_id}/pack.csv").get_data(as_text=True)
    assert "Theo Marsh signed in" in account and "Annwen Quill" in account and "Olive Byrne opened" not in account
    assert olive.get(f"/setup/trail/accounts/{people.theo.user_id}/pack.pdf").data.startswith(b"%PDF")
    with guard.acting(people.olive):
        actions = db.session.scalars(select(AuditRow.action).where(AuditRow.actor_id == people.olive.user_id)).all()
    assert actions.count("trail.export") == 5


@pytest.mark.requirement("complaint-pack")
def test_what_people_typed_stands_in_the_pack_as_they_typed_it(people, ann_and_ben, as_person):
    ann, typed = ann_and_ben[0], "mara_quinn@example.com, see ref:a12"
    with guard.acting(people.olive), transaction():
        break_glass(people.olive, ann, typed)
        audit.record(people.olive, "mail.post", client_id=ann, file="mara_quinn", why="as:said", reason="late_again",
                     about="document:2400", before=typed, after=["no_show", "first_name"])
    told = as_person("olive").get(f"/setup/trail/clients/{ann}/pack.csv").get_data(as_text=True)
    assert f"reason: break glass; why: {typed}" in told
    assert (f"why: as:said; reason: late_again; before: {typed}; after: no show, first name; about: document 2400; "
            "file: mara_quinn") in told


@pytest.mark.requirement("complaint-pack")
def test_printing_a_paper_and_making_a_copy_are_told(people, ann_and_ben, as_person):
    ann, rae = ann_and_ben[0], as_person("rae")
    assert rae.get(f"/money/owed/statements/{ann}.pdf").status_code == 200
    as_person("olive").post(f"/clients/{ann}/rights/copy", data={"why": "She asked at the desk today."})
    file = as_person("olive").get(f"/setup/trail/clients/{ann}/pack.csv").get_data(as_text=True)
    assert "Rae Adeyemi opened a paper to print or save" in file and "statement-2026-11-17" in file
    assert "Olive Byrne made a copy of everything about the client" in file


def test_more_than_fits_on_a_paper_is_not_cut_off_in_silence(people, ann_and_ben, monkeypatch):
    monkeypatch.setattr(trail, "MOST", 1)
    with guard.acting(people.olive), pytest.raises(trail.TooMuch):
        trail.done_to(people.olive, ann_and_ben[0], **ALWAYS)


def test_nobody_but_the_owner_asks(people, ann_and_ben):
    for actor in (people.theo, people.rae, people.bo):
        with guard.acting(actor), pytest.raises(Forbidden):
            trail.who_saw(actor, ann_and_ben[0])


def recorded() -> set[str]:
    """Every act the program records, read from the source: the texts handed to what writes the trail."""
    found = set()
    for path in (ROOT / "practice").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("record", "record_reading", "_archive", "_decide", "_changed"):
                    found |= {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)
                              and isinstance(part.value, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", part.value)}
    return found


@pytest.mark.requirement("complaint-pack")
def test_every_act_has_a_sentence():
    assert len(recorded()) > 100
    assert recorded() - set(WORDS) - NO_ACT == set()
    assert all("%(who)s" in sentence(action, {}) for action in WORDS)
    assert did("paper.read") is Did.OPENED and did("paper.change") is Did.CHANGED


def test_every_act_of_the_whole_world_has_a_sentence(people):
    """Some names of acts are put together as they happen."""
    build_world(people)
    with guard.acting(people.olive):
        done = set(db.session.scalars(select(AuditRow.action).distinct()))
    assert {"opening.issue", "payment_method.save", "price_group.save"} <= done | set(WORDS)
    assert done - set(WORDS) == set() and len(done) > 50


def test_a_mail_that_is_sent_again_is_told_of_its_client(people, ann_and_ben):
    with guard.acting(people.system), transaction():
        row = Message(state=MessageState.REFUSED, to_address="ann@example.com", subject="Your invoice", tries=1,
                      posted_at=personas.NOW, next_at=personas.NOW, about=f"client:{ann_and_ben[0]}")
        db.session.add(row)
        audit.record(people.system, "mail.post", row)
        db.session.flush()
        mail_id = row.id
    with guard.acting(people.rae), transaction():
        mail_again(people.rae, mail_id)
    with guard.acting(people.olive):
        told = select(AuditRow.client_id).where(AuditRow.action == "mail.again")
        assert db.session.scalars(told).all() == [ann_and_ben[0]]
