"""The files room: what is taken, how it lies in the database, and who opens it again."""
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.core.sealed import SealBroken
from practice.files import services
from practice.files.kinds import JPEG, LARGEST, PDF, PNG, media_type_of
from practice.files.models import File, FileKind
from practice.files.queries import files_named, files_on, get_file
from practice.intake.models import IntakeDraft, Submission
from practice.intake.queries import answers_of
from tests.factories import intake, schedule
from tests.factories.pictures import jpeg, png
from tests.kiosk.test_pages import fill
from tests.personas import NOW

PHOTO = jpeg(b"a picture of packages " * 40)
PAGE = png(b"a page filled in by hand " * 40)
HEIC = b"\0\0\0\x18ftypheic" + b"a picture of packages " * 40
LETTER = b"%PDF-1.7\n" + b"a letter " * 40


@pytest.fixture
def ann(people) -> int:
    return intake.client_of(people, "theo")


def hand_in(actor, client_id: int, content: bytes = PAGE, *, kind=FileKind.PAPER_FORM) -> str:
    with guard.acting(actor), transaction():
        return services.hand_in(actor, client_id, content, kind=kind, record="client", record_id=client_id)


@pytest.mark.requirement("uploads")
@pytest.mark.parametrize(("content", "kind"), [
    (PHOTO, JPEG), (PAGE, PNG), (LETTER, PDF), (b"", None), (b"\xff\xd8\xff", None), (b"GIF89a" + b" " * 40, None),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None), (b"MZ" + b"\0" * 90, None),
    (b"  %PDF-1.7 is further in" + b" " * 40, None)])
def test_what_a_file_is_stands_in_its_first_bytes(content, kind):
    assert media_type_of(content) == kind


@pytest.mark.requirement("uploads", "sealed")
def test_it_lies_sealed_and_opens_on_its_own_row_only(people, ann):
    first, second = hand_in(people.rae, ann), hand_in(people.rae, ann, LETTER)
    with guard.acting(people.theo):
        rows = files_named(ann, [first, second])
        assert [row.content for row in rows] == [PAGE, LETTER] and rows[1].media_type == PDF
        assert b"by hand" not in rows[0]._content and rows[0].added_by_id == people.rae.user_id
    with guard.acting(people.system), transaction():
        rows = list(db.session.scalars(select(File).order_by(File.id)))
        rows[1]._content = rows[0]._content
        services.audit.record(people.system, "file.swapped", rows[1])
    with guard.acting(people.theo), pytest.raises(SealBroken):
        _opened = files_named(ann, [second])[0].content


@pytest.mark.requirement("uploads")
def test_the_desk_hands_in_and_never_reads(people, ann):
    uid = hand_in(people.rae, ann)
    with guard.acting(people.theo):
        number = files_on("client", ann, FileKind.PAPER_FORM)[0].id
    for reader in (people.rae, people.bo):
        with guard.acting(reader):
            for ask in (lambda: get_file(number), lambda: files_named(ann, [uid])):
                with pytest.raises(NoReadGrant):
                    ask()
            db.session.rollback()
    for reader in (people.tara, people.olive):
        with guard.acting(reader), pytest.raises(NotFound):
            get_file(number)
    with guard.acting(people.bo), pytest.raises(Forbidden), transaction():
        services.hand_in(people.bo, ann, PAGE, kind=FileKind.PAPER_FORM, record="client", record_id=ann)


@pytest.mark.requirement("uploads")
def test_too_big_too_many_and_no_picture(people, ann, monkeypatch):
    for content in (b"hello" * 20, PAGE + b"\0" * LARGEST):
        with pytest.raises(Invalid):
            hand_in(people.rae, ann, content)
    monkeypatch.setattr(services, "MOST_EACH", 2)
    hand_in(people.rae, ann), hand_in(people.rae, ann)
    with pytest.raises(Invalid, match="more than fits"):
        hand_in(people.rae, ann)


@pytest.mark.requirement("uploads")
def test_a_photographed_form_goes_one_way(people, as_person, ann):
    with guard.acting(people.system), transaction():
        intake.publish(people)
        treatment_id = schedule.treatment().id
        visit = schedule.appointment(ann, people.theo.user_id, treatment_id, NOW + timedelta(hours=2)).id
    rae, theo = as_person("rae"), as_person("theo")
    where = f"/clients/{ann}/form-link/"
    key = re.search(r'name="request_key"[^>]*value="([^"]+)"', rae.get(where).text)[1]
    for _click in range(2):
        pages = [(io.BytesIO(PAGE), "page-1.png"), (io.BytesIO(PHOTO), "page-2.jpg")]
        answer = rae.post(f"{where}photograph", data={"pages": pages, "request_key": key})
        assert answer.status_code == 302
    rae.post(f"{where}photograph", data={"pages": [(io.BytesIO(PAGE), "page-3.png")]})
    desk = rae.get(where).text
    assert "cannot be looked at from here" in desk and "to be typed in" not in desk and "/files/" not in desk
    with guard.acting(people.theo):
        numbers = [row.id for row in files_on("client", ann, FileKind.PAPER_FORM)]
        db.session.rollback()
    assert len(numbers) == 3
    for browser, status in ((rae, 403), (as_person("bo"), 403), (as_person("tara"), 404), (as_person("olive"), 404)):
        assert {browser.get(f"/files/{number}").status_code for number in numbers} == {status}
    assert theo.get(where).text.count("/files/") == 3
    waits = "A form filled in on paper waits to be typed in."
    assert theo.get("/").text.count(waits) == 1, "told once, where they look"
    assert waits in theo.get(f"/brief/{visit}").text
    assert f"{where}" in theo.get("/notes/").text and where not in as_person("tara").get("/notes/").text
    answer = theo.get(f"/files/{numbers[-1]}")
    assert answer.data == PAGE and answer.headers["Content-Type"] == PNG
    assert answer.headers["Content-Disposition"] == f'inline; filename="file-{numbers[-1]}.png"'
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert rae.post(f"{where}photograph", data={"pages": [(io.BytesIO(b"<html>" * 20), "page.png")]}).status_code == 302
    assert "choose a picture" in rae.get(where).text
    path = theo.post(f"{where}paper", data={"form": "full"}).headers["Location"].split("localhost")[-1]
    theo.post(path), fill(theo, path)
    theo.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"})
    assert "/files/" not in theo.get(where).text and where not in theo.get("/notes/").text, "typed in"


def test_medicines_by_photo_on_the_clients_own_address(people, app, as_person, ann):
    _actor, secret = intake.address(people, ann)
    phone, path = app.test_client(), f"/f/{secret}"
    phone.post(path)
    data = {"q-medicines-name": ["Iron"], "q-medicines-dose": ["1 a day"], "go": "photo",
            "q-medicines-photo": (io.BytesIO(PHOTO), "IMG_1.jpg")}
    assert phone.post(f"{path}/photo/medicine", data=data).status_code == 303
    page = phone.get(f"{path}/part/medicine").text
    assert "Photo 1 is in" in page and 'value="Iron"' in page
    # What the page kept by itself was on its way before the photo came, and arrives after it.
    late = phone.post(f"{path}/save/medicine", data={"q-medicines-name": ["Iron"], "q-medicines-dose": ["1 a day"]})
    assert late.status_code == 200 and "Photo 1 is in" in phone.get(f"{path}/part/medicine").text
    for content, said in ((b"x" * 99, "choose a picture"), (HEIC, "format of telephones (HEIC)")):
        wrong = phone.post(f"{path}/photo/medicine", data={**data, "q-medicines-photo": (io.BytesIO(content), "a.jpg")})
        assert wrong.status_code == 422 and said in wrong.text
    with guard.acting(people.system):
        kept = answers_of(db.session.scalars(select(IntakeDraft)).one())["medicines"]
        db.session.rollback()
    assert kept[0] == {"name": "Iron", "dose": "1 a day"} and set(kept[1]) == {"file"}
    files = {"q-medicines-name": "Iron", "q-medicines-file": [kept[1]["file"], "../x"]}
    fill(phone, path, **files)
    phone.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"})
    with guard.acting(people.theo):
        submission = db.session.scalars(select(Submission)).one().id
        photo = files_named(ann, [kept[1]["file"]])[0].id
        db.session.rollback()
    theo = as_person("theo")
    page = theo.get(f"/forms-in/{submission}").text
    assert f'src="/files/{photo}"' in page and "a photo" in page
    assert theo.get(f"/files/{photo}").data == PHOTO
    assert phone.get(f"/files/{photo}").headers["Location"].startswith("/sign-in")


@pytest.mark.requirement("uploads")
def test_a_photo_taken_back_before_the_form_was_sent_is_gone(people, app, ann):
    def photos() -> list[str]:
        with guard.acting(people.system):
            found = list(db.session.scalars(select(File.uid).order_by(File.id)))
            db.session.rollback()
        return found

    def add(path):
        shown = re.findall(r'name="q-medicines-file" value="(\w+)"', phone.get(f"{path}/part/medicine").text)
        phone.post(f"{path}/photo/medicine", data={"q-medicines-photo": (io.BytesIO(PHOTO), "1.jpg"), "go": "photo",
                                                   "q-medicines-file": shown})

    _actor, secret = intake.address(people, ann)
    phone, first = app.test_client(), f"/f/{secret}"
    phone.post(first), add(first), add(first)
    kept, gone = photos()
    phone.post(f"{first}/save/medicine", data={"q-medicines-file": [kept]})
    assert photos() == [kept, gone], "a tick taken back may be put again while the page is open"
    phone.post(f"{first}/part/medicine", data={"q-medicines-file": [kept], "go": "next"})
    assert photos() == [kept]
    fill(phone, first, **{"q-medicines-file": [kept]})
    phone.post(f"{first}/review", data={"by": "self", "typed": "Ann Doyle"})
    _actor, secret = intake.address(people, ann)
    phone, second = app.test_client(), f"/f/{secret}"
    phone.post(second), add(second)
    assert len(photos()) == 2
    fill(phone, second)
    assert photos() == [kept], "what came in with a form stays"
