"""What belongs to a client, table by table: said once, for the copy of everything, for erasure and for who may go.

A test compares the list with the mapped classes: a new table that nobody put into it, or among those that are about
nobody, stops the suite; so does a column of free text that stays after an erasure and that nobody judged.
"""
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, String, bindparam, cast, literal, select

from practice.audit.models import AuditRow
from practice.billing.models.documents import Document, DocumentLine, DocumentTax, LineShare
from practice.billing.models.memberships import Membership, MembershipMonth
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment, Tip, WriteOff
from practice.billing.models.reminders import FeeConsent, Reminder
from practice.billing.models.superbills import Referral, Superbill
from practice.billing.models.vouchers import Voucher, VoucherUse
from practice.clients.models import Care, ChartLimit, Client
from practice.core.text import _
from practice.files.models import File
from practice.intake.models import DeskAnswers, IntakeArrival, IntakeDraft, IntakeLink, Submission
from practice.outbox.models import Attachment, Message
from practice.safety.models import BriefReview, Condition, ConsequenceRow, SafetyProfile
from practice.schedule.models import Appointment, DeskMessage
from practice.sessions.models import Addendum, CarePlan, Handover, Measurement, Recall, SessionNote
from practice.transfer.models import Correction, Disclosure, Erasure, LegalHold

WHO = bindparam("whose")


@dataclass(frozen=True)
class Belonging:
    """A table, which of its rows are a client's, and what an erasure does: rows go, or these columns are emptied."""

    model: type
    label: str
    rows: ColumnElement
    goes: bool = False
    emptied: Mapping[str, object] = field(default_factory=dict)
    is_contact: bool = False  # goes before the retention date as well: how to reach somebody, and calling them back
    is_copied: bool = True


def own(model: type) -> ColumnElement:
    return model.client_id == WHO


def of(column, parent: type) -> ColumnElement:
    """Rows that hang on a client's row of another table."""
    return column.in_(select(parent.id).where(parent.client_id == WHO))


def _about() -> ColumnElement:
    """Mail about a client, their documents or their reminders, and with the addresses of their forms."""
    documents = select(Document.id).where(Document.client_id == WHO)
    number = cast(WHO, String)
    with_address = Message.about.like(literal("form:").concat(number).concat(":%"))
    return (Message.about == literal("client:").concat(number)) | with_address | Message.about.in_(
        select(literal("document:").concat(cast(Document.id, String))).where(Document.client_id == WHO)
        .union_all(select(literal("reminder:").concat(cast(Reminder.id, String)))
                   .where(Reminder.document_id.in_(documents))))


MAIL = _about()
BELONGINGS = (
    Belonging(Client, _("About you"), Client.id == WHO),
    Belonging(Care, _("Who may open your record"), own(Care), emptied={"words": ""}),
    Belonging(Appointment, _("Appointments"), own(Appointment), emptied={"desk_note": ""}),
    Belonging(IntakeLink, _("Links to forms"), own(IntakeLink), goes=True),
    Belonging(IntakeDraft, _("Forms you began"), own(IntakeDraft), goes=True),
    Belonging(Submission, _("Forms you sent"), own(Submission), goes=True),
    Belonging(IntakeArrival, _("When forms came in"), own(IntakeArrival), goes=True),
    Belonging(DeskAnswers, _("What reception sees of your forms"), own(DeskAnswers), goes=True, is_contact=True),
    Belonging(File, _("Files"), own(File), goes=True),
    Belonging(Condition, _("Conditions"), own(Condition), goes=True),
    Belonging(SafetyProfile, _("Allergies, wishes, consents"), own(SafetyProfile), goes=True),
    Belonging(ConsequenceRow, _("What reception is told"), own(ConsequenceRow), goes=True),
    Belonging(BriefReview, _("Briefs that were read"), own(BriefReview), goes=True, is_copied=False),
    Belonging(DeskMessage, _("Messages to the therapist"), own(DeskMessage), goes=True),
    Belonging(SessionNote, _("Notes of sessions"), own(SessionNote), goes=True),
    Belonging(Addendum, _("Additions to notes"), own(Addendum), goes=True),
    Belonging(Handover, _("From the session to reception"), own(Handover), emptied={"message": ""}),
    Belonging(CarePlan, _("Plan of care"), own(CarePlan), goes=True),
    Belonging(Recall, _("When to come again"), own(Recall), goes=True, is_contact=True),
    Belonging(Measurement, _("Measures"), own(Measurement), goes=True),
    Belonging(Document, _("Invoices"), own(Document), emptied={"billed_address": "", "reason": ""}),
    Belonging(DocumentLine, _("Lines of invoices"), of(DocumentLine.document_id, Document),
              emptied={"discount_reason": ""}),
    Belonging(LineShare, _("Who gave a line together"), LineShare.line_id.in_(
        select(DocumentLine.id).where(of(DocumentLine.document_id, Document)))),
    Belonging(DocumentTax, _("Taxes of invoices"), of(DocumentTax.document_id, Document)),
    Belonging(Payment, _("Payments"), own(Payment), emptied={"reference": "", "reason": ""}),
    Belonging(Tip, _("Tips"), of(Tip.payment_id, Payment)),
    Belonging(Allocation, _("What was paid with what"), of(Allocation.document_id, Document)),
    Belonging(WriteOff, _("What was given up"), of(WriteOff.document_id, Document), emptied={"reason": ""}),
    Belonging(Reminder, _("Reminders"), of(Reminder.document_id, Document)),
    Belonging(FeeConsent, _("Agreement to fees"), own(FeeConsent), goes=True),
    Belonging(Referral, _("Papers of referrers"), own(Referral), goes=True),
    Belonging(Superbill, _("Papers for insurers"), own(Superbill), goes=True),
    Belonging(Package, _("Packages"), own(Package), emptied={"extended_why": ""}),
    Belonging(PackageUse, _("Sessions of packages"), of(PackageUse.package_id, Package), emptied={"reason": ""}),
    Belonging(Membership, _("Memberships"), own(Membership)),
    Belonging(MembershipMonth, _("Months of memberships"), of(MembershipMonth.membership_id, Membership)),
    Belonging(Voucher, _("Vouchers"), own(Voucher), emptied={"for_name": ""}),
    Belonging(VoucherUse, _("Sessions of vouchers"), of(VoucherUse.appointment_id, Appointment)),
    Belonging(Message, _("Mail"), MAIL, goes=True, is_contact=True),
    Belonging(Attachment, _("Files in mail"), Attachment.message_id.in_(select(Message.id).where(MAIL)), goes=True,
              is_contact=True, is_copied=False),
    Belonging(Disclosure, _("To whom it was given"), own(Disclosure), goes=True),
    Belonging(Correction, _("What you asked to put right"), own(Correction), goes=True),
    Belonging(LegalHold, _("Holds"), own(LegalHold), emptied={"reason": ""}, is_copied=False),
    Belonging(Erasure, _("Erasures"), own(Erasure)),
    Belonging(ChartLimit, _("Who alone may open your record"), own(ChartLimit)),
    Belonging(AuditRow, _("What was done with your record"), own(AuditRow), is_copied=False),
)

# Tables that are about nobody who comes to be treated.
ABOUT_NOBODY = frozenset({
    "user_account", "user_role", "therapist_profile", "sign_in", "attempt", "first_run_code", "recovery_code",
    "passkey", "authenticator", "ticket", "audit_head", "series", "price_group", "treatment_price",
    "tip_payout", "till_day", "till_move", "till_count", "treatment", "treatment_text", "treatment_therapist",
    "product", "payment_method", "form_version", "practice", "tax_code", "location", "room", "issuer", "closed_month",
    "account_code", "export_batch", "own_rule", "own_rule_change", "shift", "block", "snippet", "measure_wording",
    "trail_review", "card_payout",
})
