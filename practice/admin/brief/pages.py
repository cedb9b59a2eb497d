"""The brief: one page before a session; the same page as a client's chart. Two clicks from the sign-in."""
import json

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin import day_columns, show
from practice.admin.auth import current_actor, safe_next
from practice.admin.base import Page, act, record_reading, words
from practice.admin.brief import cards, looser, news, past, read, reasons
from practice.admin.brief import words as say
from practice.admin.brief.body_map import body_map
from practice.admin.brief.remarks import answers_said, in_words, lying, other_reasons, remarks, remarks_of_use
from practice.admin.care import check_open, closed, may_open
from practice.admin.courses import courses, meaning
from practice.admin.words import gettext
from practice.core import body
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.safety import rulebook
from practice.safety.content import ConditionContent
from practice.safety.queries.known import known
from practice.safety.rules_verdict import ReasonKind
from practice.safety.services.reviews import mark_reviewed
from practice.schedule.queries.appointments import client_of, get_appointment
from practice.schedule.queries.messages import get_message
from practice.schedule.services.messages import mark_message_read
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.queries.before import before_session

READERS = (P.CHART_READ, P.CHART_BREAK_GLASS)


class BriefPage(Page):
    permissions = {"index": READERS, "page": READERS, "chart": READERS, "reviewed": P.CHART_READ,
                   "start": P.CHART_WRITE, "got_it": P.CHART_READ}

    @expose("/")
    def index(self):
        """There is no list of briefs: they are opened from the day."""
        return redirect(url_for("today.index"))

    @expose("/<int:appointment_id>")
    def page(self, appointment_id):
        """What to know before this appointment."""
        found = before_session(appointment_id, current_actor().user_id)
        client_id = found.appointment.client_id
        if not (found.is_in_care or may_open(client_id)):
            return closed(client_id)
        record_reading("brief.read", client_id=client_id, appointment_id=appointment_id)
        return show_brief(read.for_appointment(current_actor(), found))

    @expose("/client/<int:client_id>")
    def chart(self, client_id):
        """The same without an appointment: the client's chart as it stands today."""
        if not may_open(client_id):
            return closed(client_id)
        record_reading("chart.read", client_id=client_id)
        return show_brief(read.for_client(current_actor(), client_id))

    @expose("/<int:appointment_id>/reviewed", methods=("POST",))
    def reviewed(self, appointment_id):
        """Record that the brief was read, with the versions that were on the screen."""
        back = url_for("brief.page", appointment_id=appointment_id)
        check_open(client_of(appointment_id))
        return act(lambda: review(appointment_id, posted_versions()), back, gettext("Reviewed"))

    @expose("/<int:appointment_id>/start", methods=("POST",))
    def start(self, appointment_id):
        """The session begins: the appointment is in session, and the note opens."""
        client_of(appointment_id)
        try:
            with transaction():
                begin(appointment_id)
        except DomainError as error:
            flash(words(error), "error")
            return redirect(url_for("brief.page", appointment_id=appointment_id))
        return redirect(url_for("notes.edit", appointment_id=appointment_id))

    @expose("/messages/<int:message_id>/got-it", methods=("POST",))
    def got_it(self, message_id):
        """A message from reception was read."""
        get_message(message_id)
        return act(lambda: mark_message_read(current_actor(), message_id), safe_next(request.form.get("back")))


def posted_versions() -> dict:
    """What was on the screen, as the page carried it; anything else fits no state."""
    try:
        found = json.loads(request.form.get("seen", ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def review(appointment_id: int, seen: dict) -> None:
    row = get_appointment(appointment_id)
    client_id, on = row.client_id, row.on_date
    mark_reviewed(current_actor(), client_id, appointment_id=appointment_id, seen=seen,
                  now=known(client_id, on).seen())


def begin(appointment_id: int) -> None:
    """Into the session from booked or arrived; a session that is on already only opens its note."""
    row = get_appointment(appointment_id)
    if row.state in (S.BOOKED, S.ARRIVED):
        set_state(current_actor(), appointment_id, S.IN_SESSION)


def show_brief(brief: read.Brief):
    """The page, composed from what was read."""
    actor, verdict = current_actor(), brief.known.verdict
    changed = news.changes(brief)
    rows = cards.limit_rows(verdict, news.new_refs(brief))
    row, curve, said = brief.appointment, cards.curve(brief), answers_said(brief)
    seen = brief.known.seen()
    is_mine = row is not None and row.user_id == actor.user_id and actor.may(P.CHART_WRITE)
    return render_template(
        "admin/brief/page.html", b=brief, client=brief.client, appointment=row, verdict=verdict,
        why=say.why(verdict), gaps=say.not_assessed(verdict), allergies=cards.allergies(verdict),
        asked_on=brief.known.facts.allergies_asked_on, body_map=body_map(verdict), limits=rows,
        also=[*cards.also(verdict), *lying(said, verdict)], said=in_words(said),
        technique_rows=cards.technique_rows(verdict),
        looser=looser.lines(brief.known),
        courses=courses(brief.measured, cards.MEASURE_CURVE), meaning=meaning, remarks=remarks(brief),
        item_courses=cards.items(brief, curve), most_curves=cards.MOST_CURVES,
        other_reasons=other_reasons(verdict, rows),
        changes=[(one, say.change(one)) for one in changed], how_labels=say.HOW_LABELS, how_kinds=say.HOW_KINDS,
        most_changes=news.MOST_CHANGES, decide=decide_list(brief), to_read=cards.to_read(brief),
        to_ask=cards.to_ask(brief), open_allergies=[one for one in verdict.allergies if one.status == "proposed"],
        last=last_session(brief), past=past.past(brief) if len(brief.notes) > 1 else (),
        curve=curve, plan=cards.plan(brief), ask=cards.ask_today(brief),
        can_hand_over=(brief.is_check_due and row.state in (S.BOOKED, S.ARRIVED) and brief.on == show.today()
                       and actor.may(P.INTAKE_INVITE)),
        most_questions=cards.MOST_QUESTIONS, pinned=brief.known.profile.pinned, is_mine=is_mine,
        may_write=actor.may(P.CHART_WRITE), can_start=is_mine and row.state in (S.BOOKED, S.ARRIVED),
        can_open_note=is_mine and row.state in (S.IN_SESSION, S.DONE), seen=json.dumps(seen),
        is_reviewed=brief.review is not None and brief.review.seen == seen,
        book=rulebook, reasons=reasons.writer(), credit=body.SCALE_CREDIT,
        here=day_columns.here(), other_points=standing_points(verdict))


def decide_list(brief: read.Brief) -> list[dict]:
    """Every yes of the forms that waits: what it proposes, how severe, where, since when, and in which words."""
    return [{"row": row, "label": news.label_of(content), "variant": say.variant(content), "where": where(content),
             "told": content.told, "since": say.since(content) if content.since else "", "due_on": content.due_on,
             "question": cards.question_of(brief, content.question_key)}
            for row, content in brief.known.to_decide]


def where(content: ConditionContent) -> str:
    """The places and points an answer named, or the side alone."""
    if content.places or content.spots:
        return say.places((*content.places, *content.spots))
    return gettext(say.SIDES[content.side]) if content.side else ""


def last_session(brief: read.Brief) -> dict | None:
    """The latest note, as the brief shows it."""
    if not brief.notes:
        return None
    note, content = brief.notes[0]
    rows = cards.work_rows(content, brief.known.verdict.catalogue)
    return {"note": note, "rows": rows[:cards.MOST_ROWS], "more": max(0, len(rows) - cards.MOST_ROWS),
            "taken": cards.how_taken(content), "asked": past.asked_in_short(content), "before": past.after(content),
            "adverse": content.adverse, "added": past.added_later(brief, note), "used": remarks_of_use(content),
            "over": [(cards.what_anyway(one), one.words) for one in content.overrides]}


def standing_points(verdict) -> list[str]:
    """Names of the points that ask everybody's caution."""
    return list(dict.fromkeys(gettext(body.POINTS[spot.point].label) for spot, point in verdict.points.items()
                              if all(reason.kind is ReasonKind.STANDING for reason in point.reasons)))
