"""Who reads past the row rule. Each place is named here, with the reason; a new one has to be added by hand."""
import ast
from pathlib import Path

PRACTICE = Path(__file__).resolve().parents[2] / "practice"
# (file, the words it gives as its reason): how many times. Rules of the whole house, counts and times; no names.
USERS = {
    ("admin/auth.py", "who is signed in"): 1,
    ("accounts/queries.py", "signing in"): 4,
    ("accounts/queries.py", "a PIN is checked"): 1,
    ("accounts/queries.py", "first run"): 1,
    ("accounts/queries.py", "what a colleague may do now"): 1,
    ("accounts/queries.py", "counting failed tries"): 1,
    ("billing/queries/superbills.py", "whether a referrer's paper is there"): 1,
    ("billing/queries/superbills.py", "whether a superbill still holds"): 1,
    ("clients/queries.py", "possible duplicates"): 1,
    ("clients/policy.py", "whether a chart is open"): 1,
    ("demo/fill.py", "is the demo whole"): 1,
    ("files/services.py", "how many files were handed in"): 1,
    ("files/services.py", "whether this file was handed in by an earlier click"): 1,
    ("intake/services/links.py", "a client opened their form's address"): 1,
    ("intake/services/seen.py", "who has seen a form's address"): 1,
    ("ops/bench/months.py", "how many sessions the month has"): 1,
    ("ops/bench/months.py", "who owns the bench's practice"): 1,
    ("outbox/queries.py", "whether mail went out"): 1,
    ("premises/queries.py", "the main location"): 1,
    ("premises/queries.py", "the practice's settings"): 1,
    ("reports/queries/closed.py", "the first day on which anything is dated"): 1,
    ("reports/queries/closed.py", "what is left to do before a month is closed"): 1,
    ("reports/queries/details.py", "listing the appointments of a period"): 1,
    ("reports/queries/one_by_one.py", "counting reasons by therapist"): 1,
    ("reports/queries/one_by_one.py", "listing the visits of a period"): 1,
    ("reports/queries/one_by_one.py", "listing the working time of a period"): 1,
    ("reports/queries/one_by_one.py", "listing who came again, without names"): 1,
    ("reports/queries/one_by_one.py", "listing who came in a period, without names"): 1,
    ("reports/queries/own.py", "a therapist's own earnings"): 1,
    ("reports/queries/work.py", "counting the appointments of a period"): 1,
    ("reports/queries/work.py", "counting the sessions of a period to compare with"): 1,
    ("schedule/queries/day_view.py", "the day's columns"): 1,
    ("schedule/queries/diary.py", "is the time free"): 1,
    ("schedule/queries/diary.py", "which rooms there are"): 1,
    ("schedule/queries/diary.py", "who works when"): 1,
    ("schedule/queries/team.py", "the day's columns"): 1,
    ("schedule/services/messages.py", "whether this message was sent by an earlier click"): 1,
    ("sessions/queries/notes.py", "how often a limit was passed over"): 1,
    ("sessions/queries/plans.py", "who comes again is asked of the whole book"): 1,
}


def test_everybody_who_reads_past_the_row_rule_is_listed():
    found: dict[tuple[str, str], int] = {}
    for path in PRACTICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, "id", getattr(node.func, "attr", "")) == "system_session":
                key = (path.relative_to(PRACTICE).as_posix(), ast.literal_eval(node.args[0]))
                found[key] = found.get(key, 0) + 1
    assert found == USERS
