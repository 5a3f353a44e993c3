"""Uploads as clients see them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class UploadOut(BaseModel):
    """A file; its size is in bytes."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    media_type: str
    size: int
    created_at: datetime
