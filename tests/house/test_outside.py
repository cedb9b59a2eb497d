"""What the outside meets: no inside file, no debugger, no other host's name, cookies and headers behind TLS."""
import http.client
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import personas
from tests.plugins.browsers import serving
from tests.plugins.people import sign_in

INSIDE = ("/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/.git/config", "/.env", "/instance/practice.db",
          "/practice.db", "/config.py", "/wsgi.py", "/metrics", "/debug", "/server-status", "/static/../config.py",
          "/static/%2e%2e/config.py", "/static/..%2f..%2fconfig.py", "/static//etc/passwd", "/static/.htaccess",
          "/static/../../instance/sealing_keys", "/admin/", "/instance/sealing_keys", "/sealing_keys", "/backups/")


def ask(url: str, method: str, path: str, **headers) -> tuple[int, dict, bytes]:
    """One request as it is written, without a library that would tidy the path up."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


@pytest.mark.requirement("no-debug", "no-internals", "no-open-redirect")
def test_what_a_stranger_finds(live_server, cloned_database):
    """From the command that is shipped, in a process of its own."""
    for path in INSIDE:
        status, headers, body = ask(live_server.url, "GET", path)
        assert status in (302, 400, 404), f"{path}: {status}"
        assert urlsplit(headers.get("Location", "")).netloc == "", path
        for inside in (b"Traceback", b"Werkzeug", b"SQLite format 3", b"SECRET", b"[core]", b"sqlalchemy",
                       *(key.encode() for key in cloned_database.keys)):
            assert inside not in body, f"{path} shows {inside}"
        assert "Python" not in headers.get("Server", "") and "waitress" not in headers.get("Server", "").lower()
    for method in ("TRACE", "PUT", "DELETE", "PROPFIND", "CONNECT"):
        status, _headers, body = ask(live_server.url, method, "/sign-in", X_Secret="planted")
        assert status in (302, 400, 404, 405, 501) and b"planted" not in body, f"{method}: {status}"
    for headers in ({"Host": "evil.example"}, {"Host": "localhost@evil.example"}):
        status, sent, body = ask(live_server.url, "GET", "/", **headers)
        assert status == 400 and b"evil" not in body and "Location" not in sent
    status, sent, _body = ask(live_server.url, "GET", "/", X_Forwarded_Host="evil.example", X_Forwarded_Proto="https",
                              Forwarded="host=evil.example")
    assert status == 302 and "evil" not in sent["Location"]


@pytest.mark.requirement("no-debug")
@pytest.mark.parametrize("settings", [
    {"FLASK_DEBUG": "1"}, {"FLASK_ENV": "development"}, {"WERKZEUG_DEBUG_PIN": "off"}])
def test_no_setting_of_flask_opens_a_debugger(tmp_path, settings):
    program = ("from practice.cli.making import make_app; app = make_app(); "
               "print(app.debug, app.testing, app.wsgi_app.__class__.__name__)")
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PRACTICE_KEYS": f"{tmp_path}/keys", "PATH": "",
               "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", **settings}
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], env=environ,
                          capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False", "method"], done.stdout + done.stderr


@pytest.mark.requirement("cookie", "tls")
def test_cookies_and_headers_behind_tls(cloned_database, tmp_path):
    """As set up behind one proxy with TLS, in a process of its own."""
    personas.open_house()
    settings = {"PRACTICE_HTTPS": "1", "PRACTICE_PROXIES": "1", "TRUSTED_HOSTS": "desk.example.com"}
    with serving(cloned_database, tmp_path, **settings) as server:
        _status, headers, _body = ask(server.url, "GET", "/sign-in", Host="localhost", X_Forwarded_Proto="https",
                                      X_Forwarded_Host="desk.example.com", X_Forwarded_For="198.51.100.7")
        refused, sent, _body = ask(server.url, "GET", "/", Host="desk.example.com", X_Forwarded_Host="evil.example")
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    name, *parts = [part.strip() for part in headers["Set-Cookie"].split(";")]
    assert name.startswith("__Host-practice=") and not any("domain" in part.lower() for part in parts)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert refused == 400 and "Location" not in sent


@pytest.mark.requirement("cookie")
def test_the_cookie_carries_no_data(app, people):
    """A secret of the sign-in, a fingerprint of the browser and the token's secret; nothing about who it is."""
    browser = sign_in(app.test_client(), "rae")
    with browser.session_transaction() as held:
        assert set(held) <= {"_user_id", "_id", "_fresh", "csrf_token", "_flashes"}
        assert "rae" not in str(dict(held)).lower()
