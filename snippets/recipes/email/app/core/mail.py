"""Mail, over SMTP (aiosmtplib)."""

import asyncio
from contextlib import suppress
from email.message import EmailMessage
from typing import Annotated
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPRecipientsRefused
from pydantic import AfterValidator, SecretStr

_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


class MailRefusedError(Exception):
    """The server will not take mail for this address, however often it is asked."""


def require_smtp(value: SecretStr) -> SecretStr:
    """Refuse other URLs, and a password that anybody on the way could read."""
    try:
        parts = urlsplit(value.get_secret_value())
        usable = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:  # which would tell a part of the password
        usable = False
    if not usable:
        raise ValueError("must be smtps://, smtp+starttls:// or smtp://, with a host")
    if parts.username and parts.scheme == "smtp":
        raise ValueError("must be smtps:// or smtp+starttls:// where there is a password")
    return value


SmtpUrl = Annotated[SecretStr, AfterValidator(require_smtp)]


async def send(url: SecretStr, message: EmailMessage, seconds: float = 30) -> None:
    """Hand a message to the server; raise `MailRefusedError`, or what may pass: try again later."""
    parts = urlsplit(url.get_secret_value())
    client = SMTP(
        hostname=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        # Never None: then who is on the way takes the offer of TLS out, and reads the link.
        start_tls=parts.scheme == "smtp+starttls",
    )
    try:
        async with asyncio.timeout(seconds):
            await client.connect()
            await client.send_message(message)
        with suppress(SMTPException, OSError):  # it is sent, whatever comes of the goodbye
            await client.quit(timeout=1)
    except SMTPNotSupported as exc:  # a letter of the address
        raise MailRefusedError from exc
    except SMTPRecipientsRefused as exc:
        if any(refusal.code < 500 for refusal in exc.recipients):
            raise
        raise MailRefusedError from exc
    finally:
        client.close()  # `async with client` waits for a silent server's goodbye another minute
