"""The register: every staff screen and the navigation, in one place."""
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, request, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.access.roles import ROLE_LABELS
from practice.admin import (
    account,
    accounting,
    auth,
    calendar,
    client_money,
    clients,
    earnings,
    fees,
    files,
    first_run,
    intake_link,
    lock,
    mail,
    memberships,
    money,
    money_back,
    money_lists,
    opening,
    owed,
    package,
    passkeys,
    payouts,
    proof,
    report_closing,
    reports,
    reset,
    search,
    second_step,
    show,
    sign_in,
    submissions,
    superbills,
    switches,
    till,
    today,
    vouchers,
)
from practice.admin.auth import current_actor
from practice.admin.booking.pages import BookingPage
from practice.admin.brief.pages import BriefPage
from practice.admin.checkout.pages import CheckoutPage
from practice.admin.conditions import lists as condition_lists
from practice.admin.conditions.book import RulebookPage
from practice.admin.conditions.everybody import EverybodyPage
from practice.admin.conditions.history import RuleHistoryPage
from practice.admin.conditions.letters import LettersPage
from practice.admin.conditions.pages import ConditionsPage
from practice.admin.conditions.remarks import RemarksPage
from practice.admin.conditions.techniques import TechniquesPage
from practice.admin.measures import MeasuresPage
from practice.admin.notes import lists as note_lists
from practice.admin.notes import pages as notes
from practice.admin.notes.snippets import SnippetPage
from practice.admin.plans import PlanPage, RecallPage
from practice.admin.rights.log import RightsLogPage
from practice.admin.rights.pages import RightsPage
from practice.admin.setup import register as setup
from practice.admin.trail.pages import TrailPage
from practice.admin.trail.review import ReviewPage
from practice.billing.models.documents import Document, DocumentLine
from practice.billing.models.packages import Package
from practice.billing.models.payments import Allocation, Payment
from practice.clients.models import Client
from practice.core.text import _
from practice.intake.models import Submission
from practice.premises.queries import settings
from practice.safety.models import Condition
from practice.schedule.models import Appointment, Block
from practice.sessions.models import SessionNote

PAGES = (
    today.TodayPage(name=_("Today"), endpoint="today", url="/"),
    calendar.CalendarPage(name=_("Calendar"), endpoint="calendar", url="/calendar"),
    BookingPage(name=_("Book"), endpoint="booking", url="/booking"),
    clients.ClientsPage(name=_("Clients"), endpoint="clients", url="/clients"),
    search.SearchPage(name=_("Search"), endpoint="search", url="/search"),
    CheckoutPage(name=_("Check out"), endpoint="checkout", url="/checkout"),
    BriefPage(name=_("Brief"), endpoint="brief", url="/brief"),
    ConditionsPage(name=_("Conditions"), endpoint="conditions", url="/conditions"),
    LettersPage(name=_("Doctor's OK"), endpoint="letters", url="/conditions/client/<int:client_id>/letters"),
    RemarksPage(name=_("Word for word"), endpoint="remarks", url="/conditions/client/<int:client_id>/remarks"),
    PlanPage(name=_("Plan"), endpoint="plans", url="/plans/<int:client_id>"),
    MeasuresPage(name=_("Measures"), endpoint="measures", url="/measures/<int:client_id>"),
    SnippetPage(name=_("Snippets"), endpoint="snippets", url="/notes/snippets"),
    RecallPage(name=_("Who is due"), endpoint="recall", url="/recall"),
    RulebookPage(name=_("Rulebook"), endpoint="rulebook", url="/setup/rulebook"),
    TechniquesPage(name=_("Techniques"), endpoint="techniques", url="/setup/techniques"),
    EverybodyPage(name=_("For everybody"), endpoint="everybody", url="/setup/everybody"),
    RuleHistoryPage(name=_("What changed"), endpoint="rule_history", url="/setup/rule-history"),
    notes.NotesPage(name=_("Notes"), endpoint="notes", url="/notes"),
    money.MoneyPage(name=_("Money"), endpoint="money", url="/money"),
    client_money.ClientMoneyPage(name=_("Account"), endpoint="client_money", url="/money/clients/<int:client_id>"),
    money_back.MoneyBackPage(name=_("Putting money right"), endpoint="money_back", url="/money/back"),
    mail.MailPage(name=_("Send by e-mail"), endpoint="mail", url="/money/mail"),
    superbills.SuperbillPage(name=_("Superbill"), endpoint="superbills", url="/money/superbill"),
    superbills.ReferralPage(name=_("Referrer's paper"), endpoint="referral", url="/referral/<int:client_id>"),
    till.TillPage(name=_("Till"), endpoint="till", url="/money/till"),
    owed.OwedPage(name=_("Still owed"), endpoint="owed", url="/money/owed"),
    owed.RemindersPage(name=_("Reminders"), endpoint="reminders", url="/money/reminders"),
    fees.FeesPage(name=_("Fees"), endpoint="fees", url="/money/fees"),
    package.PackagePage(name=_("Package"), endpoint="package", url="/money/package"),
    memberships.MembershipsPage(name=_("Memberships"), endpoint="memberships", url="/money/memberships"),
    opening.OpeningPage(name=_("Opening balances"), endpoint="opening", url="/money/opening"),
    vouchers.VouchersPage(name=_("Vouchers"), endpoint="vouchers", url="/money/vouchers"),
    till.TipsPage(name=_("Tips"), endpoint="tips", url="/money/tips"),
    payouts.PayoutsPage(name=_("Card payouts"), endpoint="payouts", url="/money/payouts"),
    reports.ReportsPage(name=_("Reports"), endpoint="reports", url="/reports"),
    report_closing.ClosingPage(name=_("Closing"), endpoint="closing", url="/reports/<month>/closing"),
    accounting.AccountingPage(name=_("For the accountant"), endpoint="accounting", url="/reports/accounting"),
    earnings.EarningsPage(name=_("Earnings"), endpoint="earnings", url="/earnings"),
    intake_link.IntakeLinkPage(name=_("Form"), endpoint="intake_link", url="/clients/<int:client_id>/form-link"),
    submissions.SubmissionPage(name=_("Forms that came in"), endpoint="submissions", url="/forms-in"),
    files.FilePage(name=_("File"), endpoint="files", url="/files"),
    account.AccountPage(name=_("Your account"), endpoint="account", url="/account"),
    RightsPage(name=_("Privacy"), endpoint="rights", url="/clients/<int:client_id>/rights"),
    RightsLogPage(name=_("Disclosures and corrections"), endpoint="rights_log",
                  url="/clients/<int:client_id>/rights/log"),
    ReviewPage(name=_("Review of the trail"), endpoint="review", url="/setup/review"),
    TrailPage(name=_("Who saw what"), endpoint="trail", url="/setup/trail"),
    passkeys.PasskeyPage(name=_("Passkeys"), endpoint="passkeys", url="/account/passkeys"),
    second_step.SecondStepPage(name=_("Second step"), endpoint="second_step", url="/account/second-step"),
    *setup.PAGES,
)

LISTS: tuple = (
    *setup.LISTS,
    calendar.AppointmentList(Appointment, name=_("Appointments"), endpoint="appointment_list",
                             url="/lists/appointments"),
    calendar.BlockList(Block, name=_("Blocked time"), endpoint="block_list", url="/lists/blocks"),
    clients.ClientList(Client, name=_("Clients"), endpoint="client_list", url="/lists/clients"),
    condition_lists.ConditionList(Condition, name=_("Conditions"), endpoint="condition_list", url="/lists/conditions"),
    note_lists.NoteList(SessionNote, name=_("Notes"), endpoint="note_list", url="/lists/notes"),
    money_lists.DocumentList(Document, name=_("Invoices"), endpoint="document_list", url="/lists/invoices"),
    money_lists.LineList(DocumentLine, name=_("Invoice lines"), endpoint="line_list", url="/lists/invoice-lines"),
    money_lists.PaymentList(Payment, name=_("Payments"), endpoint="payment_list", url="/lists/payments"),
    money_lists.AllocationList(Allocation, name=_("What was paid with what"), endpoint="allocation_list",
                               url="/lists/allocations"),
    money_lists.PackageList(Package, name=_("Packages"), endpoint="package_list", url="/lists/packages"),
    submissions.SubmissionListView(Submission, name=_("Forms that came in"), endpoint="submission_list",
                                   url="/lists/submissions"),
)

# label, icon, address, and any of these permissions
NAV = (
    (_("Today"), "today", "today.index", (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN)),
    (_("Calendar"), "calendar", "calendar.day", (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN)),
    (_("Clients"), "clients", "clients.index", (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN)),
    (_("Notes"), "notes", "notes.index", (P.CHART_READ,)),
    (_("Money"), "money", "money.index", (P.INVOICE_READ,)),
    (_("Reports"), "reports", "reports.index", (P.REPORT_READ,)),
    (_("Earnings"), "reports", "earnings.index", (P.APPOINTMENT_READ_OWN,)),
    (_("Set-up"), "setup", "setup.index", (P.PREMISES_EDIT,)),
)

# Views with addresses of their own that belong to another's job.
ALSO = {
    "brief": "today", "checkout": "money", "conditions": "clients", "submissions": "clients", "booking": "calendar",
    "appointment_list": "calendar", "block_list": "calendar", "client_list": "clients", "condition_list": "clients",
    "submission_list": "clients", "note_list": "notes", "document_list": "money", "line_list": "money",
    "payment_list": "money", "allocation_list": "money", "package_list": "money",
    "closing": "reports", "accounting": "reports",
    **dict.fromkeys(("letters", "remarks", "plans", "measures", "recall", "referral", "rights", "rights_log"),
                    "clients"),
    **dict.fromkeys(("mail", "money_back", "till", "tips", "client_money", "owed", "reminders", "fees", "package",
                     "vouchers", "superbills", "opening", "memberships", "payouts"), "money"),
    **dict.fromkeys((view.endpoint for view in setup.LISTS), "setup"),
}


@dataclass(frozen=True)
class NavItem:
    url: str
    label: str
    icon: str
    is_current: bool
    count: int | None = None


def navigation() -> list[NavItem]:
    """The jobs this person may do; the others are left out."""
    actor = current_actor()
    found = []
    for label, icon, endpoint, needed in NAV:
        if any(actor.may(permission) for permission in needed):
            url = url_for(endpoint)
            found.append(NavItem(url, gettext(label), icon, is_here(endpoint, url)))
    return found


def is_here(endpoint: str, url: str) -> bool:
    """Whether the present page belongs to that job: the same view, or an address below its first page, `url`."""
    here = (request.endpoint or "").split(".")[0]
    same_view = ALSO.get(here, here) == endpoint.split(".")[0]
    return same_view or (url.count("/") > 1 and request.path.startswith(url))


def address(endpoint: str, /, **values) -> str:
    """Flask's url_for for templates, which name a dozen files of styles and scripts on every page."""
    return _file(request.script_root, **values) if endpoint == "static" else url_for(endpoint, **values)


@lru_cache(maxsize=256)
def _file(root: str, *, filename: str) -> str:
    return url_for("static", filename=filename)


def frame() -> dict:
    """What the frame of every page shows."""
    practice, who = settings(), auth.who()
    if who is not None:
        who["role_label"] = ", ".join(gettext(ROLE_LABELS[role]) for role in who["roles"])
    return {
        "practice_name": practice.name if practice else "Practice",
        "who": who,
        "nav": navigation() if who else [],
        "search_url": url_for("search.index") if who else None,
        "sign_out_url": url_for("sign_out"),
        "account_url": url_for("account.index"),
    }


def init_app(app: Flask, csp_nonce) -> None:
    auth.init_app(app)
    sign_in.init_app(app)
    lock.init_app(app)
    proof.init_app(app)
    reset.init_app(app)
    first_run.init_app(app)
    # Naming a path keeps Flask-Admin from serving its own scripts and styles, which no page uses.
    site = Admin(name="Practice", index_view=PAGES[0], url="/", static_url_path="/unused",
                 csp_nonce_generator=csp_nonce, theme=Bootstrap4Theme(base_template="admin/master.html"))
    site.init_app(app)
    for view in (*PAGES[1:], *LISTS):
        site.add_view(view)
    show.init_app(app)
    app.jinja_env.globals.update(uses=switches.uses, url_for=address)
    app.context_processor(frame)
