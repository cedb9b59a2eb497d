"""All commands, and the way in."""
import sys

import click

from practice.cli import building, checks, figures, keeping, memberships, parts, serving


@click.group()
def commands():
    """The back office of a massage practice."""


for module in (serving, keeping, figures, memberships, checks, parts, building):
    for command in module.COMMANDS:
        commands.add_command(command)


def main(args=None, prog_name="practice"):
    """Run one command; a setting that cannot be used becomes one sentence."""
    from config import ConfigError

    try:
        commands.main(args=args, prog_name=prog_name, standalone_mode=True)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
