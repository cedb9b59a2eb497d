"""Files on their way to the browser: a neutral name, the right type, never kept by a cache."""
from flask import Response

from practice.admin.base import record_reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf(data: bytes, name: str, *, client_id: int | None = None) -> Response:
    """A PDF shown in the browser; that a client's paper was opened to be printed is written down first."""
    if client_id is not None:
        record_reading("paper.print", client_id=client_id, paper=name)
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """A file to save."""
    return Response(data, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
