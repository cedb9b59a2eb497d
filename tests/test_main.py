"""The first command on a bare machine: what it needs, what it finds missing, and what it says."""

import ast
import hashlib
import importlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "practice" / "__main__.py"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """The module, working in a project folder of this test's own."""
    module = importlib.import_module("practice.__main__")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(venv))
    monkeypatch.setattr(module, "STAMP", str(venv / "stamp.json"))
    monkeypatch.setattr(module, "LOG", str(venv / "log"))
    monkeypatch.setattr(module, "PYTHON", str(venv / "bin" / "python"))
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Nice_Thing[extra]==1.2", "loose>=3"]\n'
        '[project.optional-dependencies]\ntest = ["checker==4.0; python_version > \'3\'"]\npostgres = ["driver==5.1"]\n'
    )
    (tmp_path / ".pins").mkdir()
    for name in ("shipped", "postgres", "test"):
        (tmp_path / ".pins" / f"{name}.txt").write_text("nice-thing==1.2 --hash=sha256:00\n")
    return module


def ready(start, *, extras=(), found=()):
    """Put a finished install there, as the stamp and the folders of its packages tell it."""
    packages = Path(start.VENV) / "lib" / "python3.11" / "site-packages"
    for name, version in found:
        info = packages / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    Path(start.PYTHON).parent.mkdir(parents=True)
    Path(start.PYTHON).touch()
    stamp = {"root": start.ROOT, "project": start.fingerprint(), "extras": list(extras)}
    Path(start.STAMP).write_text(json.dumps(stamp))


def test_an_old_python_can_read_it():
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    ast.parse(SOURCE.with_name("__init__.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_needs_the_standard_library_only():
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported - sys.stdlib_module_names == {"practice"}


def test_pins_are_read_with_the_extras_asked_for(start):
    assert start.pins([]) == {"nice-thing": "1.2"}
    assert start.pins(["test", "postgres"]) == {"nice-thing": "1.2", "checker": "4.0", "driver": "5.1"}


def test_a_server_database_needs_its_driver(start, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert start.extras_for(["serve"]) == []
    assert start.extras_for([]) == []
    assert start.extras_for(["test", "-x"]) == start.extras_for(["locks"]) == ["test"]
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna@localhost/practice")
    assert start.extras_for(["serve"]) == ["postgres"]


def test_what_is_missing_or_of_another_version_is_named(start):
    assert start.missing({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2.1"}) == ["b==2", "c==3"]


@pytest.mark.requirement("supply-chain")
def test_this_python_has_what_the_project_pins():
    """The suite itself runs where nothing is missing, so nothing would be installed."""
    start = importlib.import_module("practice.__main__")
    assert start.missing(start.pins(["test", "postgres"]), start.installed()) == []


def test_a_finished_install_is_used_again(start):
    ready(start, found=[("nice.thing", "1.2")])
    assert start.is_ready([], start.pins([]))
    assert not start.is_ready(["test"], start.pins(["test"]))


@pytest.mark.parametrize("what", ["stamp", "python", "package", "pins", "hashes", "moved"])
def test_an_unfinished_or_changed_install_is_not(start, what, tmp_path, monkeypatch):
    ready(start, found=[("nice-thing", "1.1" if what == "package" else "1.2")])
    if what == "stamp":
        Path(start.STAMP).write_text("{")
    elif what == "python":
        Path(start.PYTHON).unlink()
    elif what == "pins":
        with (tmp_path / "pyproject.toml").open("a") as file:
            file.write("\n")
    elif what == "hashes":
        (tmp_path / ".pins" / "shipped.txt").write_text("nice-thing==1.2 --hash=sha256:01\n")
    elif what == "moved":
        stamp = json.loads(Path(start.STAMP).read_text()) | {"root": "elsewhere"}
        Path(start.STAMP).write_text(json.dumps(stamp))
    assert not start.is_ready([], start.pins([]))


@pytest.mark.requirement("supply-chain")
@pytest.mark.parametrize("changed", [False, True])
def test_a_file_with_another_hash_is_not_installed(start, tmp_path, changed):
    """What pip is really asked for, with a package made here."""
    wheel = tmp_path / "nice_thing-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        told = {"METADATA": "Metadata-Version: 2.1\nName: nice-thing\nVersion: 1.2\n", "RECORD": "",
                "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
        for name, text in told.items():
            file.writestr(f"nice_thing-1.2.dist-info/{name}", text)
    known = hashlib.sha256(wheel.read_bytes()).hexdigest()
    Path(start.pins_file([])).write_text(f"nice-thing @ {wheel.as_uri()} --hash=sha256:{known}\n")
    if changed:
        with zipfile.ZipFile(wheel, "a") as file:
            file.writestr("nice_thing.py", "added later")
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--dry-run", "--no-index",
                           *start.what_to_install([])[0]], capture_output=True, text=True)
    assert ("DO NOT MATCH THE HASHES" in done.stderr) == changed
    assert ("Would install nice-thing-1.2" in done.stdout) != changed


def test_without_the_venv_module_one_sentence_says_what_to_install(start, monkeypatch, capsys):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name))
    with pytest.raises(SystemExit) as left:
        start.make_environment()
    assert left.value.code == 1
    assert "sudo apt install python3." in capsys.readouterr().err


def failing_pip(words):
    def run(command, stdout, **options):
        stdout.write(words.encode())
        return subprocess.CompletedProcess(command, 1)

    return run


@pytest.mark.parametrize(
    ("words", "said", "all_words"),
    [
        ("WARNING: NewConnectionError('[Errno -2]')", "is this machine online?", False),
        ("error: No space left on device", "Installing failed", True),
    ],
)
def test_a_failing_install_says_why_and_leaves_no_stamp(start, monkeypatch, capsys, words, said, all_words):
    ready(start, extras=["test"])
    monkeypatch.setattr(subprocess, "run", failing_pip(words))
    with pytest.raises(SystemExit):
        start.install([], start.pins([]))
    error = capsys.readouterr().err
    assert said in error
    assert (words in error) == all_words
    assert words in Path(start.LOG).read_text()
    assert not Path(start.STAMP).exists()


def test_an_old_python_is_named(start, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        start.main(["demo"])
    assert capsys.readouterr().err.startswith("practice needs Python 3.11 or newer; this is Python 3.9.")


def test_help_installs_nothing(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "installed", lambda folders=None: {})
    start.main([])
    assert "python3 -m practice demo" in capsys.readouterr().out or sys.platform == "win32"
    assert not Path(start.VENV).exists()
