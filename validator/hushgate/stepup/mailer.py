"""Sends mail codes, in threads of its own: by the site's mailer, or by SMTP."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from hushgate.upstream import TIMEOUT, Upstream, UpstreamLost

log = logging.getLogger(__name__)
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where a mail server may be spoken to without TLS: nobody listens on the way."""

PERMANENT = 500
"""From here on a mail server's answer is a refusal (RFC 5321, section 4.2.1), below it is trouble of its own."""


class Mail(NamedTuple):
    """One mail with a code. ``site`` is the site's name, for people; ``minutes`` is how long the code is good for."""

    to: str
    code: str
    site: str
    sender: str
    minutes: int

    def __repr__(self) -> str:
        return "Mail()"  # a traceback that is logged shows no code and no address


Mailer = Callable[[Mail], None]
"""Sends one mail. It is called in a thread of the gate's; what it raises is a mail that was not sent."""


class Post:
    """Takes mails and sends them one after the other. After three failures the mail server is left alone for a minute."""

    def __init__(self, gate: dict[str, Any]) -> None:
        self.mailer: Mailer | None = None
        self._url: str = gate["smtp_url"] or ""
        self._password: str = gate["smtp_password"] or ""
        self._mails: dict[str, Mail] = {}
        self._upstream = Upstream("step-up mail", self._deliver)

    def post(self, id: str, mail: Mail) -> Future[None]:
        """Takes a mail; the future tells whether the server has it. ``id`` is its own."""
        self._mails[id] = mail
        future = self._upstream.ask(id)
        future.add_done_callback(lambda _: self._mails.pop(id, None))
        return future

    def _deliver(self, id: str) -> None:
        mail = self._mails[id]
        if self.mailer is not None:
            self.mailer(mail)
        elif self._url:
            try:
                _send(self._url, self._password, mail)
            except (smtplib.SMTPException, OSError) as error:
                raise UpstreamLost(f"the mail server failed ({type(error).__name__})") from None
        else:
            raise UpstreamLost("there is no mail server: set smtp_url, or give the gate a mailer")


def write(mail: Mail) -> EmailMessage:
    """The mail. Raises ValueError where the address is none; it comes from a form, and is hostile."""
    if any(character in mail.to for character in "\r\n,;<>()\0"):
        raise ValueError("no mail address")
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = f"{mail.code} is your code for {mail.site}"
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2].rstrip("> ") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"Your code for {mail.site} is {mail.code}\n\n"
        f"It is good for {mail.minutes} minutes. If you did not sign up, you need do nothing.\n"
    )
    return message


def _send(url: str, password: str, mail: Mail) -> None:
    """Sends by SMTP. An address that the server does not take is no failure: nobody is told which exist."""
    try:
        message = write(mail)
    except (ValueError, MessageError, IndexError):
        log.info("a mail code was not sent: the form's address is none")
        return
    parts, context = urlsplit(url), ssl.create_default_context()
    with _connect(parts, context) as server:
        server.ehlo()
        if parts.scheme == "smtp" and (parts.hostname not in LOCAL or server.has_extn("starttls")):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), password)
        try:
            server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):
            log.info("a mail code was not sent: the mail server does not take the form's address")
        except smtplib.SMTPDataError as error:
            if error.smtp_code < PERMANENT:
                raise
            # it may be the address after all: who chooses that must not be able to stop the mails of others
            log.warning("a mail code was not sent: the mail server refused it with %d", error.smtp_code)


def _connect(url: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = url.hostname or ""
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT)
