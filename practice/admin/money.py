"""Invoices, payments, packages: lists, one document, its PDF, taking money, taking back."""
import re
import secrets
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.fields import method_choices, row_number
from practice.admin.money_search import (
    address,
    chips,
    day,
    key,
    page_url,
    payments_url,
    read_search,
    tallies,
    therapist_names,
)
from practice.admin.papers import invoice_pdf, payers_of
from practice.admin.sending import pdf
from practice.billing.models.documents import DocumentKind, DocumentState
from practice.billing.models.payments import Method
from practice.billing.queries import documents as reading
from practice.billing.queries import lists
from practice.billing.queries.accounts import treatment_names
from practice.billing.queries.einvoice import obstacle
from practice.billing.queries.lists import Shown
from practice.billing.queries.methods import known_method, methods
from practice.billing.services.credit_notes import credit_note, credited_lines
from practice.billing.services.payments import reverse_payment, take_payment, use_credit
from practice.clients.queries import find_clients, names_of
from practice.core.errors import Invalid
from practice.core.money import parse, plain
from practice.core.text import _
from practice.outbox.queries import messages_about
from practice.premises.queries import the_practice


class PayForm(FlaskForm):
    amount = StringField(_("Amount received"), [InputRequired(_("Enter an amount"))])
    method = RadioField(_("Method"), choices=method_choices, default=Method.CARD)
    reference = StringField(_("Reference"), [Length(max=80)])
    request_key = HiddenField()


class ReasonForm(FlaskForm):
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])


class TakeBackForm(ReasonForm):
    request_key = HiddenField()


class MoneyPage(Page):
    permissions = {
        "index": P.INVOICE_READ, "page": P.INVOICE_READ, "invoice_pdf": P.INVOICE_READ, "payments": P.INVOICE_READ,
        "packages": P.INVOICE_READ, "new": P.INVOICE_ISSUE, "pay": P.PAYMENT_TAKE, "credit": P.PAYMENT_TAKE,
        "take_back": P.INVOICE_ISSUE, "reverse": P.PAYMENT_TAKE}

    @expose("/")
    def index(self):
        search, words = read_search()
        by_day, today = lists.is_by_day(search), show.today()
        page = lists.list_documents(search, today, after=key("after", by_day), before=key("before", by_day))
        void = [row.id for row in page.rows if row.state is DocumentState.VOID]
        counts = tallies(search, today)
        return render_template(
            "admin/money/index.html", page=page, search=search, words=words, state_of=reading.state_of,
            therapists=therapist_names(row.id for row in page.rows), notes=lists.notes_of(void) if void else {},
            chips=chips(search, words, counts), go=partial(address, search, words),
            newer=page_url(search, words, "before", page.rows[0]) if page.has_before and page.rows else None,
            older=page_url(search, words, "after", page.rows[-1]) if page.has_after and page.rows else None,
            may=current_actor().may, counted=counts[search], Shown=Shown, P=P)

    @expose("/new")
    def new(self):
        """An invoice begins with the client."""
        words = request.args.get("q", "").strip()[:120]
        return render_template("admin/money/new.html", words=words, found=find_clients(words) if words else [])

    @expose("/invoices/<int:document_id>")
    def page(self, document_id):
        return show_document(document_id, new_pay_form(document_id), new_take_back_form())

    @expose("/invoices/<int:document_id>.pdf")
    def invoice_pdf(self, document_id):
        document = reading.get_document(document_id)
        corrects = reading.get_document(document.refers_to_id).number_text if document.refers_to_id else None
        paper = invoice_pdf(document, corrects=corrects, is_copy="copy" in request.args)
        return pdf(paper, f"{document.kind.replace('_', '-')}-{document.number_text}",
                   client_id=document.client_id)

    @expose("/invoices/<int:document_id>/pay", methods=("POST",))
    def pay(self, document_id):
        form, document = PayForm(), reading.get_document(document_id)
        client_id = document.client_id
        if form.validate_on_submit():
            try:
                amount = parse(form.amount.data, the_practice().currency)
            except Invalid as error:
                show_error(form, Invalid(error.message, "amount", **error.params))
            else:
                if attempt(form, lambda: take_payment(
                        current_actor(), client_id=client_id, amount=amount, method=Method(form.method.data),
                        request_key=request_key(form), document_id=document_id,
                        reference=form.reference.data or "").id):
                    flash(gettext("%(amount)s received", amount=show.money(amount)), "success")
                    return redirect(url_for("money.page", document_id=document_id))
        return show_document(document_id, form, new_take_back_form()), 422

    @expose("/invoices/<int:document_id>/credit", methods=("POST",))
    def credit(self, document_id):
        reading.get_document(document_id)
        form = FlaskForm()
        used = attempt(form, lambda: use_credit(current_actor(), document_id))
        if used and used is not True:
            flash(gettext("%(amount)s of the credit used", amount=show.money(used)), "success")
        return redirect(url_for("money.page", document_id=document_id))

    @expose("/invoices/<int:document_id>/take-back", methods=("POST",))
    def take_back(self, document_id):
        form, document = TakeBackForm(), reading.get_document(document_id)
        positions = [line.position for line in document.lines]
        if form.validate_on_submit():
            try:
                amounts = read_amounts(positions)
            except Invalid as error:
                show_error(form, error)
            else:
                note_id = attempt(form, lambda: credit_note(current_actor(), document_id, reason=form.reason.data,
                                                            amounts=amounts, request_key=request_key(form)).id)
                if note_id:
                    flash(gettext("The credit note is issued."), "success")
                    return redirect(url_for("money.page", document_id=note_id))
        return show_document(document_id, new_pay_form(document_id), form), 422

    @expose("/payments")
    def payments(self):
        method = known_method(request.args.get("method", ""))
        first, last = day("first"), day("last")
        page = lists.list_payments(method=method, first=first, last=last, after=key("after"), before=key("before"))
        ids, paid = [row.id for row in page.rows], lists.paid_by(row.id for row in page.rows)
        names = {one: rows[0].billed_name for one, rows in paid.items()}
        known = names_of(row.client_id for row in page.rows) if current_actor().may(P.CLIENT_READ_ALL) else {}
        chosen = {"method": method, "first": first, "last": last}
        return render_template(
            "admin/money/payments.html", page=page, paid=paid, labels=methods(), chosen=chosen,
            names={row.id: known.get(row.client_id) or names.get(row.id, "") for row in page.rows},
            undone=lists.reversed_ids(ids), may=current_actor().may, P=P,
            newer=payments_url(chosen, before=page.rows[0]) if page.has_before and page.rows else None,
            older=payments_url(chosen, after=page.rows[-1]) if page.has_after and page.rows else None)

    @expose("/payments/<int:payment_id>/reverse", methods=("GET", "POST"))
    def reverse(self, payment_id):
        form, payment = ReasonForm(), reading.get_payment(payment_id)
        if form.validate_on_submit() and attempt(
                form, lambda: reverse_payment(current_actor(), payment_id, reason=form.reason.data).id):
            flash(gettext("The payment was taken back. What it paid is open again."), "success")
            return redirect(url_for("money.payments"))
        payment = reading.get_payment(payment_id)
        page = render_template("admin/money/reverse.html", form=form, payment=payment,
                               paid=lists.paid_by([payment_id]).get(payment_id, []),
                               undone=reading.reversal_of(payment_id))
        return page, 422 if form.errors else 200

    @expose("/packages")
    def packages(self):
        is_live = request.args.get("shown") != "all"
        page = lists.list_packages(show.today(), is_live=is_live, after=row_number(request.args.get("after")),
                                   before=row_number(request.args.get("before")))
        names = treatment_names(one.package.treatment_id for one in page.rows)
        shown = None if is_live else "all"
        return render_template(
            "admin/money/packages.html", page=page, is_live=is_live, names=names, may=current_actor().may, P=P,
            newer=url_for("money.packages", shown=shown, before=page.rows[0].package.id)
            if page.has_before and page.rows else None,
            older=url_for("money.packages", shown=shown, after=page.rows[-1].package.id)
            if page.has_after and page.rows else None)


def request_key(form) -> str:
    """What makes two clicks of one form one payment."""
    return re.sub(r"\W", "", form.request_key.data or "")[:60] or secrets.token_hex(16)


def new_pay_form(document_id: int) -> PayForm:
    document = reading.get_document(document_id)
    form = PayForm(formdata=None)
    form.amount.data = plain(document.open_amount, document.currency)
    form.request_key.data = secrets.token_hex(16)
    return form


def new_take_back_form() -> TakeBackForm:
    form = TakeBackForm(formdata=None)
    form.request_key.data = secrets.token_hex(16)
    return form


def show_document(document_id: int, pay_form: PayForm, reason_form: TakeBackForm):
    document = reading.get_document(document_id)
    origin = reading.get_document(document.refers_to_id) if document.refers_to_id else None
    before = credited_lines(document.id) if document.kind is not DocumentKind.CREDIT_NOTE else {}
    left = {line.position: line.gross_amount - (before[line.position].gross if line.position in before else 0)
            for line in document.lines}
    paid_late = document.due_on is not None and document.open_amount and document.due_on < show.today()
    parts = reading.parts_of(document_id)
    return render_template(
        "admin/money/page.html", document=document, parts=parts,
        payers=payers_of(parts) if current_actor().may(P.CLIENT_READ_ALL) else {}, origin=origin, left=left,
        notes=reading.credit_notes_of(document_id), state=reading.state_of(document, show.today()),
        days=(show.today() - document.due_on).days if paid_late else None, names=user_names(), pay_form=pay_form,
        messages=messages_about([f"document:{document.id}"]), reason_form=reason_form,
        credit=reading.credit_of(document.client_id), may=current_actor().may, P=P,
        typed={position: request.form.get(f"line-{position}", "")[:60] for position in left},
        currency=document.currency,
        no_einvoice=obstacle(document) or _("E-invoices were switched off when it was issued."))


def read_amounts(positions: list[int]) -> dict[int, int] | None:
    """What to credit of each line, None for all that is left. Raises Invalid."""
    typed = {position: request.form.get(f"line-{position}", "").strip() for position in positions}
    if not any(typed.values()):
        return None
    try:
        return {position: parse(text, the_practice().currency) for position, text in typed.items() if text}
    except Invalid as error:
        raise Invalid(error.message, None, **error.params) from None
