"""The owner's month: figures, charts, the rows behind each figure, and the files to take home."""
import io
import zipfile

from flask import render_template, request, url_for
from flask_admin import expose
from flask_babel import format_date, gettext

from practice.access.permissions import Permission as P
from practice.admin import charts, show
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.sending import XLSX, attachment
from practice.audit import services as audit
from practice.core.db import transaction
from practice.core.errors import Invalid, NotFound
from practice.core.money import format_money
from practice.core.spreadsheet import Column, Sheet, csv_bytes, xlsx_bytes
from practice.premises.queries import the_practice
from practice.reports.period import AGES, Month
from practice.reports.queries.details import AGE_LABELS, DETAILS, Detail, detail
from practice.reports.queries.month import MonthFigures, Share, month_figures


class ReportsPage(Page):
    permissions = {"index": P.REPORT_READ, "month": P.REPORT_READ, "rows": P.REPORT_READ, "csv": P.MONEY_EXPORT,
                   "xlsx": P.MONEY_EXPORT}

    @expose("/")
    def index(self):
        return self.month(str(Month.of(show.today())))

    @expose("/<month>")
    def month(self, month):
        chosen = asked(month)
        figures = month_figures(current_actor(), chosen, show.today())
        before = month_figures(current_actor(), chosen.before, show.today())
        return render_template("admin/reports/month.html", f=figures, before=before, title=month_title(chosen),
                               charts=month_charts(figures), ages=[(age, AGE_LABELS[age]) for age in AGES],
                               change=change, rate=rate, plain=plain, currency=the_practice().currency)

    @expose("/<month>/rows/<name>")
    def rows(self, month, name):
        chosen = asked(month)
        table = detail(current_actor(), name, chosen, the_practice().currency, key=request.args.get("key"))
        return render_template("admin/reports/rows.html", table=table, month=chosen, title=month_title(chosen),
                               cell=cell, total=table.total())

    @expose("/<month>.csv")
    def csv(self, month):
        """All tables of the month, one CSV file each, in one archive."""
        tables, held = all_details(asked(month)), io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in tables:
                name = zipfile.ZipInfo(f"{month}-{table.name}.csv", (1980, 1, 1, 0, 0, 0))
                archive.writestr(name, csv_bytes(titled(table), table.rows))
        return attachment(held.getvalue(), "application/zip", f"{month}-csv.zip")

    @expose("/<month>.xlsx")
    def xlsx(self, month):
        sheets = [Sheet(gettext(table.title), titled(table), table.rows, totals=table.total() or None)
                  for table in all_details(asked(month))]
        return attachment(xlsx_bytes(sheets), XLSX, f"{month}.xlsx")


def asked(text: str) -> Month:
    """The month in the address; anything else is an unknown address."""
    try:
        return Month.parse(text)
    except Invalid:
        raise NotFound() from None


def month_title(month: Month) -> str:
    return format_date(month.first, "MMMM y")


def all_details(month: Month) -> list[Detail]:
    """Every table of the month; that they were taken out is recorded first."""
    actor = current_actor()
    with transaction():
        audit.record(actor, "month.export", month=str(month))
    return [detail(actor, name, month, the_practice().currency) for name in DETAILS]


def titled(table: Detail) -> list[Column]:
    """The columns with their heads in the reader's language."""
    return [Column(c.key, gettext(c.title), kind=c.kind, width=c.width, currency=c.currency) for c in table.columns]


def cell(column: Column, value) -> str:
    """A value of a detail's table as the screen shows it."""
    if value is None:
        return ""
    if column.kind.name == "MONEY":
        return show.money(value)
    if column.kind.name == "DATE":
        return show.day(value)
    if column.kind.name == "PERCENT":
        return f"{value / 10_000:g} %"
    return gettext(value) if column.key in ("method", "state", "category", "age") else value


def rate(counted: int, whole: int) -> str:
    """A share in percent with one decimal; "n/a" of nothing."""
    return f"{(counted * 1000 + whole // 2) // whole / 10:g} %" if whole else gettext("n/a")


def change(now: int, then: int) -> str:
    """How much more or less than the month before, in words."""
    if not then:
        return ""
    tenths = round((now - then) * 1000 / abs(then))
    return f"{'↑' if tenths >= 0 else '↓'} {abs(tenths) / 10:g} %"


def plain(minor: int) -> str:
    """An amount without its currency, for charts that name it once."""
    practice = the_practice()
    text = format_money(minor, practice.currency, "en")
    return "".join(sign for sign in text if sign.isdigit() or sign in ",.−")


def whole(minor: int) -> str:
    """An amount rounded to whole units, for the marks of a chart."""
    return plain(minor).split(".")[0]


def month_charts(f: MonthFigures) -> dict:
    def address(name: str, key: str | None) -> str:
        return url_for("reports.rows", month=str(f.month), name=name, key=key)

    b = f.bridge
    steps = [charts.Step(gettext("Invoiced in the month"), whole(b.invoiced), b.invoiced, is_total=True,
                         href=address("documents", None))]
    for label, amount in ((gettext("Not yet paid of it"), b.not_paid_yet),
                          (gettext("Paid for earlier months"), b.for_earlier),
                          (gettext("Tips"), b.tips), (gettext("Vouchers sold"), b.vouchers),
                          (gettext("Credit built, less credit used"), b.credit_built)):
        if amount:
            steps.append(charts.Step(label, f"{'+' if amount > 0 else '−'} {whole(abs(amount))}", amount))
    steps.append(charts.Step(gettext("Received in the month"), whole(b.received), b.received, is_total=True,
                             href=address("payments", None)))
    return {
        "bridge": charts.bridge(steps, tick_text=whole),
        "weeks": charts.bars([charts.Bar(f"{first.day}–{last.day}" if first < last else str(first.day), whole(now), now,
                                         last_amount=then, last_text=whole(then))
                              for first, last, now, then in f.earned_by_week], tick_text=whole),
        "therapists": charts.hbars(_shares(f.earned_by_therapist, f.earned, "therapist", gettext("Without a therapist"),
                                           address)),
        "treatments": charts.hbars(_shares(f.earned_by_treatment, f.earned, "treatment", gettext("Products and fees"),
                                           address)),
        "methods": charts.hbars([charts.HBar(show.label(method), plain(amount), max(amount, 0),
                                             href=address("payments", str(method)))
                                 for method, amount in f.received_by_method]),
    }


def _shares(shares: list[Share], whole_sum: int, kind: str, rest: str, address) -> list[charts.HBar]:
    return [charts.HBar(share.name or rest, plain(share.amount), max(share.amount, 0),
                        href=address("earned", f"{kind}-{share.key or 'none'}"), share=rate(share.amount, whole_sum))
            for share in shares]
