"""Outcome measures of a client: taken down, scored, and what the change since the first one means."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page, record_reading, words
from practice.admin.care import check_open
from practice.admin.courses import MOST_DRAWN, courses, items, meaning
from practice.clients.queries import get_client
from practice.core.body import all_places
from practice.core.db import transaction
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.intake.answers import parse_place
from practice.sessions.measures import MEASURES, read_answers
from practice.sessions.queries.notes import content_of, last_notes
from practice.sessions.queries.plans import measurements_of, wordings
from practice.sessions.services.measurements import take_measure

LONGEST = 120
MOST_NOTES = 200  # the newest


class MeasuresPage(Page):
    permissions = {"page": P.CHART_WRITE}

    @expose("/", methods=("GET", "POST"))
    def page(self, client_id):
        """What was measured, and the measure that is being taken."""
        check_open(client_id)
        record_reading("measures.read", client_id=client_id)
        error = ""
        if request.method == "POST":
            try:
                with transaction():
                    take(client_id)
            except DomainError as refused:
                error = words(refused)
            else:
                flash(gettext("Taken down."), "success")
                return redirect(url_for("measures.page", client_id=client_id))
        chosen = MEASURES.get(request.values.get("measure", "")) or MEASURES["psfs"]
        found = courses(measurements_of(client_id))
        taken = [one.rows[-1] for one in found if one.measure.key == chosen.key]
        last = max(taken, key=lambda pair: (pair[0].taken_on, pair[0].id))[1] if taken else {}
        return render_template(
            "admin/plans/measures.html", client=get_client(client_id), courses=found, meaning=meaning, chosen=chosen,
            items=items((note, content_of(note)) for note in last_notes(client_id, MOST_NOTES)),
            most_drawn=MOST_DRAWN,
            wording=wordings().get(chosen.key) if chosen.is_licensed else None,
            measures=MEASURES, places=all_places(), error=error, names=posted_names() or last.get("names", []),
            typed=request.form, back=url_for("brief.chart", client_id=client_id)), 422 if error else 200


def posted_names() -> list[str]:
    return [name.strip()[:LONGEST] for name in request.form.getlist("name")[:10]]


def take(client_id: int) -> None:
    """The posted measure. Raises Invalid, NotFound."""
    measure = MEASURES.get(request.form.get("measure", ""))
    if measure is None:
        raise Invalid(_("There is no such measure."), "measure")
    names: list[str] = []
    try:
        if measure.named:
            pairs = [(name, value) for name, value in zip(posted_names(), request.form.getlist("value"), strict=False)
                     if name or value.strip()]
            names = [name for name, _value in pairs]
            answers = read_answers(measure, " ".join(value.strip() or "-" for _name, value in pairs))
        else:
            chosen = request.form.getlist("answer")[:measure.items]
            answers = read_answers(measure, " ".join(one.strip() or "-" for one in chosen) if chosen else
                                   request.form.get("answers", "")[:200])
    except ValueError:
        raise Invalid(_("The answers could not be read: whole numbers within the range, a dash for none."),
                      "answers") from None
    place = request.form.get("place", "")
    take_measure(current_actor(), client_id, measure.key, answers, names=names, words=request.form.get("words", ""),
                 place=place if measure.has_place and place and parse_place(place) else "")
