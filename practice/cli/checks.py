"""The commands that prove what is stored, and that the locks hold."""

import os
import subprocess
import sys

import click

from practice.cli.building import workers
from practice.cli.making import ROOT, make_app, migrate_database
from practice.cli.scanning import check_scan


@click.group()
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


@check.command("office")
@click.argument("month")
@click.option("--demo", is_flag=True, help="The demo practice instead of the real one.")
def check_office(month, demo):
    """Have LibreOffice open the Excel file of a month (2026-10) and compare every number and total with the report."""
    from flask_babel import force_locale

    from practice.access.actor import system
    from practice.access.guard import acting
    from practice.admin.report_files import sheets_of, whole
    from practice.ops.office import NotInstalled, check
    from practice.premises.queries import the_practice
    from practice.reports.period import Period

    app, actor = make_app("demo.db" if demo else "practice.db"), system("comparing the report's file")
    with app.app_context(), acting(actor), force_locale(the_practice().language):
        sheets = sheets_of(whole(actor, Period.parse(month)))
    try:
        found = check(sheets)
    except NotInstalled:
        raise click.ClickException("NOT RUN: LibreOffice (soffice) is not installed here.") from None
    for line in found.wrong:
        click.echo(line)
    click.echo(f"LibreOffice reads {found.sheets} sheets, {found.numbers} numbers and {found.totals} totals"
               + (", as the report has them." if found.is_good else ": NOT as the report has them."))
    sys.exit(0 if found.is_good else 1)


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


@check.command("writers")
@click.option("--database", default="sqlite", show_default=True,
              help="sqlite, postgresql (a server of its own), or the address of a PostgreSQL server.")
def check_writers(database):
    """How many entries the trail takes a second from one desk, and from eight at once; then its chain."""
    from practice.app import create_app
    from practice.ops.rush.writers import run

    os.umask(0o077)
    one, many = run(database, create_app, migrate_database)
    for found in (one, many):
        click.echo(f"{found.desks} at once: {found.acts:,.1f} acts, {found.entries:,.1f} entries a second")
    click.echo(f"Together {many.entries / one.entries:.2f} times what one does alone. The chain is whole.")


@click.command()
@click.option("--minutes", default=10.0, show_default=True, type=click.FloatRange(0.1),
              help="How long, on each database.")
@click.option("--database", default="both", show_default=True,
              help="both, sqlite, postgresql (a server of its own), or the address of a PostgreSQL server.")
def soak(minutes, database):
    """Eight people do the day's work while their server is killed at random; then everything is looked for."""
    from practice.app import create_app
    from practice.ops.soak.run import run

    os.umask(0o077)
    good = True
    for one in ("sqlite", "postgresql") if database == "both" else (database,):
        found = run(one, minutes * 60, max(2, int(minutes * 2)), create_app, migrate_database)
        click.echo(f"{one}: " + ", ".join(f"{count:,} {word}" for word, count in sorted(found.done.items())))
        click.echo("  answers: " + ", ".join(f"{count:,} x {code}" for code, count in sorted(found.answers.items())))
        click.echo(f"  {found.kills} kills, {sum(each.lost for each in found.told)} requests open at one")
        if found.memory:
            click.echo("  memory in the last calm: {:,.0f} to {:,.0f} MB".format(*(one / 1e6 for one in found.memory)))
        for line in found.wrong[:50]:
            click.echo(f"  {line}")
        click.echo("  Nothing lost, nothing double, no server error." if found.is_good else "  NOT GOOD.")
        good = good and found.is_good
    sys.exit(0 if good else 1)


@check.command("trust", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def check_trust(arguments):
    """Run the tests that show what the house promises: requirement, test, result (needs the test packages)."""
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", "-q", "--trust", "-m", "requirement", *workers(arguments), *arguments]
    sys.exit(subprocess.call(command))


@click.command()
def matrix():
    """Try every address as everybody, and print who passes which (needs the test packages)."""
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "--doors", "--database", "sqlite",
               "tests/house/test_doors.py"]
    sys.exit(subprocess.call(command))


@click.command()
@click.argument("names", nargs=-1)
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
def locks(names, database):
    """Take the locks out one at a time, all or those named, and show which tests notice (needs the test packages)."""
    from practice.ops.locks import LOCKS, show

    strange = [name for name in names if name not in LOCKS]
    if strange:
        raise click.ClickException(f"No such lock: {', '.join(strange)}. There are {', '.join(LOCKS)}.")
    sys.exit(0 if show(names, database) else 1)


check.add_command(check_scan)
COMMANDS = (check, soak, matrix, locks)
