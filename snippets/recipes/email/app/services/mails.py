"""The texts of mails: nothing in them but a link, least of all a name that a stranger chose."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from string import Template

from app.core.config import get_settings
from app.schemas.link import Purpose

_SUBJECTS: dict[Purpose, str] = {
    "verify": "Confirm your address",
    "reset": "Choose a new password",
}
_TEXTS: dict[Purpose, Template] = {
    "verify": Template("""\
Somebody, you we hope, has signed up with this address. To confirm that it is yours:

$link

The link works for a day, and once. If it was not you, do nothing.
"""),
    "reset": Template("""\
Somebody, you we hope, has forgotten the password of this account. To choose a new one:

$link

The link works for 30 minutes, and once. If it was not you, do nothing.
"""),
}
_PAGES: dict[Purpose, str] = {"verify": "verify-address", "reset": "reset-password"}


def compose(purpose: Purpose, email: str, token: str) -> EmailMessage:
    """Return the mail with a link to a page of the frontend, which posts the token.

    The token follows a `#`, so that no server on the way sees or logs it.
    """
    settings = get_settings()
    sender = settings.mail_from
    message = EmailMessage()
    message["From"] = Address(sender.name, addr_spec=sender.email)
    message["To"] = Address(addr_spec=email)
    message["Subject"] = _SUBJECTS[purpose]
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=sender.email.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no notes of absence, please
    link = f"{settings.frontend_url}/{_PAGES[purpose]}#token={token}"
    message.set_content(_TEXTS[purpose].substitute(link=link))
    return message
