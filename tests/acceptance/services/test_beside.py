"""What stands beside the services: mail arrives, and what is away ends no request."""

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.support.servers.ports import free_port
from tests.support.servers.standard import booted
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, copied

TITLE = "Папір, 纸 and paper" + ", and one more thing" * 9
RESOLUTION = "Filled up.\n.\n纸 and ink."


@dataclass
class Inbox:
    """A mail server that keeps what it is sent."""

    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, and to whom it goes."""
        content = envelope.original_content or b""
        mail = email.message_from_bytes(content, EmailMessage, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@contextmanager
def receiving(port: int) -> Iterator[Inbox]:
    """A mail server on a port."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_mail_arrives_and_what_is_away_ends_no_request(name: str, tmp_path: Path) -> None:
    mail_port = free_port()
    named = {
        "SETTINGS__MAILING__HOST": "127.0.0.1",
        "SETTINGS__MAILING__PORT": str(mail_port),
        "SETTINGS__MAILING__SENDER": "desk@example.org",
        "SETTINGS__CACHE__USE_FAKE": "false",
        "SETTINGS__CACHE__PORT": str(free_port()),
        "BOOTCTL__WAIT__IGNORE": "cache",
    }
    with ExitStack() as mail:
        inbox = mail.enter_context(receiving(mail_port))
        with booted(copied(name, tmp_path), named) as service:
            assert service.events("wait.ready")[-1]["target"] == f"smtp://127.0.0.1:{mail_port}"
            author = resolved(Client(service.port))
            assert arrived(inbox) == [
                ("Welcome", "Welcome to the desk, Ann."),
                (f"Resolved: {TITLE}", RESOLUTION),
            ]
            mail.close()
            Client(service.port).registered("bob")
            assert author.get("/tickets/summary").result["resolved"] == 1
    log = service.log.read_text()
    assert re.search(r"WARNING .*the mail server cannot be reached: SMTPConnectError\n", log), log
    assert re.search(r"WARNING .*the cache cannot be asked: ConnectionError\n", log), log
    assert not re.search(r" ERROR |Traceback|Filled up", log), log


def resolved(client: Client) -> Client:
    """The author of a ticket that was resolved."""
    author = client.registered("ann")
    ticket = author.opened(TITLE)
    author.moved(ticket, "start")
    assert author.moved(ticket, "resolve", resolution=RESOLUTION).status == 200
    return author


def arrived(inbox: Inbox) -> list[tuple[str, str]]:
    """What has arrived, all from the desk and for Ann."""
    for to, mail in inbox.mails:
        assert (to, mail["To"], mail["From"]) == (
            ["ann@example.com"],
            "ann@example.com",
            "desk@example.org",
        )
    return [
        (mail["Subject"], mail.get_content().replace("\r\n", "\n").rstrip("\n"))
        for _, mail in inbox.mails
    ]
