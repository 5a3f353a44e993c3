"""The catalogue, and its cursor."""

import base64
import hmac
from typing import Annotated

from pydantic import BaseModel, Field

from app.core.config import get_settings
from app.core.errors import AppError
from app.models.base import MAX_ID
from app.schemas.product import Price, ProductOut

_SIZE = 16  # bytes of a signature


class CataloguePage(BaseModel):
    """Some products, and the cursor of those that follow, where some do."""

    items: list[ProductOut]
    next: str | None


class BadCursorError(AppError):
    """The cursor is not one of ours."""

    status_code = 422
    msg = "Bad cursor"


class Cursor(BaseModel):
    """The sort key of the last product of a page, signed: clients can only give back ours.

    So its content may change, and is no way to ask for what no page has shown.
    """

    price: Price
    id: Annotated[int, Field(ge=1, le=MAX_ID)]

    def encode(self) -> str:
        """Return the cursor as it stands in a URL."""
        content = self.model_dump_json().encode()
        return base64.urlsafe_b64encode(_signature(content) + content).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Return the cursor that a client sends back; raise `BadCursorError`."""
        try:
            signed = base64.urlsafe_b64decode(text)
            signature, content = signed[:_SIZE], signed[_SIZE:]
            if not hmac.compare_digest(signature, _signature(content)):
                raise BadCursorError
            return cls.model_validate_json(content)
        except ValueError as exc:  # also of base64, and Pydantic's
            raise BadCursorError from exc


def _signature(content: bytes) -> bytes:
    """Sign with the secret of the tokens; what is signed there never begins like this."""
    key = get_settings().jwt_secret.get_secret_value().encode()
    return hmac.digest(key, b"catalogue cursor:" + content, "sha256")[:_SIZE]
