"""What was paid ahead: packages of sessions, vouchers, months of memberships."""
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select

from practice.billing.models.documents import Document, DocumentLine, DocumentState, LineKind
from practice.billing.models.memberships import Membership, MembershipMonth
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation
from practice.billing.models.vouchers import Voucher, VoucherKind, VoucherUse
from practice.billing.months import month
from practice.core.db import db
from practice.ops.books.broken import Broken, sums, unequal
from practice.schedule.models import Appointment


def packages() -> Iterator[Broken]:
    """Sold less credited is what was used and what is left, in value and in sessions."""
    is_package = [DocumentLine.kind == LineKind.PACKAGE]
    sold = sums(DocumentLine.net_amount, DocumentLine.document_id, where=is_package)
    credited = sums(DocumentLine.net_amount, Document.refers_to_id,
                    where=[*is_package, Document.refers_to_id.is_not(None)],
                    joined=(Document, Document.id == DocumentLine.document_id))
    kept = PackageUse.given_back_on.is_(None)
    used = sums(PackageUse.value_amount, PackageUse.package_id, where=[kept])
    counts = dict(db.session.execute(
        select(PackageUse.package_id, func.count()).where(kept).group_by(PackageUse.package_id)).all())
    for row in db.session.execute(select(Package.id, Package.document_id, Package.sessions_bought,
                                         Package.sessions_left, Package.value_left_amount)):
        value = sold.get(row.document_id, 0) + credited.get(row.document_id, 0) - used.get(row.id, 0)
        yield from unequal("package = sold - used - credited", "package", row.id, "value_left_amount is",
                           row.value_left_amount, value)
        left = row.sessions_bought - counts.get(row.id, 0)
        if credited.get(row.document_id) and row.sessions_left == 0:
            left = 0  # credited to the end: what is left is over
        yield from unequal("package = bought - used", "package", row.id, "sessions_left is", row.sessions_left, left)
        if row.sessions_left == 0 and row.value_left_amount:
            yield Broken("the last session takes what is left", "package", row.id,
                         f"{row.value_left_amount} are left without a session")


def own_package() -> Iterator[Broken]:
    """A package is used by the client it was sold to."""
    chosen = (select(PackageUse.id).join(Package, Package.id == PackageUse.package_id)
              .join(Appointment, Appointment.id == PackageUse.appointment_id)
              .where(Appointment.client_id != Package.client_id))
    for (row_id,) in db.session.execute(chosen):
        yield Broken("used by its own client", "package_use", row_id, "the appointment is another client's")


def vouchers() -> Iterator[Broken]:
    """What is left of a voucher is its value less what it paid; one that was taken back is empty."""
    paid = sums(Allocation.amount, Allocation.voucher_id, where=[Allocation.voucher_id.is_not(None)])
    given = sums(VoucherUse.value_amount, VoucherUse.voucher_id)
    chosen = (select(Voucher.id, Voucher.kind, Voucher.value_amount, Voucher.left_amount, Document.state,
                     Document.open_amount).join(Document, Document.id == Voucher.document_id))
    for row in db.session.execute(chosen):
        used = paid.get(row.id, 0) if row.kind is VoucherKind.MULTI else given.get(row.id, 0)
        left = 0 if row.state is DocumentState.VOID else row.value_amount - used
        yield from unequal("voucher = sold - used", "voucher", row.id, "left_amount is", row.left_amount, left)
        if row.open_amount and row.left_amount:
            yield Broken("a voucher is paid when it is sold", "voucher", row.id, f"{row.open_amount} are open")


def memberships() -> Iterator[Broken]:
    """The months of a membership follow each other from its start day, each with a package of its own client and
    treatment, and the next one is the one after the last."""
    found = defaultdict(list)
    for row in db.session.execute(
            select(MembershipMonth.id, MembershipMonth.membership_id, MembershipMonth.first_on,
                   MembershipMonth.package_id, Package.client_id, Package.treatment_id, Package.sessions_bought)
            .outerjoin(Package, Package.id == MembershipMonth.package_id)
            .order_by(MembershipMonth.membership_id, MembershipMonth.first_on)):
        found[row.membership_id].append(row)
    for one in db.session.execute(select(Membership.id, Membership.client_id, Membership.treatment_id,
                                         Membership.sessions, Membership.starts_on, Membership.next_on,
                                         Membership.ends_on)):
        for number, row in enumerate(found[one.id]):
            if row.first_on != month(one.starts_on, number)[0]:
                yield Broken("months follow each other", "membership_month", row.id, f"begins on {row.first_on}")
            sold = (row.client_id, row.treatment_id, row.sessions_bought)
            if row.package_id is not None and sold != (one.client_id, one.treatment_id, one.sessions):
                yield Broken("a month is as agreed", "membership_month", row.id, f"package {row.package_id} is another")
        following = month(one.starts_on, len(found[one.id]))[0]
        if one.next_on != (following if one.ends_on is None or following <= one.ends_on else None):
            yield Broken("months follow each other", "membership", one.id, f"next_on is {one.next_on}")


CHECKS = (packages, own_package, vouchers, memberships)
