"""A bill of materials of what is shipped, as CycloneDX 1.6 in JSON: the same bytes for the same parts."""
import json

from practice.ops.parts.licences import NOT_HERE, UNKNOWN, Part
from practice.ops.parts.pins import Pin


def bill(version: str, pins: list[Pin], found: list[Part]) -> str:
    """The document, from the list with its hashes and what the packages say about themselves."""
    own = f"pkg:generic/practice@{version}"
    hashes = {pin.name: pin.hashes for pin in pins}
    address = {part.name: f"pkg:pypi/{part.name}@{part.version}" for part in found}
    parts = [component(part, address[part.name], hashes[part.name]) for part in found]
    needed = [{"ref": address[part.name], "dependsOn": [address[name] for name in part.needs]} for part in found]
    return json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": own, "name": "practice", "version": version}},
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": sorted(address.values())}, *needed],
    }, indent=2) + "\n"


def component(part: Part, address: str, hashes: tuple[str, ...]) -> dict:
    """One package. Its hashes are those of all the files it may be installed from, one of which is taken."""
    told = {"type": "library", "bom-ref": address, "name": part.name, "version": part.version, "purl": address,
            "properties": [{"name": "practice:file-sha256", "value": value} for value in hashes]}
    if part.licence not in (UNKNOWN, NOT_HERE):
        told["licenses"] = [{"license": {"name": part.licence}}]
    if part.home:
        told["externalReferences"] = [{"type": "website", "url": part.home}]
    return told
