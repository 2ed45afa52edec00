"""Handing a letter to a mail server by SMTP. What makes letters and sends them is imported where the first one goes."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from westmarch.settings import Settings

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

#: For how many seconds a server may be silent, and how long a letter may take at most.
SILENCE, LONGEST = 30.0, 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. With `password` the connection is encrypted and its certificate held to the host's name.

    Without one nothing is encrypted but what the server offers, as mail servers do among themselves.
    """

    host: str
    port: int
    sender: str
    encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)


class Outgoing(NamedTuple):
    """A letter that is to be sent."""

    id: int
    recipient: str
    subject: str
    body: str
    created_at: datetime


class Undelivered(Exception):
    """A letter was not taken: `fault` is why, `for_good` whether trying again is of no use."""

    def __init__(self, fault: str, *, for_good: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.for_good = for_good


def server(settings: Settings) -> Server | None:
    """The server of the setting `smtp_url`, or None where there is none."""
    if settings.smtp_url is None:
        return None
    parts = urlsplit(settings.smtp_url.get_secret_value())
    encrypted = parts.scheme == "smtps"
    port = parts.port or (465 if encrypted else 587)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname or "", port, settings.mail_from, encrypted, user, password)


def message(server: Server, letter: Outgoing) -> "EmailMessage":
    """A letter as it is sent, the same each time.

    No header can hold a line end: the library refuses them.
    """
    from email.message import EmailMessage
    from email.policy import SMTP, SMTPUTF8
    from email.utils import format_datetime

    made = EmailMessage(SMTP if letter.recipient.isascii() else SMTPUTF8)
    made["From"] = sender = _sender(server)
    made["To"] = _in_ascii(letter.recipient)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.created_at)
    made["Message-ID"] = f"<{_mark(letter.id, letter.created_at)}@{sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.body)
    return made


async def deliver(server: Server, letter: Outgoing) -> None:
    """Hand a letter over. Raises Undelivered where it was not taken."""
    from email.errors import MessageError

    import aiosmtplib

    trusted = server.encrypted or bool(server.user)
    try:
        async with asyncio.timeout(LONGEST):
            client = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                local_hostname=_sender(server).domain,  # Else it is looked up, and everything waits for that.
                timeout=SILENCE,
                use_tls=server.encrypted,
                start_tls=None if not trusted else not server.encrypted,
                tls_context=await asyncio.to_thread(_context, trusted=trusted),
            )
            async with client:
                await client.send_message(message(server, letter))
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        raise Undelivered(_words(first.code, first.message), for_good=first.code >= 500) from error
    except aiosmtplib.SMTPDataError as error:
        raise Undelivered(_words(error.code, error.message), for_good=error.code >= 500) from error
    except TimeoutError as error:
        raise Undelivered(f"{server.host} took too long to answer.") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Undelivered(_words(getattr(error, "code", None), str(error) or type(error).__name__)) from error
    except (ValueError, MessageError, IndexError) as error:  # What is raised where no letter can be made of it.
        raise Undelivered(f"It cannot be written: {error}", for_good=True) from error


def _sender(server: Server) -> "Address":
    from email.headerregistry import Address

    name, bracket, address = server.sender.rpartition("<")
    return Address(name.strip(' "'), addr_spec=_in_ascii(address.rstrip(" >") if bracket else server.sender))


def _context(*, trusted: bool) -> ssl.SSLContext:
    """What encrypts. Where no password is sent, a certificate of whatever name does: without one it would be plain."""
    context = ssl.create_default_context()
    if not trusted:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _in_ascii(address: str) -> str:
    """The address with its host as it stands in the names of the Internet."""
    local, _, host = address.rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode()}"
    except UnicodeError:  # Such a host there is not: the server says so.
        return address


def _mark(letter_id: int, created_at: datetime) -> str:
    """What is the letter's own, so that one that came twice is known for the same."""
    return f"{letter_id}.{int(created_at.timestamp() * 1_000_000):x}"


def _words(code: int | None, text: str) -> str:
    return f"{code} {text}" if code is not None else text
