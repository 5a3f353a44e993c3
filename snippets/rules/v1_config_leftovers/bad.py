"""A user as clients see it."""

from pydantic import BaseModel, Field


class UserOut(BaseModel):
    """What a client gets."""

    id: int
    full_name: str = Field(alias="fullName")

    class Config:
        orm_mode = True
        allow_population_by_field_name = True
        extra = "forbid"
