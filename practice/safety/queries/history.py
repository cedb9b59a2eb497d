"""What the practice's own rules said at any time: every writing of them, in order."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from practice.core.db import db
from practice.safety.models import OwnRuleChange
from practice.safety.rulebook_own import mark_of, version_of

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A change with the own rule that counted before it, and all that counted after it, by key.

    `is_before_known` is false where the rule had been written over before the history began.
    """

    change: OwnRuleChange
    before: Content | None
    is_before_known: bool
    own: Mapping[str, Content]

    @property
    def after(self) -> Content | None:
        return self.own.get(self.change.key)

    @property
    def version(self) -> str:
        """The version of the whole rulebook from then on, as signed notes keep it."""
        return version_of(self.change.book_version, self.own.values())


def steps() -> list[Step]:
    """The whole history, oldest first."""
    found, own, seen = [], {}, set()
    for change in db.session.scalars(select(OwnRuleChange).order_by(OwnRuleChange.id)):
        is_known = change.key in seen or change.number == 1 or not change.is_active
        seen.add(change.key)
        others = {key: content for key, content in own.items() if key != change.key}
        # What is taken back is written as it was: that is known even where the history begins with it.
        before = own.get(change.key) if change.is_active else change.content
        own = others | {change.key: change.content} if change.is_active else others
        found.append(Step(change, before, is_known, own))
    return found


def stood_at(version: str) -> Step | None:
    """The change after which the own rules first stood as a note with this version was signed against them.

    The mark in the version proves it: it is worked out anew from the rules as they are kept. None: they never stood so
    since the history began.
    """
    mark = version.partition("+")[2]
    return next((one for one in steps() if one.own and mark_of(one.own.values()) == mark), None)
