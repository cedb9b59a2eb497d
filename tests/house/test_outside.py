"""What the outside meets: no inside file, no debugger, no other host's name, cookies and headers behind TLS."""
import http.client
import socket
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from practice.ops.bench.browser import form_token
from tests import personas
from tests.house.tls_front import NAME, Front, tls_front
from tests.plugins.browsers import serving
from tests.plugins.people import sign_in

INSIDE = ("/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/.git/config", "/.env", "/instance/practice.db",
          "/practice.db", "/config.py", "/wsgi.py", "/metrics", "/debug", "/server-status", "/static/../config.py",
          "/static/%2e%2e/config.py", "/static/..%2f..%2fconfig.py", "/static//etc/passwd", "/static/.htaccess",
          "/static/../../instance/sealing_keys", "/admin/", "/instance/sealing_keys", "/sealing_keys", "/backups/")


def ask(url: str, method: str, path: str, **headers) -> tuple[int, dict, bytes]:
    """One request as it is written, without a library that would tidy the path up."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
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
        with tls_front(urlsplit(server.url).port, tmp_path) as front:
            through_tls(front)
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    name, *parts = [part.strip() for part in headers["Set-Cookie"].split(";")]
    assert name.startswith("__Host-practice=") and not any("domain" in part.lower() for part in parts)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert refused == 400 and "Location" not in sent


def through_tls(front: Front) -> None:
    """Old versions are refused, plain addresses sent to the secure one, and somebody signs in."""
    status, sent, _body = ask(f"http://127.0.0.1:{front.plain}", "GET", "/clients/", Host=NAME)
    assert status == 301 and sent["Location"] == f"https://{NAME}/clients/"
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        status, headers, body = ask_securely(front, "GET", "/sign-in", version)
        assert status == 200 and "max-age=31536000" in headers["Strict-Transport-Security"]
    with pytest.raises((ssl.SSLError, OSError)), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        ask_securely(front, "GET", "/sign-in", ssl.TLSVersion.TLSv1_1)
    cookie = headers["Set-Cookie"].split(";")[0]
    fields = urlencode({"csrf_token": form_token(body), "email": "rae@example.com", "password": personas.PASSWORD})
    status, headers, body = ask_securely(front, "POST", "/sign-in", ssl.TLSVersion.TLSv1_3, fields, Cookie=cookie,
                                         Referer=f"https://{NAME}/sign-in")
    assert status == 302 and headers["Location"] in ("/", f"https://{NAME}/"), (front.kind, status, body[-800:])
    assert headers["Set-Cookie"].startswith("__Host-") and "Secure" in headers["Set-Cookie"]


def ask_securely(front: Front, method: str, path: str, version, body: str | None = None, **headers):
    """One request over exactly that version of TLS, the certificate proved."""
    context = ssl.create_default_context(cafile=str(front.certificate))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that it is the server that refuses an old version
    context.minimum_version = context.maximum_version = version
    connection = http.client.HTTPSConnection(NAME, front.secure, timeout=20, context=context)
    connection._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", address[1]), *rest)
    try:
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, {"Host": NAME, **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.mark.requirement("cookie")
def test_the_cookie_carries_no_data(app, people):
    """A secret of the sign-in, a fingerprint of the browser and the token's secret; nothing about who it is."""
    browser = sign_in(app.test_client(), "rae")
    with browser.session_transaction() as held:
        assert set(held) <= {"_user_id", "_id", "_fresh", "csrf_token", "_flashes"}
        said = str(dict(held)).lower()
        for telling in ("rae@", "adeyemi", "reception"):  # three letters alone stand in a random secret now and then
            assert telling not in said
        assert str(people.rae.user_id) not in {str(value) for value in held.values()}
