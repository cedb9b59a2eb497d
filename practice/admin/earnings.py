"""A therapist's own month: what they earned, their tips, their time. Nobody else's."""
from flask import render_template
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin import charts, show
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.report_charts import asked, plain, title_of
from practice.reports.definitions import share
from practice.reports.period import Period
from practice.reports.queries.own import own_earnings
from practice.reports.queries.tables import SOURCE_LABELS


class EarningsPage(Page):
    permissions = {"index": P.APPOINTMENT_READ_OWN, "month": P.APPOINTMENT_READ_OWN}

    @expose("/")
    def index(self):
        return self.month(str(Period.of(show.today())))

    @expose("/<month>")
    def month(self, month):
        period, actor = asked(month), current_actor()
        found, before = own_earnings(actor, period), own_earnings(actor, period.before)
        booked = share((found.time.booked, found.time.available))
        treatments = charts.hbars([charts.HBar(name or gettext("The rest"), plain(amount), max(amount, 0))
                                   for name, amount in found.by_treatment()])
        return render_template(
            "admin/reports/earnings.html", period=period, title=title_of(period), found=found, before=before,
            before_title=title_of(period.before), treatments=treatments, sources=SOURCE_LABELS, plain=plain,
            booked=gettext("n/a") if booked is None else f"{booked / 10:.1f} %")
