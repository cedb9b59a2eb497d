"""The month pack: the report, the journal and every document of the month as PDF, in one archive."""
import tempfile
import zipfile
from collections.abc import Iterator

from practice.access.actor import Actor
from practice.admin.papers import invoice_pdf
from practice.admin.report_files import Whole, file_of
from practice.billing.queries.documents import get_document
from practice.core.money import decimals
from practice.reports import layouts
from practice.reports.queries.accounting import codes, entries_of
from practice.reports.services.accounting import refuse_unmapped

PIECE = 256 * 1024  # bytes


def pack_pieces(actor: Actor, found: Whole) -> Iterator[bytes]:
    """The archive, put together in a temporary file, a piece at a time. Raises Unmapped, before the first piece."""
    entries = entries_of(actor, found.report.period)
    refuse_unmapped(entries)
    journal = layouts.neutral(entries, codes(), decimals=decimals(found.report.currency), names=True)
    return _pieces(found, journal)


def _pieces(found: Whole, journal: bytes) -> Iterator[bytes]:
    period = found.report.period
    with tempfile.TemporaryFile() as held:
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind in ("xlsx", "pdf", "json"):
                _add(archive, f"{period}.{kind}", file_of(found, kind))
            _add(archive, f"{period}-journal.csv", journal)
            for document_id, *_cells in found.details["documents"]:
                document = get_document(document_id)
                corrects = get_document(document.refers_to_id).number_text if document.refers_to_id else None
                _add(archive, f"documents/{document.number_text}.pdf", invoice_pdf(document, corrects=corrects))
        held.seek(0)
        while piece := held.read(PIECE):
            yield piece


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Without a moment of its own: the same files, the same archive."""
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
