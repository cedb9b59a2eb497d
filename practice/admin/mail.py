"""Papers about money by e-mail: what goes out is shown first, and what became of it stands where the paper does."""
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import force_locale, gettext
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.money_papers import language_of, reminder_pdf, statement_pdf
from practice.admin.papers import invoice_pdf, receipt_pdf
from practice.admin.switches import need
from practice.admin.typing_money import asked_span
from practice.billing.models.documents import KIND_LABELS, Document
from practice.billing.queries.documents import get_document, parts_of
from practice.billing.queries.reminders import get_reminder
from practice.billing.queries.statement import a_year_until, statement_of
from practice.billing.services.mailing import mail_again, mail_paper
from practice.clients.queries import get_client
from practice.core.text import _
from practice.outbox.letter import File
from practice.outbox.queries import get_message
from practice.premises.queries import the_practice
from practice.reports.queries.owed import ages_of

PDF = "application/pdf"


class MailForm(FlaskForm):
    to = StringField(_("To"), [InputRequired(_("Enter an e-mail address")), Length(max=254)])
    body = TextAreaField(_("Words"), [InputRequired(_("Write a few words, 2000 letters at most.")), Length(max=2000)])


@dataclass(frozen=True)
class Paper:
    """What is to be sent: about which row, to whom, under which neutral subject, which file, and where it is shown."""

    client_id: int
    about: str
    subject: str
    language: str
    file: File
    back: str


class MailPage(Page):
    permissions = dict.fromkeys(("document", "receipt", "reminder", "statement", "again"), P.MESSAGE_SEND)

    def _handle_view(self, name, /, **kwargs):
        need("mail")
        super()._handle_view(name, **kwargs)

    @expose("/documents/<int:document_id>", methods=("GET", "POST"))
    def document(self, document_id):
        row = get_document(document_id)
        corrects = get_document(row.refers_to_id).number_text if row.refers_to_id else None
        return write(of_document(row, KIND_LABELS[row.kind], f"{row.kind.replace('_', '-')}-{row.number_text}",
                                 invoice_pdf(row, corrects=corrects)))

    @expose("/receipts/<int:document_id>", methods=("GET", "POST"))
    def receipt(self, document_id):
        row = get_document(document_id)
        return write(of_document(row, _("Receipt"), f"receipt-{row.number_text}",
                                 receipt_pdf(row, parts_of(document_id))))

    @expose("/reminders/<int:reminder_id>", methods=("GET", "POST"))
    def reminder(self, reminder_id):
        need("reminders")
        row = get_reminder(reminder_id)
        document = get_document(row.document_id)
        client = get_client(document.client_id)
        language = language_of(client)
        file = File(f"reminder-{document.number_text}-{row.step}.pdf", PDF, reminder_pdf(client, document, row))
        return write(Paper(client.id, f"reminder:{row.id}", subject(_("Payment reminder"), language, document),
                           language, file, url_for("reminders.index")))

    @expose("/statements/<int:client_id>", methods=("GET", "POST"))
    def statement(self, client_id):
        client, (first, last) = get_client(client_id), asked_span(a_year_until(show.today()))
        paper = statement_pdf(client, statement_of(client_id, first, last), ages_of(client_id, last))
        return write(Paper(client.id, f"client:{client.id}", subject(_("Statement of account"), language_of(client)),
                           language_of(client), File(f"statement-{last.isoformat()}.pdf", PDF, paper),
                           url_for("owed.statement", client_id=client_id, first=first, last=last)))

    @expose("/<int:mail_id>/again", methods=("POST",))
    def again(self, mail_id):
        where = place_of(get_message(mail_id).about)
        return act(lambda: mail_again(current_actor(), mail_id), where, gettext("It is on its way again."))


def of_document(row: Document, kind: str, name: str, paper: bytes) -> Paper:
    """An invoice, credit note or receipt: from the snapshot, the same bytes as on paper."""
    return Paper(row.client_id, f"document:{row.id}", subject(kind, row.language, row), row.language,
                 File(f"{name}.pdf", PDF, paper), url_for("money.page", document_id=row.id))


def subject(kind: str, language: str, document: Document | None = None) -> str:
    """What may stand on a locked screen: which paper, and nothing about a treatment."""
    with force_locale(language):
        return f"{gettext(kind)} {document.number_text if document else ''}".strip()


def write(paper: Paper):
    """The form of one mail; sent, it goes back to where the paper stands."""
    form, client = MailForm(), get_client(paper.client_id)
    if not form.is_submitted():
        form.to.data, form.body.data = client.email, usual_words(client, paper)
    if form.validate_on_submit() and attempt(form, lambda: mail_paper(
            current_actor(), client_id=paper.client_id, about=paper.about, to=form.to.data, subject=paper.subject,
            body=form.body.data, paper=paper.file).id):
        flash(gettext("On its way to %(address)s", address=form.to.data.strip()), "success")
        return redirect(paper.back)
    page = render_template("admin/mail/write.html", form=form, paper=paper, client=get_client(paper.client_id),
                           kilobytes=-(-len(paper.file.data) // 1024))
    return page, 422 if form.errors or form.form_errors else 200


def usual_words(client, paper: Paper) -> str:
    """A greeting, what is attached, and who sends it, in the client's language."""
    with force_locale(paper.language):
        return gettext("Hello %(name)s,\n\nPlease find attached: %(paper)s.\n\nKind regards\n%(practice)s",
                       name=client.preferred_name or client.first_name, paper=paper.subject,
                       practice=the_practice().name)


def place_of(about: str) -> str:
    """Where the paper of a message stands."""
    kind, _colon, number = about.partition(":")
    if kind == "document":
        return url_for("money.page", document_id=int(number))
    if kind == "client":
        return url_for("owed.statement", client_id=int(number))
    if kind == "reminder":
        return url_for("reminders.index")
    abort(404)
