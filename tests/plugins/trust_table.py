"""What the house promises, and the tests that show it: printed with `--trust` (see `practice check trust`).

The promises stand in practice/ops/requirements.json: `severity` M (must) or S (should), `still` what no test shows
yet. A test names those it shows by `@pytest.mark.requirement("cookie", …)`; results travel as properties of its
reports, so that runs on several workers print the same table. A whole run in which one has no test fails.
"""
import json
from collections import defaultdict
from pathlib import Path

import pytest

from practice.ops.locks import LOCKS
from tests.plugins.counts import is_whole_run

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = json.loads((ROOT / "practice" / "ops" / "requirements.json").read_text(encoding="utf-8"))
KEYS = {row["key"] for row in REQUIREMENTS}
NAME = "requirement"
GREEN, PARTLY, OPEN, RED, NOT_RUN = "green", "partly", "open", "red", "not run"


def pytest_addoption(parser):
    parser.addoption("--trust", action="store_true", help="print the table of requirements, tests and results")


def pytest_collection_modifyitems(items):
    """Note on each test what it shows. A name that no requirement has stops the run."""
    for item in items:
        for mark in item.iter_markers(NAME):
            for key in mark.args:
                if key not in KEYS:
                    raise pytest.UsageError(f"{item.nodeid} names the requirement {key!r}, which there is not")
                item.user_properties.append((NAME, key))


def seen(stats) -> dict[str, dict[str, set[str]]]:
    """{requirement: {test: what became of it}} from the reports of a run; a test counts once for all its cases."""
    found = defaultdict(lambda: defaultdict(set))
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in stats.get(outcome, ()):
            for name, key in getattr(report, "user_properties", ()):
                if name == NAME:
                    found[key][report.nodeid.split("[")[0]].add(outcome)
    return found


def result(row: dict, tests: dict[str, set[str]]) -> str:
    """One word for a requirement: what its tests say, and whether they are known to say all of it."""
    outcomes = set().union(*tests.values())
    if outcomes & {"failed", "error"}:
        return RED
    if not tests:
        return OPEN
    if any(found != {"passed"} for found in tests.values()):
        return NOT_RUN
    return PARTLY if row.get("still") else GREEN


def is_judged(config) -> bool:
    """Whether all tests that show something were to run: then each promise has to have one."""
    return (not hasattr(config, "workerinput") and config.option.markexpr in ("", NAME)
            and is_whole_run(config, but="markexpr"))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    if is_judged(session.config) and exitstatus == pytest.ExitCode.OK:
        found = seen(session.config.pluginmanager.get_plugin("terminalreporter").stats)
        lacking = [row["key"] for row in REQUIREMENTS if result(row, found.get(row["key"], {})) in (OPEN, PARTLY)]
        if lacking:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            print(f"\nFAILED: not shown by any test, or not wholly: {', '.join(lacking)}")


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--trust"):
        return
    write, found = terminalreporter.write_line, seen(terminalreporter.stats)
    terminalreporter.write_sep("=", "requirement, test, result")
    counted = defaultdict(lambda: defaultdict(int))
    for number, row in enumerate(REQUIREMENTS, 1):
        tests = found.get(row["key"], {})
        word = result(row, tests)
        counted[row["severity"]][word] += 1
        write(f"{number:>2} {row['severity']} {word:<8} {row['text']}", bold=True, green=word == GREEN, red=word == RED)
        for test, outcomes in sorted(tests.items()):
            write(f"              {test}" + ("" if outcomes == {"passed"} else f": {', '.join(sorted(outcomes))}"))
        held = [name for name, lock in LOCKS.items() if lock.promise == row["key"]]
        if held:
            write(f"              held by: {', '.join(held)} (practice locks)")
        if row.get("still") and word != RED:
            write(f"              not shown: {row['still']}")
    for severity, words in sorted(counted.items()):
        write(f"{severity}: " + ", ".join(f"{words[word]} {word}" for word in (GREEN, PARTLY, OPEN, RED, NOT_RUN)
                                          if words[word]))
