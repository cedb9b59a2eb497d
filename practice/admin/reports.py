"""The owner's month, a year or any days: figures, charts, the rows behind each figure, and the files to take home."""
from datetime import date

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, words
from practice.admin.report_charts import (
    asked,
    beside,
    cell,
    change,
    charts_of,
    heading_of,
    of_how_many,
    plain,
    retention_of,
    said,
    title_of,
)
from practice.admin.report_files import FORMATS, file_of, whole
from practice.admin.report_pack import pack_pieces
from practice.admin.sending import attachment
from practice.audit import services as audit
from practice.core.db import transaction
from practice.core.errors import Invalid, NotFound
from practice.premises.queries import the_practice
from practice.reports.definitions import DEBT_STEPS, FIGURES, OWED_BY_AGE
from practice.reports.period import Period
from practice.reports.queries.closed import closed_month, compared, the_report
from practice.reports.queries.details import detail
from practice.reports.queries.tables import AGE_LABELS, NOT_LOCKED, ON_SCREEN, SUMMARIES
from practice.reports.services.accounting import Unmapped


class ReportsPage(Page):
    permissions = {"index": P.REPORT_READ, "month": P.REPORT_READ, "rows": P.REPORT_READ, "file": P.MONEY_EXPORT,
                   "pack": P.MONEY_EXPORT}
    asks_again = ("file", "pack")

    @expose("/")
    def index(self):
        """The present month, or the days asked for."""
        if "first" not in request.args:
            return self.month(str(Period.of(show.today())))
        try:
            asked_for = Period.days(*(date.fromisoformat(request.args.get(name, "")) for name in ("first", "last")))
        except (Invalid, ValueError):
            raise NotFound() from None
        return redirect(url_for("reports.month", month=str(asked_for)))

    @expose("/<month>")
    def month(self, month):
        chosen, actor = asked(month), current_actor()
        found = the_report(actor, chosen)
        return render_template(
            "admin/reports/month.html", r=found, f=found.figures, t=found.tables, title=title_of(chosen),
            beside=[(name, title_of(other), compared(actor, other)) for name, other in beside(chosen)],
            kept=closed_month(chosen),
            charts=charts_of(found), ages=AGE_LABELS.items(), change=change, of_how_many=of_how_many,
            said=said, plain=plain, currency=found.currency, names=FIGURES, debt=DEBT_STEPS,
            by_age=OWED_BY_AGE, retention=retention_of(found))

    @expose("/<month>/rows/<name>")
    def rows(self, month, name):
        chosen = asked(month)
        key = request.args.get("key")
        found, table = rows_of(chosen, name, key), ON_SCREEN[name]
        return render_template("admin/reports/rows.html", table=table, columns=table.columns(the_practice().currency),
                               rows=found, month=chosen, title=title_of(chosen), cell=cell,
                               heading=heading_of(name, key), total=table.total(found),
                               kept=closed_month(chosen) if name in NOT_LOCKED else None)

    @expose("/<month>.<any(xlsx, csv, pdf, json):kind>")
    def file(self, month, kind):
        """The whole report on file; that it was taken out is recorded first."""
        chosen, actor = asked(month), current_actor()
        with transaction():
            audit.record(actor, "month.export", month=str(chosen), kind=kind)
        name = f"{chosen}-csv.zip" if kind == "csv" else f"{chosen}.{kind}"
        return attachment(file_of(whole(actor, chosen), kind), FORMATS[kind], name)

    @expose("/<month>/pack.zip")
    def pack(self, month):
        """Report, journal and documents in one archive; refused while something that is booked has no account."""
        chosen, actor = asked(month), current_actor()
        try:
            body = pack_pieces(actor, whole(actor, chosen))
        except Unmapped as error:
            flash(words(error), "error")
            return redirect(url_for("accounting.index"))
        with transaction():
            audit.record(actor, "month.export", month=str(chosen), kind="pack")
        return Response(stream_with_context(body), mimetype="application/zip", headers={
            "Content-Disposition": f'attachment; filename="{chosen}-pack.zip"'})


def rows_of(period: Period, name: str, key: str | None = None) -> list[tuple]:
    """The rows of any table. Raises NotFound."""
    if name in SUMMARIES:
        return the_report(current_actor(), period).tables[name]
    return detail(current_actor(), name, period, key=key)
