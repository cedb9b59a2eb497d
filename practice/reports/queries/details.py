"""The rows behind each figure of a period, as the tables of tables.py; the first of each row opens its document."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.accounts.queries import user_names
from practice.billing.models.payments import METHOD_LABELS
from practice.billing.queries.methods import own_methods, written
from practice.billing.queries.payouts import payouts_between
from practice.core.db import db, snapshot
from practice.core.errors import NotFound
from practice.reports.period import AGES, Period, age_bucket
from practice.reports.queries import held, one_by_one, rows, whose
from practice.reports.queries.owed import owed_by_client
from practice.reports.queries.report import OF_TREATMENTS, SOURCES
from practice.reports.queries.steps import step_rows
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState


def detail(actor: Actor, name: str, period: Period, *, key: str | None = None) -> list[tuple]:
    """The rows of one table; `key` narrows it (a therapist, a treatment, a method, an age, a step). Raises NotFound."""
    require(actor, Permission.REPORT_READ)
    build = BUILDERS.get(name) or OPENED.get(name)
    if build is None:
        raise NotFound()
    with snapshot():
        return build(period, key)


def _documents(period: Period, key: str | None) -> list[tuple]:
    return [(row.id, row.number_text, str(row.kind), row.issued_on, row.due_on, row.billed_name, row.net_amount,
             row.tax_amount, row.gross_amount) for row in db.session.execute(rows.documents(period))]


def _other_documents(period: Period, key: str | None) -> list[tuple]:
    return [(row.id, row.number_text, str(row.kind), row.issued_on, row.billed_name, row.gross_amount)
            for row in db.session.execute(rows.documents(period, rows.NOT_INVOICED))]


def _earned(period: Period, key: str | None) -> list[tuple]:
    """`key` is "therapist-7", "treatment-3", "therapist-none", "treatment-none", a source, or None."""
    earned = rows.earned(period)
    chosen = select(earned).order_by(earned.c.on_date, earned.c.number_text, earned.c.source, earned.c.amount)
    kind, _dash, number = (key or "").partition("-")
    is_number = number.isdigit() and len(number) < 10
    if kind == "therapist" and (number == "none" or is_number):
        chosen = chosen.where(earned.c.therapist_id == int(number) if is_number else earned.c.therapist_id.is_(None))
    elif kind == "treatment" and is_number:
        chosen = chosen.where(earned.c.treatment_id == int(number), earned.c.source.in_(OF_TREATMENTS))
    elif kind == "treatment" and number == "none":
        chosen = chosen.where(earned.c.treatment_id.is_(None) | earned.c.source.not_in(OF_TREATMENTS))
    elif key in SOURCES:
        chosen = chosen.where(earned.c.source == key)
    elif key:
        raise NotFound()
    names = user_names()
    return [(row.document_id, row.on_date, row.source, row.what, names.get(row.therapist_id, ""), row.number_text,
             int(row.amount)) for row in db.session.execute(chosen)]


def _payments(period: Period, key: str | None) -> list[tuple]:
    """`key` is a method, or "out" for what was given back."""
    if key not in (None, "out", *METHOD_LABELS, *own_methods()):
        raise NotFound()
    return [(None, row.received_on, written(row.method), row.reference, row.amount)
            for row in db.session.execute(rows.payments(period))
            if key in (None, str(row.method)) or (key == "out" and row.amount < 0)]


def _payouts(period: Period, key: str | None) -> list[tuple]:
    """A fee that was billed apart is of no days."""
    return [(None, one.row.paid_on, written(one.row.method),
             *((None, None) if one.row.is_fee_bill else (one.row.first_on, one.row.last_on)), one.row.reference,
             one.expected, one.row.bank_amount, one.row.fee_amount, one.difference)
            for one in payouts_between(period.first, period.last)]


def _owed(period: Period, key: str | None) -> list[tuple]:
    """`key` is an age."""
    if key is not None and key not in AGES:
        raise NotFound()
    found = [(row, age_bucket(period.last, row.due_on)) for row in db.session.execute(rows.owed(period.last))]
    return [(row.id, row.number_text, row.issued_on, row.due_on, row.billed_name, age, row.owed)
            for row, age in found if key in (None, age)]


def _debtors(period: Period, key: str | None) -> list[tuple]:
    """What each client owes by age, who owes most first."""
    found = [(one.client_id, one.name, *one.ages.values(), one.total) for one in owed_by_client(period.last)]
    return sorted(found, key=lambda row: (-row[-1], row[1], row[0]))


def _tips(period: Period, key: str | None) -> list[tuple]:
    names = user_names()
    return [(None, row.on_date, names.get(row.therapist_id, ""), row.amount)
            for row in db.session.execute(rows.tips(period))]


def _appointments(period: Period, key: str | None) -> list[tuple]:
    """By day, therapist and outcome, without a name: `key` is a state."""
    if key is not None and key not in set(AppointmentState):
        raise NotFound()
    with system_session("listing the appointments of a period") as session:
        chosen = (select(Appointment.on_date, Appointment.user_id, Appointment.state)
                  .where(Appointment.on_date.between(period.first, period.last))
                  .order_by(Appointment.on_date, Appointment.starts_at, Appointment.id))
        if key:
            chosen = chosen.where(Appointment.state == AppointmentState(key))
        found = session.execute(chosen).all()
    names = user_names()
    return [(None, row.on_date, names.get(row.user_id, ""), str(row.state)) for row in found]


def _packages(period: Period, key: str | None) -> list[tuple]:
    return held.package_rows(period.last)


def _vouchers(period: Period, key: str | None) -> list[tuple]:
    return held.voucher_rows(period.last)


def _visitors(period: Period, key: str | None) -> list[tuple]:
    """`key` is "new" or "returning"."""
    if key not in (None, *one_by_one.WHO_CAME):
        raise NotFound()
    return [row for row in one_by_one.visitor_rows(period) if key in (None, row[3])]


# On file with every report.
BUILDERS = {"debtors": _debtors, "documents": _documents, "earned": _earned, "payments": _payments, "payouts": _payouts,
            "owed": _owed, "tips": _tips, "appointments": _appointments, "packages": _packages, "vouchers": _vouchers,
            "credit": lambda period, _key: whose.credit_rows(period.last),
            "tips_owed": lambda period, _key: whose.tip_rows(period.last), "other_documents": _other_documents}
# Read when somebody opens them.
OPENED = {"deposits": lambda period, _key: whose.deposit_rows(period.last),
          "steps": lambda period, key: step_rows(key or "", period),
          "visits": lambda period, _key: one_by_one.visit_rows(period), "visitors": _visitors,
          "time": lambda period, _key: one_by_one.time_rows(period),
          "retention": lambda period, _key: one_by_one.retention_rows(period),
          "limits": lambda period, _key: one_by_one.limit_rows(period)}
