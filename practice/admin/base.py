"""What every staff screen stands on. Everything is off and closed until a view says otherwise."""
import re
from datetime import date

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import BaseView
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from practice.access.permissions import Permission
from practice.admin import proof, show
from practice.admin.auth import current_actor
from practice.admin.places import with_place
from practice.audit import services as audit
from practice.core.db import db, is_conflict, is_taken, transaction
from practice.core.errors import DomainError
from practice.core.spreadsheet import neutralise

TRIES = 3
NUMBERS = re.compile(r"\d{1,9}")


def words(error: DomainError) -> str:
    """An error of the trade in the reader's language; of a paper that lacks something, all that it lacks."""
    faults = getattr(error, "faults", ())
    said = {name: show.day(value) if isinstance(value, date) else value for name, value in error.params.items()}
    return " ".join(gettext(fault.words, **said) for fault in faults) or gettext(error.message, **said)


class Guarded:
    """The one door: a method name needs a permission of its own, an unknown name is refused.

    `permissions` maps each exposed method to one permission or a tuple of which any is enough. Before those in
    `asks_again` (exports, grants, erasure) the person shows once more who they are.
    """

    permissions: dict[str, Permission | tuple[Permission, ...]] = {}
    asks_again: tuple[str, ...] = ()

    def is_accessible(self) -> bool:
        return any(self.may_run(name) for name in self.permissions)

    def may_run(self, name: str) -> bool:
        needed = self.permissions[name]
        needed = needed if isinstance(needed, tuple) else (needed,)
        return any(current_actor().may(permission) for permission in needed)

    def _handle_view(self, name, /, **kwargs):
        if name not in self.permissions:
            abort(404)
        if not self.may_run(name):
            abort(403)
        if name in self.asks_again:
            proof.need()

    def _run_view(self, view, *args, **kwargs):
        """Run a handler; a writing one again, up to three times, when the database asks for it or another was first."""
        for attempt in range(TRIES):
            try:
                return view(self, *args, **kwargs)
            except DBAPIError as error:
                if attempt == TRIES - 1 or not (is_conflict(error) or is_taken(error)):
                    raise
                db.session.rollback()
                for _name, files in request.files.lists():
                    for one in files:
                        one.seek(0)


class Page(Guarded, BaseView):
    """A page of our own; it need not have one at its bare address."""

    def __init__(self, *args, **options):
        self._default_view = self._default_view or next(iter(self.permissions))
        super().__init__(*args, **options)

    def is_visible(self) -> bool:
        return False


def attempt(form, work):
    """Run `work()` as one transaction. A refusal by the practice's rules becomes an error of the form's field.

    Returns what `work` returns, True when that is None, and None when it was refused: the form is shown again with
    everything that was typed.
    """
    try:
        with transaction():
            result = work()
            return True if result is None else result
    except DomainError as error:
        show_error(form, error)
        return None


def show_error(form, error: DomainError) -> None:
    """Put an error at the field it names, or above the form."""
    field = form._fields.get(error.field) if error.field else None
    if field is not None:
        field.errors = [*field.errors, words(error)]
    elif hasattr(error, "faults"):
        form.form_errors = [*form.form_errors, *(with_place(fault, error.params) for fault in error.faults)]
    else:
        form.form_errors = [*form.form_errors, words(error)]


def act(work, back: str, done: str | None = None, undo: str | None = None):
    """A one-click verb: run `work()` as one transaction and go back, with the outcome as a message.

    `undo` is the address that takes it back within ten seconds.
    """
    try:
        with transaction():
            work()
    except DomainError as error:
        flash(words(error), "error")
    else:
        if done:
            flash(done, f"undo:{undo}" if undo else "success")
    return redirect(back)


def record_reading(action: str, entity=None, *, client_id: int | None = None, **facts) -> None:
    """Write down that clinical text was read, and commit it before anything is shown: no record, no page."""
    actor = current_actor()
    table, row_id = (entity.__tablename__, entity.id) if entity is not None else (None, None)
    with transaction(is_of_reading=True):
        audit.record(actor, action, client_id=client_id, **facts, **({"table": table, "row": row_id} if table else {}))


class ListView(Guarded, ModelView):
    """A list with details and export, read-only: writing goes through the services, from pages of our own.

    A view names its lists itself: column_list, column_details_list, column_export_list, and what may be searched,
    filtered and sorted. Rows come through the row rule, one by one as well.
    """

    can_create = can_edit = can_delete = False
    can_view_details = True
    column_display_actions = True
    can_set_page_size = False
    page_size = 50
    simple_list_pager = True  # no count(*)
    column_auto_select_related = False
    named_filter_urls = True
    export_types = ["csv"]
    export_max_rows = 20_000
    column_formatters_export = {}
    column_list: tuple = ()
    column_details_list: tuple = ()
    column_export_list: tuple = ()
    column_sortable_list: tuple = ()
    column_searchable_list: tuple = ()
    column_filters: tuple = ()
    form_columns: tuple = ()
    list_template = "admin/model/list.html"
    details_template = "admin/model/details.html"
    asks_again = ("export",)
    is_clinical = False  # each reading is recorded
    read_permission: Permission
    export_permission: Permission | None = None

    def __init__(self, model, **options):
        self.permissions = {"index_view": self.read_permission, "details_view": self.read_permission}
        if self.export_permission:
            self.permissions["export"] = self.export_permission
        self._exports = bool(self.export_permission)
        super().__init__(model, db, **options)

    @property
    def can_export(self) -> bool:
        return self._exports and current_actor().may(self.export_permission)

    def is_visible(self) -> bool:
        return False

    def _handle_view(self, name, /, **kwargs):
        super()._handle_view(name, **kwargs)
        for argument in ("page", "sort", "page_size", "desc"):
            value = request.args.get(argument)
            if value and not NUMBERS.fullmatch(value):
                abort(400)

    def get_list(self, *args, **options):
        """The rows of a page; of a clinical list whose they are is written down first, each of them a reading."""
        if self.is_clinical:
            return None, self._recorded_rows(*args, **options)
        return super().get_list(*args, **options)

    def _recorded_rows(self, *args, **options) -> list:
        """The page is asked for once, as numbers; when it is on record, exactly these rows are read."""
        _count, query = super().get_list(*args, **options, execute=False)
        page = query.enable_eagerloads(False).with_entities(self.model.id, self.model.client_id).all()
        with transaction():
            for client_id in sorted({client_id for _id, client_id in page}) or [None]:
                audit.record(current_actor(), f"{self.model.__tablename__}.list", client_id=client_id)
        rows = {row.id: row for row in self.get_query().where(self.model.id.in_([row_id for row_id, _client in page]))}
        return [rows[row_id] for row_id, _client in page if row_id in rows]

    def get_one(self, id):  # Flask-Admin's own name for it
        if not NUMBERS.fullmatch(str(id)):
            abort(404)
        row = db.session.scalars(select(self.model).where(self.model.id == int(id))).first()
        if row is None:
            abort(404)
        if self.is_clinical and not getattr(g, "recorded", False):
            g.recorded = True
            record_reading(f"{self.model.__tablename__}.read", client_id=getattr(row, "client_id", None), row=row.id)
            row = db.session.scalars(select(self.model).where(self.model.id == int(id))).first()
        return row

    def get_export_value(self, model, name):
        value = super().get_export_value(model, name)
        return neutralise(value) if isinstance(value, str) else value

    def _export_csv(self, return_url):
        """The file whole, while its rows may still be asked for what hangs on them; long lists have `Streamed`."""
        answer = super()._export_csv(return_url)
        answer.make_sequence()
        return answer

    def create_form(self, obj=None):
        abort(404)

    edit_form = create_form

    def create_model(self, form):
        abort(404)

    def update_model(self, form, model):
        abort(404)

    def delete_model(self, model):
        abort(404)

    def handle_view_exception(self, exc):
        flash(gettext("That did not work."), "error")
        return True


def home() -> str:
    return url_for("today.index")
