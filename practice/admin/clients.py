"""Clients: the list, registering and changing, the one page that holds a client together, breaking the glass."""
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import ListView, Page, act, attempt, show_error
from practice.admin.fields import enum_choices, row_choices
from practice.billing.queries.accounts import account_of
from practice.billing.queries.documents import state_of
from practice.clients import services
from practice.clients.contact import birth_month, format_phone, parse_birth_date, parse_email, parse_phone
from practice.clients.matching import Person
from practice.clients.models import REMINDER_LABELS, Client, ReminderChannel
from practice.clients.queries import Place, find_clients, get_client, list_clients, possible_duplicates
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.intake.queries import form_status
from practice.premises.queries import the_practice
from practice.safety.queries import consequences_of
from practice.safety.rules_verdict import CONSEQUENCE_LABELS, Consequence
from practice.schedule.queries.appointments import next_of, visits_of

PRONOUNS = ("she/her", "he/him", "they/them")


def text(label: str, most: int, *validators, **options) -> StringField:
    return StringField(lazy_gettext(label), [*validators, Length(max=most)], **options)


class ClientForm(FlaskForm):
    """Who somebody is and how to reach them. `seen` are the possible duplicates that were on the screen."""

    first_name = text(_("First name"), 80, InputRequired(lazy_gettext("Enter the first name")))
    last_name = text(_("Last name"), 80, InputRequired(lazy_gettext("Enter the last name")))
    preferred_name = text(_("Called"), 80)
    born_on = text(_("Birth date"), 40, description=lazy_gettext("Year first: 1988-02-21"))
    pronouns = SelectField(lazy_gettext("Pronouns"), default="")
    phone = text(_("Mobile"), 40)
    email = text(_("E-mail"), 254)
    street = text(_("Street"), 160)
    postal_code = text(_("Postal code"), 20)
    city = text(_("Town"), 80)
    reminder_channel = SelectField(lazy_gettext("Reminders by"), choices=enum_choices(REMINDER_LABELS),
                                   default=ReminderChannel.SMS.value)
    usual_therapist_id = SelectField(lazy_gettext("Usual therapist"), default="")
    version = HiddenField()
    seen = HiddenField()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.pronouns.choices = [*row_choices([], first=_("Not given")), *(SelectChoice(p, p) for p in PRONOUNS)]
        self.usual_therapist_id.choices = row_choices([(person.id, person.name) for person in therapists()],
                                                      first=_("No preference"))

    def checked(self) -> dict | None:
        """The values as the services take them; None, with the errors at their fields, when something is off."""
        is_good, country, values = self.validate(), the_practice().country, {}
        for name in ("first_name", "last_name", "preferred_name", "pronouns", "street", "postal_code", "city"):
            values[name] = (getattr(self, name).data or "").strip()
        readers = {"born_on": lambda given: parse_birth_date(given, show.today(), field="born_on"),
                   "phone": lambda given: parse_phone(given, country), "email": parse_email}
        for name, read in readers.items():
            given = (getattr(self, name).data or "").strip()
            try:
                values[name] = read(given) if given else (None if name == "born_on" else "")
            except Invalid as error:
                show_error(self, Invalid(error.message, name, **error.params))
                is_good = False
        channel = self.reminder_channel.data
        is_known = channel in set(ReminderChannel)
        values["reminder_channel"] = ReminderChannel(channel) if is_known else ReminderChannel.NONE
        therapist = self.usual_therapist_id.data
        values["usual_therapist_id"] = int(therapist) if (therapist or "").isdigit() else None
        return values if is_good else None

    def person(self) -> Person:
        """Who is being typed in, as far as it can be read, for the search for duplicates."""
        def read(reader, field):
            try:
                return reader((field.data or "").strip()) or None
            except Invalid:
                return None
        country = the_practice().country
        born = read(lambda given: parse_birth_date(given, show.today()), self.born_on) or birth_month(
            (self.born_on.data or "").strip(), show.today())
        return Person((self.first_name.data or "").strip(), (self.last_name.data or "").strip(),
                      (self.preferred_name.data or "").strip() or None, born,
                      read(lambda given: parse_phone(given, country), self.phone), None, read(parse_email, self.email))


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


class ClientsPage(Page):
    permissions = {
        "index": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN), "page": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN),
        "new": P.CLIENT_REGISTER, "edit": P.CLIENT_EDIT, "archive": P.CLIENT_EDIT, "restore": P.CLIENT_EDIT,
        "break_glass": P.CHART_BREAK_GLASS}

    @expose("/")
    def index(self):
        shown, typed = request.args.get("shown", ""), request.args.get("q", "").strip()[:200]
        if typed:
            rows = find_clients(typed, 50)
            return self._list(rows, typed, shown, None, None)
        mine = current_actor().user_id if shown == "mine" else None
        page = list_clients(archived=shown == "archived", therapist_id=mine, after=read_place("after"),
                            before=read_place("before"))
        first, last = (page.rows[0], page.rows[-1]) if page.rows else (None, None)
        newer = older = None
        if page.has_before and first:
            newer = url_for("clients.index", shown=shown or None, before=place_of(first))
        if page.has_after:
            older = url_for("clients.index", shown=shown or None, after=place_of(last))
        return self._list(page.rows, typed, shown, newer, older)

    def _list(self, rows, typed, shown, newer, older):
        return render_template(
            "admin/clients/index.html", rows=rows, typed=typed, shown=shown, newer=newer, older=older,
            status=form_status([row.id for row in rows]), may=current_actor().may, P=P)

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        form = ClientForm(data={"first_name": request.args.get("name", "")[:80]})
        if not form.is_submitted():
            return self._form(form, None, [])
        values, found = form.checked(), possible_duplicates(form.person())
        seen = {int(number) for number in (form.seen.data or "").split(",") if number.isdigit()}
        unseen = [item for item in found if item.client_id not in seen]
        if values is not None and not unseen:
            client_id = attempt(form, lambda: services.register_client(
                current_actor(), **values, checked_duplicate_ids=tuple(seen)).id)
            if client_id:
                name = f"{values['first_name']} {values['last_name']}"
                flash(gettext("%(name)s is registered", name=name), "success")
                if "book" in request.form:
                    return redirect(url_for("booking.new", client_id=client_id))
                return redirect(url_for("clients.page", client_id=client_id))
        form.seen.data = ",".join(str(item.client_id) for item in found)
        return self._form(form, None, found)

    def _form(self, form, client, found):
        code = 422 if form.errors or found else 200
        return render_template("admin/clients/form.html", form=form, client=client, found=found), code

    @expose("/<int:client_id>")
    def page(self, client_id):
        client, tab = get_client(client_id), request.args.get("tab", "overview")
        may = current_actor().may
        tabs = [item for item in TABS if any(may(permission) for permission in item.permissions)]
        if tab not in {item.key for item in tabs}:
            raise NotFound()
        return render_template(
            "admin/clients/page.html", client=client, tab=tab, tabs=tabs, may=may, P=P,
            status=form_status([client_id]).get(client_id),
            consequences=consequences_of([client_id]).get(client_id, ()),
            labels={str(key): value for key, value in CONSEQUENCE_LABELS.items()}, kinds=Consequence,
            **panel(tab, client_id))

    @expose("/<int:client_id>/edit", methods=("GET", "POST"))
    def edit(self, client_id):
        client = get_client(client_id)
        form = ClientForm(data=None if request.method == "POST" else stored(client))
        if form.is_submitted():
            values = form.checked()
            version = int(form.version.data) if (form.version.data or "").isdigit() else None
            if values is not None and attempt(form, lambda: services.change_client(
                    current_actor(), client_id, version=version, **values).id):
                flash(gettext("Saved"), "success")
                return redirect(url_for("clients.page", client_id=client_id))
        else:
            form.version.data = str(client.version)
        return self._form(form, get_client(client_id), [])

    @expose("/<int:client_id>/archive", methods=("POST",))
    def archive(self, client_id):
        name = get_client(client_id).name
        return act(lambda: services.archive_client(current_actor(), client_id), url_for("clients.index"),
                   gettext("%(name)s is archived", name=name), url_for("clients.restore", client_id=client_id))

    @expose("/<int:client_id>/restore", methods=("POST",))
    def restore(self, client_id):
        return act(lambda: services.restore_client(current_actor(), client_id),
                   url_for("clients.page", client_id=client_id), gettext("Back in the list"))

    @expose("/<int:client_id>/break-glass", methods=("GET", "POST"))
    def break_glass(self, client_id):
        client, form = get_client(client_id), GlassForm()
        name = client.name
        if form.validate_on_submit() and attempt(
                form, lambda: services.break_glass(current_actor(), client_id, form.words.data).id):
            flash(gettext("The chart is open to you for twelve hours. It is recorded, and the therapist can see it."),
                  "success")
            return redirect(url_for("clients.page", client_id=client_id))
        code = 422 if form.errors else 200
        return render_template("admin/clients/glass.html", form=form, name=name, client_id=client_id), code


def stored(client: Client) -> dict:
    """A client's values as they stand in the form."""
    return {name: getattr(client, name) for name in ("first_name", "last_name", "preferred_name", "pronouns", "email",
                                                     "street", "postal_code", "city")} | {
        "born_on": client.born_on.isoformat() if client.born_on else "",
        "phone": format_phone(client.phone, the_practice().country) if client.phone else "",
        "reminder_channel": client.reminder_channel.value,
        "usual_therapist_id": str(client.usual_therapist_id or "")}


def panel(tab: str, client_id: int) -> dict:
    """What a tab of the client's page shows."""
    if tab == "visits":
        return {"visits": visits_of(client_id, limit=50)}
    if tab == "money":
        return {"account": account_of(client_id, show.today(), recent=30), "state_of": state_of}
    return {"next": next_of(client_id), "visits": visits_of(client_id, limit=5)}


def place_of(row: Client) -> str:
    return f"{row.id}~{row.sort_key}"


def read_place(name: str) -> Place | None:
    number, _mark, key = request.args.get(name, "").partition("~")
    return Place(key, int(number)) if number.isdigit() and len(number) < 16 else None


class ClientList(ListView):
    read_permission, export_permission = P.CLIENT_READ_ALL, P.CLIENT_EXPORT
    column_list = ("last_name", "first_name", "born_on", "phone", "email", "city", "created_at")
    column_export_list = ("last_name", "first_name", "preferred_name", "born_on", "phone", "email", "street",
                          "postal_code", "city", "country", "reminder_channel", "created_at")
    column_details_list = column_export_list
    column_labels = {"last_name": _("Last name"), "first_name": _("First name"), "born_on": _("Born"),
                     "phone": _("Mobile"), "email": _("E-mail"), "city": _("Town"), "created_at": _("Registered"),
                     "preferred_name": _("Called"), "street": _("Street"), "postal_code": _("Postal code"),
                     "country": _("Country"), "reminder_channel": _("Reminders by")}
    column_sortable_list = (("last_name", "sort_key"), "created_at")
    column_default_sort = "sort_key"
    column_filters = ("born_on",)
    column_formatters = {"created_at": lambda view, context, row, name: show.day(row.created_at),
                         "phone": lambda view, context, row, name: show.phone(row.phone),
                         "reminder_channel": lambda view, context, row, name: show.label(row.reminder_channel)}

