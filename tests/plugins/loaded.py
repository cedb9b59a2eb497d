"""What the process holds from which commands are forked (see commands.py): the product, loaded and not yet used."""

import gc

import alembic.command  # noqa: F401
import psycopg  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401
from sqlalchemy.orm import configure_mappers

import practice.app
import practice.cli.commands
import practice.ops.keys
import practice.ops.server  # noqa: F401

configure_mappers()
gc.collect()
gc.freeze()  # no collector of a command walks through this again
