"""The names of the staff, for lists that hold only their numbers."""
from flask import g

from practice.accounts.queries import user_names


def colleague(user_id: int) -> str:
    """A colleague's name, past ones too; all are read once a request."""
    if "colleagues" not in g:
        g.colleagues = user_names()
    return g.colleagues.get(user_id, "")
