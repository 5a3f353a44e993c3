"""The stock as the other service tells it, and as clients see it."""

from pydantic import BaseModel, Field


class Stock(BaseModel):
    """How many are left."""

    left: int = Field(ge=0)
