"""The end of a run says what ran where, and does not let one database fall behind."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CONFTEST = """
import pytest
pytest_plugins = ["tests.plugins.counts"]

@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    if request.param in SKIPPED:
        pytest.skip("not on this machine")
"""
TESTS = "def test_data(database_kind): pass\ndef test_pure(): pass\n"


@pytest.fixture
def run(tmp_path):
    """Run a small suite in a process of its own; `skipped` names a database that is not there."""
    import subprocess

    def run_suite(*arguments: str, skipped: str = ""):
        (tmp_path / "conftest.py").write_text(f"SKIPPED = {skipped!r}.split()\n" + CONFTEST)
        (tmp_path / "test_small.py").write_text(TESTS)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\ntestpaths = .\npythonpath = {ROOT}\nmarkers = only_on\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run_suite


@pytest.mark.parametrize("workers", ["0", "2"])
def test_equal_counts_pass(run, workers):
    done = run("-n", workers)
    assert done.returncode == 0, done.stdout
    assert "tests per database: sqlite 1, postgresql 1" in done.stdout
    assert "tests without data: 1" in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_unequal_counts_fail_a_whole_run(run, workers):
    done = run("-n", workers, skipped="postgresql")
    assert done.returncode == 1
    assert "skipped 1: not on this machine" in done.stdout
    assert "FAILED: the two databases did not run the same tests" in done.stdout


@pytest.mark.parametrize("part", [["test_small.py"], ["-k", "data"]])
def test_a_part_of_the_suite_is_told_and_not_judged(run, part):
    done = run(*part, skipped="postgresql")
    assert done.returncode == 0, done.stdout
    assert "tests per database: sqlite 1, postgresql 0" in done.stdout
