"""Everything about one client as plain data: a list of tables, each with its rows, sealed text opened."""
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import inspect, select

from practice.accounts.queries import user_names
from practice.catalog.models import Product, Treatment
from practice.core.db import db
from practice.core.sealed import Sealed
from practice.files.kinds import ENDINGS
from practice.files.models import File
from practice.intake.models import Submission
from practice.premises.models import Location, PriceGroup, Room
from practice.transfer.queries.belongings import BELONGINGS, Belonging

# Means of the program, not told of anybody: keys, secrets, what search is made of.
NOT_TOLD = {"uid", "version", "search_text", "sort_key", "first_key", "last_key", "secret_hash", "device_hash",
            "request_key", "client_id", "issuer_head", "paid_by_id"}
WITH_A_KEY = "form:"  # a mail with the address of a form, which may still be open
NAMED = {"treatment_id": Treatment, "price_group_id": PriceGroup, "product_id": Product, "room_id": Room,
         "location_id": Location}
USERS = {"user_id", "therapist_id", "usual_therapist_id"}


@dataclass(frozen=True)
class Part:
    """One table of the copy; `rows` hold what JSON can hold."""

    table: str
    label: str
    rows: list[dict]


@dataclass(frozen=True)
class Whole:
    """A copy: the tables, the files by their names in the archive, and the forms as rows, to be shown as asked."""

    parts: list[Part]
    files: dict[str, bytes]
    forms: list[Submission]


def everything_about(client_id: int) -> Whole:
    """All that belongs to one client and to nobody else. The actor must be the house: it reads every table."""
    names = {"user": user_names()} | {
        key: dict(db.session.execute(select(model.id, model.name)).all()) for key, model in NAMED.items()}
    parts, files, forms = [], {}, []
    for one in BELONGINGS:
        found = rows_of(one, client_id) if one.is_copied else []
        if found:
            parts.append(Part(one.model.__tablename__, one.label, [_told(row, names) for row in found]))
        if one.model is File:
            files = {file_name(row): row.content for row in found}
        if one.model is Submission:
            forms = found
    return Whole(parts, files, forms)


def rows_of(one: Belonging, client_id: int) -> list:
    """The client's rows of a table, in their order."""
    chosen = select(one.model).where(one.rows).order_by(*inspect(one.model).primary_key)
    return list(db.session.scalars(chosen, {"whose": client_id}))


def file_name(row: File) -> str:
    """A name in the archive that is one file's alone and no path."""
    return f"files/{row.id}-{row.kind}.{ENDINGS.get(row.media_type, 'bin')}"


def _told(row, names: dict) -> dict:
    found = {}
    for attribute in inspect(type(row)).column_attrs:
        name = attribute.key
        if name in NOT_TOLD or (name == "_body" and getattr(row, "about", "").startswith(WITH_A_KEY)):
            continue
        if name.startswith("_"):
            name = name[1:]
            if not isinstance(getattr(type(row), name, None), Sealed):
                continue  # a file's content stands beside
        found.update(_named(name, _plain(getattr(row, name)), names))
    if isinstance(row, File):
        found["file"] = file_name(row)
    return found


def _named(name: str, value, names: dict) -> dict:
    """A colleague, a treatment or a room by name and not by number."""
    if name in NAMED:
        return {name.removesuffix("_id"): names[name].get(value)}
    if name in USERS or name.endswith("_by_id"):
        return {name.removesuffix("_id"): names["user"].get(value)}
    return {name: value}


def _plain(value):
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
