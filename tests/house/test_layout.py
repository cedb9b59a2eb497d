"""What lies where, how long a file may be, and what may not be written anywhere."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "README.md",
    "config.py",
    "migrations",
    "practice",
    "pyproject.toml",
    "templates",
    "tests",
    "wsgi.py",
}
MADE_BY_RUNNING = {"__pycache__", "instance", "uv.lock"}
MOST_LINES = 500
TEXT = {".cfg", ".css", ".html", ".ini", ".js", ".json", ".md", ".mako", ".po", ".py", ".toml", ".txt", ".typ", ".yml"}
VAGUE = {"utils.py", "helpers.py", "common.py", "misc.py"}

# Put together here, so that this file does not hold what it looks for.
ELSEWHERE = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|[A-Z]:\\\\?Users",
    "a package index": r"py" + r"pi\.org|python" + r"hosted|registry\." + r"npm|index-" + r"url|find-" + r"links",
    "a note to self": r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}
IN_PRACTICE = {
    "a relationship pointing up": r"\bback" + r"ref\b",
    "the machine's own clock": r"\bdatetime\.now\(|\bdate\.today\(|\butcnow\(|\btime\.time\(",
    "a commit": r"\bsession(?:\(\))?\.commit\(",
    "a print": r"(?<![\w.])print\(",
}
ALLOWED = {
    "the machine's own clock": {"practice/core/clock.py"},
    "a commit": {"practice/core/db.py"},
    "a print": {"practice/__main__.py"},
}


def files(*folders: str) -> list[Path]:
    """The text files of these folders, as they would be checked in."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                found.append(path)
    return found


def project_files() -> list[Path]:
    top = [path for path in sorted(ROOT.iterdir()) if path.is_file() and path.name in TOP_LEVEL]
    ci = [path for path in sorted((ROOT / ".ci").glob("*")) if path.is_file()]
    return top + ci + files("practice", "templates", "tests", "migrations")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found(paths: list[Path], pattern: str) -> list[str]:
    """`file:line: text` of every place the pattern matches."""
    wanted = re.compile(pattern)
    places = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if wanted.search(line):
                places.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    return places


def test_nothing_else_lies_at_the_top():
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert seen - MADE_BY_RUNNING == TOP_LEVEL


def test_no_file_is_too_long():
    long = []
    for path in files("practice", "templates", "tests", "migrations"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        generated = path.parent.name == "versions" or path.suffix in (".json", ".po", ".txt")
        if lines > MOST_LINES and not generated:
            long.append(f"{name(path)}: {lines} lines")
    assert long == []


def test_no_file_is_named_after_nothing():
    assert [name(path) for path in files("practice", "tests") if path.name in VAGUE] == []


@pytest.mark.parametrize("what", ELSEWHERE)
def test_nowhere(what):
    assert found(project_files(), ELSEWHERE[what]) == []


@pytest.mark.parametrize("what", IN_PRACTICE)
def test_not_in_the_code(what):
    paths = [path for path in files("practice") if path.suffix == ".py" and name(path) not in ALLOWED.get(what, ())]
    assert found(paths, IN_PRACTICE[what]) == []


def test_room_cards_hold_words_only():
    """A room's __init__.py says what lives there and what it may ask of whom, and imports nothing."""
    wrong = []
    for path in (ROOT / "practice").rglob("__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree) or len(tree.body) != 1:
            wrong.append(name(path))
    assert wrong == []


def test_every_python_file_says_what_it_is():
    silent = []
    for path in files("practice"):
        if path.suffix == ".py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))):
            silent.append(name(path))
    assert silent == []


@pytest.mark.requirement("static-checks")
def test_ruff_is_content():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_templates_import_what_they_use():
    idle = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        words = path.read_text(encoding="utf-8")
        for names in re.findall(r"""\{%-? from ['"][^'"]+['"] import ([^%]+?)(?: with context)? -?%\}""", words):
            for name in (one.split(" as ")[-1].strip() for one in names.split(",")):
                if len(re.findall(rf"\b{name}\b", words)) < 2:
                    idle.append(f"{path.relative_to(ROOT)}: {name}")
    assert idle == []
