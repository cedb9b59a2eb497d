"""The day up to which the books are closed: nothing is dated on it or before it."""
from datetime import date

from practice.billing.services.documents import today
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import the_practice


class BooksClosed(DomainError):
    message = _("The books are closed up to %(day)s: choose a later day.")


def refuse_closed(on: date, *, field: str = "on_date") -> None:
    """A day in the past that is still open, or today. Raises BooksClosed, Invalid."""
    closed = the_practice().books_closed_on
    if closed is not None and on <= closed:
        raise BooksClosed(field=field, day=closed)
    if on > today():
        raise Invalid(_("Not a day to come."), field)
