"""Clients: the list, registering and changing, the one page that holds a client together, breaking the glass."""
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import ListView, Page, act, attempt, show_error
from practice.admin.care import may_open
from practice.admin.fields import country_name, enum_choices, row_choices, row_number
from practice.admin.streamed import Field, Streamed
from practice.billing.queries.accounts import account_of
from practice.billing.queries.documents import state_of
from practice.clients import queries, services
from practice.clients.contact import birth_month, format_phone, parse_birth_date, parse_email, parse_phone
from practice.clients.matching import Person
from practice.clients.models import REMINDER_LABELS, Client, ReminderChannel
from practice.clients.queries import get_client, possible_duplicates
from practice.core.errors import Invalid, NotFound
from practice.core.spreadsheet import Kind
from practice.core.text import _
from practice.intake.kinds import QuestionKind
from practice.intake.queries import NEVER, answers_of, definition_of, desk_answers, form_status
from practice.intake.words import told_at_desk
from practice.premises.queries import price_groups, the_practice
from practice.safety.queries.desk import consequences_of
from practice.safety.rules_verdict import CONSEQUENCE_LABELS, Consequence
from practice.schedule.queries.appointments import next_of, visits_of

PRONOUNS = ("she/her", "he/him", "they/them")


def text(label: str, most: int, *validators, **options) -> StringField:
    return StringField(lazy_gettext(label), [*validators, Length(max=most)], **options)


class ClientForm(FlaskForm):
    """Who somebody is and how to reach them."""

    first_name = text(_("First name"), 80, InputRequired(lazy_gettext("Enter the first name")))
    last_name = text(_("Last name"), 80, InputRequired(lazy_gettext("Enter the last name")))
    preferred_name = text(_("Called"), 80, description=lazy_gettext("If it is not the first name"))
    born_on = text(_("Birth date"), 40)
    pronouns = SelectField(lazy_gettext("Pronouns"), default="")
    phone = text(_("Mobile"), 40)
    email = text(_("E-mail"), 254)
    street = text(_("Street"), 160)
    postal_code = text(_("Postal code"), 20)
    city = text(_("Town"), 80)
    reminder_channel = SelectField(lazy_gettext("Reminders by"), choices=enum_choices(REMINDER_LABELS),
                                   default=ReminderChannel.SMS.value)
    usual_therapist_id = SelectField(lazy_gettext("Usual therapist"), default="")
    price_group_id = SelectField(lazy_gettext("Price group"), default="")
    version = HiddenField()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.pronouns.choices = [*row_choices([], first=_("Not given")), *(SelectChoice(p, p) for p in PRONOUNS)]
        own = self.pronouns.object_data
        if own and own not in PRONOUNS:  # brought along from elsewhere
            self.pronouns.choices.append(SelectChoice(own, own))
        self.usual_therapist_id.choices = row_choices([(person.id, person.name) for person in therapists()],
                                                      first=_("No preference"))
        held = row_number(self.price_group_id.object_data)
        self.price_group_id.choices = row_choices(price_groups(kept_id=held).items(), first=_("The usual prices"))

    def checked(self) -> dict | None:
        """The values as the services take them; None, with the errors at their fields, when something is off."""
        is_good, values = self.validate(), {}
        for name in ("first_name", "last_name", "preferred_name", "pronouns", "street", "postal_code", "city"):
            values[name] = (getattr(self, name).data or "").strip()
        for name, read in self.readers().items():
            given = (getattr(self, name).data or "").strip()
            try:
                values[name] = read(given) if given else (None if name == "born_on" else "")
            except Invalid as error:
                show_error(self, Invalid(error.message, name, **error.params))
                is_good = False
        if not is_good:
            return None
        therapist = self.usual_therapist_id.data
        return values | {"reminder_channel": ReminderChannel(self.reminder_channel.data),
                         "usual_therapist_id": int(therapist) if therapist else None,
                         "price_group_id": row_number(self.price_group_id.data)}

    def readers(self) -> dict:
        """How the fields with a form of their own are read."""
        country, language = the_practice().country, current_language()
        return {"born_on": lambda given: parse_birth_date(given, show.today(), locale=f"{language}_{country}"),
                "phone": lambda given: parse_phone(given, country, locale=language), "email": parse_email}

    def person(self) -> Person:
        """Who is being typed in, as far as it can be read, for the search for duplicates."""
        def read(name):
            try:
                return readers[name]((getattr(self, name).data or "").strip()) or None
            except Invalid:
                return None
        readers = self.readers()
        born = read("born_on") or birth_month((self.born_on.data or "").strip(), show.today())
        first, last, called = ((field.data or "").strip()[:80]
                               for field in (self.first_name, self.last_name, self.preferred_name))
        return Person(first, last, called or None, born, read("phone"), None, read("email"))


def current_language() -> str:
    return str(get_locale()).partition("_")[0]


class GlassForm(FlaskForm):
    words = TextAreaField(lazy_gettext("Why do you need to open this chart?"),
                          [InputRequired(lazy_gettext("Say in a sentence why.")), Length(max=300)])


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    permissions: tuple[P, ...]


TABS = (Tab("overview", _("Overview"), (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN)),
        Tab("visits", _("Visits"), (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN)),
        Tab("money", _("Money"), (P.INVOICE_READ,)))
SHELVES = {"": _("Active"), "mine": _("In my care"), "archived": _("Archived")}


class ClientsPage(Page):
    permissions = {
        "index": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN), "page": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN),
        "new": P.CLIENT_REGISTER, "doubles": P.CLIENT_REGISTER, "edit": P.CLIENT_EDIT, "archive": P.CLIENT_EDIT,
        "restore": P.CLIENT_EDIT, "break_glass": P.CHART_BREAK_GLASS}

    @expose("/")
    def index(self):
        typed, shown = request.args.get("q", "").strip()[:200], request.args.get("shown", "")
        shown = shown if shown in shelves() else ""
        in_care_of = current_actor().user_id if shown == "mine" or sees_own_only() else None
        before = after = None
        if typed:
            rows = queries.find_clients(typed, queries.PAGE + 1, archived=shown == "archived", in_care_of=in_care_of)
        else:
            page = queries.list_clients(archived=shown == "archived", in_care_of=in_care_of,
                                        after=queries.place_of(request.args.get("after", type=int)),
                                        before=queries.place_of(request.args.get("before", type=int)))
            rows = page.rows
            if page.has_before and rows:
                before = url_for("clients.index", shown=shown or None, before=rows[0].id)
            if page.has_after and rows:
                after = url_for("clients.index", shown=shown or None, after=rows[-1].id)
        return render_template(
            "admin/clients/index.html", rows=rows[:queries.PAGE], has_more=len(rows) > queries.PAGE, typed=typed,
            shown=shown, shelves=shelves(), before=before, after=after, status=form_status([row.id for row in rows]),
            never=NEVER, **rights())

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        form = ClientForm(data={"first_name": request.args.get("name", "").strip()[:80]})
        if not form.is_submitted():
            return show_form(form)
        if use := request.form.get("use", type=int):  # "it is this one"
            return redirect(after_saving(use))
        values, found = form.checked(), possible_duplicates(form.person())
        seen = {int(number) for number in request.form.getlist("seen") if number.isdecimal() and len(number) < 16}
        if values is not None and seen.issuperset(item.client_id for item in found):
            client_id = attempt(form, lambda: services.register_client(
                current_actor(), **values, checked_duplicate_ids=tuple(sorted(item.client_id for item in found))).id)
            if client_id:
                name = f"{values['preferred_name'] or values['first_name']} {values['last_name']}"
                flash(gettext("%(name)s is registered", name=name), "success")
                return redirect(after_saving(client_id))
        return show_form(form, found=found, code=422)

    @expose("/doubles", methods=("POST",))
    def doubles(self):
        """The panel of possible duplicates for what is typed so far, asked for while it is typed."""
        return render_template("admin/clients/doubles.html", found=possible_duplicates(ClientForm().person()))

    @expose("/<int:client_id>")
    def page(self, client_id):
        client, key = get_client(client_id), request.args.get("tab", "overview")
        tabs = [tab for tab in TABS if any(current_actor().may(needed) for needed in tab.permissions)]
        if key not in {tab.key for tab in tabs}:
            raise NotFound()
        is_open = is_chart_open(client_id)
        return render_template(
            "admin/clients/page.html", client=client, tab=key, tabs=tabs, consequences=badges_of(client_id),
            status=form_status([client_id]).get(client_id, NEVER), is_chart_open=is_open,
            price_group=group_of(client),
            offers_glass=not is_open and current_actor().may(P.CHART_BREAK_GLASS), **rights(), **panel(key, client_id))

    @expose("/<int:client_id>/edit", methods=("GET", "POST"))
    def edit(self, client_id):
        client = get_client(client_id)
        if request.method == "GET":
            return show_form(ClientForm(data=stored(client) | {"version": client.version}), client)
        form = ClientForm(data={"pronouns": client.pronouns})
        values, version = form.checked(), form.version.data or ""
        version = int(version) if version.isdecimal() and len(version) < 10 else None
        if version != client.version:
            return show_stale(form, client)
        if values is not None and attempt(form, lambda: services.change_client(
                current_actor(), client_id, version=version, **values).id):
            flash(gettext("Saved"), "success")
            return redirect(url_for("clients.page", client_id=client_id))
        client = get_client(client_id)
        return show_stale(form, client) if version != client.version else show_form(form, client, code=422)

    @expose("/<int:client_id>/archive", methods=("POST",))
    def archive(self, client_id):
        name = get_client(client_id).name
        return act(lambda: services.archive_client(current_actor(), client_id), url_for("clients.index"),
                   gettext("%(name)s is archived", name=name), url_for("clients.restore", client_id=client_id))

    @expose("/<int:client_id>/restore", methods=("POST",))
    def restore(self, client_id):
        get_client(client_id)
        return act(lambda: services.restore_client(current_actor(), client_id),
                   url_for("clients.page", client_id=client_id), gettext("Back in the list"))

    @expose("/<int:client_id>/break-glass", methods=("GET", "POST"))
    def break_glass(self, client_id):
        client, form = get_client(client_id), GlassForm()
        name = client.name
        if form.validate_on_submit() and attempt(
                form, lambda: services.break_glass(current_actor(), client_id, form.words.data)):
            flash(gettext("The chart is open to you for twelve hours. Who opened it, and why, is recorded."), "success")
            return redirect(url_for("brief.chart", client_id=client_id))
        code = 422 if form.errors else 200
        return render_template("admin/clients/glass.html", form=form, name=name, client_id=client_id), code


def sees_own_only() -> bool:
    """Whether the row rule leaves only clients in care: then the list begins with these."""
    actor = current_actor()
    return not actor.may(P.CLIENT_READ_ALL) and not actor.has_shared_charts


def shelves() -> dict[str, str]:
    """The ways to look at the list; who sees only their own has no need of "In my care"."""
    actor = current_actor()
    has_own = actor.may(P.CHART_READ) and not sees_own_only()
    return {key: label for key, label in SHELVES.items() if key != "mine" or has_own}


def rights() -> dict[str, bool]:
    """What the buttons of the pages depend on."""
    may = current_actor().may
    return {"may_register": may(P.CLIENT_REGISTER), "may_edit": may(P.CLIENT_EDIT), "may_list": may(P.CLIENT_READ_ALL),
            "may_book": may(P.APPOINTMENT_BOOK), "may_invite": may(P.INTAKE_INVITE),
            "may_take": may(P.PAYMENT_TAKE), "may_audit": may(P.AUDIT_READ),
            "may_answer": may(P.CLIENT_RIGHTS)}


def after_saving(client_id: int) -> str:
    """Where "Save client" and "Save and book" lead."""
    return url_for("booking.new" if "book" in request.form else "clients.page", client_id=client_id)


def show_form(form: ClientForm, client: Client | None = None, *, found=(), code: int = 200, theirs=None):
    """The form, new or of a client; `theirs` is what another person saved in between: (label, value, typed)."""
    return render_template("admin/clients/form.html", form=form, client=client, found=found, theirs=theirs,
                           is_kept=code != 200), code


def show_stale(form: ClientForm, client: Client):
    """A refused save: both texts beside each other, everything typed is kept, and the next save is one of choice."""
    newer, differing = stored(client), []
    for name, value in newer.items():
        field = form._fields[name]
        if (field.data or "") != value:
            differing.append((field.label.text, shown_choice(field, value), shown_choice(field, field.data or "")))
    form.form_errors = []
    form.version.data = form.version.raw_data = None
    form.version.process_data(client.version)
    return show_form(form, client, code=409, theirs=differing)


def shown_choice(field, value: str) -> str:
    """A value in the words of its field."""
    if not isinstance(field, SelectField):
        return value
    return next((str(choice.label) for choice in field.choices if choice.value == value), value)


def stored(client: Client) -> dict[str, str]:
    """A client's values as they stand in the form."""
    return {name: getattr(client, name) for name in ("first_name", "last_name", "preferred_name", "pronouns", "email",
                                                     "street", "postal_code", "city")} | {
        "born_on": show.day(client.born_on) if client.born_on else "",
        "phone": format_phone(client.phone, the_practice().country) if client.phone else "",
        "reminder_channel": client.reminder_channel.value,
        "usual_therapist_id": str(client.usual_therapist_id or ""),
        "price_group_id": str(client.price_group_id or "")}


def group_of(client: Client) -> str:
    """The price group in words; "" for who pays the usual prices."""
    held = client.price_group_id
    return price_groups(kept_id=held)[held] if held else ""


def badges_of(client_id: int) -> list[tuple[str, str]]:
    """The consequences for the desk: words, and how pressing they are."""
    urgent = (Consequence.MUST_CALL, Consequence.LETTER_OUTSTANDING)
    return [(CONSEQUENCE_LABELS[kind], "warn" if kind in urgent else "info")
            for kind in consequences_of([client_id]).get(client_id, ()) if kind is not Consequence.FORM_MISSING]


def is_chart_open(client_id: int) -> bool:
    """Whether this person reads charts at all, and may read this one at this moment."""
    actor = current_actor()
    return (actor.may(P.CHART_READ) or actor.may(P.CHART_BREAK_GLASS)) and may_open(client_id)


def panel(tab: str, client_id: int) -> dict:
    """What a tab of the client's page shows."""
    if tab == "visits":
        rows = visits_of(client_id, limit=queries.PAGE + 1, before=read_instant(request.args.get("before", "")))
        older = rows[queries.PAGE - 1].starts_at if len(rows) > queries.PAGE else None
        return {"visits": rows[:queries.PAGE], "older": older.strftime("%Y%m%dT%H%M") if older else None}
    if tab == "money":
        return {"account": account_of(client_id, show.today(), recent=30), "state_of": state_of}
    return {"next": next_of(client_id), "visits": visits_of(client_id, limit=5), **from_their_form(client_id)}


def from_their_form(client_id: int) -> dict:
    """What the client wrote for the desk, in the words of the form as it was answered, and when."""
    row = desk_answers(client_id)
    if row is None:
        return {"written": [], "written_at": None}
    form, answers = definition_of(row.form_version), answers_of(row)
    phones = {question.key: written_phone(answers[question.key]) for question in form.questions()
              if question.kind == QuestionKind.PHONE and question.key in answers}
    return {"written_at": row.sent_at, "written": told_at_desk(
        form, answers | phones, translate=gettext, show_day=show.day)}


def written_phone(typed: str) -> str:
    """A number as it stands elsewhere; what is none, as it was typed."""
    try:
        return show.phone(parse_phone(typed, the_practice().country))
    except Invalid:
        return typed


def read_instant(given: str) -> datetime | None:
    try:
        return datetime.strptime(given + "+0000", "%Y%m%dT%H%M%z")
    except ValueError:
        return None


class ClientList(Streamed, ListView):
    stream_fields = (
        Field(_("Last name"), Client.last_name), Field(_("First name"), Client.first_name),
        Field(_("Called"), Client.preferred_name), Field(_("Born"), Client.born_on, Kind.DATE),
        Field(_("Mobile"), Client.phone), Field(_("E-mail"), Client.email), Field(_("Street"), Client.street),
        Field(_("Postal code"), Client.postal_code), Field(_("Town"), Client.city),
        Field(_("Country"), Client.country), Field(_("Reminders by"), Client.reminder_channel, words=show.label),
        Field(_("Registered"), Client.created_at, Kind.DATETIME))
    read_permission, export_permission = P.CLIENT_READ_ALL, P.CLIENT_EXPORT
    column_list = ("last_name", "first_name", "born_on", "phone", "email", "city", "created_at")
    column_details_list = ("last_name", "first_name", "preferred_name", "born_on", "phone", "email", "street",
                           "postal_code", "city", "country", "reminder_channel", "created_at")
    column_labels = {"last_name": _("Last name"), "first_name": _("First name"), "born_on": _("Born"),
                     "phone": _("Mobile"), "email": _("E-mail"), "city": _("Town"), "created_at": _("Registered"),
                     "preferred_name": _("Called"), "street": _("Street"), "postal_code": _("Postal code"),
                     "country": _("Country"), "reminder_channel": _("Reminders by")}
    big_columns = ("city", "created_at")
    card_columns = {"last_name": "card-name", "first_name": "card-line", "phone": "card-line"}
    column_sortable_list = (("last_name", "sort_key"), "created_at")
    column_default_sort = "sort_key"
    column_filters = ("born_on",)
    column_formatters = {"created_at": lambda view, context, row, name: show.day(row.created_at),
                         "country": lambda view, context, row, name: country_name(row.country),
                         "born_on": lambda view, context, row, name: show.day(row.born_on) if row.born_on else "",
                         "phone": lambda view, context, row, name: show.phone(row.phone),
                         "reminder_channel": lambda view, context, row, name: show.label(row.reminder_channel)}

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        return [(gettext("People"), url_for("clients.index"), False),
                (gettext("Table"), self.get_url(".index_view"), True)]

    def row_url(self, row: Client) -> str:
        return url_for("clients.page", client_id=row.id)
