"""The commands of whoever builds this: the tests, and how fast it is."""

import os
import subprocess
import sys

import click

from practice.cli.making import ROOT, make_app, migrate_database


def workers(arguments) -> list[str]:
    """One for each processor, unless the arguments say how many; who is done early takes over from others."""
    if any(word.startswith(("-n", "--numprocesses")) for word in arguments):
        return ["--dist", "worksteal"]
    return ["-n", "logical", "--dist", "worksteal"]


@click.command()
@click.option("--size", type=click.Choice(["S", "M", "L"], case_sensitive=False), default="S", show_default=True,
              help="10 thousand, 200 thousand or a million sessions; L shows the growth from M as well.")
@click.option("--database", default="sqlite", show_default=True,
              help="sqlite, postgresql (a server of its own), or the address of a PostgreSQL server.")
@click.option("--papers", is_flag=True, help="Instead: 200 invoices as PDF in one run, beside typst alone.")
@click.option("--month", is_flag=True, help="Instead: the owner's month: its page, closing it, its rows on file.")
def bench(size, database, papers, month):
    """Time the daily pages on a large practice made up in instance/, beside static files of the same size."""
    from practice.app import create_app
    from practice.ops.bench.run import run

    os.umask(0o077)
    if papers:
        from practice.ops.bench.papers import run_papers

        sys.exit(0 if run_papers(make_app("demo.db")) else 1)
    if month:
        from practice.ops.bench.months import run

    sys.exit(0 if run(size.upper(), database, create_app, migrate_database) else 1)


@click.command("bench-lists")
@click.option("--size", type=click.Choice(["S", "M", "L"], case_sensitive=False), default="S", show_default=True)
@click.option("--database", default="sqlite", show_default=True, help="As for bench.")
def bench_lists(size, database):
    """Save the long lists of a bench practice as files; time, first byte and memory."""
    from practice.app import create_app
    from practice.ops.bench.lists import run
    from practice.ops.bench.sizes import SIZES

    os.umask(0o077)
    sys.exit(0 if run(SIZES[size.upper()], database, create_app, migrate_database) else 1)


@click.command(
    add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments):
    """Run the tests on both databases; what follows is handed to pytest."""
    command = [sys.executable, "-m", "pytest", *workers(arguments), *arguments]
    os.chdir(ROOT)
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(sys.executable, command)


COMMANDS = (bench, bench_lists, test)
