"""Who is asking: a frozen value that every service takes first."""
from dataclasses import dataclass, field
from enum import StrEnum

from practice.access.permissions import Permission
from practice.access.roles import Role, granted


class Kind(StrEnum):
    STAFF = "staff"
    LINK = "link"  # a client with the address of their own form
    SYSTEM = "system"  # the house itself, with a reason
    NONE = "none"


@dataclass(frozen=True)
class Actor:
    """One person, link or job asking for something.

    `client_id` and `link_id` are set for a link only; `has_shared_charts` mirrors the practice's choice that
    therapists may open every chart; `why` is the reason of a system actor; `address` is where the request came from.
    """

    kind: Kind = Kind.NONE
    user_id: int | None = None
    roles: frozenset[Role] = frozenset()
    name: str = ""
    client_id: int | None = None
    link_id: int | None = None
    has_shared_charts: bool = False
    why: str = ""
    address: str = ""
    permissions: frozenset[Permission] = field(init=False, default=frozenset())

    def __post_init__(self):
        own = granted(self.roles)
        if self.kind is Kind.LINK:
            own = frozenset({Permission.INTAKE_SUBMIT})
        elif self.kind is Kind.SYSTEM:
            own = frozenset(Permission)
        object.__setattr__(self, "permissions", own)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def is_system(self) -> bool:
        return self.kind is Kind.SYSTEM


NOBODY = Actor()


def staff(user_id: int, roles, *, name: str = "", has_shared_charts: bool = False, address: str = "") -> Actor:
    """A signed-in member of the staff."""
    return Actor(Kind.STAFF, user_id, frozenset(roles), name, has_shared_charts=has_shared_charts, address=address)


def link(link_id: int, client_id: int, *, address: str = "") -> Actor:
    """A client who opened the personal address of their form."""
    return Actor(Kind.LINK, client_id=client_id, link_id=link_id, address=address)


def system(why: str, *, address: str = "") -> Actor:
    """The house itself; `why` stands in the audit trail."""
    if not why:
        raise ValueError("a system actor needs a reason")
    return Actor(Kind.SYSTEM, why=why, address=address)
