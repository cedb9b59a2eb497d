"""The first page of set-up: what is still missing before the first booking, with one button each."""
from dataclasses import dataclass

from flask import render_template, url_for
from flask_admin import expose
from flask_babel import gettext, ngettext

from practice.access.permissions import Permission as P
from practice.access.roles import Role
from practice.accounts.queries import staff, therapists
from practice.admin.base import Page
from practice.admin.setup_tabs import tabs
from practice.catalog.queries import treatments
from practice.premises.queries import issuer_for, rooms
from practice.schedule.queries.appointments import shifts


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    is_done: bool
    word: str
    url: str


def steps() -> list[Step]:
    """What a practice needs, in the order in which it is easily done."""
    people, heads = therapists(), issuer_for(None)
    idle = [person.name for person in people if person.id not in {row.user_id for row in shifts()}]
    sold, places = treatments(), rooms()
    desk = [user.name for user in staff() if user.is_active and Role.RECEPTION in {row.role for row in user.roles}]
    staff_url = url_for("setup_staff.new")
    hours_of = next((person.id for person in people if person.name in idle), people[0].id if people else None)
    return [
        Step(gettext("Head on documents"),
             gettext("Invoices carry your address and tax number.") if heads.address
             else gettext("Invoices need your address, and your tax number where you have one."),
             bool(heads.address), gettext("Fill in"), url_for("setup_practice.index")),
        Step(gettext("Therapists"), ", ".join(person.name for person in people)
             or gettext("Who treats clients: name, registration, colour."), bool(people), gettext("Add a therapist"),
             url_for("setup_staff.new", role="therapist")),
        Step(gettext("Working hours"),
             gettext("No hours yet: %(names)s", names=", ".join(idle)) if idle
             else gettext("Bookings are offered within them."), bool(people) and not idle, gettext("Set the hours"),
             url_for("setup_hours.edit", user_id=hours_of) if hours_of else staff_url),
        Step(gettext("Treatments"),
             ngettext("%(num)s treatment on the list", "%(num)s treatments on the list", len(sold)) if sold
             else gettext("What is booked: minutes, price, tax, usual techniques."), bool(sold),
             gettext("Add a treatment"), url_for("setup_treatments.new")),
        Step(gettext("Rooms"), ", ".join(room.name for room in places)
             or gettext("A treatment that needs a room is booked into a free one."), bool(places),
             gettext("Add a room"), url_for("setup_rooms.new")),
        Step(gettext("Reception"), ", ".join(desk) or gettext("Who books, answers the phone and checks out."),
             bool(desk), gettext("Add reception"), url_for("setup_staff.new", role="reception")),
    ]


class SetupPage(Page):
    permissions = {"index": P.PREMISES_EDIT}

    @expose("/")
    def index(self):
        todo = steps()
        return render_template("admin/setup/start.html", steps=todo, done=sum(step.is_done for step in todo),
                               tabs_row=tabs("start"))
