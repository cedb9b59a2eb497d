"""A file of opening balances that is killed while it comes over: nothing of it is there, and it comes over once."""
import subprocess
import sys

import pytest

from practice.access import guard
from practice.audit.services import verify
from practice.billing.queries.opening import brought_over
from practice.core.db import db, snapshot
from practice.ops.books.check import check_books
from tests import personas
from tests.factories.billing import Stage
from tests.plugins.databases import ROOT

ROWS, NEVER = 12, 10**9
FILE = "client;kind;amount;reference\n" + "".join(f"Ann Doyle;owed;{number + 1};old {number}\n"
                                                  for number in range(ROWS))
# Dies as of kill -9 before its n-th statement, or before the commit when that is reached first.
PROGRAM = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from practice.access import guard
from practice.access.actor import staff
from practice.access.roles import Role
from practice.billing.services.opening_import import bring_file
from practice.cli.making import make_app
from practice.core import clock
from practice.core.db import db, transaction

def die():
    os.kill(os.getpid(), signal.SIGKILL)

last, owner, now, file = int(sys.argv[1]), staff(int(sys.argv[2]), {Role.OWNER}), sys.argv[3], sys.argv[4]
clock.set_to(datetime.fromisoformat(now))
with make_app().app_context(), guard.acting(owner):
    left = [last]
    def count(*_statement):
        left[0] -= 1
        if not left[0]:
            die()
    event.listen(db.engine, "before_cursor_execute", count)
    with transaction():
        assert not bring_file(owner, file, on=clock.now().date()).bad
        db.session.flush()
        if last == 0:
            die()
"""


@pytest.mark.requirement("import", "kill-anywhere")
def test_nothing_comes_over_by_halves(cloned_database, tmp_path):
    people = personas.open_house()
    stage = Stage(people)

    def bring(last: int) -> int:
        db.session.remove()
        return subprocess.run([sys.executable, "-c", PROGRAM, str(last), str(people.olive.user_id),
                               personas.NOW.isoformat(), FILE], cwd=ROOT, stderr=subprocess.PIPE,
                              env=cloned_database.environ(tmp_path)).returncode

    def there() -> int:
        return stage.read(lambda: len(brought_over(stage.ann)))

    for last in (25, 0):
        assert bring(last) == -9 and there() == 0
    assert bring(NEVER) == 0 and there() == ROWS
    assert bring(NEVER) != 0 and there() == ROWS, "none of them twice"
    with guard.acting(people.system):
        assert check_books() == []
        with snapshot() as session:
            assert list(verify(session)) == []
