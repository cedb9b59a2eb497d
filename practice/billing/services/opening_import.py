"""Opening balances of many clients at once, from a file: every row by the same verbs as on the screen."""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.opening_file import Kind, Row, read_rows
from practice.billing.services.opening import bring_credit, bring_debt, bring_package
from practice.catalog.queries import treatments
from practice.clients.matching import normalise
from practice.clients.models import Client
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import parse
from practice.core.text import _
from practice.premises.queries import the_practice


@dataclass(frozen=True)
class Outcome:
    """How many rows of each kind came over, what they come to in minor units, and the rows that could not: (line, the
    client as written, why)."""

    counts: dict[Kind, int]
    sums: dict[Kind, int]
    bad: list[tuple[int, str, DomainError]]


def bring_file(actor: Actor, text: str, *, on: date) -> Outcome:
    """Bring over every row that can be, as of the day `on`. Whoever calls it takes everything back when a row is bad,
    or when it was only a trial. Raises Invalid for a file that cannot be read."""
    require(actor, Permission.PREMISES_EDIT, Permission.INVOICE_ISSUE, Permission.PAYMENT_TAKE)
    counts, sums, bad = dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0), []
    clients, named = _clients(), {normalise(row.name): row.id for row in treatments(active=False)}
    for row in read_rows(text):
        try:
            kind, amount = _kind(row), parse(row.values["amount"], the_practice().currency)
            _bring(actor, row, kind, amount, on, clients, named)
        except DomainError as error:
            bad.append((row.line, row.values["client"][:80], error))
        else:
            counts[kind] += 1
            sums[kind] += amount
    return Outcome(counts, sums, bad)


def _bring(actor: Actor, row: Row, kind: Kind, amount: int, on: date, clients: dict[str, set[int]],
           named: dict[str, int]) -> None:
    found = clients.get(_key(row.values["client"]), set())
    if len(found) != 1:
        raise Invalid(_("Several clients are called so: write the e-mail address or the number.") if found else
                      _("There is no such client."))
    client_id, reference = next(iter(found)), row.values["reference"]
    if kind is Kind.OWED:
        bring_debt(actor, client_id, amount=amount, on=on, due_on=_day(row, "due_on") or on, reference=reference)
    elif kind is Kind.CREDIT:
        bring_credit(actor, client_id, amount=amount, on=on, reference=reference)
    else:
        treatment_id = named.get(normalise(row.values.get("treatment")))
        sessions = row.values.get("sessions", "")
        if treatment_id is None:
            raise Invalid(_("There is no such treatment."))
        if not (sessions.isascii() and sessions.isdigit() and len(sessions) < 4):
            raise Invalid(_("How many sessions are left?"))
        bring_package(actor, client_id, treatment_id=treatment_id, sessions=int(sessions), amount=amount, on=on,
                      reference=reference, expires_on=_day(row, "expires_on"))


def _clients() -> dict[str, set[int]]:
    """Every way to write a client: number, e-mail address, first and last name."""
    found: dict[str, set[int]] = {}
    chosen = select(Client.id, Client.email, Client.first_name, Client.preferred_name, Client.last_name)
    for row in db.session.execute(chosen):
        names = {f"{first} {row.last_name}" for first in (row.first_name, row.preferred_name) if first}
        for written in {str(row.id), row.email, *names} - {""}:
            found.setdefault(_key(written), set()).add(row.id)
    return found


def _key(written: str) -> str:
    return written.strip().lower() if "@" in written else normalise(written)


def _kind(row: Row) -> Kind:
    try:
        return Kind(row.values["kind"].lower())
    except (KeyError, ValueError):
        raise Invalid(_("The kind is one of owed, credit, package.")) from None


def _day(row: Row, name: str) -> date | None:
    written = row.values.get(name, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Invalid(_("Write days as 2026-03-15.")) from None
