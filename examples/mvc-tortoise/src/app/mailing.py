"""Mail. It tells of what is done already, so mail that cannot be sent is logged and undoes nothing."""

from contextlib import AsyncExitStack
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtplib import SMTP, SMTPException
from loguru import logger

from app.config import settings


class Mailer:
    """A connection to the mail server for as long as ``async with`` lasts."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._server: SMTP | None = None

    async def __aenter__(self) -> Self:
        if settings.mailing.host:
            try:
                self._server = await self._stack.enter_async_context(_connection())
            except (SMTPException, OSError) as error:
                logger.warning("the mail server cannot be reached: {}", type(error).__name__)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def send(self, recipient: str, subject: str, text: str) -> bool:
        """Send a mail; return whether the server took it."""
        if self._server is None:
            logger.info("no mail is sent: {}", subject)
            return False
        try:
            await self._server.send_message(_message(recipient, subject, text))
        except (SMTPException, OSError) as error:
            logger.warning("a mail was not sent: {}", type(error).__name__)
            return False
        return True


def _connection() -> SMTP:
    known = settings.mailing
    return SMTP(
        hostname=known.host,
        port=known.port,
        username=known.username or None,
        password=known.password.get_secret_value() or None,
        start_tls=known.start_tls,
        timeout=known.timeout_seconds,
    )


def _message(recipient: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mailing.sender
    message["To"] = recipient
    message["Subject"] = subject
    message.set_content(text)
    return message
