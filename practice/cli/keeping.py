"""The commands that keep what is stored: backups, keys, the trail, the state of an installation."""

import os
import sys
from pathlib import Path

import click

from practice.cli.making import make_app, migrate_database


@click.command()
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="The folder of the backups; PRACTICE_BACKUPS, or instance/backups.")
@click.option("--keep", default=14, show_default=True, type=click.IntRange(1), help="How many of the newest are kept.")
@click.option("--months", default=12, show_default=True, type=click.IntRange(0),
              help="And the first of each of so many months.")
def backup(folder, keep, months):
    """Back up the database while people work: one sealed file, read back before it counts."""
    from practice.ops.backup.container import BackupBroken
    from practice.ops.backup.make import make

    app = make_app()
    try:
        with app.app_context():
            made = make(folder or Path(app.config["BACKUPS"]), keep=keep, months=months)
    except BackupBroken as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"No backup was made: {error.strerror} ({error.filename or 'writing'}).") from None
    click.echo(f"{made.path}: {made.rows:,} rows, {made.size:,} bytes, read back and whole.")
    for name in made.removed:
        click.echo(f"Removed {name}.")
    click.echo("It opens only with the file of PRACTICE_KEYS: keep a copy of that elsewhere.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "address", required=True, help="Where to: a file or a PostgreSQL address, neither there yet.")
def restore(file, address):
    """Put a backup into a new place and prove it there: counts, hashes, books, trail."""
    from config import Config, keys_file
    from practice.app import create_app
    from practice.ops.backup.container import BackupBroken
    from practice.ops.backup.restore import restore as put_back

    os.umask(0o077)
    if not keys_file(os.environ).exists():
        raise click.ClickException(f"{keys_file(os.environ)} is missing: put the key file of the backup there first.")
    url = address if "://" in address else f"sqlite:///{Path(address).resolve()}"
    try:
        done = put_back(file, Config.from_environ({**os.environ, "DATABASE_URL": url}), create_app, migrate_database)
    except BackupBroken as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"Nothing was restored: {error.strerror}.") from None
    click.echo(f"Restored {done.rows:,} rows as of {done.made_at}.")
    if done.erased:
        click.echo(f"{done.erased} clients erased since then were erased again.")
    for fault in done.faults:
        click.echo(fault)
    click.echo(f"Books or trail do not hold in {len(done.faults)} places." if done.faults
               else "Counts and hashes are those of the backup, the books close, the audit trail is whole.")
    sys.exit(1 if done.faults else 0)


@click.command()
def doctor():
    """Say in plain words what is wrong with this installation; changes nothing."""
    from practice.app import create_app
    from practice.ops.doctor import Level, examine

    os.umask(0o077)
    found = list(examine(os.environ, create_app))
    for one in found:
        click.echo(f"{one.level:<6} {one.words}")
    sys.exit(1 if any(one.level == Level.WRONG for one in found) else 0)


@click.group()
def keys():
    """The keys that seal clinical text."""


@keys.command("rotate")
def keys_rotate():
    """Seal everything with a new key while people work; cut off, start it again and it goes on."""
    from config import keys_file
    from practice.ops import keys as sealing

    app = make_app()
    migrate_database(app)
    with app.app_context():
        sealing.check()
        if sealing.left():
            click.echo("Going on with the change of keys that was cut off.")
        else:
            sealing.add_key(keys_file(os.environ))
        with click.progressbar(length=sealing.left(), label="Sealing anew") as bar:
            done = sealing.seal_anew(bar.update)
    click.echo(f"{done:,} rows are sealed with the new key. Keep a fresh copy of {keys_file(os.environ)} elsewhere.")
    click.echo("The old key stays in it: backups of before open with that.")


@click.group()
def audit():
    """The trail of who did and read what."""


@audit.command("verify")
def audit_verify():
    """Walk the whole trail and say where it was changed, cut or thinned out."""
    from practice.audit.services import verify
    from practice.core.db import snapshot

    app = make_app()
    with app.app_context(), snapshot() as session:
        broken = list(verify(session))
    for place in broken:
        click.echo(f"row {place.row_id}: {place.reason}")
    click.echo("The audit trail is whole." if not broken else f"The audit trail is broken in {len(broken)} places.")
    sys.exit(1 if broken else 0)


COMMANDS = (backup, restore, doctor, keys, audit)
