from datetime import datetime
from decimal import Decimal
from typing import List, Optional

from pydantic import BaseModel, Field, root_validator, validator


class ItemIn(BaseModel):
    sku: str = Field(..., regex=r"^[A-Z0-9-]{1,20}$")
    name: str = Field(..., max_length=100)
    price: Decimal
    tags: List[str] = Field(default_factory=list, max_items=3)
    note: Optional[str]

    class Config:
        anystr_strip_whitespace = True

    @validator("price")
    def price_is_positive(cls, value):
        if value <= 0:
            raise ValueError("must be positive")
        return value

    @validator("tags", each_item=True)
    def tags_are_lower(cls, value):
        return value.lower()

    @root_validator
    def note_is_not_the_name(cls, values):
        if values.get("note") and values.get("note") == values.get("name"):
            raise ValueError("the note repeats the name")
        return values


class ItemPatch(BaseModel):
    name: Optional[str] = Field(max_length=100)
    price: Optional[Decimal] = Field(gt=0)
    note: Optional[str]


class ItemOut(BaseModel):
    sku: str
    name: str
    price: Decimal
    tags: List[str]
    note: Optional[str]
    currency: str
    changed_at: datetime

    class Config:
        orm_mode = True
        json_encoders = {Decimal: float}
