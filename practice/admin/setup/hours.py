"""Working hours of a therapist: per weekday, several stretches, each from or until a day where that is wanted."""
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

from babel.dates import get_day_names
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import get_user
from practice.admin.auth import current_actor
from practice.admin.base import Page, words
from practice.admin.setup_tabs import tabs
from practice.core.db import transaction
from practice.core.errors import DomainError, NotFound, Stale
from practice.schedule.services.shifts import Hours, hours_of, set_hours

DAY_END = 24 * 60
MOST_STRETCHES = 12  # of one weekday
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d))?")


@dataclass(frozen=True)
class Label:
    text: str


@dataclass
class Stretch:
    """A line as it was typed. It looks like a form's field to the summary of errors."""

    weekday: int
    number: int
    day_name: str
    starts: str = ""
    ends: str = ""
    from_on: str = ""
    until_on: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"stretch-{self.weekday}-{self.number}"

    @property
    def label(self) -> Label:
        return Label(self.day_name)

    @property
    def is_empty(self) -> bool:
        return not (self.starts or self.ends or self.from_on or self.until_on)

    def read(self) -> Hours | None:
        """The hours; None, with the errors here, when the line does not read."""
        start, end = read_minute(self.starts), read_minute(self.ends)
        first, last = read_day(self.from_on), read_day(self.until_on)
        if start is None or end is None:
            self.errors.append(gettext("Write both times, such as 09:00 and 17:30"))
        elif (end or DAY_END) <= start:
            self.errors.append(gettext("The end comes after the start"))
        if (self.from_on and not first) or (self.until_on and not last):
            self.errors.append(gettext("Write a day such as 2026-03-15"))
        elif first and last and last < first:
            self.errors.append(gettext("The last day is not before the first"))
        return None if self.errors else Hours(self.weekday, start, end or DAY_END, first, last)


def read_minute(typed: str) -> int | None:
    """Minutes since midnight from "9", "09:00", "9.30" or "0930"; None when it is no time."""
    found = _TIME.fullmatch(typed.strip())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    return hour * 60 + minute if hour * 60 + minute <= DAY_END and minute < 60 else None


def read_day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def clock_words(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


class HoursForm:
    """All the lines, seven days of them; iterating gives the lines, as a form gives its fields."""

    def __init__(self, stretches: list[Stretch]):
        self.stretches = stretches
        self.form_errors: list[str] = []

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self.stretches)

    @property
    def errors(self) -> bool:
        return bool(self.form_errors or any(stretch.errors for stretch in self))

    def days(self) -> list[tuple[int, str, list[Stretch]]]:
        """(weekday, its name, its lines with an empty one where there is none)."""
        found = []
        for weekday, name in day_names().items():
            lines = [stretch for stretch in self if stretch.weekday == weekday]
            found.append((weekday, name, lines or [Stretch(weekday, 0, name)]))
        return found

    def read(self) -> list[Hours] | None:
        rows = [stretch.read() for stretch in self if not stretch.is_empty]
        return None if self.errors else rows


def day_names() -> dict[int, str]:
    """Monday (0) first, as the practice's week goes."""
    return dict(sorted(get_day_names("wide", locale=get_locale() or "en").items()))


def from_hours(rows: list[Hours]) -> HoursForm:
    names, lines = day_names(), []
    for row in rows:
        number = sum(line.weekday == row.weekday for line in lines)
        lines.append(Stretch(row.weekday, number, names[row.weekday], clock_words(row.starts_minute),
                             clock_words(row.ends_minute), row.from_on.isoformat() if row.from_on else "",
                             row.until_on.isoformat() if row.until_on else ""))
    return HoursForm(lines)


def from_request() -> HoursForm:
    lines = []
    for weekday, name in day_names().items():
        columns = [request.form.getlist(f"{what}-{weekday}")[:MOST_STRETCHES] for what in
                   ("starts", "ends", "from", "until")]
        for number, values in enumerate(zip_longest(*columns, fillvalue="")):
            lines.append(Stretch(weekday, number, name, *(value.strip()[:20] for value in values)))
    return HoursForm(lines)


def fingerprint(rows: list[Hours]) -> str:
    """The hours in one line, so that a form can say from which it was made."""
    return ";".join(f"{row.weekday},{row.starts_minute},{row.ends_minute},{row.from_on or ''},{row.until_on or ''}"
                    for row in rows)


def read_fingerprint(line: str) -> list[Hours]:
    """What `fingerprint` wrote; anything else raises Stale, as it is not what the page was made from."""
    try:
        parts = [item.split(",") for item in line.split(";") if item]
        return [Hours(int(weekday), int(start), int(end), date.fromisoformat(first) if first else None,
                      date.fromisoformat(last) if last else None) for weekday, start, end, first, last in parts]
    except ValueError:
        raise Stale() from None


class HoursPage(Page):
    permissions = {"edit": P.USER_EDIT}

    @expose("/<int:user_id>", methods=("GET", "POST"))
    def edit(self, user_id):
        user = get_user(user_id)
        if user.profile is None:
            raise NotFound()
        name, is_stale = user.name, False
        form = from_request() if request.method == "POST" else from_hours(hours_of(user_id))
        rows = form.read() if request.method == "POST" else None
        if rows is not None:
            try:
                with transaction():
                    set_hours(current_actor(), user_id, rows, seen=read_fingerprint(request.form.get("seen", "")))
            except Stale:
                is_stale = True
            except DomainError as error:
                form.form_errors.append(words(error))
            else:
                flash(gettext("The working hours of %(name)s are saved", name=name), "success")
                return redirect(url_for("setup_staff.index"))
        stored = hours_of(user_id)
        seen = request.form.get("seen", "") if form.errors else fingerprint(stored)
        return render_template("admin/setup/hours.html", form=form, name=name, user_id=user_id, seen=seen,
                               is_stale=is_stale, newer=from_hours(stored).stretches, tabs_row=tabs("staff")), (
            422 if form.errors or is_stale else 200)
