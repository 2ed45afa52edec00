"""Letters of a site that is served, from the command that queues them to the server that takes them."""

import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from tests.mail.servers import CERTIFICATE, PASSWORD, USER, MailServer, mail_server
from tests.serving import COMMAND, new_site, serving


def arrived(mails: MailServer, count: int) -> None:
    """Wait until so many letters have come."""
    until = time.monotonic() + 30
    while len(mails.letters) < count and time.monotonic() < until:
        time.sleep(0.05)
    assert len(mails.letters) == count


def test_an_invitation_reaches_whoever_is_invited_once(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    with mail_server(tls="starttls", asks=True) as mails:
        url = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{mails.port}"
        environment = {"WESTMARCH_SMTP_URL": url, "WESTMARCH_MAIL_FROM": "My site <site@example.org>"}
        environment["SSL_CERT_FILE"] = str(CERTIFICATE)
        with serving(site, "--workers", "2", environment=environment) as server:
            command = [*COMMAND, "--site", str(site), "account", "invite", "Idris", "--email", "idris@example.org"]
            link = subprocess.run(
                command, env=os.environ | environment, check=True, capture_output=True, text=True
            ).stdout
            arrived(mails, 1)
            time.sleep(1)  # A second one would have come by now.
        assert PASSWORD not in server.log.read_text(encoding="utf-8")
    (letter,) = mails.letters
    assert letter["to"] == "idris@example.org"
    assert letter["from"] == "My site <site@example.org>"
    assert link.strip() in letter.get_content()
    assert (mails.encrypted, mails.users) == ([True], [USER])
