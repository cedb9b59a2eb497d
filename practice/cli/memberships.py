"""Memberships, month by month."""
import sys

import click

from practice.cli.making import make_app


@click.group()
def memberships():
    """Memberships, month by month."""


@memberships.command("renew")
def renew():
    """Invoice every month that has begun, once, however often it is asked. For a scheduler, every morning."""
    from flask_babel import force_locale

    from practice.access.actor import system
    from practice.access.guard import acting
    from practice.admin.renewing import renew_all
    from practice.premises.queries import settings

    app, actor = make_app(), system("practice memberships renew")
    with app.app_context(), acting(actor):
        practice = settings()
        if practice is None or not practice.has_memberships:
            click.echo("Memberships are not in use: Set-up, Money.")
            return
        with force_locale(practice.language):
            done = renew_all(actor)
    click.echo(f"{done.documents} invoices made.")
    for name, why in done.refused:
        click.echo(f"{name}: {why}", err=True)
    if done.refused:
        sys.exit(1)


COMMANDS = (memberships,)
