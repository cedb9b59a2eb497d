"""Every address of the application and who may pass it: the table that test_doors walks and prints.

One letter a person: O owner, T therapist of the client, X other therapist, R reception, B bookkeeper, A anybody
without a sign-in. `foreign` are people whose role opens the door but for whom this row does not exist (404). Whoever
is in neither is refused (403), and anybody without a sign-in is sent to the sign-in page.
"""
from dataclasses import dataclass

STAFF = "OTXRB"
EVERYBODY = STAFF + "A"


@dataclass(frozen=True)
class Door:
    """Who passes, per method. `post` None: the address takes no POST."""

    get: str | None = None
    post: str | None = None
    foreign: str = ""


DOORS: dict[str, Door] = {
    "static": Door(get=EVERYBODY),
    "health": Door(get=EVERYBODY),
    "sign_in": Door(get=EVERYBODY, post=EVERYBODY),
    "sign_out": Door(post=STAFF),
    "today.index": Door(get=STAFF),
}
