"""The staff: adding people with a password for one sign-in, their roles and profile, their open sign-ins."""
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, EmailField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from practice.access.permissions import Permission as P
from practice.access.roles import ROLE_LABELS, Role
from practice.accounts import passwords
from practice.accounts.devices import describe
from practice.accounts.queries import get_user, open_sign_ins, staff
from practice.accounts.services import reset as reset_link
from practice.accounts.services import second_step, signing_in, users
from practice.admin import reset
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.fields import enum_choices
from practice.admin.setup.pieces import SetupForm, TicksField, read_version, save, text
from practice.admin.setup.premises import HEAD, IssuerForm, head_of, stored_profile
from practice.admin.setup_tabs import tabs
from practice.clients.contact import parse_email
from practice.core import clock
from practice.core.text import _
from practice.premises import services as premises
from practice.premises.models import Issuer, Profile
from practice.premises.queries import has_profile, issuer_for, own_issuer, the_practice
from practice.schedule.queries.appointments import coming_to, shifts_of

MARKS = (_("Circle"), _("Square"), _("Diamond"), _("Triangle"))


class StaffForm(SetupForm):
    name = text(_("Name"), 120, _("Enter a name"))
    email = text(_("E-mail"), 254, _("Enter the address they sign in with"), EmailField,
                 description=_("They sign in with it"))
    roles = TicksField(_("Roles"))
    is_active = BooleanField(_("May sign in"), default=True)
    short_name = text(_("Name in the calendar"), 40)
    registration_body = text(_("Registered with"), 80)
    registration_number = text(_("Registration number"), 40, description=_("As on the certificate"))
    provider_number = text(_("Provider number"), 40, description=_("With a health fund or insurer, for receipts"))
    npi = text(_("NPI"), 10, description=_("United States: ten digits, for superbills"))
    colour = RadioField(_("Mark"), coerce=int)
    profile_version = HiddenField()
    seen_coming = HiddenField()  # how many appointments to come the owner was told of

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not has_profile(Profile.SUPERBILL_US) and not self.npi.data:
            del self.npi
        self.roles.choices = enum_choices(ROLE_LABELS)
        self.colour.choices = [SelectChoice(number, f"{gettext(MARKS[(number - 1) % 4])} {1 + (number - 1) // 4}")
                               for number in range(1, users.COLOURS + 1)]

    def chosen_roles(self) -> set[Role]:
        return {Role(value) for value in self.roles.data or ()}

    def treats(self) -> bool:
        return bool(self.is_active.data) and Role.THERAPIST in self.chosen_roles()

    def profile(self) -> dict:
        return {"short_name": self.short_name.data or self.name.data.split()[0][:40], "colour": self.colour.data,
                "registration_body": self.registration_body.data,
                "registration_number": self.registration_number.data,
                "provider_number": self.provider_number.data, "npi": self.npi.data if self.npi else ""}


def stored(user_id: int) -> dict:
    """A member of the staff as they stand in the form."""
    user = get_user(user_id)
    values = {"name": user.name, "email": user.email, "is_active": user.is_active, "version": user.version,
              "roles": [row.role.value for row in user.roles]}
    profile = user.profile
    if profile is None:
        return values
    names = ("short_name", "registration_body", "registration_number", "provider_number", "npi", "colour")
    return values | {name: getattr(profile, name) for name in names} | {"profile_version": profile.version}


class StaffPage(Page):
    permissions = dict.fromkeys(("index", "new", "edit", "reset", "link", "step_out", "end", "end_all",
                                 "head"), P.USER_EDIT)
    asks_again = ("new", "edit", "reset", "link", "step_out")

    @expose("/")
    def index(self):
        people = staff()
        hours = {user.id: len(shifts_of(user.id)) for user in people if user.profile}
        return render_template("admin/setup/staff.html", people=people, hours=hours, therapist=Role.THERAPIST,
                               tabs_row=tabs("staff"))

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        wanted = request.args.get("role", "")
        taken = sum(user.profile is not None for user in staff())
        form = StaffForm(data={"roles": [wanted] if wanted in set(Role) else [], "is_active": True,
                               "colour": taken % users.COLOURS + 1})
        if form.is_submitted() and form.validate():
            email, temporary = form.read("email", parse_email), passwords.temporary()
            user_id = email and attempt(form, lambda: self._add(form, email, temporary))
            if user_id:
                return self._password_once(user_id, temporary)
        return render_template("admin/setup/person.html", form=form, user=None, tabs_row=tabs("staff"), marks=MARKS,
                               sign_ins=[], head=None, coming=0), (422 if form.errors else 200)

    def _add(self, form, email: str, temporary: str) -> int:
        actor, roles = current_actor(), form.chosen_roles()
        user = users.add_user(actor, name=form.name.data, email=email, password=temporary, roles=roles)
        if Role.THERAPIST in roles:
            users.set_profile(actor, user.id, version=user.profile.version, **form.profile())
        return user.id

    def _password_once(self, user_id: int, temporary: str):
        """The one page that shows it: nothing of it is kept, in the cookie neither."""
        user = get_user(user_id)
        return render_template("admin/setup/password_once.html", user=user, temporary=temporary,
                               is_therapist=user.profile is not None, tabs_row=tabs("staff"))

    @expose("/<int:user_id>", methods=("GET", "POST"))
    def edit(self, user_id):
        """Who shall no longer treat keeps the appointments to come: how many is said first, and asked."""
        form = StaffForm(data=stored(user_id) | {"colour": stored(user_id).get("colour", 1)})
        is_sent = form.is_submitted() and form.validate()
        count, next_at = coming_to(user_id) if is_sent and not form.treats() else (0, None)
        is_asked = bool(count) and form.seen_coming.data != str(count)
        if is_sent and not is_asked:
            email = form.read("email", parse_email)
            if email and save(form, lambda: self._change(form, user_id, email), lambda: stored(user_id)):
                flash(gettext("%(name)s is saved", name=form.name.data), "success")
                return redirect(url_for("setup_staff.index"))
        user, config = get_user(user_id), current_app.config
        open_now = open_sign_ins(user_id, clock.now(), config["IDLE_TIMEOUT"], config["SESSION_LIFETIME"])
        return render_template(
            "admin/setup/person.html", form=form, user=user, tabs_row=tabs("staff"), marks=MARKS,
            is_self=user_id == current_actor().user_id, sign_ins=[(row, describe(row.device)) for row in open_now],
            has_mail=bool(current_app.config["MAIL_SERVER"]), head=own_issuer(user_id), coming=count if is_asked else 0,
            next_on=clock.local_date(next_at, the_practice().time_zone) if next_at else None), (
                422 if form.errors or is_asked or form.newer is not None else 200)

    def _change(self, form, user_id: int, email: str) -> None:
        actor, roles = current_actor(), form.chosen_roles()
        had_profile = get_user(user_id).profile is not None
        user = users.change_user(actor, user_id, name=form.name.data, email=email, roles=roles,
                                 is_active=form.is_active.data, version=form.seen_version)
        if Role.THERAPIST in roles:
            version = read_version(form.profile_version.data) if had_profile else user.profile.version
            users.set_profile(actor, user_id, version=version, **form.profile())

    @expose("/<int:user_id>/password", methods=("POST",))
    def reset(self, user_id):
        form = SetupForm()
        temporary = attempt(form, lambda: users.reset_password(current_actor(), user_id))
        if temporary is None:
            flash(" ".join(form.form_errors), "error")
            return redirect(url_for("setup_staff.edit", user_id=get_user(user_id).id))
        return self._password_once(user_id, temporary)

    @expose("/<int:user_id>/link", methods=("POST",))
    def link(self, user_id):
        """A link to a new password: shown this once, or by mail to the address they sign in with."""
        back = url_for("setup_staff.edit", user_id=get_user(user_id).id)
        if request.form.get("by") == "mail" and current_app.config["MAIL_SERVER"]:
            return act(lambda: reset_link.mail_link(current_actor(), user_id, reset.letter), back,
                       gettext("The link is on its way"))
        form = SetupForm()
        secret = attempt(form, lambda: reset_link.make_link(current_actor(), user_id))
        if secret is None:
            flash(" ".join(form.form_errors), "error")
            return redirect(back)
        return render_template("admin/setup/reset_link.html", user=get_user(user_id),
                               address=reset.address_of(secret), tabs_row=tabs("staff"))

    @expose("/<int:user_id>/second-step/out", methods=("POST",))
    def step_out(self, user_id):
        """For a colleague whose phone is lost, and whose recovery codes are too."""
        return act(lambda: second_step.take_out_of(current_actor(), user_id),
                   url_for("setup_staff.edit", user_id=get_user(user_id).id),
                   gettext("Their password alone signs them in, until they set up another phone"))

    @expose("/<int:user_id>/sign-ins/<int:sign_in_id>/end", methods=("POST",))
    def end(self, user_id, sign_in_id):
        return act(lambda: signing_in.end_sign_in(current_actor(), user_id, sign_in_id),
                   url_for("setup_staff.edit", user_id=get_user(user_id).id), gettext("The sign-in has ended"))

    @expose("/<int:user_id>/sign-ins/end", methods=("POST",))
    def end_all(self, user_id):
        back = url_for("setup_staff.edit", user_id=get_user(user_id).id)
        return act(lambda: signing_in.end_others(current_actor(), user_id), back, gettext("All sign-ins have ended"))

    @expose("/<int:user_id>/documents", methods=("GET", "POST"))
    def head(self, user_id):
        """An independent therapist's own head on documents, instead of the practice's."""
        user = get_user(user_id)
        name, found = user.name, own_issuer(user_id)

        def fresh() -> dict:
            row = own_issuer(user_id)
            names = ("name", *HEAD, "is_active", "version")
            return stored_profile(row) | {field: getattr(row, field) for field in names}

        form = IssuerForm(data=fresh() if found else {"name": name} | stored_profile(issuer_for(None)))
        row_id = found.id if found else None
        if form.is_submitted() and form.validate():
            head = head_of(form)
            values = head and head | {"name": form.name.data, "is_active": form.is_active.data}
            if values and save(form, lambda: premises.save(current_actor(), Issuer, row_id, version=form.seen_version,
                                                user_id=user_id, **values).id, fresh):
                flash(gettext("%(name)s is saved", name=values["name"]), "success")
                return redirect(url_for("setup_staff.edit", user_id=user_id))
        return render_template("admin/setup/head.html", form=form, name=name, user_id=user_id,
                               tabs_row=tabs("staff")), (422 if form.errors or form.newer is not None else 200)
