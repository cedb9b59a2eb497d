"""The application for a WSGI server (`gunicorn wsgi:app`), and its commands for `flask --app wsgi …`."""

from config import Config
from practice.app import create_app
from practice.cli.commands import commands

app = create_app(Config.from_environ())
for command in commands.commands.values():
    app.cli.add_command(command)
