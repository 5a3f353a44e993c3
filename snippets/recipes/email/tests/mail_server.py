"""A mail server for tests, on a free port."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """A mail server, and what it has taken."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"
        self.silent_at = ""
        self.port = 0

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take an address, or answer otherwise."""
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, and say so, unless silence is wanted."""
        if self.silent_at == "DATA":
            await asyncio.Event().wait()
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.mails.append(letter)
        return "250 OK"

    async def handle_QUIT(  # noqa: N802
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Say goodbye, or nothing."""
        if self.silent_at == "QUIT":
            await asyncio.Event().wait()
        return "221 Bye"

    def tokens(self) -> list[str]:
        """Return the tokens of all links."""
        return [re.findall(r"#token=(\S+)", each.get_content())[0] for each in self.mails]


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    """Start it; yield what it takes."""
    box, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()
