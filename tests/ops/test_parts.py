"""What others wrote and this stands on: every file of it known by its hash, every licence known, an honest audit."""
import json
import re
from importlib import metadata

import pytest
from click.testing import CliRunner

from practice.cli import parts as commands
from practice.ops.parts import audit, licences, pins, sbom

WEAK = {"name": "soup", "version": "1.0", "vulns": [{"id": "W-1", "fix_versions": ["1.1"]}]}
FINE = {"name": "bread", "version": "2.0", "vulns": []}
UNTOLD = {"name": "salt", "skip_reason": "not found"}


@pytest.mark.requirement("supply-chain")
@pytest.mark.parametrize("name", pins.LISTS)
def test_the_lists_hold_what_the_project_asks_for(name):
    """Equal versions, at least one hash for each, and no line that was not understood."""
    text = (pins.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    found = {pin.name: pin for pin in pins.read(name)}
    asked = pins.asked_for(name)
    assert {package: found[package].version for package in asked if package in found} == asked, \
        "pyproject.toml has changed: python3 -m practice parts pin"
    assert len(found) == len(re.findall(r"^\S+==", text, re.M)) and all(pin.hashes for pin in found.values())
    assert sum(len(pin.hashes) for pin in found.values()) == text.count("--hash=sha256:")


@pytest.mark.requirement("supply-chain")
def test_what_is_tested_is_what_is_shipped():
    tested = {pin.name: pin.version for pin in pins.read("test")}
    for name in ("shipped", "postgres"):
        assert {pin.name: pin.version for pin in pins.read(name)}.items() <= tested.items()
    here = {licences.plain(one.metadata["Name"]): one.version for one in metadata.distributions()}
    wrong = {pin.name: (pin.version, here.get(pin.name)) for pin in pins.read("test")
             if here.get(pin.name, pin.version if pin.only else None) != pin.version}
    assert wrong == {}


@pytest.mark.requirement("supply-chain")
def test_licences_are_known():
    found = list(licences.parts(pins.read("shipped")))
    assert len(found) > 40 and [part for part in found if not part.is_free] == []
    assert {part.name for part in found if part.needs} >= {"flask", "sqlalchemy"}
    assert not licences.Part("soup", "1", "Proprietary", "", ()).is_free
    assert not licences.Part("soup", "1", licences.UNKNOWN, "", ()).is_free


@pytest.mark.requirement("supply-chain")
def test_the_bill_of_materials_is_whole(tmp_path):
    out = tmp_path / "sbom.json"
    assert CliRunner().invoke(commands.parts, ["sbom", "--out", str(out)]).exit_code == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    shipped = pins.read("shipped")
    assert [(one["name"], one["version"]) for one in told["components"]] == [(pin.name, pin.version) for pin in shipped]
    known = {one["bom-ref"] for one in told["components"]}
    assert all(set(one["dependsOn"]) <= known for one in told["dependencies"])
    assert len(told["dependencies"]) == len(shipped) + 1
    again = sbom.bill(metadata.version("practice"), shipped, list(licences.parts(shipped)))
    assert again == out.read_text(encoding="utf-8"), "the same parts give the same bytes"


@pytest.mark.requirement("supply-chain")
@pytest.mark.parametrize(("answer", "code", "said"), [
    ({"dependencies": [FINE]}, 0, "1 packages audited, 0 known"),
    ({"dependencies": [FINE, WEAK]}, 1, "soup 1.0: W-1, mended in 1.1"),
    ({"dependencies": [FINE, UNTOLD]}, 3, "NOT AUDITED: no advisories for 1 of 2"),
    ({"dependencies": [WEAK, UNTOLD]}, 1, "NOT AUDITED"),
    ({"dependencies": []}, 3, "NOT AUDITED"), ("", 3, "NOT AUDITED: nobody there"), ([], 3, "NOT AUDITED")])
def test_an_audit_that_could_not_look_is_not_green(monkeypatch, answer, code, said):
    """What pip-audit may answer; the answers are made up, since no machine can count on an advisory source."""
    found = audit.heard(json.dumps(answer), "warning\nnobody there")
    monkeypatch.setattr(audit, "audit", lambda: found)
    done = CliRunner().invoke(commands.parts, ["audit"])
    assert done.exit_code == code and said in done.output
