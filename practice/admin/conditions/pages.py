"""Conditions, allergies, limits and consents of a client: everything the verdict stands on, decided here."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor, safe_next
from practice.admin.base import Page, act, attempt, record_reading
from practice.admin.care import check_open, closed, may_open
from practice.admin.conditions.consents import consent_lines, save_consents
from practice.admin.conditions.form import (
    ConditionForm,
    level_choices,
    posted_allergies,
    posted_limits,
    posted_places,
    typed_version,
)
from practice.admin.conditions.letters import letter_rows
from practice.clients.queries import get_client, names_of
from practice.core import body
from practice.core.body import POINTS, REGIONS, Side
from practice.core.errors import Invalid, NotFound
from practice.premises.models import Profile
from practice.premises.queries import has_profile
from practice.safety.content import ConditionContent
from practice.safety.models import ConditionState
from practice.safety.queries.book import rulebook
from practice.safety.queries.desk import waiting_for
from practice.safety.queries.known import Known, known
from practice.safety.queries.rows import client_of_condition, get_condition, profile_row
from practice.safety.rulebook import HARDNESS
from practice.safety.rules import AllergyFact, ConditionStatus
from practice.safety.services import conditions, profile
from practice.safety.services.consents import TEXT_VERSION, TEXTS

READERS = (P.CHART_READ, P.CHART_BREAK_GLASS)
FREE_LINES = 2


class ConditionsPage(Page):
    permissions = {
        "index": P.CHART_READ, "page": READERS, "new": P.CHART_WRITE, "edit": P.CHART_WRITE, "accept": P.CHART_WRITE,
        "dismiss": P.CHART_WRITE, "end": P.CHART_WRITE, "allergy": P.CHART_WRITE, "allergies": P.CHART_WRITE,
        "limits": P.CHART_WRITE, "consents": P.CHART_WRITE, "settle": P.CHART_WRITE}

    @expose("/")
    def index(self):
        """Whose answers wait to be decided: names and numbers only."""
        waiting = waiting_for(current_actor().user_id)
        return render_template("admin/conditions/index.html", waiting=waiting,
                               names=names_of(one.client_id for one in waiting))

    @expose("/client/<int:client_id>")
    def page(self, client_id):
        """Everything known of one client, and what ended."""
        if not may_open(client_id):
            return closed(client_id)
        return show_page(client_id)

    @expose("/client/<int:client_id>/new", methods=("GET", "POST"))
    def new(self, client_id):
        """A condition found at the visit."""
        check_open(client_id)
        form, back = ConditionForm(), back_to(client_id)
        if request.method == "POST" and form.validate() and attempt(form, lambda: conditions.add_condition(
                current_actor(), client_id, form.content(ConditionContent())).id):
            flash(gettext("Added."), "success")
            return redirect(back)
        return show_form(form, client_id, posted_places(), back)

    @expose("/<int:condition_id>/edit", methods=("GET", "POST"))
    def edit(self, condition_id):
        """Change an active condition, or accept a proposal changed."""
        client_id = client_of_condition(condition_id)
        record_reading("condition.read", client_id=client_id, condition_id=condition_id)
        row = get_condition(condition_id)
        held, state, version = ConditionContent.from_json(row.content), row.state, row.version
        if state not in (ConditionState.PROPOSED, ConditionState.ACCEPTED):
            raise NotFound()
        form, back = ConditionForm(), back_to(client_id)
        if request.method == "GET":
            form.show(held)
            return show_form(form, client_id, (held.places, held.spots), back, held, state, version)
        if form.validate() and attempt(form, lambda: save(condition_id, state, form.content(held))):
            flash(gettext("Saved"), "success")
            return redirect(back)
        newest = get_condition(condition_id).version
        return show_form(form, client_id, posted_places(), back, held, state, newest, typed_version() != newest)

    @expose("/<int:condition_id>/accept", methods=("POST",))
    def accept(self, condition_id):
        client_id = client_of_condition(condition_id)
        return act(lambda: conditions.accept(current_actor(), condition_id, version=typed_version()),
                   back_to(client_id), gettext("Accepted"))

    @expose("/<int:condition_id>/dismiss", methods=("POST",))
    def dismiss(self, condition_id):
        client_id, reason = client_of_condition(condition_id), request.form.get("reason", "")[:200]
        return act(lambda: conditions.dismiss(current_actor(), condition_id, version=typed_version(), reason=reason),
                   back_to(client_id), gettext("Put aside"))

    @expose("/<int:condition_id>/end", methods=("POST",))
    def end(self, condition_id):
        client_id, reason = client_of_condition(condition_id), request.form.get("reason", "")[:200]
        return act(lambda: conditions.end(current_actor(), condition_id, version=typed_version(), reason=reason),
                   back_to(client_id), gettext("Ended. It stays in the record."))

    @expose("/client/<int:client_id>/allergy", methods=("POST",))
    def allergy(self, client_id):
        """One allergy that a form named: taken down, or struck out."""
        check_open(client_id)
        substance, is_accepted = request.form.get("substance", "")[:80], request.form.get("do") == "accept"
        return act(lambda: decide_allergy(client_id, substance, is_accepted), back_to(client_id), gettext("Saved"))

    @expose("/client/<int:client_id>/allergies", methods=("POST",))
    def allergies(self, client_id):
        """The whole list, as it was asked today."""
        check_open(client_id)

        def save_all():
            held = known(client_id, show.today())
            taken = posted_allergies()
            # Only what stood on the page can be struck out: a form may have come in since.
            shown = {name.casefold() for name in request.form.getlist("shown")}
            shown -= {fact.substance.casefold() for fact in taken}
            gone = {fact.substance for fact in held.verdict.allergies if fact.substance.casefold() in shown}
            profile.set_allergies(current_actor(), client_id, taken, version=typed_version(),
                                  newest_form=request.form.get("newest_form", type=int),
                                  refused=(*still_refused(held, gone), *sorted(gone)))

        return act(save_all, back_to(client_id), gettext("Saved"))

    @expose("/client/<int:client_id>/limits", methods=("POST",))
    def limits(self, client_id):
        check_open(client_id)
        return act(lambda: profile.set_limits(current_actor(), client_id, posted_limits(), version=typed_version()),
                   back_to(client_id), gettext("Saved"))

    @expose("/client/<int:client_id>/consents", methods=("POST",))
    def consents(self, client_id):
        check_open(client_id)
        return act(lambda: save_consents(client_id, typed_version()), back_to(client_id), gettext("Saved"))

    @expose("/client/<int:client_id>/settle", methods=("POST",))
    def settle(self, client_id):
        """Own words were read, or an open question was asked."""
        check_open(client_id)
        number, keys = request.form.get("submission_id", type=int) or 0, frozenset(request.form.getlist("key")[:100])
        return act(lambda: profile.mark_read(current_actor(), client_id, number if 0 < number < 2**53 else 0, keys),
                   back_to(client_id))


def back_to(client_id: int) -> str:
    """Where the page that sent this was; the client's conditions without one."""
    wanted = request.values.get("back")
    return safe_next(wanted) if wanted else url_for("conditions.page", client_id=client_id)


def save(condition_id: int, state: ConditionState, content: ConditionContent) -> None:
    if state is ConditionState.PROPOSED:
        conditions.accept(current_actor(), condition_id, version=typed_version(), content=content)
    else:
        conditions.change(current_actor(), condition_id, content, version=typed_version())


def decide_allergy(client_id: int, substance: str, is_accepted: bool) -> None:
    """Take down one of those the form names, or strike it out. Raises Invalid when the form names no such thing."""
    held = known(client_id, show.today())
    named = next((fact for fact in held.verdict.allergies if fact.substance == substance), None)
    if named is None:
        raise Invalid()
    taken = {fact.substance.casefold(): fact for fact in held.profile.allergies}
    refused = still_refused(held, {substance})
    name = substance.casefold()
    if is_accepted:
        taken[name] = replace(named, status=ConditionStatus.ACCEPTED)
    elif named.status is ConditionStatus.ACCEPTED or name not in taken:
        taken.pop(name, None)
        refused = (*refused, substance)
    # else a form said worse of one taken down: that is put aside, and it stays as it was
    profile.set_allergies(current_actor(), client_id, tuple(taken.values()), refused=refused,
                          newest_form=request.form.get("newest_form", type=int), version=held.profile_version)


def still_refused(held: Known, decided: set[str]) -> tuple[str, ...]:
    """What was struck out before, but for what is decided now and what a later form names again."""
    heard = {name.casefold() for name in decided} | {
        fact.substance.casefold() for fact in held.verdict.allergies if fact.status is ConditionStatus.PROPOSED}
    return tuple(name for name in held.profile.allergies_refused if name.casefold() not in heard)


def show_form(form, client_id, chosen, back, held=None, state=None, version=None, is_stale=False):
    """The form of one condition: 200 when it is opened, 422 with errors, 409 when somebody saved in between."""
    places, spots = chosen
    code = 200 if request.method == "GET" else 409 if is_stale else 422
    return render_template(
        "admin/conditions/form.html", form=form, client=get_client(client_id), back=back, held=held, state=state,
        version=version, is_stale=is_stale, regions=REGIONS, points=POINTS, sides=(Side.LEFT, Side.RIGHT),
        chosen={str(one) for one in (*places, *spots)}), code


def needs_ok(rule) -> bool:
    """Whether a doctor's answer changes what this rule says."""
    return rule is not None and HARDNESS[rule.strictest.kind] > 0


def show_page(client_id: int):
    """Recorded first, then read."""
    record_reading("conditions.read", client_id=client_id)
    today, book = show.today(), rulebook()
    held = known(client_id, today)
    row = profile_row(client_id)
    names = user_names()

    def shown(condition, content):
        rule = book.rules.get(content.key or "")
        limits = [reason for ceiling in held.verdict.ceilings.values() for reason in ceiling.set_by
                  if reason.ref == str(condition.id)]
        label = rule.label if rule else content.words or book.former.get(content.key or "", "")
        return {"row": condition, "content": content, "rule": rule, "label": label,
                "by": names.get(condition.decided_by_id, ""),
                "level": min((one.level for one in limits if one.level is not None), default=None)}

    past = [shown(condition, ConditionContent.from_json(condition.content)) for condition in reversed(held.past)]
    lines = [*held.verdict.allergies, *[AllergyFact("")] * FREE_LINES]
    ok_needed = {content.key for _row, content in held.conditions if needs_ok(book.rules.get(content.key or ""))}
    return render_template(
        "admin/conditions/page.html", client=get_client(client_id), held=held, verdict=held.verdict,
        to_decide=[shown(*pair) for pair in held.to_decide], active=[shown(*pair) for pair in held.active], past=past,
        allergies=lines, limits=held.profile.therapist_limits, free_lines=FREE_LINES, levels=level_choices(0)[:5],
        places=body.all_places(), consents=consent_lines(held.profile, today),
        consent_words=gettext(TEXTS[TEXT_VERSION]), consent_version=TEXT_VERSION, today_is=today,
        letters=letter_rows(held.profile.letters, today), ok_needed=ok_needed,
        version=row.version if row else 0, here=url_for("conditions.page", client_id=client_id),
        may_write=current_actor().may(P.CHART_WRITE), has_superbills=has_profile(Profile.SUPERBILL_US))


