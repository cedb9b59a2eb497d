"""The kinds of question a form can ask, and what an answer can be read for."""

from enum import StrEnum

from practice.core.text import _


class QuestionKind(StrEnum):
    YES_NO_UNKNOWN = "yes_no_unknown"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    SCALE = "scale"
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    WHEN = "when"
    REGIONS = "regions"
    PAIN_MAP = "pain_map"
    MEDICINES = "medicines"
    SIGNATURE = "signature"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


KIND_LABELS = {
    QuestionKind.YES_NO_UNKNOWN: _("Yes, no, don't know"),
    QuestionKind.CHOICE: _("One of several"),
    QuestionKind.MULTI_CHOICE: _("Any of several"),
    QuestionKind.SCALE: _("Scale"),
    QuestionKind.TEXT: _("One line"),
    QuestionKind.LONG_TEXT: _("Several lines"),
    QuestionKind.DATE: _("Day"),
    QuestionKind.WHEN: _("Year, month or day"),
    QuestionKind.REGIONS: _("Places on the body"),
    QuestionKind.PAIN_MAP: _("Places on the body with 0–10"),
    QuestionKind.MEDICINES: _("List of medicines"),
    QuestionKind.SIGNATURE: _("Signature"),
    QuestionKind.NAME: _("Name"),
    QuestionKind.EMAIL: _("E-mail"),
    QuestionKind.PHONE: _("Phone"),
    QuestionKind.ADDRESS: _("Address"),
}
WITH_OPTIONS = (QuestionKind.CHOICE, QuestionKind.MULTI_CHOICE)
# What stands once in a form, by the key under which the house and the rules read it: its name, and why not twice.
ONCE = {
    "full_name": (_("The client's name"), _("This form asks for the client's name already.")),
    "birth_date": (_("The client's date of birth"), _("This form asks for the client's date of birth already.")),
    "phone": (_("The client's phone"), _("This form asks for the client's phone already.")),
    "email": (_("The client's e-mail"), _("This form asks for the client's e-mail already.")),
    "address": (_("The client's address"), _("This form asks for the client's address already.")),
    "medicines": (_("List of medicines"), _("This form has a list of medicines already: one is enough.")),
    "pain_where": (_("Map of pain, with 0–10"), _("This form has a map of pain already: one is enough.")),
    "signature": (_("Signature, at the end"), _("This form is signed at its end already: one signature is enough.")),
}
ONCE_BY_KIND = {QuestionKind.MEDICINES: "medicines", QuestionKind.PAIN_MAP: "pain_where",
                QuestionKind.SIGNATURE: "signature"}
# What a follow-up tells about the answer it belongs to, and what a question is read for beside conditions.
GIVES = ("since", "places", "side", "variant", "details", "due_on")
FEEDS = ("allergies", "wish", "never_more", "avoid_places", "pain", "acute", "medicines")
MINORS = "minors"
