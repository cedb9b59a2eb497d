"""The rulebook: to read for who treats, to change for the owner. What is changed is the practice's own and says so."""
from datetime import timedelta

from flask import redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.conditions.beside import condition_beside
from practice.admin.conditions.form import level_choices, typed_version
from practice.admin.conditions.own import save_own, take_own_back
from practice.admin.conditions.rule_form import RuleForm
from practice.admin.conditions.rule_lines import (
    key_of,
    posted_caps,
    posted_products,
    posted_variants,
    shown_products,
    shown_variants,
    where_choices,
)
from practice.admin.setup_tabs import tabs
from practice.core.errors import NotFound
from practice.safety import rulebook as book_words
from practice.safety.queries.book import own_rules, rulebook
from practice.safety.rulebook import shipped, to_data
from practice.sessions.queries.notes import went_ahead

FREE_LINES = 3
COUNTED_DAYS = 90


class RulebookPage(Page):
    """Every rule with its limits, source and grade."""

    permissions = {"index": (P.CHART_READ, P.RULEBOOK_EDIT), "new": P.RULEBOOK_EDIT, "edit": P.RULEBOOK_EDIT,
                   "take_back": P.RULEBOOK_EDIT}

    @expose("/")
    def index(self):
        book, own, may_edit = rulebook(), own_rules(), current_actor().may(P.RULEBOOK_EDIT)
        rules = sorted(book.rules.values(), key=lambda rule: gettext(rule.label).casefold())
        # A new version of the shipped rulebook leaves an own rule standing: it is said, so that somebody looks.
        behind = {key for key, row in own.items() if row.is_active and row.made_over != shipped().version}
        return render_template("admin/conditions/rulebook.html", book=book, rules=rules, words=book_words, own=own,
                               behind=behind, beside={rule.key: condition_beside(rule.key) for rule in rules
                                                      if rule.is_own},
                               sources={rule.key: book.sources_of(rule.sources) for rule in rules},
                               may_edit=may_edit, is_telling=any(row.told_up_to is not None for row in own.values()),
                               names=user_names() if may_edit else {}, days=COUNTED_DAYS,
                               ahead=went_ahead(show.today() - timedelta(days=COUNTED_DAYS)) if may_edit else [],
                               tabs_row=tabs("rulebook") if current_actor().may(P.PREMISES_EDIT) else [])

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        """A rule for what the shipped rulebook does not know."""
        form = RuleForm()
        if form.is_submitted() and form.validate():
            key = key_of(form.label.data, {*rulebook().rules, *rulebook().standing, *own_rules()})
            if save_own(form, form.content({}, key), 0):
                return redirect(url_for("rulebook.index"))
        return show_form(form, posted({}), None, 0)

    @expose("/<rule_key>", methods=("GET", "POST"))
    def edit(self, rule_key):
        """A rule as it stands, the shipped one or the practice's own over it."""
        rule = rulebook().rules.get(rule_key)
        if rule is None:
            raise NotFound()
        held, row, form = to_data(rule), own_rules().get(rule_key), RuleForm()
        if form.is_submitted():
            if form.validate() and save_own(form, form.content(held, rule_key), typed_version()):
                return redirect(url_for("rulebook.index"))
            return show_form(form, posted(held), rule, typed_version())
        form.show(held)
        return show_form(form, held, rule, row.version if row else 0)

    @expose("/<rule_key>/take-back", methods=("POST",))
    def take_back(self, rule_key):
        """The shipped rule counts again."""
        return take_own_back(rule_key, url_for("rulebook.index"))


def posted(held: dict) -> dict:
    """The lines of the page as they were typed, to be shown again."""
    return {"caps": posted_caps(), "variants": posted_variants(held.get("variants", ())), "products": posted_products()}


def show_form(form: RuleForm, data: dict, rule, version: int):
    lines = [*data.get("caps", {}).items(), *[("", None)] * FREE_LINES]
    return render_template("admin/conditions/rule.html", form=form, rule=rule, version=version, lines=lines,
                           where=where_choices(), levels=level_choices(0), kinds=book_words.KIND_LABELS,
                           variants=shown_variants(data.get("variants", ())),
                           products=shown_products(data.get("products", ())),
                           is_own=rule is not None and rule.is_own,
                           beside=condition_beside(rule.key) if rule is not None else [],
                           has_shipped=rule is not None and rule.key in shipped().rules), 422 if form.errors else 200
