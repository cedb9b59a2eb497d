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
# What a follow-up tells about the answer it belongs to, and what a question is read for beside conditions.
GIVES = ("since", "places", "side", "variant", "details", "due_on")
FEEDS = ("allergies", "wish", "never_more", "avoid_places", "pain", "acute", "medicines")
MINORS = "minors"
