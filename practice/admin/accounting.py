"""For the accountant: which account is which, batches of closed days, and their files."""
from flask import Response, flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, words
from practice.admin.report_files import archive_of
from practice.admin.sending import attachment
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.money import decimals
from practice.premises.queries import the_practice
from practice.reports import layouts
from practice.reports.period import Period
from practice.reports.queries.accounting import (
    DATEV,
    batches,
    beside_invoices_of,
    codes,
    days_of,
    entries_of,
    get_batch,
    keys_of,
    lines_of,
    name_of_key,
    next_days,
)
from practice.reports.services.accounting import make_batch, refuse_unmapped, save_codes


class AccountingPage(Page):
    permissions = {"index": P.REPORT_READ, "save": P.MONEY_EXPORT, "make": P.MONEY_EXPORT, "file": P.MONEY_EXPORT}
    asks_again = ("file",)

    @expose("/")
    def index(self):
        days, known = next_days(), codes()
        used = keys_of(entries_of(current_actor(), days or Period(show.today().replace(month=1, day=1), show.today())))
        keys = sorted({*used, *known, *DATEV}, key=lambda key: (key in DATEV, key))
        rows = [(key, " ".join(part for part in (gettext(name_of_key(key)[0]), name_of_key(key)[1]) if part),
                 known.get(key), key in used and key not in known) for key in keys]
        return render_template("admin/reports/accounting.html", rows=rows, batches=batches(), days=days,
                               may=current_actor().may, P=P)

    @expose("/accounts", methods=("POST",))
    def save(self):
        known = request.form.getlist("key")
        wanted = {key: (account, tax) for key, account, tax in zip(
            known, request.form.getlist("account"), request.form.getlist("tax_key"), strict=False)
            if is_key(key)}
        return act(lambda: save_codes(current_actor(), wanted), url_for("accounting.index"),
                   gettext("The accounts are saved."))

    @expose("/batches", methods=("POST",))
    def make(self):
        return act(lambda: make_batch(current_actor()), url_for("accounting.index"), gettext("The batch is made."))

    @expose("/batches/<int:number>/<any(journal, datev, sage, xero, quickbooks):layout>")
    def file(self, number, layout):
        """The bookings of a batch; with `names` those of clients too."""
        row, actor, practice = get_batch(number), current_actor(), the_practice()
        days, made_at = days_of(row), clock.local(row.made_at, practice.time_zone)
        has_names, entries = "names" in request.args, entries_of(actor, days)
        try:
            refuse_unmapped(entries, DATEV if layout == "datev" else ())
            how = {"decimals": decimals(practice.currency), "names": has_names}
            if layout == "datev":
                how |= {"currency": practice.currency, "made_at": made_at, "first": days.first, "last": days.last}
            if layout in OF_INVOICES:
                made = of_invoices(layout, number, lines_of(actor, days), beside_invoices_of(actor, days),
                                   how | {"currency": practice.currency})
            else:
                name = f"EXTF_batch-{number}.csv" if layout == "datev" else f"{layout}-{number}.csv"
                made = attachment(WRITERS[layout](entries, codes(), **how), "text/csv", name)
        except DomainError as error:
            flash(words(error), "error")
            return redirect(url_for("accounting.index"))
        with transaction():
            audit.record(actor, "batch.export", number=number, layout=layout, names=has_names)
        return made


OF_INVOICES = ("xero", "quickbooks")
WRITERS = {"journal": layouts.neutral, "datev": layouts.datev, "sage": layouts.sage}


def of_invoices(layout: str, number: int, lines: list[layouts.Sold], beside: list, how: dict) -> Response:
    """Files of as many lines as the import takes at once, QuickBooks' credit notes and what is no invoice apart;
    several in an archive."""
    known, most = codes(), layouts.LINES_A_FILE[layout]
    if layout == "xero":
        files = [(layout, layouts.xero(part, known, **how)) for part in layouts.parts(lines, most)]
    else:
        sales, notes = ([line for line in lines if line.is_invoice is wanted] for wanted in (True, False))
        files = [(layout, layouts.quickbooks(part, known, **how))
                 for part in layouts.parts(sales, most, layouts.INVOICES_A_FILE)]
        files += [(f"{layout}-credit-notes", layouts.quickbooks_credits(part, known, **how))
                  for part in layouts.parts(notes, most // 3) if part]
    for part in filter(None, layouts.parts(beside, layouts.BOOKINGS_A_FILE, by="document")):
        data = layouts.xero_journal(part, known, decimals=how["decimals"]) if layout == "xero" else \
            layouts.quickbooks_journal(part, known, decimals=how["decimals"], currency=how["currency"])
        files.append((f"{layout}-journals", data))
    if len(files) == 1:
        return attachment(files[0][1], "text/csv", f"{layout}-{number}.csv")
    named = {f"{kind}-{number}-{place}.csv": data for place, (kind, data) in enumerate(files, 1)}
    return attachment(archive_of(named), "application/zip", f"{layout}-{number}.zip")


def is_key(key: str) -> bool:
    """Whether it is the key of something that is booked."""
    try:
        return bool(name_of_key(key))
    except (KeyError, ValueError, IndexError):
        return False
