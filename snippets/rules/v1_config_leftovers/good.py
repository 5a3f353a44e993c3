"""A user as clients see it, read from objects."""

from pydantic import BaseModel, ConfigDict, Field


class UserOut(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True, extra="forbid")

    id: int
    full_name: str = Field(alias="fullName")
