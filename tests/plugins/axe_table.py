"""Prints what the accessibility checker found on each page, with `--axe-table`: page x size and theme.

A test hands its rows over by `axe_table(person, page, where, found)`; they travel as properties of its report, so that
runs on several workers print the same table.
"""
from collections import defaultdict

import pytest

NAME = "axe"


def pytest_addoption(parser):
    parser.addoption("--axe-table", action="store_true", help="print the table of pages and accessibility violations")


@pytest.fixture
def axe_table(record_property):
    """`axe_table("owner", "/setup/", "390 dark", ["color-contrast"])`: one look at one page."""
    return lambda person, page, where, found: record_property(NAME, (person, page, where, list(found)))


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--axe-table"):
        return
    pages, columns = defaultdict(dict), {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == NAME and report.when == "call":
                    person, page, where, found = value
                    pages[person, page][where] = found
                    columns[where] = True
    terminalreporter.write_sep("=", "accessibility: violations by page")
    terminalreporter.write_line(f"{'who':<12}{'page':<40}" + "".join(f"{where:>12}" for where in columns))
    for (person, page), seen in pages.items():
        cells = "".join(f"{len(seen[where]) if where in seen else '-':>12}" for where in columns)
        terminalreporter.write_line(f"{person:<12}{page:<40}{cells}")
    looks = [found for seen in pages.values() for found in seen.values()]
    terminalreporter.write_line(f"{len(pages)} pages, {len(looks)} looks, {sum(map(len, looks))} violations")
