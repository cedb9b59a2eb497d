"""The table of requirements is made from what ran: nothing is green that no test showed."""
import subprocess
import sys
from pathlib import Path

import pytest

from practice.ops.locks import LOCKS, OF_THE_DATABASE
from practice.ops.triggers import POSTGRESQL_EXCLUSIONS, POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS, lock_of
from tests.plugins import broken
from tests.plugins.trust_table import GREEN, KEYS, NOT_RUN, OPEN, PARTLY, RED, REQUIREMENTS, result

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

@pytest.mark.requirement("cookie")
def test_cookie(): pass

@pytest.mark.requirement("csrf", "sign-out")
def test_token(): assert False

@pytest.mark.requirement("sums")
def test_sums(): pytest.skip("not here")
"""


@pytest.fixture
def run(tmp_path):
    """Run a small suite with the table in a process of its own."""
    def run_suite(tests: str, *arguments: str):
        (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.plugins.trust_table"]\n')
        (tmp_path / "test_small.py").write_text(tests)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\nmarkers = requirement\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--trust", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run_suite


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_table_says_what_ran(run, workers):
    said = run(TESTS, "-n", workers).stdout
    word = {row["key"]: said[:said.index(row["text"])].split()[-1] for row in REQUIREMENTS}
    assert (word["cookie"], word["csrf"], word["sign-out"], word["sums"]) == ("green", "red", "red", "run")
    assert word["rights"] == "open"
    assert "held by: csrf_check (practice locks)" in said
    assert "test_small.py::test_cookie\n" in said and "test_small.py::test_token: failed" in said


def test_a_promise_that_nothing_shows_fails_a_whole_run(run):
    done = run('import pytest\n@pytest.mark.requirement("cookie")\ndef test_cookie(): pass\n')
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    lacking = done.stdout.partition("FAILED: not shown by any test")[2].partition("\n")[0]
    assert ", rights" in lacking and "cookie" not in lacking


def test_a_name_that_is_no_requirement_stops_the_run(run):
    done = run('import pytest\n@pytest.mark.requirement("no such thing")\ndef test_it(): pass\n')
    assert done.returncode == pytest.ExitCode.USAGE_ERROR and "no such thing" in done.stderr + done.stdout


@pytest.mark.parametrize(("tests", "still", "word"), [
    ({}, "", OPEN), ({"a": {"passed"}}, "", GREEN), ({"a": {"passed"}}, "the rest", PARTLY),
    ({"a": {"passed", "failed"}}, "", RED), ({"a": {"passed"}, "b": {"skipped"}}, "", NOT_RUN),
    ({"a": {"passed", "skipped"}}, "", NOT_RUN)])
def test_one_word_for_each(tests, still, word):
    assert result({"still": still}, tests) == word


def test_requirements_are_told_apart():
    assert len({row["key"] for row in REQUIREMENTS}) == len({row["text"] for row in REQUIREMENTS}) >= 66
    assert {row["severity"] for row in REQUIREMENTS} == {"M", "S"}


def test_every_lock_holds_a_promise_and_can_be_taken_out():
    assert LOCKS.keys() == broken.LOCKS.keys() and {lock.promise for lock in LOCKS.values()} <= KEYS
    known = {lock_of(name) for name in (*SQLITE_TRIGGERS, *POSTGRESQL_TRIGGERS, *POSTGRESQL_EXCLUSIONS)}
    assert known - {None} == set(OF_THE_DATABASE)
