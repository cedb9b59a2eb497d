"""The words and charts of a report, for the screen: formatted here, drawn by macros/charts.html."""
from flask import url_for
from flask_babel import format_date, format_decimal, gettext

from practice.accounts.queries import user_names
from practice.admin import charts, show
from practice.billing.models.payments import METHOD_LABELS
from practice.billing.queries.accounts import treatment_names
from practice.billing.queries.methods import known_method
from practice.core.errors import Invalid, NotFound
from practice.core.money import format_money
from practice.core.spreadsheet import Column, Kind
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.reports.definitions import BRIDGE, EARNED_STEPS, FEWEST, FIGURES, Unit, share
from practice.reports.period import Period
from practice.reports.queries.report import Report
from practice.reports.queries.tables import ON_SCREEN

TIMES = ("utilisation", "worked_utilisation")  # counted in minutes
NARROWED = ("earned", "payments", "owed", "appointments", "visitors")  # tables that open in part
NO_TREATMENT = _("Products, fees and the rest")


def title_of(period: Period) -> str:
    """"October 2026", "2026", "5 Oct – 3 Nov 2026"."""
    if period.is_month:
        return format_date(period.first, "MMMM y")
    return str(period) if period.is_year else f"{show.day(period.first)} – {show.day(period.last)}"


def asked(text: str) -> Period:
    """The month, year or days in an address; anything else is an unknown address."""
    try:
        return Period.parse(text)
    except Invalid:
        raise NotFound() from None


def of_how_many(report: Report, name: str) -> str:
    """"3 of 45"; of too few why there is no share."""
    counted, whole = report.figures[name]
    if name in TIMES:
        return gettext("%(counted)s of %(whole)s hours", counted=count(counted // 60), whole=count(whole // 60))
    if 0 < whole < FEWEST:
        return gettext("%(counted)s of %(whole)s: too few to say", counted=counted, whole=whole)
    return gettext("%(counted)s of %(whole)s", counted=count(counted), whole=count(whole))


def retention_of(report: Report) -> str:
    """Whom the share of those who came back counts: "July 2026, 85 of 88"."""
    month = title_of(Period.parse(report.retention_month))
    return f"{month}, {of_how_many(report, 'retention_90')}"


def change(now: int, then: int) -> str:
    """How much more or less than then, in words; "" where there was nothing."""
    if not then:
        return ""
    tenths = round((now - then) * 1000 / abs(then))
    return f"{'↑' if tenths >= 0 else '↓'} {abs(tenths) / 10:.1f} %"


def beside(period: Period) -> list[tuple[str, Period]]:
    """What the figures of a period are set beside, with a short name that tells one from the other."""
    year = (gettext("Year before"), period.year_before)
    if period.is_year:
        return [year]
    return [(gettext("Month before") if period.is_month else gettext("Days before"), period.before), year]


def said(report: Report, name: str) -> str:
    """Any figure as the screen shows it; "not complete" while its window is open."""
    return gettext("not complete") if name in report.unfinished else said_value(name, report.figures[name])


def said_value(name: str, value) -> str:
    """One value of a figure; "n/a" where there is none, or too few."""
    unit = FIGURES[name].unit
    if unit is Unit.RATE and value is not None:
        value = share(value)
        return gettext("n/a") if value is None else f"{value / 10:.1f} %"
    if value is None:
        return gettext("n/a")
    return show.money(value) if unit is Unit.MONEY else count(value)


def count(number: int) -> str:
    """A number of things, its thousands apart as in a sum of money."""
    return format_decimal(number)


def plain(minor: int) -> str:
    """An amount without its currency, for charts that name it once."""
    text = format_money(minor, the_practice().currency, "en")
    return "".join(sign for sign in text if sign.isdigit() or sign in ",.−")


def whole(minor: int) -> str:
    """An amount rounded to whole units, for the marks of a chart."""
    return plain(minor).split(".")[0]


def cell(column: Column, value, labels: dict) -> str:
    """A value of a table as the screen shows it."""
    if column.key == "therapist" and not value:
        return gettext("Without a therapist")
    if value is None:
        return ""
    if column.key in labels:
        return gettext(labels[column.key].get(value, value))
    if column.kind is Kind.MONEY:
        return show.money(value)
    if column.kind is Kind.DATE:
        return show.day(value)
    if column.kind is Kind.INTEGER:
        return count(value)
    return f"{value / 10_000:g} %" if column.kind is Kind.PERCENT else str(value)


def heading_of(name: str, key: str | None) -> str:
    """What the rows of a table are, with what they are narrowed to: "Earned: Aiko Mori"."""
    if name == "steps":
        return gettext(FIGURES[key].title)
    title, part = gettext(ON_SCREEN[name].title), _part(name, key) if key and name in NARROWED else ""
    return gettext("%(title)s: %(part)s", title=title, part=part) if part else title


def _part(name: str, key: str) -> str:
    """The word for one part of a table: a kind, an age, an outcome, a method, a therapist, a treatment."""
    for labels in ON_SCREEN[name].labels.values():
        if key in labels:
            return gettext(labels[key])
    kind, _dash, number = key.partition("-")
    if kind == "therapist":
        return gettext("Without a therapist") if number == "none" else user_names().get(int(number), "")
    if kind == "treatment":
        return gettext(NO_TREATMENT) if number == "none" else treatment_names([int(number)]).get(int(number), "")
    method = known_method(key)
    return show.label(method) if method else gettext(FIGURES["refunds"].title)


def charts_of(report: Report) -> dict:
    """The drawings of the page, with the addresses of the rows behind them."""
    def address(name: str, key: str | None = None) -> str:
        return url_for("reports.rows", month=str(report.period), name=name, key=key)

    figures, tables = report.figures, report.tables
    return {
        "bridge": _steps(figures, "invoiced_gross", BRIDGE, "received", address),
        "earned": _steps(figures, "invoiced_net", EARNED_STEPS, "earned", address),
        "weeks": charts.bars([charts.Bar(_piece(first, last), whole(now), now, last_amount=then, last_text=whole(then))
                              for _key, first, last, now, then in tables["weeks"]], tick_text=whole),
        "therapists": _shares(tables["therapists"], 8, figures["earned"], gettext("Without a therapist"),
                              lambda key: address("earned", f"therapist-{key or 'none'}")),
        "treatments": _shares(tables["treatments"], 3, figures["earned"], gettext(NO_TREATMENT),
                              lambda key: address("earned", f"treatment-{key or 'none'}")),
        "locations": _shares(tables["locations"], 3, figures["earned"], "", lambda key: address("locations")),
        "issuers": _shares(tables["issuers"], 3, figures["earned"], "", lambda key: address("issuers")),
        "methods": charts.hbars([charts.HBar(gettext(METHOD_LABELS.get(word, word)), plain(amount), max(amount, 0),
                                             href=address("payments", method))
                                 for method, word, amount in tables["methods"]]),
    }


def _piece(first, last) -> str:
    if (last - first).days > 20:
        return format_date(first, "LLL")
    return f"{first.day}–{last.day}" if first < last else str(first.day)


def _steps(figures: dict, begin: str, steps: tuple[str, ...], end: str, address) -> charts.Bridge:
    """From one total to another, steps of nothing left out."""
    drawn = [charts.Step(gettext(FIGURES[begin].title), whole(figures[begin]), figures[begin], is_total=True,
                         href=address(FIGURES[begin].rows))]
    for name in steps:
        if figures[name]:
            text = f"{'+' if figures[name] > 0 else '−'} {whole(abs(figures[name]))}"
            drawn.append(charts.Step(gettext(FIGURES[name].title), text, figures[name],
                                     href=address(FIGURES[name].rows, FIGURES[name].key or None)))
    drawn.append(charts.Step(gettext(FIGURES[end].title), whole(figures[end]), figures[end], is_total=True,
                             href=address(FIGURES[end].rows)))
    return charts.bridge(drawn, tick_text=whole)


def _shares(rows: list[tuple], place: int, of: int, rest: str, address) -> tuple:
    return charts.hbars([charts.HBar(row[1] or rest, plain(row[place]), max(row[place], 0), href=address(row[0]),
                                     share=_percent(row[place], of)) for row in rows if row[place]])


def _percent(part: int, of: int) -> str:
    return f"{(part * 1000 + of // 2) // of / 10:.1f} %" if of > 0 else ""
