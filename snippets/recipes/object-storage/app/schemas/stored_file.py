"""Files in the object storage, as clients see them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.text import Text

MAX_BYTES = 256 * 2**20  # one PUT may have 5 GB


class FilePromise(BaseModel):
    """What a client is going to send."""

    name: Text = Field(min_length=1, max_length=255)
    media_type: Literal["image/png", "image/jpeg", "application/pdf"]
    size: int = Field(ge=1, le=MAX_BYTES)
    sha256: str = Field(pattern=r"^[A-Za-z0-9+/]{43}=$")  # in base64


class UploadTicket(BaseModel):
    """Where to PUT the file, with which headers, and until when to begin."""

    id: UUID
    url: str
    headers: dict[str, str]
    expires_at: datetime


class StoredFileOut(BaseModel):
    """A file that arrived; its size is in bytes."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    media_type: str
    size: int
    created_at: datetime


class Download(StoredFileOut):
    """A file, and where to GET it for some minutes."""

    url: str
