"""Two clicks of one form are one act: the second finds by the form's key what the first has written."""
from practice.core.errors import Invalid
from practice.core.text import _


class UsedForSomethingElse(Invalid):
    message = _("This form was used for something else. Please open it again.")


def same(first, **typed):
    """What the key of a form was used for before, None for nothing yet; `typed` are its values by what stands in the
    form now. Raises UsedForSomethingElse when that is another act: a browser's way back shows a form again that was
    sent already, and nobody is told that money was taken which was not.
    """
    if first is not None and any(getattr(first, name) != value for name, value in typed.items()):
        raise UsedForSomethingElse()
    return first
