"""The complaint pack: each entry of the trail about a client or of an account, in sentences, with the chain checked."""
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from practice.accounts.queries import user_names
from practice.admin import show
from practice.audit.services import Broken, verify_part
from practice.clients.queries import names_of
from practice.core import clock
from practice.core.db import db
from practice.core.pdf import render
from practice.core.spreadsheet import Column, Kind, csv_bytes
from practice.premises.queries import issuer_for, the_practice
from practice.transfer.queries.trail import words_of_glass
from practice.transfer.sentences import DID_LABELS, FACTS, Did, did, sentence

TYPED = {"words", "why", "reason", "file"}  # by people: told as it stands


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    row_id: int
    at: datetime
    did: Did
    words: str
    client: str
    details: str
    address: str


@dataclass(frozen=True)
class Pack:
    """All entries asked for, and what the chain says of every row from the first to the last of them."""

    title: str
    first: str
    last: str
    lines: list[Line]
    broken: list[Broken]

    @property
    def proof(self) -> str:
        if not self.lines:
            return gettext("Nothing was recorded in this time.")
        ids = {"first": self.lines[0].row_id, "last": self.lines[-1].row_id}
        if self.broken:
            return gettext("The trail was checked from entry %(first)s to %(last)s and does not hold: %(rows)s.",
                           rows=", ".join(f"{one.row_id} {gettext(one.reason)}" for one in self.broken[:20]), **ids)
        return gettext("The trail was checked from entry %(first)s to %(last)s: none was changed, none is missing.",
                       **ids)


def who_words(kind: str, user_id: int | None, names: dict[int, str]) -> str:
    """The name of who did something."""
    who = {"system": gettext("The program"), "link": gettext("The client"),
           "none": gettext("Somebody who was not signed in")}
    return names.get(user_id) or who.get(kind, gettext("Somebody unknown"))


def pack_of(title: str, first: str, last: str, rows) -> Pack:
    """The entries in the reader's language, with the chain checked from the first to the last of them."""
    names, clients = user_names(), names_of({row.client_id for row in rows if row.client_id})
    whys = words_of_glass([row.entity_id for row in rows if row.action == "care.begin"])
    lines = []
    for row in rows:
        facts = row.facts | ({"words": whys[row.entity_id]} if row.action == "care.begin"
                             and whys.get(row.entity_id) else {})
        words = gettext(sentence(row.action, facts), who=who_words(row.actor_kind, row.actor_id, names),
                        action=row.action)
        if row.action in ("care.begin", "care.end"):  # whose reason is a word of the program
            facts |= {"therapist": names.get(facts.get("user_id")),
                      "reason": show.kept_word(facts.get("reason") or "")}
        lines.append(Line(
            row.id, row.at, did(row.action), words, clients.get(row.client_id, ""), details(facts), row.address))
    ids = [line.row_id for line in lines]
    return Pack(title, first, last, lines, list(verify_part(db.session, min(ids), max(ids))) if ids else [])


def details(facts: dict) -> str:
    """What of an entry's facts is worth reading."""
    return "; ".join(f"{gettext(label)}: {_plain(name, facts[name])}"
                     for name, label in FACTS.items() if facts.get(name))


def _plain(name: str, value) -> str:
    every = [str(one) for one in (value if isinstance(value, list) else [value])]
    return ", ".join(every if name in TYPED else map(show.kept_word, every))


def summary(pack: Pack) -> list[tuple[str, str]]:
    """How often each kind of act happened."""
    counts = {kind: sum(line.did is kind for line in pack.lines) for kind in Did}
    return [(gettext(DID_LABELS[kind]), ngettext("%(num)s time", "%(num)s times", number))
            for kind, number in counts.items() if number]


def pack_pdf(pack: Pack, language: str) -> bytes:
    """The pack to read and print; the clients stand in it where it is about an account."""
    head, made = issuer_for(None), clock.now()
    several = any(line.client != pack.title for line in pack.lines)
    rows = [[str(line.row_id), f"{show.day(line.at)}, {show.time(line.at)}",
             f"{line.words} ({line.details})" if line.details else line.words, *[line.client] * several]
            for line in pack.lines]
    about = gettext("Every entry of the practice's own record of who opened, changed, printed, mailed or exported what,"
                    " oldest first. Each entry is chained to the one before it, so that a change or a gap would show.")
    return render("ledger", {
        "kind": gettext("What was done"), "title": gettext("What was done"), "number": "",
        "facts": [{"label": label, "value": value} for label, value in (
            (gettext("About"), pack.title), (gettext("From"), pack.first), (gettext("Until"), pack.last),
            (gettext("Made"), f"{show.day(made)}, {show.time(made)}"),
            (gettext("Times of"), the_practice().time_zone), *summary(pack))],
        "head": {"name": head.name, "lines": head.address.splitlines()}, "to": None, "text": [about, pack.proof],
        "tables": [{"rows": rows, "total": None, "columns": [
            {"label": gettext("Entry"), "number": True}, {"label": gettext("When")},
            {"label": gettext("What"), "wide": True}, *[{"label": gettext("Client")}] * several]}] if rows else [],
        "labels": {"page": gettext("Page %(page)s of %(pages)s")}}, language=language)


def pack_csv(pack: Pack) -> bytes:
    columns = [Column("entry", gettext("Entry"), kind=Kind.INTEGER), Column("when", gettext("When")),
               Column("kind", gettext("Kind")), Column("what", gettext("What")), Column("client", gettext("Client")),
               Column("details", gettext("Details")), Column("address", gettext("From address"))]
    rows = [(line.row_id, f"{show.day(line.at)}, {show.time(line.at)}", gettext(DID_LABELS[line.did]), line.words,
             line.client, line.details, line.address) for line in pack.lines]
    return csv_bytes(columns, [*rows, ("", "", "", pack.proof, "", "", "")])
