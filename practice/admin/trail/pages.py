"""Who saw what: by account and by client, and the complaint pack of either for some days."""
from datetime import date, datetime, timedelta

from flask import render_template, request
from flask_admin import expose
from flask_babel import get_locale, gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import get_user, staff, user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.fields import row_number
from practice.admin.sending import attachment, pdf
from practice.admin.setup_tabs import tabs
from practice.admin.trail.pack import Pack, pack_csv, pack_of, pack_pdf, who_words
from practice.admin.typing_money import asked_span
from practice.audit import services as audit
from practice.clients.queries import get_client, names_of
from practice.core import clock
from practice.core.db import transaction
from practice.premises.queries import the_practice
from practice.transfer.queries import trail
from practice.transfer.sentences import sentence

SHOWN = 200


class TrailPage(Page):
    permissions = dict.fromkeys(("index", "client", "client_pack", "user_pack"), P.AUDIT_READ)
    asks_again = ("client_pack", "user_pack")

    @expose("/")
    def index(self):
        """Whose records an account saw between two days."""
        first, last = asked_span(usual())
        people, user_id = {user.id: user.name for user in staff()}, row_number(request.args.get("user"))
        chosen, found, names = user_id if user_id in people else None, [], {}
        if chosen is not None:
            ask(user_id=user_id, first=first, last=last)
            found = trail.seen_by(current_actor(), user_id, *span(first, last))
            names = names_of([one.client_id for one in found[:SHOWN]])
        return render_template("admin/trail/index.html", people=people, chosen=chosen,
                               first=first, last=last, found=found[:SHOWN], total=len(found), names=names,
                               tabs_row=tabs("trail"))

    @expose("/clients/<int:client_id>")
    def client(self, client_id):
        """Who saw this client, and what they did."""
        first, last = asked_span(usual())
        get_client(client_id)
        ask(client_id=client_id)
        found, names = trail.who_saw(current_actor(), client_id), user_names()
        lines = [(one, gettext(sentence(one.action, {}), who=who_words(one.kind, one.user_id, names),
                               action=one.action)) for one in found]
        return render_template("admin/trail/client.html", client=get_client(client_id), lines=lines, first=first,
                               last=last)

    @expose("/clients/<int:client_id>/pack.<any(pdf, csv):kind>")
    def client_pack(self, client_id, kind):
        first, last = asked_span(usual())
        get_client(client_id)
        ask(export=True, client_id=client_id, first=first, last=last)
        client = get_client(client_id)
        rows = trail.done_to(current_actor(), client_id, *span(first, last))
        return _file(pack_of(client.name, show.day(first), show.day(last), rows), kind, f"client-{client_id}", last)

    @expose("/accounts/<int:user_id>/pack.<any(pdf, csv):kind>")
    def user_pack(self, user_id, kind):
        first, last = asked_span(usual())
        name = get_user(user_id).name
        ask(export=True, user_id=user_id, first=first, last=last)
        rows = trail.done_by(current_actor(), user_id, *span(first, last))
        return _file(pack_of(name, show.day(first), show.day(last), rows), kind, f"account-{user_id}", last)


def usual() -> tuple[date, date]:
    """The last thirty days."""
    return show.today() - timedelta(days=29), show.today()


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of one day until the end of another, on the practice's clock."""
    zone = the_practice().time_zone
    return clock.day_bounds(first, zone)[0], clock.day_bounds(last, zone)[1]


def ask(*, export: bool = False, client_id: int | None = None, **facts) -> None:
    """Who asks the trail is in it as well."""
    with transaction():
        audit.record(current_actor(), "trail.export" if export else "trail.ask", client_id=client_id, **facts)


def _file(pack: Pack, kind: str, name: str, last: date):
    name = f"{name}-{last.isoformat()}"
    if kind == "pdf":
        return pdf(pack_pdf(pack, str(get_locale())), name)
    return attachment(pack_csv(pack), "text/csv", f"{name}.csv")
