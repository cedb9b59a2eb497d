"""Settings: defaults, secrets made on the first start, and a sentence that names the setting."""

import base64
import os
import stat

import pytest

import config
from config import Config, ConfigError

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """An instance folder of this test's own."""
    monkeypatch.setattr(config, "INSTANCE", tmp_path / "instance")
    return tmp_path / "instance"


@pytest.mark.requirement("secrets")
def test_the_first_start_makes_what_must_be_secret(instance):
    first = Config.from_environ({})
    assert len(first.secret_key) >= config.SHORTEST_SECRET
    assert [len(key) for key in first.sealing_keys] == [32]
    assert Config.from_environ({}) == first
    assert {path.name for path in instance.iterdir()} == {"secret_key", "sealing_keys"}


@pytest.mark.requirement("secrets")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_secrets_are_for_their_owner_only(instance):
    Config.from_environ({})
    assert {stat.S_IMODE(path.stat().st_mode) for path in instance.iterdir()} == {0o600}
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700


def test_a_file_system_without_links_will_do(instance, monkeypatch):
    def refuse(*paths):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert Config.from_environ({}) == Config.from_environ({})
    assert {path.name for path in instance.iterdir()} == {"secret_key", "sealing_keys"}


@pytest.mark.requirement("secrets")
def test_a_new_secret_key_stands_before_those_still_taken(instance):
    first = Config.from_environ({})
    assert first.former_secret_keys == ()
    path = instance / "secret_key"
    path.write_text(f"{SECRET}\n{path.read_text()}")
    second = Config.from_environ({})
    assert (second.secret_key, second.former_secret_keys) == (SECRET, (first.secret_key,))
    named = Config.from_environ({"SECRET_KEY": SECRET, "SECRET_KEY_FALLBACKS": first.secret_key})
    assert (named.secret_key, named.former_secret_keys) == (SECRET, (first.secret_key,))
    path.write_text("")
    with pytest.raises(ConfigError, match="^SECRET_KEY is too short"):
        Config.from_environ({})


@pytest.mark.requirement("secrets")
def test_secrets_are_not_printed(instance):
    settings = Config.from_environ({"SECRET_KEY": SECRET})
    assert SECRET not in repr(settings)
    assert repr(settings.sealing_keys[0]) not in repr(settings)


def test_defaults_are_for_one_practice_on_one_computer(instance):
    settings = Config.from_environ({})
    assert settings.database_url == f"sqlite:///{instance / 'practice.db'}"
    assert settings.trusted_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert not settings.https and not settings.testing and settings.proxies == 0
    assert (settings.idle_minutes, settings.session_hours) == (15, 12)


def test_what_is_set_is_used(instance):
    settings = Config.from_environ(
        {
            "DATABASE_URL": "postgres://anna@db.example/practice",
            "SECRET_KEY": SECRET,
            "TRUSTED_HOSTS": "desk.example, book.example",
            "PRACTICE_HTTPS": "1",
            "PRACTICE_IDLE_MINUTES": "10",
            "PRACTICE_SESSION_HOURS": "4",
            "PRACTICE_PROXIES": "1",
        }
    )
    assert settings.database_url == "postgresql+psycopg://anna@db.example/practice"
    assert settings.trusted_hosts == ("desk.example", "book.example")
    assert (settings.https, settings.idle_minutes, settings.session_hours, settings.proxies) == (True, 10, 4, 1)


def test_a_relative_file_lies_in_the_project():
    assert config.database_url("sqlite:///instance/x.db") == f"sqlite:///{config.ROOT / 'instance' / 'x.db'}"


@pytest.mark.requirement("secrets")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("DATABASE_URL", "practice.db"),
        ("DATABASE_URL", "sqlite://"),
        ("SECRET_KEY", "dev"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "changeme" * 8),
        ("SECRET_KEY_FALLBACKS", "dev"),
        ("SECRET_KEY_FALLBACKS", f"{SECRET},{'changeme' * 8}"),
        ("PRACTICE_HTTPS", "maybe"),
        ("PRACTICE_IDLE_MINUTES", "0"),
        ("PRACTICE_SESSION_HOURS", "soon"),
        ("PRACTICE_PROXIES", "-1"),
    ],
)
def test_what_cannot_be_used_is_named(instance, name, value):
    with pytest.raises(ConfigError, match=f"^{name}"):
        Config.from_environ({name: value})


@pytest.mark.requirement("secrets")
@pytest.mark.parametrize("text", ["", "not base64!\n", base64.b64encode(b"short").decode(), "A" * 43 + "="])
def test_keys_that_cannot_be_used_are_refused(tmp_path, instance, text):
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(ConfigError, match="^PRACTICE_KEYS"):
        Config.from_environ({"PRACTICE_KEYS": str(path)})


def test_the_first_key_seals_and_the_others_still_open(tmp_path, instance):
    path = tmp_path / "keys"
    keys = [bytes(range(start, start + 32)) for start in (0, 100)]
    path.write_text("\n".join(base64.b64encode(key).decode() for key in keys))
    assert Config.from_environ({"PRACTICE_KEYS": str(path)}).sealing_keys == tuple(keys)


@pytest.mark.requirement("sealed", "secrets")
def test_lost_keys_are_not_papered_over(instance):
    """With new keys an existing database would look empty of all that is sealed."""
    Config.from_environ({})
    (instance / "practice.db").write_bytes(b"SQLite format 3\0")
    (instance / "sealing_keys").unlink()
    with pytest.raises(ConfigError, match="put the keys back"):
        Config.from_environ({})


@pytest.mark.parametrize(("environ", "expected"), [
    ({}, None),
    ({"PRACTICE_SMTP": "smtp://localhost"}, ("localhost", 587, "", "", False)),
    ({"PRACTICE_SMTP": "smtps://desk%40x:p%3Aw@mail.example.com"}, ("mail.example.com", 465, "desk@x", "p:w", True)),
])
def test_where_mail_is_handed_over(instance, environ, expected):
    found = Config.from_environ(environ | {"PRACTICE_MAIL_FROM": "desk@example.com"}).mail
    assert (found and (found.host, found.port, found.user, found.password, found.is_tls)) == expected
    assert "p:w" not in repr(found)


@pytest.mark.parametrize(("name", "environ"), [
    ("PRACTICE_SMTP", {"PRACTICE_SMTP": "mail.example.com"}),
    ("PRACTICE_SMTP", {"PRACTICE_SMTP": "http://mail.example.com"}),
    ("PRACTICE_SMTP", {"PRACTICE_SMTP": "smtp://mail.example.com:port"}),
    ("PRACTICE_MAIL_FROM", {"PRACTICE_SMTP": "smtp://mail.example.com", "PRACTICE_MAIL_FROM": ""}),
    ("PRACTICE_MAIL_FROM", {"PRACTICE_SMTP": "smtp://mail.example.com", "PRACTICE_MAIL_FROM": "desk"}),
])
def test_a_mail_setting_that_cannot_be_used_is_named(instance, name, environ):
    with pytest.raises(ConfigError, match=f"^{name} "):
        Config.from_environ({"PRACTICE_MAIL_FROM": "desk@example.com"} | environ)
