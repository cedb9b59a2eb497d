"""What holds for everybody: standing rules, the regions that need a consent, and the thresholds of blood pressure."""
from flask import redirect, render_template, url_for
from flask_admin import expose

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.conditions.beside import setting_beside, standing_beside
from practice.admin.conditions.form import typed_version
from practice.admin.conditions.own import save_own, take_own_back
from practice.admin.conditions.rule_lines import key_of
from practice.admin.conditions.standing_form import PressureForm, SensitiveForm, StandingForm
from practice.admin.setup_tabs import tabs
from practice.core.body import POINTS, REGIONS
from practice.core.errors import NotFound
from practice.safety import rulebook as book_words
from practice.safety.queries.book import own_rules, rulebook
from practice.safety.rulebook import STANDING_CONDITIONS, shipped
from practice.safety.rulebook_own import SETTINGS, Part, row_key
from practice.safety.standing import standing_to_data

SETTING_FORMS = {"sensitive": SensitiveForm, "blood_pressure": PressureForm}


class EverybodyPage(Page):
    """What counts whoever the client is."""

    permissions = {"index": (P.CHART_READ, P.RULEBOOK_EDIT), "new": P.RULEBOOK_EDIT, "edit": P.RULEBOOK_EDIT,
                   "setting": P.RULEBOOK_EDIT, "take_back": P.RULEBOOK_EDIT}

    @expose("/")
    def index(self):
        book, own, may_edit = rulebook(), own_rules(), current_actor().may(P.RULEBOOK_EDIT)
        rules = list(book.standing.values())
        mine = {key: row.made_over for key, row in own.items() if row.is_active and row.made_over != shipped().version}
        return render_template(
            "admin/conditions/everybody.html", rules=rules, book=book, may_edit=may_edit, words=book_words,
            regions=REGIONS, points=POINTS, behind=mine, pains=[book.rules[key] for key in STANDING_CONDITIONS],
            beside={rule.key: standing_beside(rule.key) for rule in rules if rule.is_own},
            set_beside={key: setting_beside(key) for key in book.own_settings},
            sources={rule.key: book.sources_of(rule.sources) for rule in rules},
            set_sources={key: book.sources_of(book.settings[key]["sources"]) for key in SETTINGS},
            tabs_row=tabs("rulebook") if current_actor().may(P.PREMISES_EDIT) else [])

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        """A standing rule the shipped rulebook does not have."""
        form = StandingForm()
        if form.is_submitted():
            key = key_of(form.label.data or "", {*rulebook().standing, *rulebook().rules, *_taken_out()})
            if form.validate() and save_own(form, form.content(key), 0):
                return redirect(url_for("everybody.index"))
        return _page(form, None, 0)

    @expose("/rule/<standing_key>", methods=("GET", "POST"))
    def edit(self, standing_key):
        """A standing rule, the shipped one or the practice's own over it."""
        rule = rulebook().standing.get(standing_key)
        if rule is None:
            raise NotFound()
        form = StandingForm()
        if form.is_submitted():
            if form.validate() and save_own(form, form.content(standing_key), typed_version()):
                return redirect(url_for("everybody.index"))
            return _page(form, rule, typed_version())
        form.show(standing_to_data(rule))
        return _page(form, rule, _version(row_key(Part.STANDING, standing_key)))

    @expose("/setting/<setting_key>", methods=("GET", "POST"))
    def setting(self, setting_key):
        """The regions that need a consent, or the thresholds."""
        if setting_key not in SETTING_FORMS:
            raise NotFound()
        form, version = SETTING_FORMS[setting_key](), _version(row_key(Part.SETTING, setting_key))
        if form.is_submitted():
            version = typed_version()
            if form.validate() and save_own(form, form.content(), version):
                return redirect(url_for("everybody.index"))
        else:
            form.show(rulebook().settings[setting_key])
        return render_template(
            "admin/conditions/setting.html", form=form, key=setting_key, version=version,
            is_own=setting_key in rulebook().own_settings, row_key=row_key(Part.SETTING, setting_key),
            beside=setting_beside(setting_key)), 422 if form.errors else 200

    @expose("/<own_key>/take-back", methods=("POST",))
    def take_back(self, own_key):
        """The shipped rule or setting counts again; `own_key` is the name an own one is kept under."""
        return take_own_back(own_key, url_for("everybody.index"))


def _version(key: str) -> int:
    row = own_rules().get(key)
    return row.version if row else 0


def _taken_out() -> set[str]:
    """Keys of standing rules that were there once."""
    return {key.partition(":")[2] for key in own_rules() if key.startswith(row_key(Part.STANDING, ""))}


def _page(form: StandingForm, rule, version: int):
    return render_template(
        "admin/conditions/standing.html", form=form, rule=rule, version=version,
        is_own=rule is not None and rule.is_own, beside=standing_beside(rule.key) if rule else [],
        row_key=row_key(Part.STANDING, rule.key) if rule else "",
        has_shipped=rule is not None and rule.key in shipped().standing), 422 if form.errors else 200
