"""Today: the home of everybody who works here."""
from flask import render_template
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin.base import Page


class TodayPage(Page):
    permissions = {"index": (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN, P.INVOICE_READ)}

    @expose("/")
    def index(self):
        return render_template("admin/today/index.html")
