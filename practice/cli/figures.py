"""The owner's figures, on file."""

from pathlib import Path

import click

from practice.cli.making import make_app


@click.group()
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


COMMANDS = (report,)
