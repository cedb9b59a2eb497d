"""What the set-up pages share: forms with a version, and pages of small tables."""
from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from practice.admin.auth import current_actor
from practice.admin.base import Page, show_error
from practice.admin.setup_tabs import tabs
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Invalid, Stale
from practice.core.text import _


def strip(text: str | None) -> str:
    return (text or "").strip()


def text(label: str, most: int, missing: str | None = None, field=StringField, **options):
    """A field of one line, without blanks around it; `missing` are the words when it must be filled in."""
    needed = [DataRequired(missing)] if missing else []
    return field(label, [*needed, Length(max=most)], filters=[strip], **options)


class WholeField(IntegerField):
    """A whole number as people type it; what is none stays in the field, with words that say so."""

    def process_formdata(self, valuelist):
        typed = strip(valuelist[0]) if valuelist else ""
        if not typed.isdecimal() or len(typed) > 9:
            self.data = None
            raise ValueError(_("Write a whole number"))
        self.data = int(typed)


class TicksField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def read_version(value: str | int | None) -> int | None:
    """A version as the page sent it back; what is none is no version, and so stale."""
    typed = str(value or "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


class SetupForm(FlaskForm):
    """A form that knows which version of the row it was made from.

    After a refused save `newer` holds what somebody else has stored since: (label, value) of each field that differs.
    """

    version = HiddenField()
    newer: list | None = None

    @property
    def seen_version(self) -> int | None:
        return read_version(self.version.data)

    def read(self, name: str, reader: Callable):
        """The field's text through `reader`; None, with the error at the field, when it refuses."""
        try:
            return reader(self[name].data)
        except Invalid as error:
            show_error(self, Invalid(error.message, name, **error.params))
            return None


def save(form: SetupForm, work: Callable, fresh: Callable[[], dict]):
    """Run `work()` as one transaction; None when it was refused, with the reason in the form.

    `fresh()` reads the row's values, version included, as they stand now: after a stale save the form keeps what was
    typed, shows what differs, and carries the new version, so that saving again is a choice.
    """
    try:
        with transaction():
            result = work()
            return True if result is None else result
    except Stale:
        show_newer(form, fresh())
    except DomainError as error:
        show_error(form, error)
    except IntegrityError:
        db.session.rollback()
        show_error(form, Invalid(_("Somebody saved the same at this moment. Look at the list, then save again.")))
    return None


def show_newer(form: SetupForm, values: dict) -> None:
    asked = {name: value for name, value in values.items() if name in form}
    form.newer = [(form[name].label.text, shown(form[name], value)) for name, value in asked.items()
                  if not name.endswith("version") and shown(form[name], value) != shown(form[name], form[name].data)]
    for name in values:
        if name.endswith("version"):
            form[name].data = str(values[name])


def shown(field, value) -> str:
    """A field's value as its reader would say it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, (list, tuple, set)):
        return ", ".join(sorted(shown(field, item) for item in value))
    names = {str(choice.value): str(choice.label) for choice in field.iter_choices()} if hasattr(
        field, "iter_choices") else {}
    return names.get(str(value), "" if value is None else str(value))


@dataclass(frozen=True)
class Row:
    """A line of a set-up list."""

    url: str
    name: str
    cells: tuple
    is_active: bool


class RowsPage(Page):
    """The list of a small table, adding to it and changing its rows. A table gives what is only named here."""

    key: str  # of the tab
    words: dict  # title, new, one, empty, why: marked texts
    heads: tuple = ()  # of the columns between name and state
    number_columns: tuple = ()
    list_endpoint: str
    form_class: type[SetupForm]

    rows: Callable[[], list]
    get: Callable  # (row_id): the row; raises NotFound
    cells: Callable  # (row): its values under `heads`
    stored: Callable  # (row): its values by field name, `version` included
    write: Callable  # (form, row_id or None): save through the service; None when it was refused, with the reason there

    def prepare(self, form) -> None:
        """Fill in the choices of the form."""

    @expose("/")
    def index(self):
        rows = [Row(url_for(f"{self.endpoint}.edit", row_id=row.id), row.name, self.cells(row), row.is_active)
                for row in self.rows()]
        return render_template("admin/setup/rows.html", page=self, rows=rows, tabs_row=tabs(self.key))

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        return self._form(None)

    @expose("/<int:row_id>", methods=("GET", "POST"))
    def edit(self, row_id):
        return self._form(row_id)

    def _form(self, row_id: int | None):
        stored = self.stored(self.get(row_id)) if row_id is not None else {}
        form = self.form_class(data=stored)
        self.prepare(form)
        if form.is_submitted() and form.validate() and self.write(form, row_id):
            flash(gettext("%(name)s is saved", name=form.name.data), "success")
            return redirect(url_for(f"{self.endpoint}.index"))
        return render_template("admin/setup/row.html", page=self, form=form, name=stored.get("name"),
                               tabs_row=tabs(self.key)), (422 if form.errors or form.newer is not None else 200)

    def attempt(self, form, row_id: int | None, work: Callable):
        return save(form, lambda: work(current_actor(), row_id, form.seen_version).id,
                    lambda: self.stored(self.get(row_id)))


