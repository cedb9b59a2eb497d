"""What `practice report` does: the files of the page, written into a folder or mailed to the owners."""
from pathlib import Path

from flask_babel import force_locale, gettext

from practice.access.actor import system
from practice.access.guard import acting
from practice.access.roles import Role
from practice.accounts.queries import roles_of, staff
from practice.admin.report_charts import title_of
from practice.admin.report_files import FORMATS, csv_files, file_of, whole
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import transaction
from practice.outbox.letter import File
from practice.outbox.queries import messages_about
from practice.outbox.services.posting import post
from practice.premises.queries import get_practice, the_practice
from practice.reports.period import Period


def send_report(month: str | None) -> list[str]:
    """Mail the report of a month, the last one that is over unless another is named, to every owner: once, however
    many machines ask. Gives the addresses; none when it was sent before. Raises Invalid."""
    actor, practice = system("practice report"), the_practice()
    today = clock.local_date(clock.now(), practice.time_zone)
    period = Period.parse(month) if month else Period.of(today).before
    with acting(actor):
        found = whole(actor, period)
        with force_locale(practice.language):
            title, subject = title_of(period), gettext("Report %(month)s", month=title_of(period))
            body = gettext("The report of %(month)s is attached: to read and print, and as a table.", month=title)
        files = [File(f"{period}.{kind}", FORMATS[kind], file_of(found, kind)) for kind in ("pdf", "xlsx")]
        about = f"report:{period}"
        with transaction():
            get_practice(for_change=True)  # whoever comes second waits here, and sees that it was sent
            if messages_about([about]):
                return []
            owners = [user.email for user in staff() if user.is_active and Role.OWNER in roles_of(user.id)]
            for address in owners:
                post(actor, address, subject, body, files, about=about, from_name=practice.name)
            audit.record(actor, "report.send", month=str(period), owners=len(owners))
        return owners


def write_report(month: str, kind: str, folder: Path) -> list[Path]:
    """Write one file, or of CSV one a sheet; gives their paths. Raises Invalid."""
    actor, period = system("practice report"), Period.parse(month)
    with acting(actor):
        with transaction():
            audit.record(actor, "month.export", month=str(period), kind=kind)
        found = whole(actor, period)
        files = csv_files(found) if kind == "csv" else {f"{period}.{kind}": file_of(found, kind)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]
