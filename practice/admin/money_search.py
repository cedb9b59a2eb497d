"""The address of the list of invoices: what is looked for, where a page begins, the saved filters with their counts."""
import re
from datetime import date

from flask import abort, request, url_for
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists, user_names
from practice.admin.auth import current_actor
from practice.admin.fields import row_number
from practice.billing.queries import lists
from practice.billing.queries.lists import SHOWN_LABELS, Search, Shown
from practice.clients.queries import find_clients

COUNTED = (Shown.OPEN, Shown.OVERDUE, Shown.TODAY)  # the filters that say how many there are
NUMBER = re.compile(r"[A-Za-z]?[\d.]*-?\d{2,4}-\d*|[A-Za-z]?\d{4}-\d*")


def read_search() -> tuple[Search, str]:
    """What is looked for, and the words as typed: part of a client's name, or an invoice number."""
    shown = Shown(request.args["shown"]) if request.args.get("shown") in set(Shown) else Shown.ALL
    words = request.args.get("q", "").strip()[:80]
    numbers = prefix = clients = None
    if words.isascii() and words.isdigit():
        numbers = lists.numbers_like(words) if len(words) < 10 else ()
    elif NUMBER.fullmatch(words):
        prefix = words.upper()
    elif words:
        may_look = current_actor().may(P.CLIENT_READ_ALL)
        clients = tuple(row.id for row in find_clients(words, limit=50)) if may_look else ()
    return Search(shown, numbers, prefix, clients, day("first"), day("last")), words


def day(name: str) -> date | None:
    """A day in the address, None for anything else."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def key(name: str, by_day: bool = True):
    """Where a page begins: "2026-11-17_123", or "2026-0934_123" in a list by number."""
    text, mark, row_id = request.args.get(name, "").rpartition("_")
    if not mark:
        return None
    if row_number(row_id) is None:
        abort(400)
    try:
        return (date.fromisoformat(text) if by_day else text[:40]), int(row_id)
    except ValueError:
        abort(400)


def address(search: Search, words: str, **changed) -> str:
    """The address of the list with something changed."""
    values = {"shown": search.shown if search.shown is not Shown.ALL else None, "q": words or None,
              "first": search.first, "last": search.last} | changed
    return url_for("money.index", **{name: str(value) for name, value in values.items() if value})


def page_url(search: Search, words: str, name: str, row) -> str:
    value, row_id = lists.key_of(row, search)
    return address(search, words, **{name: f"{value}_{row_id}"})


def payments_url(chosen: dict, **place) -> str:
    (name, row), = place.items()
    values = {key: str(value) for key, value in chosen.items() if value}
    return url_for("money.payments", **values, **{name: f"{row.received_on}_{row.id}"})


def therapist_names(document_ids) -> dict[int, str]:
    """Who worked, in short, by document."""
    worked = lists.therapists_of(document_ids)
    names = {one.id: one.short_name or one.name for one in therapists()}
    if not names.keys() >= {who for together in worked.values() for who in together}:  # somebody who is no longer here
        names = user_names() | names
    return {number: ", ".join(names.get(who, "") for who in together) for number, together in worked.items()}


def tallies(search: Search, today: date) -> dict[Search, lists.Tally]:
    """How many the filters with a count find, and the list that is shown."""
    return lists.tallies((*(Search(shown) for shown in COUNTED), search), today)


def chips(search: Search, words: str, counts: dict[Search, lists.Tally]) -> list[dict]:
    """The saved filters with their counts, and what else is chosen, each with its way out."""
    found = []
    for shown, word in SHOWN_LABELS.items():
        label = gettext(word)
        if shown in COUNTED:
            tally = counts[Search(shown)]
            label = f"{label} {tally.count}{'' if tally.is_all else '+'}"
        url = address(search, words, shown=shown if shown is not Shown.ALL else None)
        found.append({"label": label, "url": url, "on": shown is search.shown, "kind": "pick"})
    return found
