"""The closing slip of the till: what was expected, what was counted, and all the money of the day."""
from flask_babel import gettext

from practice.accounts.queries import user_names
from practice.admin import show
from practice.billing.models.payments import Method
from practice.billing.models.till import TillDay
from practice.billing.queries import till as reading
from practice.billing.queries.lists import paid_by
from practice.core.pdf import render
from practice.premises.queries import issuer_for


def slip(till: TillDay, language: str) -> bytes:
    """The paper, in the reader's language; it names no client, only numbers of documents."""
    names, head = user_names(), issuer_for(None)
    facts = [(gettext("Opened"), moment(till.opened_at, names.get(till.opened_by_id, "")))]
    if till.closed_at:
        facts.append((gettext("Closed"), moment(till.closed_at, names.get(till.closed_by_id, ""))))
    return render("ledger", {
        "kind": gettext("Till"), "title": f"{gettext('Till')} {till.opened_on.isoformat()}",
        "number": show.day(till.opened_on), "facts": [{"label": label, "value": value} for label, value in facts],
        "head": {"name": head.name, "lines": head.address.splitlines()}, "to": None,
        "text": [till.note] if till.note else [],
        "tables": [table for table in (_counts(till), _cash(till), _money(till)) if table["rows"]],
        "labels": {"page": gettext("Page %(page)s of %(pages)s")}}, language=language)


def moment(at, name: str) -> str:
    return ", ".join(part for part in (show.day(at), show.time(at), name) if part)


def _column(label: str, *, number: bool = False, wide: bool = False) -> dict:
    return {"label": label, "number": number, "wide": wide}


def _counts(till: TillDay) -> dict:
    counted = {count.method: count for count in till.counts}
    rows, total = [], 0
    for one in reading.expected(till):
        count = counted.get(one.method)
        expected = count.expected_amount if count else one.amount
        difference = count.counted_amount - count.expected_amount if count else 0
        total += difference
        rows.append([show.label(one.method), show.money(expected), show.money(count.counted_amount) if count else "–",
                     show.money(difference) if count else "–"])
    return {"heading": gettext("Expected and counted"), "rows": rows, "total": [
        gettext("Difference"), "", "", show.money(total)] if counted else None,
        "columns": [_column(gettext("Method"), wide=True), _column(gettext("Expected"), number=True),
                    _column(gettext("Counted"), number=True), _column(gettext("Difference"), number=True)]}


def _cash(till: TillDay) -> dict:
    cash = reading.expected(till)[0]
    rows = [[gettext("Float at the opening"), show.money(cash.opening)],
            [gettext("Paid in cash, less given back"), show.money(cash.paid)]]
    rows += [[f"{gettext('Put in') if move.amount > 0 else gettext('Taken out')}: {move.reason}",
              show.money(move.amount)] for move in till.moves]
    if cash.tips_out:
        rows.append([gettext("Tips handed out"), show.money(-cash.tips_out)])
    return {"heading": gettext("Cash"), "rows": rows, "total": [gettext("Expected"), show.money(cash.amount)],
            "columns": [_column(gettext("What"), wide=True), _column(gettext("Amount"), number=True)]}


def _money(till: TillDay) -> dict:
    payments = reading.payments_of(till.id)
    documents = paid_by(row.id for row in payments)
    rows = [[show.time(row.received_at), show.label(row.method),
             ", ".join(one.number_text for one in documents.get(row.id, [])) or row.reason
             or (gettext("Deposit") if row.appointment_id else gettext("Credit")), show.money(row.amount)]
            for row in payments]
    rows += [[show.time(row.paid_at), show.label(Method(row.method)), gettext("Tips handed out"),
              show.money(-row.amount)] for row in reading.tips_paid_out(till.id)]
    return {"heading": gettext("All money of the day"), "rows": rows, "total": None,
            "columns": [_column(gettext("Time")), _column(gettext("Method")), _column(gettext("For"), wide=True),
                        _column(gettext("Amount"), number=True)]}
