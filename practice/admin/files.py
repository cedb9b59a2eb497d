"""A stored file as it was handed in: opened with the rights of the chart, each reading recorded first."""
from flask import Response, redirect, url_for
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin.base import Page, record_reading
from practice.files.kinds import ENDINGS, PDF
from practice.files.queries import get_file

READS = (P.CHART_READ, P.CHART_BREAK_GLASS)


class FilePage(Page):
    permissions = {"index": READS, "page": READS}

    @expose("/")
    def index(self):
        """There is no list of files: each stands with what it belongs to."""
        return redirect(url_for("today.index"))

    @expose("/<int:file_id>")
    def page(self, file_id):
        """The bytes. A picture is shown, everything else is saved: nothing in it runs in this application's name."""
        row = get_file(file_id)
        record_reading("file.read", row, client_id=row.client_id)
        row = get_file(file_id)
        how = "attachment" if row.media_type == PDF else "inline"
        return Response(row.content, content_type=row.media_type, headers={
            "Content-Disposition": f'{how}; filename="file-{row.id}.{ENDINGS[row.media_type]}"'})
