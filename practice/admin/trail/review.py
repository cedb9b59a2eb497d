"""The owner's monthly look through the trail, signed; and how long each client is kept: who may go when."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from practice.access import guard
from practice.access.actor import system
from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.report_charts import title_of
from practice.admin.sending import attachment
from practice.admin.setup_tabs import tabs
from practice.audit import services as audit
from practice.core.db import transaction
from practice.core.spreadsheet import Column, Kind, csv_bytes
from practice.core.text import _
from practice.reports.period import Period
from practice.transfer.models import ErasureKind
from practice.transfer.queries.keeping import kept
from practice.transfer.queries.rights import reviews
from practice.transfer.sentences import DID_LABELS
from practice.transfer.services.reviewing import look_through, sign_review

SHOWN = 200
TELLING_LABELS = {"care.begin": _("Charts given to somebody"), "access.denied": _("Pages refused"),
                  "sign_in.fail": _("Failed sign-ins"), "list.export": _("Lists saved as a file"),
                  "client.copy": _("Copies for clients"), "client.erase": _("Erasures"),
                  "user.change": _("Changed accounts")}


class ReviewForm(FlaskForm):
    month = HiddenField()
    words = TextAreaField(lazy_gettext(_("What you found")), [Length(max=300)])


class ReviewPage(Page):
    permissions = {"index": P.AUDIT_READ, "sign": P.AUDIT_READ, "keeping": P.CLIENT_RIGHTS,
                   "keeping_csv": P.CLIENT_RIGHTS}
    asks_again = ("keeping_csv",)

    @expose("/")
    def index(self):
        return show_page(ReviewForm(formdata=None, month=request.args.get("month") or last_month()))

    @expose("/sign", methods=("POST",))
    def sign(self):
        form = ReviewForm()
        if form.validate_on_submit() and attempt(form, lambda: sign_review(
                current_actor(), form.month.data or "", words=form.words.data or "").id):
            flash(gettext("Signed"), "success")
            return redirect(url_for("review.index"))
        return show_page(form)

    @expose("/keeping")
    def keeping(self):
        """Who may be erased when, who may go first at the top."""
        found = [one for one in everybody() if one.erased is not ErasureKind.WHOLE]
        free = [one for one in found if one.may_go(show.today())]
        return render_template("admin/trail/keeping.html", found=found[:SHOWN], total=len(found), free=len(free),
                               today_on=show.today(), tabs_row=tabs("trail"))

    @expose("/keeping.csv")
    def keeping_csv(self):
        with transaction():
            audit.record(current_actor(), "list.export", table="keeping", kind="csv")
        columns = [Column("number", gettext("Number"), kind=Kind.INTEGER), Column("name", gettext("Client")),
                   Column("last_entry_on", gettext("Last entry in the record"), kind=Kind.DATE),
                   Column("last_paper_on", gettext("Last invoice or payment"), kind=Kind.DATE),
                   Column("until", gettext("May be erased from"), kind=Kind.DATE), Column("held", gettext("Hold")),
                   Column("erased", gettext("Erased"))]
        rows = [(one.client_id, one.name, one.last_entry_on, one.last_paper_on, one.until,
                 gettext("Hold") if one.is_held else "", one.erased or "") for one in everybody()]
        return attachment(csv_bytes(columns, rows), "text/csv", f"keeping-{show.today().isoformat()}.csv")


def everybody():
    with guard.acting(system("how long records are kept")) as house:
        return kept(house)


def last_month() -> str:
    today = show.today()
    return f"{today.year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}"


def named(month: str) -> str:
    """"October 2026"."""
    return title_of(Period.parse(month))


def show_page(form: ReviewForm):
    month = form.month.data or last_month()
    found = look_through(current_actor(), month)
    signed = reviews()
    return render_template(
        "admin/trail/review.html", form=form, found=found, kinds=DID_LABELS, telling=TELLING_LABELS, reviews=signed,
        names=user_names(), is_signed=any(one.month == month for one in signed), tabs_row=tabs("trail"),
        named=named,
    ), 422 if form.errors or form.form_errors else 200
