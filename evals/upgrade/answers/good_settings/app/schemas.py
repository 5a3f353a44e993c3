from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, field_validator
from pydantic_core.core_schema import ValidationInfo


def as_text(value: Any) -> Any:
    return str(value) if type(value) in (int, float, Decimal) else value


Text = Annotated[str, BeforeValidator(as_text), StringConstraints(strip_whitespace=True)]


class ItemIn(BaseModel):
    sku: Annotated[Text, Field(pattern=r"^[A-Z0-9-]{1,20}$")]
    name: Annotated[Text, Field(max_length=100)]
    price: Decimal
    tags: Annotated[list[Text], Field(max_length=3)] = []
    note: Text | None = None

    @field_validator("price")
    @classmethod
    def price_is_positive(cls, value: Decimal) -> Decimal:
        if value <= 0:
            raise ValueError("must be positive")
        return value

    @field_validator("tags")
    @classmethod
    def tags_are_lower(cls, value: list[str]) -> list[str]:
        return [tag.lower() for tag in value]

    @field_validator("note")
    @classmethod
    def note_is_not_the_name(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and value == info.data.get("name"):
            raise ValueError("the note repeats the name")
        return value


class ItemPatch(BaseModel):
    name: Annotated[Text, Field(max_length=100)] | None = None
    price: Annotated[Decimal, Field(gt=0)] | None = None
    note: Text | None = None


class ItemOut(BaseModel, from_attributes=True):
    sku: str
    name: str
    price: float
    tags: list[str]
    note: str | None
    currency: str
    changed_at: datetime
