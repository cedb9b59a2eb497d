"""What every command begins with: the application of this process, and its schema."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


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
