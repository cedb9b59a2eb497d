"""Takes one lock out of the house for a whole run, so that one can see which tests notice: `--break row_rule`.

Nothing here is reachable from the product: the locks are taken out by replacing functions in this process only.
"""
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session


def row_rule():
    from practice.access import policy

    policy.options_for = lambda actor: {}


def csrf_check():
    from flask_wtf import CSRFProtect

    CSRFProtect.protect = lambda self: None


def audit_write():
    from practice.audit import services
    from practice.core import db

    db.before_commit.remove(services._write_chain)


def seal_binding():
    from practice.core.sealed import Sealed

    Sealed.bound_to = lambda self, row: "anywhere"


def transaction_guard():
    from practice.core import db

    event.remove(Session, "before_flush", db._flush_needs_transaction)
    event.remove(Session, "do_orm_execute", db._bulk_needs_transaction)
    event.remove(Session, "before_commit", db._commit_needs_transaction)


LOCKS = {lock.__name__: lock for lock in (row_rule, csrf_check, audit_write, seal_binding, transaction_guard)}


def pytest_addoption(parser):
    parser.addoption("--break", dest="broken_lock", choices=LOCKS, help="take this lock out (see practice locks)")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    name = session.config.getoption("broken_lock")
    if name:
        LOCKS[name]()
