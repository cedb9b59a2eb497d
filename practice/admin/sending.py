"""Files on their way to the browser: a neutral name, the right type, never kept by a cache."""
from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf(data: bytes, name: str) -> Response:
    """A PDF shown in the browser."""
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """A file to save."""
    return Response(data, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
