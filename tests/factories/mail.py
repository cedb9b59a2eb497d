"""A mail server of the test's own on this machine, that keeps what it is given."""
import email
import email.policy
import ssl
import threading
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from practice.outbox.letter import MailServer
from tests.plugins.browsers import free_port

SENDER = "desk@willow.example.com"


class Postbox:
    """What arrived, in order. `answers` are given one after the other before everything is taken; `meanwhile` runs
    while a message is being handed over, in the mail server's own thread; with `hangs_up` it takes the message and
    ends the connection without a word."""

    def __init__(self):
        self.mails: list = []
        self.answers: list[str] = []
        self.meanwhile = None
        self.hangs_up = False
        self.arriving = threading.Event()
        self.server: MailServer | None = None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        self.arriving.set()
        if self.meanwhile:
            self.meanwhile()
        if self.hangs_up:
            server.transport.abort()
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    @property
    def environ(self) -> dict[str, str]:
        """The settings of a process that sends here."""
        return {"PRACTICE_SMTP": f"smtp://{self.server.host}:{self.server.port}", "PRACTICE_MAIL_FROM": SENDER}


@contextmanager
def mail_server(*, user: str = "", password: str = "", tls: ssl.SSLContext | None = None):
    """Runs a mail server; gives its Postbox. With `user` it asks who is there, with `tls` it is encrypted."""
    box, port = Postbox(), free_port()

    def let_in(server, session, envelope, mechanism, given):
        return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()),
                          handled=False)

    asks = {"authenticator": let_in, "auth_required": True, "auth_require_tls": False} if user else {}
    controller = Controller(box, hostname="127.0.0.1", port=port, ssl_context=tls, **asks)
    controller.start()
    box.server = MailServer("127.0.0.1", port, SENDER, user, password, is_tls=tls is not None)
    try:
        yield box
    finally:
        controller.stop()
