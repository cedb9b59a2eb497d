"""What is still owed: by client and age as of any day, statements of account, reminders in three steps."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

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
from practice.audit import services as audit
from practice.billing.queries import reminders as reading
from practice.billing.queries.deposits import free_credit
from practice.billing.queries.documents import get_document
from practice.billing.queries.statement import a_year_until, statement_of
from practice.billing.services.reminders import remind
from practice.clients.queries import get_client
from practice.core.db import db, transaction
from practice.core.spreadsheet import Column, Kind, csv_bytes
from practice.premises.queries import the_practice
from practice.reports.period import AGES, age_bucket
from practice.reports.queries import rows
from practice.reports.queries.tables import AGE_LABELS

MOST_TICKS = 200


@dataclass(frozen=True)
class ClientOwed:
    """What one client owes, by age, minor units."""

    client_id: int
    name: str
    ages: dict[str, int]
    documents: int

    @property
    def total(self) -> int:
        return sum(self.ages.values())


class OwedPage(Page):
    permissions = {"index": P.INVOICE_READ, "csv": P.MONEY_EXPORT, "statement": P.PAYMENT_TAKE,
                   "statement_pdf": P.PAYMENT_TAKE}

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
        first, last = asked_span()
        return render_template("admin/owed/statement.html", client=get_client(client_id), entry_words=entry_words,
                               statement=statement_of(client_id, first, last))

    @expose("/statements/<int:client_id>.pdf")
    def statement_pdf(self, client_id):
        first, last = asked_span()
        ages = next((row.ages for row in owed_by_client(last, client_id)), dict.fromkeys(AGES, 0))
        paper = statement_pdf(get_client(client_id), statement_of(client_id, first, last), ages)
        return pdf(paper, f"statement-{last.isoformat()}")


class RemindersPage(Page):
    permissions = {"index": P.INVOICE_READ, "make": P.INVOICE_ISSUE, "letter": P.INVOICE_ISSUE}

    @expose("/")
    def index(self):
        need("reminders")
        found = reading.overdue(show.today())
        credits = {row.document.client_id: free_credit(row.document.client_id) for row in found} if current_actor().may(
            P.PAYMENT_TAKE) else {}
        return render_template("admin/owed/reminders.html", found=found, credits=credits, may=current_actor().may, P=P,
                               form=FlaskForm(formdata=None))

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
                   f"reminder-{document.number_text}-{row.step}")


def owed_by_client(as_of: date, client_id: int | None = None) -> list[ClientOwed]:
    """Who owed what at the end of a day, the largest sum first; from the same rows as the month's report."""
    ages, names, counts = defaultdict(lambda: dict.fromkeys(AGES, 0)), {}, defaultdict(int)
    for row in db.session.execute(rows.owed(as_of)):
        if client_id in (None, row.client_id):
            ages[row.client_id][age_bucket(as_of, row.due_on)] += int(row.owed)
            names[row.client_id] = row.billed_name
            counts[row.client_id] += 1
    found = [ClientOwed(one, names[one], buckets, counts[one]) for one, buckets in ages.items()]
    return sorted(found, key=lambda row: (-row.total, row.name))


def asked_day(name: str, usual: date) -> date:
    """A day of the address, the usual one for anything else."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return usual
    return found if 2000 <= found.year <= 2200 else usual


def asked_span() -> tuple[date, date]:
    first, last = a_year_until(show.today())
    last = asked_day("last", last)
    first = asked_day("first", first)
    return (first, last) if first <= last else (last, last)
