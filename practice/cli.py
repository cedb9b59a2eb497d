"""The command line: `practice …`, `python3 -m practice …` and `flask --app wsgi …` are the same commands.

Each command imports what it needs when it runs, so that `practice --help` answers at once. `practice.__main__` has
seen to it that everything can be imported.
"""

import os
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


@click.group()
def commands():
    """The back office of a massage practice."""


def main(args=None, prog_name="practice"):
    """Run one command; a setting that cannot be used becomes one sentence."""
    from config import ConfigError

    try:
        commands.main(args=args, prog_name=prog_name, standalone_mode=True)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def make_app(database: str = "practice.db"):
    """The application with the settings of this process. Raises ConfigError."""
    from config import Config
    from practice.app import create_app

    os.umask(0o077)  # the database, its journal and every file made from it are for their owner only
    return create_app(Config.from_environ(database=database))


def migrate_database(app, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to that of a revision; does nothing where it has it already."""
    from alembic import command

    with app.app_context():
        settings = app.extensions["migrate"].migrate.get_config(str(ROOT / "migrations"))
        command.upgrade(settings, revision)


def first_run_code(app) -> str | None:
    """A fresh code for whoever sits at this terminal to become the first owner; None when there is one."""
    from practice.access.actor import system
    from practice.access.guard import acting
    from practice.accounts.services.first_run import new_code
    from practice.core.db import transaction

    actor = system("practice serve")
    with app.app_context(), acting(actor), transaction():
        return new_code(actor)


address_options = [
    click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on."),
    click.option("--port", default=8000, show_default=True, help="The port; the next free one if it is taken."),
]


def with_address(command):
    """The two options of every command that serves."""
    for option in reversed(address_options):
        command = option(command)
    return command


@commands.command()
@with_address
def serve(host, port):
    """Serve the practice; the first time, make the database and show the code for the first owner."""
    from practice.ops import keys as sealing
    from practice.ops import server

    app = make_app()
    migrate_database(app)
    with app.app_context():
        sealing.check()
    code = first_run_code(app)
    if code:
        click.echo(f"This practice has no owner yet. The code for the first owner, once: {code}")
    server.serve(app, host, port)


@commands.command()
@with_address
def demo(host, port):
    """Serve a practice filled with made-up people, to look around in."""
    from practice.accounts.queries import is_empty
    from practice.demo import fill as made_up
    from practice.ops import server

    app = make_app("demo.db")
    migrate_database(app)
    with app.app_context():
        if made_up.is_foreign():
            raise click.ClickException("DATABASE_URL names a real practice: the demo leaves it alone.")
        if is_empty():
            made_up.fill()
        elif not made_up.is_whole():
            raise click.ClickException(
                "The demo was interrupted while it was built: delete instance/demo.db* and start again.")
        click.echo("Sign in as one of these:")
        for line in made_up.log_ins():
            click.echo(line)
    server.serve(app, host, port)


@commands.command()
def migrate():
    """Bring the database to the newest schema."""
    migrate_database(make_app())
    click.echo("The database has the newest schema.")


@commands.command()
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


@commands.command()
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
    for fault in done.faults:
        click.echo(fault)
    click.echo(f"Books or trail do not hold in {len(done.faults)} places." if done.faults
               else "Counts and hashes are those of the backup, the books close, the audit trail is whole.")
    sys.exit(1 if done.faults else 0)


@commands.command()
def doctor():
    """Say in plain words what is wrong with this installation; changes nothing."""
    from practice.app import create_app
    from practice.ops.doctor import Level, examine

    os.umask(0o077)
    found = list(examine(os.environ, create_app))
    for one in found:
        click.echo(f"{one.level:<6} {one.words}")
    sys.exit(1 if any(one.level == Level.WRONG for one in found) else 0)


@commands.group()
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


@commands.group()
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


@commands.group()
def outbox():
    """Mail that waits to be sent."""


@outbox.command("send")
def outbox_send():
    """Send what waits, once: for a scheduler where no server runs. Needs PRACTICE_SMTP."""
    from practice.ops import postman

    app = make_app()
    if app.config["MAIL_SERVER"] is None:
        raise click.ClickException("No mail server: PRACTICE_SMTP is not set.")
    try:
        click.echo(postman.send(app))
    except postman.NoMailServer as error:
        raise click.ClickException(f"The mail server of PRACTICE_SMTP did not answer: {error}") from None


@commands.group()
def report():
    """The owner's figures, on file."""


@report.command("month")
@click.argument("month")
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "pdf", "json"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default="here",
              help="The folder to write into.")
@click.option("--demo", is_flag=True, help="The demo practice instead of the real one.")
def report_month(month, kind, out, demo):
    """Write the report of a month (2026-10), a year (2026) or any days (2026-10-05..2026-11-03); CSV is one file a
    sheet. The same files as the buttons on the page."""
    from practice.admin.report_command import write_report
    from practice.core.errors import DomainError

    app = make_app("demo.db" if demo else "practice.db")
    with app.app_context():
        try:
            for path in write_report(month, kind, out):
                click.echo(path)
        except DomainError as error:
            raise click.ClickException(error.message % error.params) from None


@report.command("send")
@click.option("--month", default=None, help="Such as 2026-10; the last month that is over when left out.")
def report_send(month):
    """Mail the month's report to the owners, once, however often it is asked. For a scheduler; needs PRACTICE_SMTP."""
    from practice.admin.report_command import send_report
    from practice.core.errors import DomainError

    app = make_app()
    if app.config["MAIL_SERVER"] is None:
        raise click.ClickException("No mail server: PRACTICE_SMTP is not set.")
    with app.app_context():
        try:
            addresses = send_report(month)
        except DomainError as error:
            raise click.ClickException(error.message % error.params) from None
    click.echo(f"For {', '.join(addresses)}: `practice outbox send`, or the server, sends it." if addresses
               else "It was sent before.")


@commands.group()
def check():
    """Prove that what is stored holds together."""


@check.command("books")
@click.option("--demo", is_flag=True, help="The demo practice instead of the real one.")
def check_books(demo):
    """Add up every document, payment, balance and package again; name the row that does not fit."""
    from practice.ops.books.check import CHECKS
    from practice.ops.books.check import check_books as find

    app = make_app("demo.db" if demo else "practice.db")
    with app.app_context():
        broken = find()
    for one in broken:
        click.echo(f"{one.table} {one.row_id}: {one.rule}: {one.what}")
    click.echo(f"The books close: {len(CHECKS)} checks." if not broken
               else f"The books do not close: {len(broken)} rows.")
    sys.exit(1 if broken else 0)


@check.command("desk", hidden=True)
@click.argument("seconds", type=float)
@click.argument("number", type=int)
def check_desk(seconds, number):
    """One desk of the rush; says what it did."""
    from practice.ops.rush.worker import say

    click.echo(say(make_app(), seconds, number))


@check.command("rush")
@click.option("--seconds", default=60, show_default=True, help="How long the desks work.")
@click.option("--database", default="sqlite", show_default=True,
              help="sqlite, postgresql (a server of its own), or the address of a PostgreSQL server.")
def check_rush(seconds, database):
    """Eight desks at once on a database of its own, one act in ten failing, two desks killed; then the books."""
    from practice.app import create_app
    from practice.ops.rush.run import run

    os.umask(0o077)
    told = run(database, seconds, create_app, migrate_database)
    for word, count in told.acts.most_common():
        click.echo(f"{count:>7}  {word}")
    click.echo(f"{told.documents} documents, {told.payments} payments, {told.killed} desks killed.")
    for one in told.broken:
        click.echo(f"{one.table} {one.row_id}: {one.rule}: {one.what}")
    click.echo("The books close." if not told.broken else f"The books do not close: {len(told.broken)} rows.")
    sys.exit(0 if told.is_good else 1)


@check.command("trust", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def check_trust(arguments):
    """Run the tests that show what the house promises: requirement, test, result (needs the test packages)."""
    os.chdir(ROOT)
    workers = [] if any(word.startswith("-n") for word in arguments) else ["-n", "logical"]
    command = [sys.executable, "-m", "pytest", "-q", "--trust", "-m", "requirement", *workers, *arguments]
    sys.exit(subprocess.call(command))


@commands.command()
@click.option("--size", type=click.Choice(["S", "M", "L"], case_sensitive=False), default="S", show_default=True,
              help="10 thousand, 200 thousand or a million sessions; L shows the growth from M as well.")
@click.option("--database", default="sqlite", show_default=True,
              help="sqlite, postgresql (a server of its own), or the address of a PostgreSQL server.")
@click.option("--papers", is_flag=True, help="Instead: 200 invoices as PDF in one run, beside typst alone.")
def bench(size, database, papers):
    """Time the daily pages on a large practice made up in instance/, beside static files of the same size."""
    from practice.app import create_app
    from practice.ops.bench.run import run

    os.umask(0o077)
    if papers:
        from practice.ops.bench.papers import run_papers

        sys.exit(0 if run_papers(make_app("demo.db")) else 1)
    sys.exit(0 if run(size.upper(), database, create_app, migrate_database) else 1)


@commands.command("bench-lists")
@click.option("--size", type=click.Choice(["S", "M", "L"], case_sensitive=False), default="S", show_default=True)
@click.option("--database", default="sqlite", show_default=True, help="As for bench.")
def bench_lists(size, database):
    """Save the long lists of a bench practice as files; time, first byte and memory."""
    from practice.app import create_app
    from practice.ops.bench.lists import run
    from practice.ops.bench.sizes import SIZES

    os.umask(0o077)
    sys.exit(0 if run(SIZES[size.upper()], database, create_app, migrate_database) else 1)


@commands.command()
def matrix():
    """Try every address as everybody, and print who passes which (needs the test packages)."""
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "--doors", "--database", "sqlite",
               "tests/house/test_doors.py"]
    sys.exit(subprocess.call(command))


@commands.command()
def locks():
    """Take the locks out one at a time and show which tests notice (needs the test packages)."""
    from practice.ops.locks import show

    sys.exit(0 if show() else 1)


@commands.command(
    add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments):
    """Run the tests on both databases; what follows is handed to pytest."""
    workers = [] if any(word.startswith(("-n", "--numprocesses")) for word in arguments) else ["-n", "logical"]
    command = [sys.executable, "-m", "pytest", *workers, *arguments]
    os.chdir(ROOT)
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(sys.executable, command)
