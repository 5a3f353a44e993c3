"""The catalogue, and its cursor."""

import base64
from typing import Annotated

from pydantic import BaseModel, Field

from app.core.errors import AppError
from app.models.base import MAX_ID
from app.schemas.product import Price, ProductOut


class CataloguePage(BaseModel):
    """Some products, and the cursor of those that follow, where some do."""

    items: list[ProductOut]
    next: str | None


class BadCursorError(AppError):
    """The cursor is not one of ours."""

    status_code = 422
    msg = "Bad cursor"


class Cursor(BaseModel):
    """The sort key of the last product of a page. Clients see it encoded, so that it may change."""

    price: Price
    id: Annotated[int, Field(ge=1, le=MAX_ID)]

    def encode(self) -> str:
        """Return the cursor as it stands in a URL."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Return the cursor that a client sends back; raise `BadCursorError`."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text))
        except ValueError as exc:  # also of base64, and Pydantic's
            raise BadCursorError from exc
