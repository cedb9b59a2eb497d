"""What one person can send: every page they reach from the first one, its parameters, and the forms on it."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPException
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from werkzeug.exceptions import HTTPException as NotServed
from werkzeug.routing import MapAdapter, RequestRedirect, UnicodeConverter

from practice.ops.bench.browser import Browser

MOST_PAGES = 400
CLOSED = (403, 404)  # refused before a parameter is looked at
SAMPLE = "an"  # stands where a field is empty
# What would end the scanner's own sign-in.
LEFT_ALONE = {"sign_out", "lock", "static"}


@dataclass
class Sent:
    """One kind of request: an address with a value for each parameter, and the fields of the form for a POST.

    `texts` are the parts of the path that may be any text.
    """

    method: str
    path: str
    texts: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def takes_text(self) -> bool:
        return bool(self.texts or self.query or self.fields)


class Page(HTMLParser):
    """The links and forms of a page: (method, address, fields)."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.form = self.named = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "a" and "href" in given:
            self.found.append(("GET", given["href"], {}))
        if tag == "form":
            self.form = (given.get("method", "get").upper(), given.get("action", ""), {})
            self.found.append(self.form)
        if self.form is None:
            return
        method, _address, fields = self.form
        if "formaction" in given:
            self.found.append((method, given["formaction"], fields))
        if tag in ("input", "textarea", "button") and name and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given or name not in fields:
                fields[name] = value or SAMPLE
        if tag == "select" and name:
            self.named, fields[name] = name, ""
        if tag == "option" and self.named and ("selected" in given or not fields[self.named]):
            fields[self.named] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "select":
            self.named = None


def walk(browser: Browser, urls: MapAdapter, starts_at: tuple[str, ...]) -> dict[tuple[str, str], Sent]:
    """What can be sent as the person of this browser, by endpoint and method; each page is opened once."""
    found: dict[tuple[str, str], Sent] = {}
    opened: set[tuple] = set()
    closed: set[tuple[str, str]] = set()
    bare = [rule.rule for rule in urls.map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    waiting = [("GET", address, {}) for address in ("/", *starts_at, *bare)]
    while waiting:
        method, address, fields = waiting.pop(0)
        known = note(found, urls, method, address, fields)
        if method != "GET" or known is None or len(opened) >= MOST_PAGES:
            continue
        endpoint, names = known
        if (endpoint, names) in opened:
            continue
        opened.add((endpoint, names))
        try:
            code, page = browser.get(address)
        except (HTTPException, ConnectionError):  # broken off, which the server counts as a fault
            browser.close()
            continue
        if code in CLOSED:
            closed.add((endpoint, method))
        if code == 200 and page.lstrip()[:1] == b"<":
            waiting += links(address, page.decode("utf-8", "replace"))
    return {key: one for key, one in found.items() if key not in closed}


def note(found: dict, urls: MapAdapter, method: str, address: str, fields: dict) -> tuple[str, frozenset] | None:
    """Remember an address by its endpoint; gives endpoint and names of parameters, None where it is left alone."""
    parts = urlsplit(address)
    try:
        rule, values = urls.match(parts.path, method, return_rule=True)
    except (NotServed, RequestRedirect):
        return None
    if rule.endpoint in LEFT_ALONE:
        return None
    query = {name: value or SAMPLE for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    fields = {name: value for name, value in fields.items() if name != "csrf_token"}
    texts = {name: str(value) for name, value in values.items()
             if isinstance(rule._converters[name], UnicodeConverter)}
    sent = found.setdefault((rule.endpoint, method), Sent(method, parts.path, texts))
    sent.query |= query | (fields if method == "GET" else {})
    sent.fields |= fields if method == "POST" else {}
    return rule.endpoint, frozenset(query)


def links(address: str, text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What a page of this address leads to, on this server."""
    for method, target, fields in Page(text).found:
        whole = urlsplit(urljoin(address, target))
        if not whole.netloc and whole.path.startswith("/"):
            yield method, whole.path + (f"?{whole.query}" if whole.query else ""), fields


def marked(sent: Sent) -> str:
    """The path with a star behind every part that may be any text: sqlmap's mark for a place to try."""
    path = sent.path
    for value in sent.texts.values():
        path = path.replace(f"/{quote(value)}", f"/{quote(value)}*", 1)
    return path
