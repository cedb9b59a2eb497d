"""The account map, and handing closed days to the accountant in numbered batches."""
import re
from collections.abc import Mapping

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import get_practice
from practice.reports.models import AccountCode, ExportBatch
from practice.reports.queries.accounting import codes, keys_of, name_of_key, next_days
from practice.reports.queries.journal import Entry, journal

ACCOUNT = re.compile(r"[^\W_][^\x00-\x1f\x7f;\"]{0,99}")  # a spreadsheet takes none for a formula


class NothingNew(DomainError):
    message = _("There are no closed days that are in no batch yet. Close a month first.")


class Unmapped(DomainError):
    message = _("These have no account yet: %(names)s.")


def save_codes(actor: Actor, wanted: Mapping[str, tuple[str, str]]) -> list[AccountCode]:
    """Set accounts and tax keys by key; an empty account takes it out. Raises Invalid."""
    require(actor, Permission.MONEY_EXPORT)
    known, kept = codes(), []
    for key, (account, tax_key) in wanted.items():
        account, tax_key = account.strip(), tax_key.strip()
        if account and not ACCOUNT.fullmatch(account):
            raise Invalid(_("An account begins with a digit or letter, without semicolons or quotation marks."), key)
        row = known.get(key)
        if not account:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = AccountCode(key=key)
            db.session.add(row)
        row.account, row.tax_key = account, tax_key[:40]
        kept.append(row)
    db.session.flush()
    audit.record(actor, "accounts.change", keys=sorted(wanted))
    return kept


def make_batch(actor: Actor) -> ExportBatch:
    """Hand over all closed days that are in no batch yet. Raises NothingNew, Unmapped."""
    require(actor, Permission.MONEY_EXPORT)
    get_practice(for_change=True)  # two at once: one after the other
    days = next_days()
    if days is None:
        raise NothingNew()
    entries = journal(days)
    refuse_unmapped(entries)
    row = ExportBatch(number=(db.session.scalar(select(func.max(ExportBatch.number))) or 0) + 1, first_on=days.first,
                      last_on=days.last, entries=len(entries), made_at=clock.now(), made_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "batch.make", number=row.number, first=days.first, last=days.last, entries=len(entries))
    return row


def refuse_unmapped(entries: list[Entry], also: tuple[str, ...] = ()) -> None:
    """Raises Unmapped, naming every account that has no number yet."""
    missing = [key for key in (*keys_of(entries), *also) if key not in codes()]
    if missing:
        raise Unmapped(names=", ".join(" ".join(part for part in name_of_key(key) if part) for key in missing))
