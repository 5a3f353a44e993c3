"""A row that knows when it was made."""

from datetime import datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Model(SQLModel, registry=registry()):
    """Tables of this module alone."""


class Order(Model, table=True):
    """An order."""

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=datetime.now)
