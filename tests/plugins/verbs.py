"""Which verbs of the services were carried out and recorded, once each; printed with `--verbs`.

A verb is a public function of a room's services whose first argument is who acts. While the tests run, each record of
the trail is traced to the verbs it was written in. A verb that records one thing about one row twice fails its test.
A whole run in which a verb was never seen to be recorded fails.
"""
import importlib
import inspect
import pkgutil
import sys
from collections import Counter, defaultdict

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.plugins.counts import is_whole_run

NAME = "verbs"
# Public functions of services that are no acts, each for the reason given.
NO_ACTS = {
    "accounts.passkeys.begin_adding": "offers a challenge; the passkey that is added is recorded",
    "accounts.pins.begin_try": "counts a try; what comes of it is recorded",
    "accounts.second_step.offer": "seals what the form carries; what is set up is recorded",
    "accounts.second_step.offered": "opens it again",
    "billing.credit_notes.draft_note": "a part of issuing, which records it",
    "billing.documents.draft_invoice": "a part of issuing, as above",
    "billing.documents.draft_without_lines": "a part of issuing, as above",
    "intake.drafts.own_draft": "reads what the client has typed so far",
    "intake.drafts.save_draft": "keeps what a client types, before it is a form anybody has sent",
    "intake.links.begin": "the client's own pages; the form that is sent is what is recorded",
    "intake.links.continue_elsewhere": "the client's own pages, as above",
    "intake.links.hold": "reads",
    "intake.links.open_link": "reads",
    "intake.links.check_secret": "checks",
    "intake.prefill.has_last_form": "reads",
    "intake.prefill.is_own_birth_date": "checks",
    "outbox.posting.post": "part of the act that has something to send, which records it",
    "sessions.handover.check_is_mine": "checks",
    "sessions.notes.require_chart": "checks",
    "transfer.reviewing.look_through": "reads",
}


class RecordedTwice(AssertionError):
    """One act, two rows of the trail."""


def verbs() -> dict:
    """{code: name} of every verb of every room, such as `billing.till.move_cash`."""
    import practice

    found = {}
    for room in pkgutil.iter_modules(practice.__path__):
        for module in modules_of(f"practice.{room.name}.services") if room.ispkg and room.name != "audit" else ():
            for name, function in inspect.getmembers(module, inspect.isfunction):
                function = inspect.unwrap(function)
                first = next(iter(inspect.signature(function).parameters), None)
                if function.__module__ == module.__name__ and first == "actor" and not name.startswith("_"):
                    found[function.__code__] = f"{module.__name__.removeprefix('practice.')}.{name}".replace(
                        ".services.", ".")
    return found


def modules_of(name: str):
    """A module called `name`, and those inside it when it is a package."""
    if importlib.util.find_spec(name) is None:
        return
    module = importlib.import_module(name)
    yield module
    for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
        yield importlib.import_module(f"{name}.{inner.name}")


def pytest_addoption(parser):
    parser.addoption("--verbs", action="store_true", help="print the verbs and the tests that show them")


def pytest_configure(config):
    config.pluginmanager.register(Watch(), "practice-verbs-watch")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Told(config), "practice-verbs")


class Watch:
    """In each process that runs tests: notes on the test which verbs were recorded and committed in it."""

    def __init__(self):
        self.seen = set()

    def pytest_collection_finish(self, session):
        from practice.audit import services
        from practice.core import db

        write, self.codes = services.record, verbs()

        def record(actor, action, entity=None, **facts):
            """Records, and keeps in which verbs; under the name of what it stands for."""
            write(actor, action, entity, **facts)
            stack = list(self.stack(sys._getframe(1)))
            db.db.session().info.setdefault(NAME, []).append((action, entity, stack))

        services.record = record
        db.before_commit.insert(0, self.look)
        event.listen(Session, "after_rollback", lambda session: session.info.pop(NAME, None))

    def stack(self, frame):
        """(verb, which call of it) for each verb that is at work, the innermost first."""
        while frame is not None:
            if frame.f_code in self.codes:
                yield self.codes[frame.f_code], frame
            frame = frame.f_back

    def look(self, session):
        records = session.info.pop(NAME, [])
        self.seen.update(verb for _action, _entity, stack in records for verb, _call in stack)
        innermost = Counter((action, id(entity), verb, id(call)) for action, entity, stack in records
                            if entity is not None for verb, call in stack[:1])
        for (action, _entity, verb, _call), count in innermost.items():
            if count > 1:
                raise RecordedTwice(f"{verb} records {action} {count} times for one row")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        yield
        item.user_properties.append((NAME, sorted(self.seen)))
        self.seen.clear()


class Told:
    """In the process that prints: which verb was shown by which tests, and whether one is missing."""

    def __init__(self, config):
        self.config = config
        self.tests = defaultdict(set)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            for verb in dict(report.user_properties).get(NAME, ()):
                self.tests[verb].add(report.nodeid.split("[")[0])

    def missing(self) -> list[str]:
        return sorted(set(verbs().values()) - set(NO_ACTS) - set(self.tests))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        self.is_judged = is_whole_run(self.config)
        if self.is_judged and exitstatus == pytest.ExitCode.OK and self.missing():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        write, missing = terminalreporter.write_line, self.missing()
        if self.config.getoption("--verbs"):
            for verb in sorted(set(verbs().values()) - set(NO_ACTS)):
                tests = self.tests.get(verb, ())
                write(f"{verb:<45} {len(tests):>3} tests, such as {min(tests, default='none')}")
        if self.is_judged or self.config.getoption("--verbs"):
            write(f"verbs of the services seen to be recorded, once each: {len(self.tests)}")
            if missing:
                write(f"FAILED: no test shows that these are recorded: {', '.join(missing)}", red=True)
