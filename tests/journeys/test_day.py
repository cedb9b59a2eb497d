"""One working day, clicked through as each person, on a new practice: from the first run to the month."""
import re

from tests.journeys import steps, steps_client, steps_desk, steps_therapist
from tests.journeys.steps import Camera
from tests.kiosk.steps import TOUCH
from tests.plugins.browsers import PHONE, TABLET


def code_of(server) -> str:
    """The one-time code, from what the server said in its terminal."""
    return re.search(r"once: ([0-9a-f-]+)", "".join(server.said)).group(1)


def test_the_whole_day(live_server, new_page, pictures):
    shot = Camera(pictures)
    owner = new_page()
    steps.first_run(owner, code_of(live_server), shot)
    steps.settings(owner)
    theo_once = steps.add_person(owner, steps.THERAPIST, "Therapist", registration_body="MTI",
                                 registration_number="MTI 20418")
    steps.working_hours(owner, shot)
    rae_once = steps.add_person(owner, steps.DESK, "Reception")
    steps.treatments_and_rooms(owner, shot)

    desk = new_page()
    steps.sign_in_first(desk, steps.DESK[1], rae_once)
    steps_desk.register(desk, shot)
    steps_desk.find(desk)
    appointment = steps_desk.book_first_free(desk, steps.THERAPIST[0], shot)
    steps_desk.show_clash(desk, appointment)
    address = steps_desk.form_address(desk, shot)
    steps_client.fill_form(new_page(size=PHONE, **TOUCH), address, shot)
    steps_desk.arrives(desk, appointment, shot)

    therapist = new_page(size=TABLET)
    steps.sign_in_first(therapist, steps.THERAPIST[1], theo_once)
    steps.sign_out(therapist)
    steps.sign_in(therapist, steps.THERAPIST[1])
    steps_therapist.read_brief(therapist, shot)
    steps_therapist.decide(therapist, shot)
    steps_therapist.write_note(therapist, shot)
    steps_therapist.hand_over(therapist, appointment, shot)

    steps_desk.done(desk, appointment)
    receipt = desk.request.get(steps_desk.check_out(desk, shot))
    assert receipt.status == 200 and receipt.body().startswith(b"%PDF")

    as_csv, as_excel = steps.read_month(owner, shot)
    assert b"84.00" in as_csv and as_excel.startswith(b"PK")
