"""Takes one lock out of the house for a whole run, so that one can see which tests notice: `--break row_rule`.

Nothing here is reachable from the product: the locks are taken out by replacing functions in this process only.
"""
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from practice.ops.locks import OF_THE_DATABASE


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


def gut(function, instead) -> None:
    """Let `function` do what `instead` does, under whatever name it was imported before."""
    function.__code__, function.__defaults__, function.__kwdefaults__ = instead.__code__, instead.__defaults__, None


def foreign_write():
    from practice.access import guard

    gut(guard._refuse_foreign_rows, lambda *_: None)


def permission():
    from practice.access import guard

    gut(guard.require, lambda *_: None)


def door():
    from practice.admin.base import Guarded

    gut(Guarded._handle_view, lambda *_, **__: None)


def headers():
    from practice import app

    gut(app.send_headers, lambda answer: answer)


def way_back():
    from practice.admin import auth

    gut(auth.safe_next, lambda target: target or "/")


def brake():
    from practice.accounts.services import signing_in

    gut(signing_in.count_failure, lambda *_: None)


def common_passwords():
    from practice.accounts import passwords

    gut(passwords.is_common, lambda plain: False)


def end_of_sign_in():
    from practice.accounts.services import signing_in

    gut(signing_in.end, lambda *_: None)


def version():
    from practice.core import db

    gut(db.check_version, lambda row, version: None)


def request_key():
    from practice.billing.services import payments

    gut(payments.first_by_key, lambda *_: None)


def chain():
    from practice.audit import chain

    gut(chain.row_hash, lambda *_: "0" * 64)


def formula():
    from practice.core import spreadsheet

    gut(spreadsheet.neutralise, lambda value: value)


def without_triggers(name: str) -> None:
    """No database of this run gets what belongs to that lock; the first is made after this."""
    from practice.ops import triggers

    for held in (triggers.SQLITE_TRIGGERS, triggers.POSTGRESQL_TRIGGERS, triggers.POSTGRESQL_EXCLUSIONS):
        for one in [one for one in held if triggers.lock_of(one) == name]:
            del held[one]


LOCKS = {lock.__name__: lock for lock in (
    row_rule, foreign_write, permission, door, csrf_check, headers, way_back, brake, common_passwords, end_of_sign_in,
    version, request_key, transaction_guard, audit_write, chain, seal_binding, formula)}
LOCKS |= {name: partial(without_triggers, name) for name in OF_THE_DATABASE}


def pytest_addoption(parser):
    parser.addoption("--break", dest="broken_lock", choices=LOCKS, help="take this lock out (see practice locks)")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    name = session.config.getoption("broken_lock")
    if name:
        LOCKS[name]()
