"""A real SMTP server on a free port, which keeps what it takes."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from servers import free_port


@dataclass
class Mailbox:
    """What has arrived. ``refused`` are addresses that nobody has here; ``spam`` are addresses whose mails it refuses when it has
    read them; ``down`` makes it fail."""

    url: str = ""
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    down: bool = False
    spam: set[str] = field(default_factory=set)
    logins: list[LoginPassword] = field(default_factory=list)

    def code(self, number: int = -1, seconds: float = 10) -> str:
        """The code in a mail, which is waited for."""
        end = time.monotonic() + seconds
        while not self.mails and time.monotonic() < end:
            time.sleep(0.02)
        text = self.mails[number][1].get_content()
        found = re.search(r"\b\d{6}\b", text)
        assert found, text
        return found[0]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.down:
            return "451 try again later"
        if self.spam.intersection(envelope.rcpt_tos):
            return "554 not for this address"
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.mails.append((envelope.rcpt_tos, read))
        return "250 OK"

    def log_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, told: Any) -> AuthResult:
        """Takes any login, and keeps it."""
        self.logins.append(told)
        return AuthResult(success=True)


@contextmanager
def mailbox(*, login: bool = False, tls: tuple[str, ssl.SSLContext] | None = None) -> Iterator[Mailbox]:
    """A mail server; with ``login`` one that wants a name and a password. ``tls`` is "starttls" or "tls", and its certificate."""
    box, (how, context) = Mailbox(), tls or ("", None)
    more: dict[str, Any] = (
        {"auth_required": True, "auth_require_tls": False, "authenticator": box.log_in} if login else {}
    )
    if how == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    elif how:
        more["ssl_context"] = context
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    box.url = f"smtp{'s' if how == 'tls' else ''}://{'ann%40x@' if login else ''}127.0.0.1:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()
