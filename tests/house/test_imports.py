"""Who may import whom: the contracts in pyproject.toml, and the rules they cannot say."""

import functools
from pathlib import Path

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PRACTICE = ROOT / "practice"
ABOVE_THE_RULES = {"admin", "cli", "kiosk", "ops", "demo", "static"}
# What screens are made of; `site` joins the screens together.
FOUNDATION = {"auth", "base", "care", "charts", "colleagues", "courses", "day_columns", "fields", "money_papers",
              "money_search", "papers", "places", "proof", "renewing", "report_charts", "report_files", "report_pack",
              "reset", "sending", "setup_tabs", "sheet", "show", "streamed", "superbill_paper", "switches", "till_slip",
              "today_therapist", "typing_money", "words"}
LAYERS_OF_A_ROOM = {"services", "policy", "queries", "models"}
IMPURE = ("sqlalchemy", "flask", "flask_sqlalchemy", "practice.core.db", "practice.core.clock")
# Files of a room that are neither one of its layers nor pure, each for the reason given.
DOORS = {
    "practice.access.guard": "keeps the row rules on every session",
}


@functools.cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("practice", include_external_packages=True, cache_dir=None)


def rooms() -> set[str]:
    """The packages that hold rules: everything below the screens."""
    packages = {path.parent.name for path in PRACTICE.glob("*/__init__.py")}
    return packages - ABOVE_THE_RULES


def contract(start: str) -> dict:
    options = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    return next(option for option in options if option["name"].startswith(start))


def test_the_contracts_are_kept(capsys, monkeypatch):
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)  # it silences every logger there is already
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize(("start", "key"), [("Inside a room", "containers"), ("Rules know nothing", "source_modules")])
def test_every_room_is_under_the_contract(start, key):
    listed = {name.removeprefix("practice.") for name in contract(start)[key]}
    assert rooms() - listed - {"core"} == set()


def pure_files() -> list[str]:
    """Every file of a room that is not one of its layers; core is made of foundations and chooses for itself."""
    found = []
    for name in sorted(graph().modules):
        parts = name.split(".")
        if len(parts) < 3 or parts[0] != "practice" or parts[1] not in rooms() - {"core"}:
            continue
        if parts[2] not in LAYERS_OF_A_ROOM and name not in DOORS:
            found.append(name)
    return found


def test_other_files_of_a_room_are_pure():
    """Facts in, result out: no database, no clock, no web, and nothing of any room's layers."""
    wrong = []
    for name in pure_files():
        for imported in sorted(graph().find_modules_directly_imported_by(name)):
            parts = imported.split(".")
            layer = parts[0] == "practice" and len(parts) > 2 and parts[2] in LAYERS_OF_A_ROOM
            if layer or any(imported == bad or imported.startswith(bad + ".") for bad in IMPURE):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize("floor", [name for name in ("admin", "kiosk") if (PRACTICE / name / "__init__.py").exists()])
def test_screens_do_not_import_each_other(floor):
    """They link by url_for; what they share is a foundation, a rule below, or a template."""
    package = f"practice.{floor}"
    wrong = []
    for name in sorted(graph().find_descendants(package)):
        screen = name.split(".")[2]
        for imported in sorted(graph().find_modules_directly_imported_by(name)):
            if not imported.startswith(package + "."):
                continue
            target = imported.split(".")[2]
            if target not in FOUNDATION | {screen} and screen != "site":
                wrong.append(f"{name} imports {imported}")
    assert wrong == []
