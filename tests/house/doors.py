"""Every address of the application and who may pass it: the table that test_doors walks and prints.

One letter a person: O owner, T therapist of the client, X other therapist, R reception, B bookkeeper, A anybody
without a sign-in. `foreign` are people whose role opens the door but for whom this row does not exist (404). Whoever
is in neither is refused (403), and anybody without a sign-in is sent to the sign-in page.
"""
from dataclasses import dataclass

STAFF = "OTXRB"
EVERYBODY = STAFF + "A"


@dataclass(frozen=True)
class Door:
    """Who passes, per method. `post` None: the address takes no POST.

    `leads_to_sign_in`: closed since there is an owner.
    """

    get: str | None = None
    post: str | None = None
    foreign: str = ""
    leads_to_sign_in: bool = False


def list_doors(name: str, reads: str, exports: str = "", foreign: str = "") -> dict[str, Door]:
    """The addresses of a Flask-Admin list: who reads it and who exports it; what it does not offer is not there.

    `foreign` read the list and do not see Ann's row in it.
    """
    closed = Door(get="", foreign=STAFF)
    changing = Door(get="", post="", foreign=STAFF)
    return {
        f"{name}.index_view": Door(get=reads),
        f"{name}.details_view": Door(get="".join(c for c in reads if c not in foreign), foreign=foreign),
        f"{name}.export": Door(get=exports) if exports else closed,
        f"{name}.ajax_lookup": closed,
        f"{name}.create_view": changing,
        f"{name}.edit_view": changing,
        f"{name}.action_view": Door(post="", foreign=STAFF),
        f"{name}.ajax_update": Door(post="", foreign=STAFF),
        f"{name}.delete_view": Door(post="", foreign=STAFF),
    }


DOORS: dict[str, Door] = {
    "static": Door(get=EVERYBODY),
    "health": Door(get=EVERYBODY),
    "sign_in": Door(get=EVERYBODY, post=EVERYBODY),
    "sign_out": Door(post=STAFF),
    "today.index": Door(get=STAFF),
    "today.tell": Door(post="OR"),
    "calendar.index": Door(get="OTXR"),
    "calendar.day": Door(get="OTXR"),
    "calendar.week": Door(get="OTXR"),
    "calendar.sheet": Door(get="OTXR"),
    "calendar.block": Door(get="OTXR", post="OTXR"),
    "calendar.unblock": Door(post="OTR"),
    "booking.new": Door(get="OR", post="OR"),
    "booking.offers": Door(get="OR"),
    "booking.first_free": Door(get="OR"),
    "booking.move": Door(get="OR", post="OR"),
    "booking.show": Door(get="OTR", foreign="X"),
    "booking.state": Door(post="OTR", foreign="X"),
    "booking.undo": Door(post="OTR", foreign="X"),
    **list_doors("appointment_list", "OR", exports="OR"),
    **list_doors("block_list", "OR"),
    "clients.index": Door(get="OTXR"),
    "clients.page": Door(get="OTR", foreign="X"),
    "clients.new": Door(get="OR", post="OR"),
    "clients.doubles": Door(post="OR"),
    "clients.edit": Door(get="OR", post="OR"),
    "clients.archive": Door(post="OR"),
    "clients.restore": Door(post="OR"),
    "clients.break_glass": Door(get="O", post="O"),
    "search.index": Door(get=STAFF),
    "search.suggest": Door(get=STAFF),
    **list_doors("client_list", "OR", exports="OR"),
    "kiosk.welcome": Door(get=EVERYBODY),
    "kiosk.start": Door(post=EVERYBODY),
    "kiosk.part": Door(get=EVERYBODY),
    "kiosk.answer": Door(post=EVERYBODY),
    "kiosk.save": Door(post=EVERYBODY),
    "kiosk.review": Door(get=EVERYBODY),
    "kiosk.send": Door(post=EVERYBODY),
    "kiosk.thanks": Door(get=EVERYBODY),
    "brief.index": Door(get="OTX"),
    "brief.page": Door(get="OT", foreign="X"),
    "brief.chart": Door(get="OT", foreign="X"),
    "brief.reviewed": Door(post="T", foreign="X"),
    "brief.start": Door(post="T", foreign="X"),
    "brief.got_it": Door(post="T", foreign="X"),
    "conditions.index": Door(get="TX"),
    "conditions.page": Door(get="OT", foreign="X"),
    "conditions.new": Door(get="T", post="T", foreign="X"),
    "conditions.edit": Door(get="T", post="T", foreign="X"),
    **{f"conditions.{name}": Door(post="T", foreign="X")
       for name in ("accept", "dismiss", "end", "allergy", "allergies", "limits", "consents", "settle")},
    "letters.new": Door(get="T", post="T", foreign="X"),
    "letters.answer": Door(get="T", post="T", foreign="X"),
    "letters.end": Door(post="T", foreign="X"),
    "letters.paper": Door(get="T", foreign="X"),
    "plans.page": Door(get="T", post="T", foreign="X"),
    "plans.sheet": Door(get="T", foreign="X"),
    "measures.page": Door(get="T", post="T", foreign="X"),
    "snippets.index": Door(get="TX", post="TX"),
    "snippets.edit": Door(get="T", post="T", foreign="X"),
    "snippets.take_out": Door(post="TX"),
    "recall.index": Door(get="OTXR"),
    "remarks.page": Door(get="T", post="T", foreign="X"),
    **list_doors("condition_list", "OTX", foreign="OX"),
    "rulebook.index": Door(get="OTX"),
    "rulebook.new": Door(get="O", post="O"),
    "rulebook.edit": Door(get="O", post="O"),
    "rulebook.take_back": Door(post="O"),
    "notes.index": Door(get="TX"),
    "notes.page": Door(get="T", foreign="OX"),
    "notes.addendum": Door(post="T", foreign="X"),
    "notes.edit": Door(get="T", post="T", foreign="X"),
    "notes.save": Door(post="T", foreign="X"),
    "notes.rows": Door(post="T", foreign="X"),
    "notes.handover": Door(get="T", post="T", foreign="X"),
    **list_doors("note_list", "OTX", foreign="OX"),
    "intake_link.page": Door(get="OTR", foreign="X"),
    "intake_link.make": Door(post="OTR", foreign="X"),
    "intake_link.slip": Door(post="OTR", foreign="X"),
    "intake_link.tablet": Door(post="OTR", foreign="X"),
    "intake_link.paper": Door(post="T", foreign="X"),
    "intake_link.take_back": Door(post="OTR", foreign="X"),
    "forms.index": Door(get="O"),
    "forms.page": Door(get="O"),
    "form_edit.begin": Door(post="O"),
    "form_edit.edit": Door(get="O", post="O"),
    "form_edit.publish": Door(post="O"),
    **list_doors("form_list", "O", exports="O"),
    **list_doors("submission_list", "TX", foreign="X"),
    "submissions.index": Door(get="OTX"),
    "submissions.page": Door(get="T", foreign="OX"),
    "first_run": Door(get="", post="", leads_to_sign_in=True),
    "account.index": Door(get=STAFF),
    "account.password": Door(get=STAFF, post=STAFF),
    "account.end": Door(post=STAFF),
    "account.end_others": Door(post=STAFF),
    "checkout.page": Door(get="OR", post="OR"),
    "checkout.receipt": Door(get="OR"),
    "checkout.receipt_pdf": Door(get="OR"),
    "money.index": Door(get="ORB"),
    "money.page": Door(get="ORB"),
    "money.invoice_pdf": Door(get="ORB"),
    "money.payments": Door(get="ORB"),
    "money.pay": Door(post="OR"),
    "money.credit": Door(post="OR"),
    "money.take_back": Door(post="OR"),
    "money.reverse": Door(get="OR", post="OR"),
    "money.packages": Door(get="ORB"),
    "money.new": Door(get="OR"),
    "money_back.refund": Door(get="OR", post="OR"),
    "money_back.write_off": Door(get="OR", post="OR"),
    "money_back.method": Door(get="OR", post="OR"),
    "till.index": Door(get="ORB"),
    "till.slip": Door(get="ORB"),
    **{f"till.{name}": Door(post="OR") for name in ("open", "move", "close")},
    "owed.index": Door(get="ORB"),
    "owed.csv": Door(get="OB"),
    "owed.statement": Door(get="OR"),
    "owed.statement_pdf": Door(get="OR"),
    "reminders.index": Door(get="ORB"),
    "reminders.make": Door(post="OR"),
    "reminders.letter": Door(get="OR"),
    "fees.index": Door(get="OR"),
    "fees.charge": Door(post="OR"),
    "fees.consent": Door(get="OR", post="OR"),
    "package.page": Door(get="ORB"),
    "package.give_back": Door(post="OR"),
    "vouchers.index": Door(get="ORB"),
    "vouchers.sell": Door(get="OR", post="OR"),
    "vouchers.paper": Door(get="OR"),
    "tips.index": Door(get="ORB"),
    "tips.pay": Door(get="OR", post="OR"),
    "client_money.page": Door(get="OR"),
    **{f"client_money.{name}": Door(get="OR", post="OR")
       for name in ("pay", "give_back", "deposit", "package", "invoice")},
    **list_doors("document_list", "ORB", exports="OB"),
    **list_doors("line_list", "ORB", exports="OB"),
    **list_doors("payment_list", "ORB", exports="OB"),
    **list_doors("allocation_list", "ORB", exports="OB"),
    **list_doors("package_list", "ORB", exports="OB"),
    "reports.index": Door(get="OB"),
    "reports.month": Door(get="OB"),
    "reports.rows": Door(get="OB"),
    "reports.csv": Door(get="OB"),
    "reports.xlsx": Door(get="OB"),
    "setup.index": Door(get="O"),
    "setup_hours.edit": Door(get="O", post="O"),
    "setup_practice.index": Door(get="O", post="O"),
    "setup_money.index": Door(get="O", post="O"),
    "setup_money.books": Door(post="O"),
    **{f"setup_{table}.{page}": Door(get="O", post="O" if page != "index" else None)
       for table in ("locations", "products", "rooms", "taxes", "treatments") for page in ("index", "new", "edit")},
    "setup_treatments.offer": Door(post="O"),
    "setup_treatments.retire": Door(post="O"),
    "setup_staff.index": Door(get="O"),
    "setup_staff.new": Door(get="O", post="O"),
    "setup_staff.edit": Door(get="O", post="O"),
    "setup_staff.head": Door(get="O", post="O"),
    "setup_staff.end": Door(post="O"),
    "setup_staff.end_all": Door(post="O"),
    "setup_staff.reset": Door(post="O"),
    **{name: door for table in ("issuer", "location", "product", "room", "shift", "tax_code", "treatment", "user")
       for name, door in list_doors(f"{table}_list", "O", exports="O").items()},
}
