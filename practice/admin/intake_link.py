"""The desk gives a client the personal address of their form: by e-mail, on the screen, or on a printed slip."""
import io
from datetime import timedelta
from urllib.parse import quote

import segno
from flask import Response, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import force_locale, get_locale, gettext

from practice.access.permissions import Permission as P
from practice.admin import auth, show
from practice.admin.auth import current_actor
from practice.admin.base import NUMBERS, Page, act
from practice.admin.switches import need, uses
from practice.admin.typing_money import new_key
from practice.clients.queries import get_client
from practice.core import clock, pdf
from practice.core.db import transaction
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.files.kinds import LARGEST
from practice.files.models import FileKind
from practice.files.queries import files_on
from practice.files.services import count_of, hand_in
from practice.intake.models import Way
from practice.intake.queries import (
    definition_of,
    form_status,
    get_form,
    links_of,
    published_form,
    submissions_of,
)
from practice.intake.services import links
from practice.intake.services.mailing import invite_by_mail
from practice.intake.states import LINK_STATE_LABELS, LinkState, link_state
from practice.outbox.queries import what_became_of
from practice.premises.queries import the_practice
from practice.schedule.services.messages import tell_next

FORMS = (("full", _("Health form, about 8 minutes")), ("short", _("Short form, about 3 minutes")),
         ("visit", _("Before each visit, one minute")))
SAME_SHEET = timedelta(hours=1)  # pages photographed one after the other are told of once


class IntakeLinkPage(Page):
    permissions = {"page": P.INTAKE_INVITE, "make": P.INTAKE_INVITE, "mail": P.INTAKE_INVITE, "slip": P.INTAKE_INVITE,
                   "take_back": P.INTAKE_INVITE, "tablet": P.INTAKE_INVITE, "paper": P.CHART_WRITE,
                   "photograph": P.INTAKE_INVITE, "blank": P.CHART_WRITE}

    @expose("/")
    def page(self, client_id):
        """How the client's form stands, and the addresses given out."""
        return show_page(get_client(client_id))

    @expose("/make", methods=["POST"])
    def make(self, client_id):
        """A new address, shown this once: only its hash is kept."""
        get_client(client_id)
        key = chosen_form()
        with transaction():
            link, secret = links.invite(current_actor(), client_id, form_key=key)
            link_id = link.id
        return show_page(get_client(client_id), secret, link_id)

    @expose("/mail", methods=["POST"])
    def mail(self, client_id):
        """A new address that goes out by e-mail and is shown to nobody here."""
        need("mail")
        client = get_client(client_id)
        return act(lambda: invite_by_mail(current_actor(), client_id, form_key=chosen_form(),
                                          letter=lambda secret: letter(client, address_of(secret))),
                   url_for("intake_link.page", client_id=client_id),
                   gettext("On its way to %(address)s", address=client.email))

    @expose("/tablet", methods=["POST"])
    def tablet(self, client_id):
        """The tablet goes to the client: the form opens here, and who was signed in on this device is so no longer."""
        secret = self._open_here(client_id, Way.TABLET)
        auth.leave(with_parked=True)
        return redirect(address_of(secret))

    @expose("/paper", methods=["POST"])
    def paper(self, client_id):
        """A paper form is typed in by the therapist, on the same pages."""
        return redirect(address_of(self._open_here(client_id, Way.PAPER)))

    @expose("/blank")
    def blank(self, client_id):
        """The form that is asked now, with lines and boxes, to be filled in by hand."""
        get_client(client_id)
        key = request.args.get("form", "full")
        form = published_form(key, str(get_locale())) if key in dict(FORMS) else None
        if form is None:
            raise NotFound()
        return render_template("admin/intake/paper.html", form=form, definition=definition_of(form),
                               back=url_for("intake_link.page", client_id=client_id))

    @expose("/photograph", methods=["POST"])
    def photograph(self, client_id):
        """A form filled in on paper, page by page, for the therapist to type in: the desk cannot look at it again."""
        get_client(client_id)
        pages = [one.read(LARGEST + 1) for one in request.files.getlist("pages") if one.filename]

        def keep():
            if not pages:
                raise Invalid(_("Please take a photo first."))
            was_told = count_of(FileKind.PAPER_FORM, "client", client_id, since=clock.now() - SAME_SHEET)
            for content in pages:
                hand_in(current_actor(), client_id, content, kind=FileKind.PAPER_FORM, record="client",
                        record_id=client_id, request_key=request.form.get("request_key"))
            if not was_told and current_actor().may(P.MESSAGE_SEND):
                tell_next(current_actor(), client_id, gettext("A form filled in on paper waits to be typed in."))

        return act(keep, url_for("intake_link.page", client_id=client_id),
                   gettext("Kept for the therapist. It cannot be looked at from here."))

    def _open_here(self, client_id: int, way: Way) -> str:
        get_client(client_id)
        key = chosen_form()
        with transaction():
            _link, secret = links.invite(current_actor(), client_id, form_key=key, way=way)
        return secret

    @expose("/slip", methods=["POST"])
    def slip(self, client_id):
        """The slip to print: needs the secret, which only the page that made it has."""
        client, secret = get_client(client_id), request.form.get("secret", "")
        if not secret:
            raise Invalid(_("Please make the link first."))
        link = links.check_secret(current_actor(), client.id, secret)
        paper = pdf.render("intake_slip", slip_data(client, address_of(secret), link.expires_at),
                           language=str(get_locale()))
        return Response(paper, mimetype="application/pdf",
                        headers={"Content-Disposition": 'inline; filename="form-address.pdf"'})

    @expose("/take-back", methods=["POST"])
    def take_back(self, client_id):
        get_client(client_id)
        number = request.form.get("link", "")
        if not NUMBERS.fullmatch(number):
            raise Invalid()
        return act(lambda: links.revoke(current_actor(), client_id, int(number)),
                   url_for("intake_link.page", client_id=client_id), gettext("The link is closed."))


def chosen_form() -> str:
    """The key of the form that was ticked. Raises Invalid."""
    key = request.form.get("form", "")
    if key not in dict(FORMS):
        raise Invalid(_("Please choose a form."), "form")
    return key


def papers_of(client_id: int) -> list:
    """Photographed forms that were handed in since a paper form was last typed in, for who reads charts."""
    if not current_actor().may(P.CHART_READ):
        return []
    typed = [one.submitted_at for one in submissions_of(client_id) if one.way is Way.PAPER]
    return [one for one in files_on("client", client_id, FileKind.PAPER_FORM)
            if not typed or one.added_at > max(typed)]


def show_page(client, secret: str = "", link_id: int | None = None):
    now, given, may_mail = clock.now(), [], uses("mail")
    rows = links_of(client.id)
    mailed = what_became_of(map(links.mail_about, rows)) if may_mail else {}
    for link in rows:
        state = link_state(link, now)
        given.append({"link": link, "state": LINK_STATE_LABELS[state], "is_open": state is LinkState.OPEN,
                      "is_new": link.id == link_id, "mail": mailed.get(links.mail_about(link)),
                      "title": get_form(link.form_version_id).title})
    fresh = None
    if secret:
        url = address_of(secret)
        link = next(one["link"] for one in given if one["is_new"])
        fresh = {"url": url, "secret": secret, "qr": qr_image(url), "until": link.expires_at, **messages(client, url)}
    return render_template("admin/intake/link.html", client=client, given=given, fresh=fresh, forms=FORMS,
                           chosen=request.values.get("form") if request.values.get("form") in dict(FORMS) else "full",
                           may_type=current_actor().may(P.CHART_WRITE), may_mail=may_mail and bool(client.email),
                           is_desk=not current_actor().may(P.CHART_READ), papers=papers_of(client.id),
                           status=form_status([client.id]).get(client.id), today=show.today(), request_key=new_key())


def address_of(secret: str) -> str:
    """The whole address as it is scanned or typed."""
    return url_for("kiosk.welcome", secret=secret, _external=True)


def messages(client, url: str) -> dict[str, str]:
    """Addresses that open a text message and a mail with neutral words; "" where the client has no phone or mail."""
    subject, text = letter(client, url)
    return {
        "sms": f"sms:{client.phone}?&body={quote(text)}" if client.phone else "",
        "mail": f"mailto:{quote(client.email, safe='@')}?subject={quote(subject)}&body={quote(text)}"
                if client.email else "",
    }


def letter(client, url: str) -> tuple[str, str]:
    """Subject and text of a message with the address, in the client's language: neutral words."""
    practice = the_practice()
    with force_locale(client.language or practice.language):
        text = gettext("%(practice)s: please fill in your form before your visit. %(url)s", practice=practice.name,
                       url=url)
        return gettext("Your form for %(practice)s", practice=practice.name), text


def qr_image(url: str) -> str:
    """The code to scan as an image in itself: dark on white in both themes."""
    return segno.make(url, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff")


def slip_data(client, url: str, until) -> dict:
    practice, drawn = the_practice(), io.BytesIO()
    reach = [line for line in (show.phone(practice.phone), practice.email) if line]
    segno.make(url, error="m").save(drawn, kind="svg", scale=6, border=2)
    return {
        "title": gettext("Your form"), "heading": gettext("Your form"),
        "name": client.preferred_name or client.first_name, "head": {"name": practice.name, "contact": reach},
        "text": [gettext("Scan the code with your phone, or type the address."),
                 gettext("You may stop at any time and go on later.")],
        "qr": drawn.getvalue(), "address": url,
        "facts": [{"label": gettext("Works until"), "value": show.day(until)}],
        "labels": {"address": gettext("Address"), "page": gettext("Page %(page)s of %(pages)s",
                                                                 page="%(page)s", pages="%(pages)s"),
                   "help": gettext("This address is yours alone: please do not pass it on.")},
    }
