from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Price = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2)]


class ProductIn(BaseModel):
    name: str = Field(min_length=1, max_length=100, pattern=r"^[\w .-]+$")
    price: Price


class ProductOut(ProductIn):
    model_config = ConfigDict(from_attributes=True)

    id: int
