"""A note beside a newer one of the same session: everything that differs, in the practice's words."""
from collections.abc import Mapping

from flask_babel import gettext, ngettext

from practice.admin.notes.editor import short
from practice.admin.notes.form import BACK_IN_DAYS, NoteForm
from practice.catalog.techniques import home_care
from practice.core.body import LEVELS, Place
from practice.sessions.content import AFTER_LABELS, HOW_TAKEN_LABELS, SAID_LABELS, SOAP, NoteContent, Score, WorkRow
from practice.sessions.items import item_name


def differences(form: NoteForm, mine: NoteContent, theirs: NoteContent) -> list[tuple[str, str, str]]:
    """(what, mine, theirs) for each field that differs, named as in `form`; nothing said is an empty text."""
    labels = {field.name: gettext(field.label.text) for field in form}
    there = told(theirs, labels)
    return [(name, words, there[name]) for name, words in told(mine, labels).items() if words != there[name]]


def told(content: NoteContent, labels: Mapping[str, str]) -> dict[str, str]:
    """All that is typed and tapped in a note: name of the field -> what stands there, one line for each item."""
    after_24, after_48 = (_word(AFTER_LABELS, key) for key in content.after_last)
    return {
        **{labels[name]: getattr(content, name).strip() for name in SOAP},
        labels["rows"]: "\n".join(row_words(row) for row in content.rows),
        gettext("Go ahead anyway: why?"): "\n".join(content.reasons.values()),
        labels["pain_place"]: _place(content.pain_place),
        labels["pain_before"]: _figure(content.pain_before), labels["pain_after"]: _figure(content.pain_after),
        labels["travels_to"]: _place(content.travels_to),
        gettext("Scores"): "\n".join(score_words(one) for one in content.scores),
        labels["how_taken"]: _word(HOW_TAKEN_LABELS, content.how_taken),
        gettext("Pressure asked on the way"): "\n".join(
            _joined(_word(SAID_LABELS, key), said) for key, said in content.said),
        labels["after_24"]: after_24, labels["after_48"]: after_48,
        gettext("Home care"): "\n".join(care_words(key, dose) for key, dose in content.home_care),
        labels["products"]: content.products, labels["with_heat"]: gettext("yes") if content.with_heat else "",
        labels["setting"]: content.setting, labels["back_in_days"]: _back(content.back_in_days),
        labels["adverse"]: content.adverse.strip(),
    }


def row_words(row: WorkRow) -> str:
    """A row of work as one line: "Back of neck: Kneading, light (2), 15 min"."""
    depth = f"{gettext(LEVELS[row.pressure].label)} ({row.pressure})"
    return f"{row.place.label(gettext)}: {short(row.technique)}, {depth}, {gettext('%(count)s min', count=row.minutes)}"


def score_words(score: Score) -> str:
    """A 0–10 item as one line: "Stress: before 7, after 3"."""
    figures = gettext("before %(before)s, after %(after)s", before=_figure(score.before) or "–",
                      after=_figure(score.after) or "–")
    return f"{item_name(score.name, gettext)}: {figures}"


def care_words(key: str, dose: str) -> str:
    """Something to do at home as one line, with its dose."""
    known = home_care().get(key)
    return _joined(gettext(known.label) if known else key, gettext(dose) if dose else "")


def _joined(what: str, more: str) -> str:
    return ": ".join(part for part in (what, more) if part)


def _word(labels: dict[str, str], key: str) -> str:
    return gettext(labels[key]) if key in labels else key


def _place(place: Place | None) -> str:
    return place.label(gettext) if place else ""


def _figure(figure: int | None) -> str:
    return "" if figure is None else str(figure)


def _back(days: int | None) -> str:
    if days is None:
        return ""
    return gettext(BACK_IN_DAYS[days]) if days in BACK_IN_DAYS else ngettext("%(num)s day", "%(num)s days", days)
