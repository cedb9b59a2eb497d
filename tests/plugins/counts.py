"""Says at the end what ran where, and fails a whole run in which the two databases did not run the same tests."""

from collections import Counter

import pytest

KINDS = ("sqlite", "postgresql")
NARROWING = ("keyword", "markexpr", "deselect", "database", "collectonly", "lf", "stepwise", "maxfail")


def is_whole_run(config, *, but: str = "") -> bool:
    """Whether nothing was left out on purpose, `but` by this option; a part of the suite is told its counts and not
    judged by them."""
    narrowed = any(getattr(config.option, name, None) for name in NARROWING if name != but)
    return not narrowed and config.args_source is not config.ArgsSource.ARGS


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Counts(config), "practice-counts")


def pytest_collection_modifyitems(items):
    """Leave a note on each test that the process printing the summary can read: reports travel, items do not."""
    for item in items:
        kind = getattr(item, "callspec", None) and item.callspec.params.get("database_kind")
        if kind:
            only = item.get_closest_marker("only_on")
            item.user_properties.append(("only_on" if only else "database", kind))
        if "browser" in getattr(item, "fixturenames", ()):
            item.user_properties.append(("browser", True))


class Counts:
    """Counts finished and skipped tests by database, in the process that prints the summary."""

    def __init__(self, config):
        self.config = config
        self.ran = Counter()
        self.only = Counter()
        self.browser = Counter()
        self.skipped = Counter()

    def pytest_runtest_logreport(self, report):
        notes = dict(report.user_properties)
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[reason.removeprefix("Skipped: ")] += 1
            if "browser" in notes:
                self.browser["skipped"] += 1
        elif report.when == "call":
            self.ran[notes.get("database")] += 1
            self.only[notes.get("only_on")] += 1
            self.browser["ran"] += "browser" in notes

    def is_lagging(self) -> bool:
        """Whether one database did not run what the other did, in a whole run."""
        return self.ran["sqlite"] != self.ran["postgresql"] and is_whole_run(self.config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if self.is_lagging() and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        line = ", ".join(f"{kind} {self.ran[kind]}" for kind in KINDS)
        only = ", ".join(f"{self.only[kind]} only on {kind}" for kind in KINDS if self.only[kind])
        terminalreporter.write_sep("-", "what ran where")
        terminalreporter.write_line(f"tests per database: {line}" + (f" ({only})" if only else ""))
        terminalreporter.write_line(f"tests without data: {self.ran[None] - sum(self.only[kind] for kind in KINDS)}")
        if self.browser.total():
            terminalreporter.write_line(f"browser tests: {self.browser['ran']} run, {self.browser['skipped']} skipped")
        for reason, count in self.skipped.most_common():
            terminalreporter.write_line(f"skipped {count}: {reason}")
        if self.is_lagging():
            terminalreporter.write_line("FAILED: the two databases did not run the same tests", red=True)
