"""What `practice report` does: the files of the page, written into a folder."""
from pathlib import Path

from practice.access.actor import system
from practice.access.guard import acting
from practice.admin.report_files import csv_files, file_of, whole
from practice.audit import services as audit
from practice.core.db import transaction
from practice.reports.period import Period


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
