"""What this stands on: lists with hashes, licences, a bill of materials, an audit."""
import sys
from pathlib import Path

import click

NOT_AUDITED = 3  # the exit code


@click.group()
def parts():
    """What others wrote and this stands on: hashes, licences, bill of materials, audit."""


@parts.command("list")
def parts_list():
    """Each package that is shipped, its version and its licence."""
    from practice.ops.parts.licences import parts as find
    from practice.ops.parts.pins import read

    found = list(find(read("shipped")))
    for part in found:
        click.echo(f"{part.name:<28} {part.version:<12} {part.licence}")
    strange = [part.name for part in found if not part.is_free]
    if strange:
        raise click.ClickException(f"Unknown or unusual licence: {', '.join(strange)}.")


@parts.command("sbom")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; printed when left out.")
def parts_sbom(out):
    """A bill of materials of what is shipped (CycloneDX 1.6, JSON)."""
    from importlib.metadata import version

    from practice.ops.parts.licences import parts as find
    from practice.ops.parts.pins import read
    from practice.ops.parts.sbom import bill

    pins = read("shipped")
    text = bill(version("practice"), pins, list(find(pins)))
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@parts.command("audit")
def parts_audit():
    """Ask for known weaknesses of what is shipped; fails too when nobody could be asked (exit code 3)."""
    from practice.ops.parts.audit import audit

    found = audit()
    for line in found.weak:
        click.echo(line)
    if not found.is_whole:
        lacking = found.reason or f"no advisories for {len(found.unknown)} of {found.looked_up + len(found.unknown)}"
        click.echo(f"NOT AUDITED: {lacking}.")
    else:
        click.echo(f"{found.looked_up} packages audited, {len(found.weak)} known weaknesses.")
    sys.exit(1 if found.weak else 0 if found.is_whole else NOT_AUDITED)


@parts.command("pin")
def parts_pin():
    """Write the lists in .pins anew, after pyproject.toml has changed. Needs uv."""
    from practice.ops.parts.pins import NoMaker, PinsFailed, make

    try:
        for path in make():
            click.echo(path)
    except (NoMaker, PinsFailed) as error:
        raise click.ClickException(str(error)) from None


COMMANDS = (parts,)
