"""The one search field: clients for who may see them, invoice numbers for who handles money."""
from dataclasses import asdict, dataclass

from flask import jsonify, redirect, render_template, request, url_for
from flask_admin import expose
from sqlalchemy import select

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.billing.models.documents import Document
from practice.clients.queries import find_clients
from practice.core.db import db

MOST = 8


@dataclass(frozen=True)
class Found:
    label: str
    detail: str
    url: str


class SearchPage(Page):
    permissions = {"index": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN, P.INVOICE_READ),
                   "suggest": (P.CLIENT_READ_ALL, P.CLIENT_READ_OWN, P.INVOICE_READ)}

    @expose("/")
    def index(self):
        typed = asked()
        found = find(typed, 50)
        if len(found) == 1:
            return redirect(found[0].url)
        return render_template("admin/search/index.html", typed=typed, found=found,
                               may_register=current_actor().may(P.CLIENT_REGISTER))

    @expose("/suggest")
    def suggest(self):
        return jsonify([asdict(item) for item in find(asked(), MOST)])


def asked() -> str:
    return request.args.get("q", "").strip()[:200]


def find(typed: str, most: int) -> list[Found]:
    """What fits, through the row rule: clients first, then documents by the start of their number."""
    actor, found = current_actor(), []
    if not typed:
        return found
    if actor.may(P.CLIENT_READ_ALL) or actor.may(P.CLIENT_READ_OWN):
        sees_own_only = not actor.may(P.CLIENT_READ_ALL) and not actor.has_shared_charts
        for row in find_clients(typed, most, in_care_of=actor.user_id if sees_own_only else None):
            detail = " · ".join(part for part in (show.day(row.born_on) if row.born_on else "", show.phone(row.phone),
                                                  row.email) if part)
            found.append(Found(row.name, detail, url_for("clients.page", client_id=row.id)))
    if actor.may(P.INVOICE_READ) and any(sign.isdigit() for sign in typed):
        number = typed.upper()
        rows = db.session.scalars(select(Document).where(
            Document.number_text >= number, Document.number_text < number + "\U0010ffff")
            .order_by(Document.number_text).limit(most))
        found += [Found(row.number_text, row.billed_name, url_for("money.page", document_id=row.id)) for row in rows]
    return found[:most]
