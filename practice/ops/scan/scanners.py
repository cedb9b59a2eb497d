"""wapiti and sqlmap, started as programs: neither is part of this, and neither knows anything of roles and rows."""
import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from practice.ops.bench.browser import Browser
from practice.ops.scan.walk import Sent, marked

MODULES = "xss,permanentxss,sql,csrf,redirect,crlf,cookieflags,csp,http_headers,methods"
ABOVE_INFO = 1
AT_ONCE = 10  # requests for which one sign-in is opened: it must be fresh enough for exports all the way
LINE = "=" * 20
AGAIN = 3  # times a finding is looked for once more, alone: a page's own tokens make some true by chance, seldom twice
# The demo's database is known; a cookie and the token are not tried: they are looked up by their hash. Pages are
# compared by what is read on them: tokens, and addresses that come back in links, differ from page to page.
HOW = ("--batch", "--answers", "further tests=N", "--level", "1", "--risk", "1", "--technique", "BEUST",
       "--dbms", "sqlite", "--param-exclude", "^csrf_token$", "--drop-set-cookie", "--disable-coloring",
       "--flush-session", "--text-only")
TRIED = re.compile(r"does not seem to be injectable|INFO\] skipping \w+ parameter")  # the second when it is quick


class NoScanner(Exception):
    """A program that is not here."""


@dataclass(frozen=True)
class Found:
    """What one scanner said: how much it looked at, and what is above "info".

    `withdrawn` is what it took for a finding and then, looking again by itself or alone, for none: a page that shows a
    new picture each time, or one that is braked after a few tries, answers differently to the same question.
    """

    scanner: str
    looked_at: int
    of_what: str
    problems: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()


def programs(folder: Path | None) -> dict[str, str]:
    """Where wapiti and sqlmap are. Raises NoScanner."""
    found = {name: shutil.which(name, path=str(folder) if folder else None) for name in ("wapiti", "sqlmap")}
    lacking = [name for name, path in found.items() if path is None]
    if lacking:
        raise NoScanner(f"{' and '.join(lacking)} not here, so nothing was scanned. Install wapiti3 and sqlmap into an "
                        "environment of their own, and name its folder of programs with --tools.")
    return found


def cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def wapiti(program: str, origin: str, browser: Browser, folder: Path, seconds: int) -> Found:
    """Let wapiti walk by itself from the first page on."""
    out = folder / "wapiti.json"
    headers = ["-H", f"Cookie: {cookies(browser)}"] if browser.cookies else []
    subprocess.run([program, "-u", f"{origin}/", *headers, "--scope", "folder", "-m", MODULES, "-d", "4",
                    "--max-links-per-page", "60", "--max-files-per-dir", "40", "--max-scan-time", str(seconds),
                    "--max-attack-time", str(max(10, seconds // 5)), "-x", f"{origin}/sign-out", "-x", f"{origin}/lock",
                    "--no-bugreport", "--flush-session", "--store-session", str(folder / "wapiti"), "-f", "json",
                    "-o", str(out)], capture_output=True, text=True)
    told = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"infos": {}, "vulnerabilities": {}}
    problems = tuple(f"{kind}: {one['method']} {one['path']} {one['parameter'] or ''} ({one['info'][:100]})"
                     for kind, rows in told["vulnerabilities"].items() for one in rows if one["level"] > ABOVE_INFO)
    looked_at = told["infos"].get("crawled_pages_nbr", 0)
    return Found("wapiti", looked_at, "pages", problems if looked_at else ("it could not look at anything",))


def sqlmap(program: str, origin: str, sign_in: Callable[[], Browser], sent: list[Sent], last: list[Sent],
           folder: Path, *, is_quick: bool) -> Found:
    """Let sqlmap try every parameter of these requests, in the address and in the form; `is_quick` in full only where a
    first look finds something.
    """
    tried, problems, withdrawn = 0, [], []

    def look(name: str, some: list[Sent]) -> tuple[str, list[tuple[bool, str, str]]]:
        log, results, said = (folder / f"sqlmap-{name}{ending}" for ending in (".requests", ".csv", ".log"))
        browser = sign_in()
        log.write_text("".join(spelled(one, origin, browser) for one in some), encoding="utf-8")
        browser.close()
        with said.open("w") as file:
            subprocess.run([program, "-l", str(log), *HOW, *(["--smart"] if is_quick else []), "--results-file",
                            str(results), "--output-dir", str(folder / "sqlmap")], stdout=file,
                           stderr=subprocess.STDOUT)
        return said.read_text(encoding="utf-8", errors="replace"), list(found_in(results))

    def stands(name: str, found: tuple[bool, str, str], some: list[Sent]) -> bool:
        alone = [one for one in some if f"{origin}{target(one)}" == found[1]]
        return not alone or all(found in look(f"{name}-again-{turn}", alone)[1] for turn in range(AGAIN))

    groups = [sent[begin:begin + AT_ONCE] for begin in range(0, len(sent), AT_ONCE)]
    for number, some in enumerate((*groups, *([last] if last else []))):
        told, everything = look(str(number), some)
        tried += len(TRIED.findall(told))
        for place, found in enumerate(everything):
            is_real = found[0] and stands(f"{number}-{place}", found, some)
            (problems if is_real else withdrawn).append(found[2])
    return Found("sqlmap", tried, "parameters", tuple(problems) if tried else ("it could not look at anything",),
                 tuple(withdrawn))


def target(sent: Sent) -> str:
    """The path of a request, its marks and its query."""
    return f"{marked(sent)}?{urlencode(sent.query)}" if sent.query else marked(sent)


def spelled(sent: Sent, origin: str, browser: Browser) -> str:
    """A request as a proxy would have written it down."""
    fields = sent.fields | {"csrf_token": browser.token}
    body = urlencode(fields) if sent.method == "POST" else ""
    lines = [f"{sent.method} {target(sent)} HTTP/1.1", f"Host: {origin.removeprefix('http://')}",
             f"Cookie: {cookies(browser)}"]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\n".join([LINE, *lines, "", body, LINE, ""])


def found_in(results: Path) -> Iterator[tuple[bool, str, str]]:
    """What sqlmap wrote into its table: whether it stands by it (by its own note some are false), of which address, and
    the finding in words."""
    if results.exists():
        with results.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("Parameter"):
                    address = row["Target URL"]
                    yield ("false positive" not in (row.get("Note(s)") or ""), address,
                           f"SQL can be injected: {row['Place']} {row['Parameter']} of {address}")
