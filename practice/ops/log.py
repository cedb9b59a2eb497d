"""The log: one line of JSON for each entry, without anything about people.

An exception is told by its kind and the places in the code it came through, never by its words: a database puts the
values of the row into them. Of other packages' entries only the fixed part is kept, without addresses: one may hold the
secret of a client's form.
"""
import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

OURS = "practice"
MOST_PLACES = 30
ADDRESS = re.compile(r"\S*/\S*")


class JsonLines(logging.Formatter):
    """`at`, `level`, `from`, `message`, and of an exception `kind` and `places` from the outermost on."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                 "level": record.levelname.lower(), "from": record.name,
                 "message": record.getMessage() if record.name == OURS else ADDRESS.sub("…", str(record.msg))}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            entry["kind"] = f"{type(error).__module__}.{type(error).__qualname__}"
            entry["places"] = [f"{place.filename.rpartition('site-packages/')[2]}:{place.lineno} {place.name}"
                               for place in traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]]
        return json.dumps(entry, ensure_ascii=True)


def use(stream=None) -> logging.Handler:
    """Write the log of this process as JSON lines to `stream` (standard error); gives the handler."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers[:] = [handler]
    logging.captureWarnings(True)
    return handler
