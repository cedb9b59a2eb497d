"""What the practice uses of money: what is off in set-up is nowhere on screen, and its addresses are not there."""
from flask import abort

from practice.premises.queries import the_practice


def uses(name: str) -> bool:
    """Whether the practice uses "till", "tips", "deposits", "packages"."""
    return getattr(the_practice(), f"has_{name}")


def need(name: str) -> None:
    """404 for what the practice does not use."""
    if not uses(name):
        abort(404)
