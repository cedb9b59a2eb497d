"""Who handles money sees all of it; nobody else sees any."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.billing.models.documents import Document, DocumentLine, DocumentTax, Series
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment, Till

for model in (Series, Document, DocumentLine, DocumentTax, Till, Payment, Allocation, Package, PackageUse):
    register(model, everyone_with(Permission.INVOICE_READ))
