"""What may not be written: SQL put together from values, text of people taken for markup, doors beside the door."""
import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from practice.admin.base import Guarded
from tests.house.test_layout import ROOT, files, name

# SQL of table and trigger names of our own, where no value of anybody comes near.
OWN_SQL = ("practice/ops/", "practice/core/db.py")
SQL = {"text", "literal_column", "exec_driver_sql", "executescript"}
# Texts of the catalogue, whose values are escaped as they are put in.
OWN_MARKUP = ("practice/admin/words.py", "practice/core/markup.py")
AMBIGUOUS = {"text", "literal_column"}
NEVER = {"__import__", "render_template_string", "from_string", "popen"}
BUILT_IN = {"eval", "exec", "compile"}  # as a method these are other things
NEVER_IMPORTED = {"pickle", "shelve", "marshal", "yaml", "dill", "xml", "telnetlib", "ftplib"}
RUNS_PROGRAMS = ("practice/ops/", "practice/cli/", "practice/__main__.py")
VIEWS = {"ModelView", "BaseView", "View", "MethodView", "AdminIndexView"}
BASES = ("practice/admin/base.py", "practice/admin/site.py")
# What ruff's security rules find and may find: rule, place, reason.
KNOWN = {
    ("S603", "practice/"): "our own commands, without a shell",
    ("S606", "practice/"): "a command becomes another one of ours",
    ("S704", "practice/admin/words.py"): "texts of the catalogue; values are escaped as they are put in",
    ("S704", "practice/core/markup.py"): "it takes nothing that is not markup",
    ("S105", "practice/demo/cast.py"): "the password of the made-up practice",
    ("S105", "practice/ops/bench/"): "the password of the bench",
    ("S311", "practice/demo/"): "chance of the made-up practice",
    ("S311", "practice/ops/rush/"): "chance of the rush",
    ("S311", "practice/ops/soak/"): "chance of the soak",
    ("S608", "practice/ops/"): "names of our own tables",
    ("S104", "practice/ops/server.py"): "an address is compared, not bound",
}

# What bandit finds besides.
KNOWN_TO_BANDIT = {
    ("S404", "practice/"): "who may run programs is said above, by RUNS_PROGRAMS",
    ("S107", "practice/admin/intake_link.py"): "no password: an address that is not there yet",
}
SHIPPED = ("practice", "config.py", "wsgi.py")


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_fixed(node: ast.AST) -> bool:
    """Whether a text stands in the code as it is: written there, or a constant of the module."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and is_fixed(node.left) and is_fixed(node.right)
    if isinstance(node, ast.IfExp):
        return is_fixed(node.body) and is_fixed(node.orelse)
    spelled = getattr(node, "id", getattr(node, "attr", ""))
    return isinstance(node, ast.Constant) or (spelled.isupper() and isinstance(node, (ast.Name, ast.Attribute)))


def known_as(tree: ast.AST) -> dict[str, str]:
    """{what it is called in this module: what it is}, of what was brought from other modules."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
    return found


def is_sql(node: ast.Call, known: dict[str, str]) -> bool:
    """Whether SQL's own words are called, by whatever name; `text` alone is also a field of a form."""
    if isinstance(node.func, ast.Name):
        whole = known.get(node.func.id, "")
        return whole.startswith("sqlalchemy") and whole.rpartition(".")[2] in SQL
    module = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    return called(node) in SQL - AMBIGUOUS or (
        called(node) in AMBIGUOUS and (module == "db" or known.get(module, "").startswith("sqlalchemy")))


def faults(place: str, source: str) -> Iterator[str]:
    """What one file of the product may not hold, by line."""
    tree = ast.parse(source)
    known = known_as(tree)
    for node in ast.walk(tree):
        where = f"{place}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            spelled, first = called(node), node.args[0] if node.args else None
            if is_sql(node, known) and first is not None and not is_fixed(first) and not place.startswith(OWN_SQL):
                yield f"{where}: SQL made of values"
            is_markup = known.get(spelled, spelled).endswith("Markup") and place not in OWN_MARKUP
            if is_markup and not (first is None or is_fixed(first)):
                yield f"{where}: text taken for markup"
            if spelled in NEVER or (spelled in BUILT_IN and isinstance(node.func, ast.Name)):
                yield f"{where}: {spelled}"
            if ast.unparse(node.func) == "os.system":
                yield f"{where}: a shell"
            if any(one.arg == "shell" and getattr(one.value, "value", True) for one in node.keywords):
                yield f"{where}: a shell"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            brought = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            for one in brought:
                if one.split(".")[0] in NEVER_IMPORTED:
                    yield f"{where}: {one}"
                if one.split(".")[0] == "subprocess" and not place.startswith(RUNS_PROGRAMS):
                    yield f"{where}: a program is run"
        if isinstance(node, ast.ClassDef) and place not in BASES:
            if VIEWS & {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}:
                yield f"{where}: a view beside the base class"


def template_faults(place: str, source: str) -> Iterator[str]:
    """What a template may not hold, by line."""
    for found in re.finditer(r"\|\s*safe\b|\bMarkup\(|%-?\s*filter\s+safe\b", source):
        yield f"{place}:{source.count(chr(10), 0, found.start()) + 1}: text taken for markup"
    for number, line in enumerate(source.splitlines(), 1):
        bare = re.search(r"autoescape\s+false(.*?)\{%-?\s*endautoescape", line)
        if re.search(r"autoescape\s+false", line) and not (bare and bare[1].strip("% }{-") == "field()"):
            yield f"{place}:{number}: nothing is escaped here"
        if re.search(r"<[^>]*\s(?:on[a-z]+|style)\s*=\s*[\"'{]", line) or "javascript:" in line:
            yield f"{place}:{number}: script or style inside a tag"


@pytest.mark.requirement("static-checks", "no-eval", "no-sql-injection")
def test_code():
    found = [fault for path in files("practice") if path.suffix == ".py"
             for fault in faults(name(path), path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.requirement("static-checks", "escaped")
def test_templates():
    found = [fault for path in files("templates") if path.suffix == ".html"
             for fault in template_faults(name(path), path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("source", [
    "from sqlalchemy import text\ntext(f'SELECT {x}')", "from sqlalchemy import text\ntext('SELECT ' + x)",
    "from sqlalchemy import text\ntext('SELECT %s' % x)", "import sqlalchemy as sa\nsa.text(f'SELECT {x}')",
    "from sqlalchemy import text as sql\nsql(f'SELECT {x}')", "db.text('SELECT ' + x)",
    "from markupsafe import Markup as M\nM(row.name)", "from sqlalchemy import text\ntext(words)",
    "c.exec_driver_sql('DELETE FROM ' + table)", "from sqlalchemy import literal_column\nliteral_column(sort)",
    "Markup(row.name)", "Markup('<b>' + row.name)", "eval(x)", "os.system(x)", "render_template_string(x)",
    "env.from_string(x)", "import pickle", "from xml.etree import ElementTree", "import subprocess",
    "run(x, shell=True)", "class Own(ModelView): pass", "class Own(flask.views.MethodView): pass"])
def test_each_rule_of_the_code_is_seen(source):
    assert len(list(faults("practice/admin/made_up.py", source))) == 1


@pytest.mark.parametrize("source", [
    "from sqlalchemy import text\ntext('SELECT 1')", "from sqlalchemy import text\ntext(STATEMENT)",
    "text(_('Name'), 80)", "Markup('<br>').join(rows)", "re.compile(x)", "session.execute(select(x))",
    "class Own(Page): pass"])
def test_what_is_right_is_left_alone(source):
    assert list(faults("practice/admin/made_up.py", source)) == []


@pytest.mark.parametrize("source", [
    "{{ row.name|safe }}", "{{ row.name|\n safe }}", "{% filter safe %}{{ row.name }}{% endfilter %}",
    "{{ row.name | safe }}", "{% autoescape false %}{{ row.name }}{% endautoescape %}",
    "{% autoescape false %}", '<a onclick="go()">', "<p style='x'>", '<a href="javascript:go()">'])
def test_each_rule_of_templates_is_seen(source):
    assert len(list(template_faults("x.html", source))) == 1


@pytest.mark.requirement("static-checks", "deny-by-default")
def test_every_view_stands_on_the_base_class(app):
    """As registered, whatever they are called."""
    views = app.extensions["admin"][0]._views
    assert len(views) > 40
    assert [view.name for view in views if not isinstance(view, Guarded)] == []


def allowed(found: set[tuple[str, str]], known: dict) -> tuple[set, list]:
    """What was found and is not known, and what is known and not found any more; rules and places."""
    new = {(rule, place) for rule, place in found if not any(rule == r and place.startswith(p) for r, p in known)}
    stale = [(rule, place) for rule, place in known if not any(r == rule and p.startswith(place) for r, p in found)]
    return new, stale


@pytest.mark.requirement("static-checks")
def test_ruffs_security_rules():
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "S", "--output-format", "json"]
    run = subprocess.run([*command, *SHIPPED], cwd=ROOT, capture_output=True, text=True)
    found = {(one["code"], Path(one["filename"]).relative_to(ROOT).as_posix()) for one in json.loads(run.stdout)}
    assert allowed(found, KNOWN) == (set(), [])


@pytest.mark.requirement("static-checks")
def test_bandit():
    """Its rules have the numbers of ruff's, with another letter."""
    command = [sys.executable, "-m", "bandit", "--quiet", "--format", "json", "--recursive", *SHIPPED]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    told = json.loads(run.stdout)
    assert told["errors"] == [] and len(told["metrics"]) > 300
    found = {("S" + one["test_id"][1:], Path(one["filename"]).as_posix()) for one in told["results"]}
    assert allowed(found, KNOWN | KNOWN_TO_BANDIT)[0] == set()
    assert allowed(found, KNOWN_TO_BANDIT)[1] == []
