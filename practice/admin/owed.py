"""What is still owed: by client and age as of any day, statements of account, reminders in three steps."""

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.fields import row_number
from practice.admin.money_papers import entry_words, reminder_pdf, statement_pdf
from practice.admin.sending import attachment, pdf
from practice.admin.switches import need
from practice.admin.typing_money import asked_day, asked_span
from practice.audit import services as audit
from practice.billing.queries import reminders as reading
from practice.billing.queries.deposits import free_credits
from practice.billing.queries.documents import get_document
from practice.billing.queries.statement import a_year_until, statement_of
from practice.billing.services.reminders import remind
from practice.clients.queries import get_client
from practice.core.db import transaction
from practice.core.spreadsheet import Column, Kind, csv_bytes
from practice.outbox.queries import messages_about
from practice.premises.queries import the_practice
from practice.reports.period import AGES
from practice.reports.queries.owed import ages_of, owed_by_client
from practice.reports.queries.tables import AGE_LABELS

MOST_TICKS = 200


class OwedPage(Page):
    permissions = {"index": P.INVOICE_READ, "csv": P.MONEY_EXPORT, "statement": P.PAYMENT_TAKE,
                   "statement_pdf": P.PAYMENT_TAKE}
    asks_again = ("csv",)

    @expose("/")
    def index(self):
        as_of = asked_day("on", show.today())
        found = owed_by_client(as_of)
        return render_template(
            "admin/owed/index.html", found=found, as_of=as_of, ages=[(age, AGE_LABELS[age]) for age in AGES],
            sums={age: sum(row.ages[age] for row in found) for age in AGES}, may=current_actor().may, P=P)

    @expose("/owed.csv")
    def csv(self):
        """The same table as a file, with names or, with `plain`, with the client's number alone."""
        as_of, currency = asked_day("on", show.today()), the_practice().currency
        has_names = "plain" not in request.args
        with transaction():
            audit.record(current_actor(), "owed.export", day=as_of, names=has_names)
        columns = [Column("client", gettext("Client")),
                   *(Column(age, gettext(AGE_LABELS[age]), kind=Kind.MONEY, currency=currency) for age in AGES),
                   Column("total", gettext("Still owed"), kind=Kind.MONEY, currency=currency)]
        lines = [(row.name if has_names else str(row.client_id), *row.ages.values(), row.total)
                 for row in owed_by_client(as_of)]
        return attachment(csv_bytes(columns, lines), "text/csv", f"owed-{as_of.isoformat()}.csv")

    @expose("/statements/<int:client_id>")
    def statement(self, client_id):
        first, last = asked_span(a_year_until(show.today()))
        return render_template("admin/owed/statement.html", client=get_client(client_id), entry_words=entry_words,
                               messages=messages_about([f"client:{client_id}"]), may=current_actor().may, P=P,
                               statement=statement_of(client_id, first, last))

    @expose("/statements/<int:client_id>.pdf")
    def statement_pdf(self, client_id):
        first, last = asked_span(a_year_until(show.today()))
        paper = statement_pdf(get_client(client_id), statement_of(client_id, first, last), ages_of(client_id, last))
        return pdf(paper, f"statement-{last.isoformat()}", client_id=client_id)


class RemindersPage(Page):
    permissions = {"index": P.INVOICE_READ, "make": P.INVOICE_ISSUE, "letter": P.INVOICE_ISSUE}

    @expose("/")
    def index(self):
        need("reminders")
        found = reading.overdue(show.today())
        may_take = current_actor().may(P.PAYMENT_TAKE)
        credits = free_credits({row.document.client_id for row in found}) if may_take else {}
        letters = [f"reminder:{one.id}" for row in found for one in row.sent]
        mails = {one.about: one for one in messages_about(letters)}
        return render_template("admin/owed/reminders.html", found=found, credits=credits, may=current_actor().may, P=P,
                               form=FlaskForm(formdata=None), mails=mails)

    @expose("/make", methods=("POST",))
    def make(self):
        """The next letter for each ticked invoice, all or none."""
        need("reminders")
        ids = sorted({*map(row_number, request.form.getlist("document"))} - {None})[:MOST_TICKS]
        form, actor = FlaskForm(), current_actor()
        if not ids:
            flash(gettext("Tick the invoices first."), "error")
        elif attempt(form, lambda: [remind(actor, document_id).id for document_id in ids]):
            flash(ngettext("%(num)s reminder made: print it below.", "%(num)s reminders made: print them below.",
                           len(ids)), "success")
        else:
            flash(" ".join(form.form_errors), "error")
        return redirect(url_for("reminders.index"))

    @expose("/<int:reminder_id>.pdf")
    def letter(self, reminder_id):
        need("reminders")
        row = reading.get_reminder(reminder_id)
        document = get_document(row.document_id)
        return pdf(reminder_pdf(get_client(document.client_id), document, row),
                   f"reminder-{document.number_text}-{row.step}", client_id=document.client_id)
