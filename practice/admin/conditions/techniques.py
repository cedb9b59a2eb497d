"""The techniques: to read for who treats; for the owner to change, and to add some of the practice's own."""
from flask import redirect, render_template, url_for
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.conditions.beside import technique_beside
from practice.admin.conditions.form import typed_version
from practice.admin.conditions.own import save_own, take_own_back
from practice.admin.conditions.rule_lines import key_of
from practice.admin.conditions.technique_form import TechniqueForm
from practice.admin.setup_tabs import tabs
from practice.catalog.techniques import CATEGORY_LABELS, Technique, technique_to_data
from practice.core.body import REGIONS
from practice.core.errors import NotFound
from practice.safety.queries.book import own_rules, rulebook, techniques
from practice.safety.rulebook import Rulebook, shipped
from practice.safety.rulebook_own import Part, row_key

BASIS = "editor"  # what the practice says of its own techniques


class TechniquesPage(Page):
    """Every technique with how deep it goes, where not, and with whom."""

    permissions = {"index": (P.CHART_READ, P.RULEBOOK_EDIT), "new": P.RULEBOOK_EDIT, "edit": P.RULEBOOK_EDIT,
                   "take_back": P.RULEBOOK_EDIT}

    @expose("/")
    def index(self):
        book, own, may_edit = rulebook(), own_rules(), current_actor().may(P.RULEBOOK_EDIT)
        rows = list(techniques().values())
        return render_template(
            "admin/conditions/techniques.html", rows=rows, book=book, may_edit=may_edit, kinds=CATEGORY_LABELS,
            regions=REGIONS, never_at={one.key: _never_at(one, book) for one in rows},
            beside={one.key: technique_beside(one.key) for one in rows if one.is_own},
            behind={one.key: made for one in rows if one.is_own
                    and (made := own[row_key(Part.TECHNIQUE, one.key)].made_over) != shipped().version},
            sources={one.key: book.sources_of(one.sources) for one in rows},
            tabs_row=tabs("rulebook") if current_actor().may(P.PREMISES_EDIT) else [])

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        """A technique the shipped catalogue does not have."""
        form = TechniqueForm()
        if form.is_submitted():
            key = key_of(form.label.data or "", {*rulebook().techniques, *REGIONS})
            if form.validate() and save_own(form, form.content(key, BASIS), 0):
                return redirect(url_for("techniques.index"))
        else:
            form.lowest.data, form.highest.data, form.is_placed.data, form.cap.data = "2", "3", True, ""
        return _page(form, None, 0)

    @expose("/<technique_key>", methods=("GET", "POST"))
    def edit(self, technique_key):
        """A technique as it stands, the shipped one or the practice's own over it."""
        technique = techniques().get(technique_key)
        if technique is None:
            raise NotFound()
        form = TechniqueForm()
        if form.is_submitted():
            if form.validate() and save_own(form, form.content(technique_key, technique.basis), typed_version()):
                return redirect(url_for("techniques.index"))
            return _page(form, technique, typed_version())
        form.show(technique_to_data(technique))
        row = own_rules().get(row_key(Part.TECHNIQUE, technique_key))
        return _page(form, technique, row.version if row else 0)

    @expose("/<technique_key>/take-back", methods=("POST",))
    def take_back(self, technique_key):
        """The shipped technique counts again; one of the practice's own is offered no longer."""
        return take_own_back(row_key(Part.TECHNIQUE, technique_key), url_for("techniques.index"))


def _never_at(technique: Technique, book: Rulebook) -> list[str]:
    """The regions it is not done in: what it says itself, and what holds for everybody."""
    ruled = [region for rule in book.standing.values() if technique.key in rule.techniques for region in rule.regions]
    return list(dict.fromkeys((*technique.never_at, *ruled)))


def _page(form: TechniqueForm, technique, version: int):
    return render_template(
        "admin/conditions/technique.html", form=form, technique=technique, version=version,
        is_own=technique is not None and technique.is_own,
        beside=technique_beside(technique.key) if technique else [],
        has_shipped=technique is not None and technique.key in shipped().techniques), 422 if form.errors else 200
