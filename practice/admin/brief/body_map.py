"""The body map as it stands in the page: the same limits make the same picture, which is drawn once."""
from functools import lru_cache
from gettext import NullTranslations

from flask import current_app
from jinja2.environment import TemplateModule
from markupsafe import Markup

from practice.admin.brief.cards import own_points
from practice.admin.words import gettext, language
from practice.safety.rules import levels
from practice.safety.rules_verdict import Verdict


def body_map(verdict: Verdict) -> Markup:
    """The two figures with the limit of every place, and the points that are this client's own."""
    macros = current_app.jinja_env.get_template("macros/bodymap.html").module
    return _drawn(macros, language().catalogue, tuple(levels(verdict).items()), tuple(map(str, own_points(verdict))))


@lru_cache(maxsize=64)  # a picture tells of no one: it is limits without a name
def _drawn(macros: TemplateModule, _catalogue: NullTranslations, limits: tuple, points: tuple[str, ...]) -> Markup:
    return macros.bodymap(dict(limits), "read", points=points, label=gettext("Where not, and how deep"), turn=False,
                          told=True)
