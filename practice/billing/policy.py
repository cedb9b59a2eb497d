"""Who handles money sees all of it; nobody else sees any."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.billing.models.documents import Document, DocumentLine, DocumentTax, Series
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment, Tip, TipPayout, WriteOff
from practice.billing.models.reminders import FeeConsent, Reminder
from practice.billing.models.till import TillCount, TillDay, TillMove
from practice.billing.models.vouchers import Voucher, VoucherUse

for model in (Series, Document, DocumentLine, DocumentTax, Payment, Tip, TipPayout, WriteOff, Allocation, Package,
              PackageUse, TillDay, TillMove, TillCount, Reminder, FeeConsent, Voucher,
              VoucherUse):
    register(model, everyone_with(Permission.INVOICE_READ))
