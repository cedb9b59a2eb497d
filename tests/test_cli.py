"""The command line: complete, quick to answer, and plain about what is wrong."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from practice.cli.commands import commands
from practice.ops import server

ROOT = Path(__file__).resolve().parents[1]


def test_every_command_says_what_it_does():
    said = CliRunner().invoke(commands, ["--help"]).output
    for name, command in commands.commands.items():
        assert name in said
        assert command.help


def test_help_does_not_load_the_application():
    program = "import sys, practice.cli.commands; print({'flask', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize("program", [["-m", "practice"], ["-m", "flask", "--app", "wsgi"]], ids=["practice", "flask"])
def test_a_wrong_setting_is_one_sentence(program, tmp_path):
    environ = os.environ | {"SECRET_KEY": "short", "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    done = subprocess.run([sys.executable, *program, "migrate"], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode != 0
    assert "SECRET_KEY is too short" in done.stderr
    if program == ["-m", "practice"]:
        assert "Traceback" not in done.stderr


def test_flask_knows_the_same_commands(cloned_database, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "--help"],
        cwd=ROOT,
        env=cloned_database.environ(tmp_path),
        capture_output=True,
        text=True,
    )
    for name in commands.commands:
        assert f"  {name} " in done.stdout


def test_migrating_twice_changes_nothing(cloned_database, tmp_path):
    for _time in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "practice", "migrate"],
            cwd=ROOT,
            env=cloned_database.environ(tmp_path),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.requirement("secrets")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_new_database_is_for_its_owner_only(tmp_path):
    environ = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PRACTICE_KEYS": str(tmp_path / "keys")}
    environ["SECRET_KEY"] = "0123456789abcdefghijklmnopqrstuvwxyz"
    subprocess.run([sys.executable, "-m", "practice", "migrate"], cwd=ROOT, env=environ, check=True)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {"x.db": 0o600, "keys": 0o600}


def test_a_taken_port_gives_the_next_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with server.listen("127.0.0.1", port) as found:
            assert found.getsockname()[1] > port


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(click.ClickException, match="cannot be used"):
        server.listen("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "http://localhost:80/"), ("desk", "http://desk:80/"), ("fe80::1", "http://[fe80::1]:80/")]
)
def test_the_address_can_be_typed_into_a_browser(host, shown):
    assert server.address(host, 80) == shown
