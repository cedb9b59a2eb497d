"""A message in the words of mail, and handing it to a mail server. Pure of the database: plain values in."""
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

SECONDS = 30  # for one answer of the mail server
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and the address it comes from. `is_tls`: encrypted from the start; else STARTTLS is
    asked for, but on this machine."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False


class NoMailServer(Exception):
    """The mail server cannot be reached, or does not let us in: nothing was handed over."""


class Refused(Exception):
    """The mail server will not take this message, now or later."""


class PutOff(Exception):
    """The mail server did not take this message now."""


class CutOff(Exception):
    """The connection ended while the message was handed over: it may or may not have arrived."""


@dataclass(frozen=True)
class File:
    """A file of a message: its name, media type ("application/pdf") and bytes."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """What goes out: one message to one address. `uid` makes its Message-ID, the same at every try."""

    uid: str
    to: str
    from_name: str
    subject: str
    body: str
    posted_at: datetime
    files: tuple[File, ...] = ()


def written(letter: Letter, sender: str) -> bytes:
    """The letter as it goes over the wire."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((letter.from_name, sender))
    mail["To"] = letter.to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.posted_at)
    mail["Message-ID"] = f"<{letter.uid}@{sender.rpartition('@')[2]}>"
    mail.set_content(letter.body)
    for file in letter.files:
        kind, _slash, subtype = file.media_type.partition("/")
        mail.add_attachment(file.data, maintype=kind, subtype=subtype, filename=file.name)
    return mail.as_bytes()


@contextmanager
def connection_to(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A signed-in connection. Raises NoMailServer."""
    try:
        connection = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise NoMailServer(f"{server.host}:{server.port}: {error}") from error
    try:
        yield connection
    finally:
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()


def _open(server: MailServer) -> smtplib.SMTP:
    known_as = server.sender.rpartition("@")[2]
    if server.is_tls:
        connection = smtplib.SMTP_SSL(server.host, server.port, known_as, timeout=SECONDS,
                                      context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(server.host, server.port, known_as, timeout=SECONDS)
    try:
        if not server.is_tls and server.host not in LOCAL:
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def hand_over(connection: smtplib.SMTP, sender: str, letter: Letter) -> str:
    """Give the letter to the mail server; gives its answer. Raises Refused, PutOff, CutOff."""
    try:
        _expect(connection.mail(sender))
        _expect(connection.rcpt(letter.to))
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise PutOff(str(error)) from error
    try:
        return _expect(connection.data(written(letter, sender)))
    except smtplib.SMTPDataError as error:
        return _expect((error.smtp_code, error.smtp_error))
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise CutOff(str(error)) from error


def _expect(answer: tuple[int, bytes]) -> str:
    """The words of a good answer. Raises Refused (5xx) or PutOff (4xx)."""
    code, said = answer
    words = f"{code} {said.decode('ascii', 'replace') if isinstance(said, bytes) else said}"[:200]
    if code < 400:
        return words
    raise (Refused if code >= 500 else PutOff)(words)
