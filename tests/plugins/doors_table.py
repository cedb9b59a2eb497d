"""Prints the table of doors at the end of a run, with `--doors`: address x method x role as seen."""
import pytest

ORDER = "OTXRBA"
HEAD = ("owner", "therapist", "other th.", "reception", "bookkeeper", "nobody")


def pytest_addoption(parser):
    parser.addoption("--doors", action="store_true", help="print the table of addresses and roles")


@pytest.fixture
def doors_table(request):
    """Rows of (endpoint, method, outcome by person), shown after the run."""
    rows = []
    yield rows
    request.config.doors_rows = rows


def pytest_terminal_summary(terminalreporter, config):
    rows = getattr(config, "doors_rows", None)
    if not rows or not config.getoption("--doors"):
        return
    terminalreporter.write_sep("=", "who passes which door")
    terminalreporter.write_line(f"{'address':<34}{'':<6}" + "".join(f"{word:<12}" for word in HEAD))
    for endpoint, method, row in rows:
        terminalreporter.write_line(f"{endpoint:<34}{method:<6}" + "".join(f"{row[letter]:<12}" for letter in ORDER))
