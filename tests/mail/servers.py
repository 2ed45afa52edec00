"""Real mail servers on the loopback, for tests."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: A certificate for localhost and 127.0.0.1 that nobody believes who is not told to, and its key.
CERTIFICATE = Path(__file__).with_name("server.pem")
USER, PASSWORD = "nell", "p@ss: wörd/%"


@dataclass
class MailServer:
    """What a server has been given, and how it answers. It runs in a thread of its own."""

    asks: bool = False
    #: Answers to RCPT by address, and to DATA; what is not named is taken.
    refuses: dict[str, str] = field(default_factory=dict)
    refuses_data: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: Any, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Answer whether letters for an address are taken."""
        if self.asks and not session.authenticated:
            return "530 A password is needed"
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a letter."""
        if self.refuses_data:
            return self.refuses_data
        assert isinstance(envelope.content, bytes)
        made = message_from_bytes(envelope.content, policy=default)
        assert isinstance(made, EmailMessage)
        self.letters.append(made)
        self.recipients.extend(envelope.rcpt_tos)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def authenticated(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        """Whether a user and password are right."""
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if right:
            self.users.append(USER)
        return AuthResult(success=right, handled=False)


class _Controller(Controller):
    """aiosmtpd's, with a name of its own: it would look its own up."""

    def factory(self) -> SMTP:
        """The protocol of a connection."""
        return SMTP(self.handler, hostname="localhost", loop=self.loop, **self.SMTP_kwargs)


@contextmanager
def mail_server(*, tls: str = "", asks: bool = False, port: int = 0) -> Iterator[MailServer]:
    """A mail server that listens on 127.0.0.1. `tls` is `starttls` or `smtps`; `asks`: whether it wants a password."""
    state = MailServer(asks=asks)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"enable_SMTPUTF8": True}
    if tls == "starttls":
        options["tls_context"] = context
    if tls == "smtps":
        options["ssl_context"] = context
    if asks:
        # It knows of STARTTLS alone, and takes a password by no other connection if it is to look.
        options |= {"authenticator": state.authenticated, "auth_require_tls": tls == "starttls"}
    controller = _Controller(state, hostname="127.0.0.1", port=port or _free_port(), **options)
    controller.start()
    try:
        state.port = controller.port
        yield state
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
        return number
