"""What the process holds from which commands are forked (see commands.py): the product, loaded and not yet used."""
import gc
from importlib import import_module

from sqlalchemy.orm import configure_mappers

for name in ("alembic.command", "psycopg", "sqlalchemy.dialects.postgresql.psycopg",
             "sqlalchemy.dialects.sqlite.pysqlite", "practice.app", "practice.cli.commands", "practice.ops.keys",
             "practice.ops.server"):
    import_module(name)
configure_mappers()
gc.collect()
gc.freeze()  # no collector of a command walks through this again
