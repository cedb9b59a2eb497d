"""The command that lets scanners of others loose on a demo of its own."""

import os
import secrets
import sys
import tempfile
from pathlib import Path

import click

from practice.cli.making import migrate_database

NOT_SCANNED = 3  # the exit code
BOOKKEEPER = "bea@example.com"  # the demo has none


@click.command("scan")
@click.option("--tools", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="The folder with wapiti and sqlmap; where programs are found when left out.")
@click.option("--seconds", default=120, show_default=True, help="How long wapiti walks, as each person.")
@click.option("--as", "only", multiple=True, help="Whom to be: owner, therapist, reception, bookkeeper, anonymous.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path),
              help="The folder for what the scanners say, and for the demo, which is built once.")
@click.option("--quick", is_flag=True, help="sqlmap tries in full only where a first look finds something.")
def check_scan(folder, seconds, only, keep, quick):
    """Let wapiti and sqlmap loose on a demo of its own, as each role; they are not part of this."""
    from practice.ops.scan.run import look
    from practice.ops.scan.scanners import NoScanner, programs

    try:
        tools = programs(folder)
    except NoScanner as error:
        click.echo(f"NOT SCANNED: {error}")
        sys.exit(NOT_SCANNED)
    os.umask(0o077)
    good, tried, takes_text = True, set(), set()
    with tempfile.TemporaryDirectory() as temporary:
        place = keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        people = build(place)
        for seen in look(lambda file: app_on(file, place), place / "demo.db",
                         [one for one in people if not only or one.name in only], tools, seconds, place,
                         is_quick=quick):
            good = good and not seen.problems
            click.echo(f"{seen.person.name}: {sum(seen.answers.values()):,} requests; answers "
                       + ", ".join(f"{count:,} x {code}" for code, count in sorted(seen.answers.items())))
            for one in seen.found:
                click.echo(f"  {one.scanner}: {one.looked_at} {one.of_what}, {len(one.problems)} above info")
                for line in one.withdrawn:
                    click.echo(f"    withdrawn when looked at again: {line}")
            for line in seen.problems[:50]:
                click.echo(f"    {line}")
            tried |= seen.tried
            takes_text |= seen.all_that_take_text
        (place / "never-met.txt").write_text("\n".join(sorted(takes_text - tried)) + "\n")
    click.echo(f"{len(tried)} addresses tried by sqlmap; to {len(takes_text - tried)} others that take text no page "
               "led (never-met.txt of --keep).")
    click.echo("Nothing above info." if good else "NOT GOOD.")
    sys.exit(0 if good else 1)


def app_on(file: Path, place: Path):
    """The application on a copy of the demo."""
    from config import Config
    from practice.app import create_app

    return create_app(Config.from_environ({
        "DATABASE_URL": f"sqlite:///{file}", "PRACTICE_KEYS": str(place / "keys"),
        "SECRET_KEY": secrets.token_urlsafe(48), "PRACTICE_IDLE_MINUTES": "600",
        "PRACTICE_BACKUPS": str(file.parent / "backups")}))


def build(place: Path) -> list:
    """Fill the demo, with a bookkeeper and with what somebody without a sign-in may hold; gives whom to be."""
    from sqlalchemy import select

    from practice.access import guard
    from practice.access.actor import system
    from practice.access.roles import Role
    from practice.accounts.models import User
    from practice.accounts.queries import is_empty
    from practice.accounts.services.reset import make_link
    from practice.accounts.services.users import add_user
    from practice.clients.models import Client
    from practice.core.db import db, transaction
    from practice.demo import fill as made_up
    from practice.demo.cast import PASSWORD, STAFF
    from practice.intake.services.links import invite
    from practice.ops.scan.run import Person

    house = system("the scan")
    app = app_on(place / "demo.db", place)
    migrate_database(app)
    with app.app_context():
        if is_empty():
            made_up.fill()
            with guard.acting(house), transaction():
                add_user(house, name="Bea Byrne", email=BOOKKEEPER, password=PASSWORD, roles=(Role.BOOKKEEPER,),
                         must_change_password=False)
        with guard.acting(house), transaction():
            _row, form = invite(house, db.session.scalar(select(Client.id).order_by(Client.id.desc()).limit(1)))
            reset = make_link(house, db.session.scalar(select(User.id).where(User.email == BOOKKEEPER)))
        db.session.remove()
        db.engine.dispose()
    people = {one.roles[0].value: one for one in STAFF}
    return [*(Person(name, people[name].email, PASSWORD) for name in ("owner", "therapist", "reception")),
            Person("bookkeeper", BOOKKEEPER, PASSWORD),
            Person("anonymous", starts_at=(f"/f/{form}", f"/reset/{reset}"))]
