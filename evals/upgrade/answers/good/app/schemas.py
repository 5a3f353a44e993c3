from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Tag = Annotated[str, AfterValidator(str.lower)]


class ItemIn(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, coerce_numbers_to_str=True)

    sku: str = Field(pattern=r"^[A-Z0-9-]{1,20}$")
    name: str = Field(max_length=100)
    price: Decimal = Field(gt=0)
    tags: list[Tag] = Field(default_factory=list, max_length=3)
    note: str | None = None

    @model_validator(mode="after")
    def note_is_not_the_name(self) -> Self:
        if self.note and self.note == self.name:
            raise ValueError("the note repeats the name")
        return self


class ItemPatch(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    name: str | None = Field(default=None, max_length=100)
    price: Decimal | None = Field(default=None, gt=0)
    note: str | None = None


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str
    name: str
    price: Number
    tags: list[str]
    note: str | None
    currency: str
    changed_at: datetime
