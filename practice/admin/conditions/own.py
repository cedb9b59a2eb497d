"""What every page of the rulebook does alike: save a rule as the practice's own, put it back, tell the desk."""
from collections.abc import Mapping
from typing import Any

from flask import flash
from flask_babel import gettext

from practice.admin.auth import current_actor
from practice.admin.base import act, show_error, words
from practice.admin.conditions.form import typed_version
from practice.core.db import transaction
from practice.core.errors import DomainError, Stale
from practice.safety.rulebook import shipped
from practice.safety.services import own_rules as services

STEPS_AT_ONCE = 3
LONGEST = 400


def save_own(form, content: Mapping[str, Any], version: int) -> bool:
    """Save a part of the rulebook as the practice's own; what speaks against it stands on the form."""
    try:
        with transaction():
            services.save_rule(current_actor(), content, version=version)
    except services.RuleRefused as refused:
        form.form_errors = [*form.form_errors, *map(problem_words, refused.problems)]
        return False
    except Stale as error:
        form.form_errors = [*form.form_errors, words(error)]
        return False
    except DomainError as error:
        show_error(form, error)
        return False
    tell_the_desk()
    flash(gettext("Saved as the practice's own rule."), "success")
    return True


def take_own_back(row_key: str, back: str):
    """The shipped rulebook counts again there."""
    answer = act(lambda: services.take_back(current_actor(), row_key, version=typed_version()), back,
                 gettext("The practice's own rule is taken back."))
    tell_the_desk()
    return answer


def problem_words(problem: str) -> str:
    """A sentence of the check, translated as a whole; where it ends in a name, behind a colon, without the name."""
    whole, (words_, colon, what) = gettext(problem), problem.partition(": ")
    return whole if whole != problem or not colon else gettext(words_ + colon) + what


def tell_the_desk() -> None:
    """What reception is told of the first clients follows at once; of many more it follows beside the server."""
    for _step in range(STEPS_AT_ONCE):
        with transaction():
            if not services.tell_next(current_actor()):
                return


def source_lines(keys) -> str:
    """Sources as they are typed, one a line: shipped ones by their title."""
    sources = shipped().sources
    return "\n".join(gettext(sources[key].title) if key in sources else key for key in keys)


def posted_sources(text: str | None) -> list[str]:
    """The same back: a title of the book is that source, anything else the owner's own."""
    by_title = {gettext(source.title): key for key, source in shipped().sources.items()}
    return [by_title.get(line, line) for line in typed_lines(text)]


def typed_lines(text: str | None) -> list[str]:
    return [line.strip()[:LONGEST] for line in (text or "").splitlines() if line.strip()][:40]
