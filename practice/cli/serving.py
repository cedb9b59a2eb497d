"""The commands that serve: the practice, its demo, its mail."""

import click

from practice.cli.making import make_app, migrate_database


def first_run_code(app) -> str | None:
    """A fresh code for whoever sits at this terminal to become the first owner; None when there is one."""
    from practice.access.actor import system
    from practice.access.guard import acting
    from practice.accounts.services.first_run import new_code
    from practice.core.db import transaction

    actor = system("practice serve")
    with app.app_context(), acting(actor), transaction():
        return new_code(actor)


def with_address(command):
    """The two options of every command that serves."""
    host = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
    port = click.option("--port", default=8000, show_default=True, help="The port; the next free one if it is taken.")
    return host(port(command))


@click.command()
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


@click.command()
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


@click.command()
def migrate():
    """Bring the database to the newest schema."""
    migrate_database(make_app())
    click.echo("The database has the newest schema.")


@click.command("let-in")
@click.argument("email")
@click.option("--without-second-step", is_flag=True, help="Take the second step out too: phone and codes are lost.")
def let_in(email, without_second_step):
    """Print a link to a new password, for an owner who has nobody to ask."""
    from practice.access.actor import system
    from practice.access.guard import acting
    from practice.accounts.services import reset
    from practice.core.db import transaction

    app = make_app()
    try:
        with app.app_context(), acting(system("practice let-in")), transaction():
            secret = reset.let_in(email, without_second_step=without_second_step)
    except reset.NotSigningIn:
        raise click.ClickException("Nobody who may sign in has this address.") from None
    click.echo(f"Open this path in the browser, at the practice's own address, within a day: /reset/{secret}")


@click.group()
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


@click.command()
@click.pass_context
def beside(context):
    """Do once what `serve` does beside its pages: tell the desk of changed rules, clear away forms never sent, send
    mail. For a timer, where another server runs."""
    from practice.ops import cleaner, crier

    app = make_app()
    click.echo(f"{crier.tell_all(app)} steps of telling the desk, {cleaner.clear_all(app)} forms cleared away.")
    if app.config["MAIL_SERVER"] is not None:
        context.invoke(outbox_send)


COMMANDS = (serve, demo, migrate, let_in, outbox, beside)
