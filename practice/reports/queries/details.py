"""The rows behind each figure of a month, as tables for the screen and the files."""
from dataclasses import dataclass

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.accounts.queries import user_names
from practice.billing.models.payments import METHOD_LABELS
from practice.core.db import db, snapshot
from practice.core.errors import NotFound
from practice.core.spreadsheet import Column, Kind
from practice.core.text import _
from practice.premises.models import TAX_CATEGORY_LABELS
from practice.reports.period import AGES, Month, age_bucket
from practice.reports.queries import rows
from practice.reports.queries.rows import Span
from practice.schedule.models import Appointment
from practice.schedule.states import STATE_LABELS, AppointmentState

AGE_LABELS = {"current": _("Not due"), "1-30": _("1–30 days"), "31-60": _("31–60 days"), "61-90": _("61–90 days"),
              "over-90": _("Over 90 days")}


@dataclass(frozen=True)
class Detail:
    """A table of rows; `links` are the ids of documents to open, one per row, None where there is none."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[tuple]
    links: list[int | None]

    def total(self) -> dict[str, int]:
        """The sums of the money columns."""
        return {column.key: sum(row[place] for row in self.rows) for place, column in enumerate(self.columns)
                if column.kind is Kind.MONEY}


def detail(actor: Actor, name: str, month: Month, currency: str, *, key: str | None = None) -> Detail:
    """The rows of one figure; `key` narrows it (a therapist, a treatment, a method, an age). Raises NotFound."""
    require(actor, Permission.REPORT_READ)
    build = DETAILS.get(name)
    if build is None:
        raise NotFound()
    with snapshot():
        return build(month, currency, key)


def _money(key: str, title: str, currency: str) -> Column:
    return Column(key, title, kind=Kind.MONEY, currency=currency)


def _documents(month: Month, currency: str, key: str | None) -> Detail:
    found = db.session.execute(rows.documents(Span.of(month))).all()
    columns = (Column("number", _("Number")), Column("issued_on", _("Issued"), kind=Kind.DATE),
               Column("due_on", _("Due"), kind=Kind.DATE), Column("name", _("Billed to")),
               _money("net", _("Without tax"), currency), _money("tax", _("Tax"), currency),
               _money("gross", _("With tax"), currency))
    return Detail("documents", _("Invoices and credit notes"), columns,
                  [(row.number_text, row.issued_on, row.due_on, row.billed_name, row.net_amount, row.tax_amount,
                    row.gross_amount) for row in found], [row.id for row in found])


def _earned(month: Month, currency: str, key: str | None) -> Detail:
    """`key` is "therapist-7", "treatment-3", "therapist-none", "treatment-none" or None."""
    earned = rows.earned(Span.of(month))
    chosen = select(earned).order_by(earned.c.on_date, earned.c.number_text)
    kind, _dash, number = (key or "").partition("-")
    if kind in ("therapist", "treatment"):
        column = earned.c.therapist_id if kind == "therapist" else earned.c.treatment_id
        if number == "none":
            chosen = chosen.where(column.is_(None) if kind == "therapist" else earned.c.kind != "service")
        elif number.isdigit() and len(number) < 10:
            chosen = chosen.where(column == int(number))
            if kind == "treatment":
                chosen = chosen.where(earned.c.kind == "service")
        else:
            raise NotFound()
    elif key:
        raise NotFound()
    names, found = user_names(), db.session.execute(chosen).all()
    said = {"package": _("Package session"), "voucher": _("Voucher session"), "expired": _("Expired unused")}
    columns = (Column("on_date", _("Day"), kind=Kind.DATE), Column("what", _("What")),
               Column("therapist", _("Therapist")), Column("number", _("Number")),
               _money("amount", _("Earned, without tax"), currency))
    return Detail("earned", _("Earned"), columns,
                  [(row.on_date, said.get(row.what, row.what), names.get(row.therapist_id, ""), row.number_text,
                    row.amount) for row in found], [row.document_id for row in found])


def _payments(month: Month, currency: str, key: str | None) -> Detail:
    """`key` is a method."""
    found = [row for row in db.session.execute(rows.payments(Span.of(month))) if key in (None, str(row.method))]
    columns = (Column("received_on", _("Day"), kind=Kind.DATE), Column("method", _("By")),
               Column("reference", _("Reference")), _money("amount", _("Received"), currency))
    return Detail("payments", _("Received"), columns,
                  [(row.received_on, METHOD_LABELS[row.method], row.reference, row.amount) for row in found],
                  [None] * len(found))


def _owed(month: Month, currency: str, key: str | None) -> Detail:
    """`key` is an age."""
    if key is not None and key not in AGES:
        raise NotFound()
    found = [(row, age_bucket(month.last, row.due_on)) for row in db.session.execute(rows.owed(month.last))]
    found = [(row, age) for row, age in found if key in (None, age)]
    columns = (Column("number", _("Number")), Column("issued_on", _("Issued"), kind=Kind.DATE),
               Column("due_on", _("Due"), kind=Kind.DATE), Column("name", _("Billed to")), Column("age", _("Age")),
               _money("owed", _("Still owed"), currency))
    return Detail("owed", _("Still owed"), columns,
                  [(row.number_text, row.issued_on, row.due_on, row.billed_name, AGE_LABELS[age], row.owed)
                   for row, age in found], [row.id for row, _age in found])


def _taxes(month: Month, currency: str, key: str | None) -> Detail:
    found = db.session.execute(rows.taxes(Span.of(month))).all()
    columns = (Column("category", _("Kind")), Column("rate", _("Rate"), kind=Kind.PERCENT),
               _money("net", _("Without tax"), currency), _money("tax", _("Tax"), currency))
    return Detail("taxes", _("Tax"), columns,
                  [(TAX_CATEGORY_LABELS[category], rate, int(net), int(tax)) for category, rate, net, tax in found],
                  [None] * len(found))


def _appointments(month: Month, currency: str, key: str | None) -> Detail:
    """By day, therapist and outcome, without a name: `key` is a state."""
    if key is not None and key not in set(AppointmentState):
        raise NotFound()
    span = Span.of(month)
    with system_session("listing the appointments of a month") as session:
        chosen = (select(Appointment.on_date, Appointment.user_id, Appointment.state)
                  .where(Appointment.on_date.between(span.first, span.last))
                  .order_by(Appointment.on_date, Appointment.starts_at))
        if key:
            chosen = chosen.where(Appointment.state == AppointmentState(key))
        found = session.execute(chosen).all()
    names = user_names()
    columns = (Column("on_date", _("Day"), kind=Kind.DATE), Column("therapist", _("Therapist")),
               Column("state", _("Outcome")))
    return Detail("appointments", _("Appointments"), columns,
                  [(row.on_date, names.get(row.user_id, ""), STATE_LABELS[row.state]) for row in found],
                  [None] * len(found))


def _tips(month: Month, currency: str, key: str | None) -> Detail:
    names, found = user_names(), db.session.execute(rows.tips(Span.of(month))).all()
    columns = (Column("on_date", _("Day"), kind=Kind.DATE), Column("therapist", _("Therapist")),
               _money("amount", _("Tip"), currency))
    return Detail("tips", _("Tips"), columns,
                  [(row.on_date, names.get(row.therapist_id, ""), row.amount) for row in found], [None] * len(found))


DETAILS = {"documents": _documents, "earned": _earned, "payments": _payments, "owed": _owed, "taxes": _taxes,
           "tips": _tips, "appointments": _appointments}

