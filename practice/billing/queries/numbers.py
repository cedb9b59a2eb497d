"""The numbers of documents, for lists that hold only which row it is."""
from collections.abc import Iterable

from sqlalchemy import select

from practice.billing.models.documents import Document
from practice.core.db import db


def numbers_of(document_ids: Iterable[int]) -> dict[int, str]:
    """"2026-0934" by the document's id, in one query; drafts have none."""
    rows = db.session.execute(select(Document.id, Document.number_text).where(Document.id.in_(list(document_ids))))
    return {document_id: number for document_id, number in rows if number}
