"""Who handles money sees all of it; nobody else sees any. A referrer's paper is part of the chart. A superbill
does not hold the diagnosis: the desk, and who has the client in care, see that it was made. What card processors kept
is no business of the desk."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.billing.models.documents import Document, DocumentLine, DocumentTax, LineShare, Series
from practice.billing.models.memberships import Membership, MembershipMonth
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment, Tip, TipPayout, WriteOff
from practice.billing.models.payouts import CardPayout
from practice.billing.models.reminders import FeeConsent, Reminder
from practice.billing.models.superbills import Referral, Superbill
from practice.billing.models.till import TillCount, TillDay, TillMove
from practice.billing.models.vouchers import Voucher, VoucherUse
from practice.clients.policy import beside_client, chart_rows

for model in (Series, Document, DocumentLine, DocumentTax, LineShare, Payment, Tip, TipPayout, WriteOff, Allocation,
              Package, PackageUse, TillDay, TillMove, TillCount, Reminder, FeeConsent, Voucher,
              VoucherUse, Membership, MembershipMonth):
    register(model, everyone_with(Permission.INVOICE_READ))
register(CardPayout, everyone_with(Permission.REPORT_READ))
register(Referral, chart_rows(Referral.__table__.c.client_id))
register(Superbill, beside_client(Superbill.__table__.c.client_id))
