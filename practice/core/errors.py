"""Errors of the trade, named as past facts. The screens turn every DomainError into a message in one place."""
from practice.core.text import _


class DomainError(Exception):
    """Something the practice's rules refuse.

    `message` is English text marked for translation, with `%(name)s` places filled from `params`;
    `field` names the form field it belongs to, where there is one.
    """

    message = _("That is not possible.")

    def __init__(self, message: str | None = None, field: str | None = None, **params):
        self.message = message or self.message
        self.field = field
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(DomainError):
    """No such row, or a row that is not this person's to see: the two look alike on purpose."""

    message = _("There is nothing here, or it is not yours to see.")


class Forbidden(DomainError):
    message = _("Your role does not allow this.")


class Stale(DomainError):
    """Somebody else saved the row after this form was opened."""

    message = _("Somebody else changed this in the meantime. What you typed is still here: compare, then save again.")


class Invalid(DomainError):
    """A value that cannot be taken as it is; `field` says which one."""

    message = _("Please check this value.")


class IllegalMove(DomainError):
    message = _("This step is not possible from here.")
