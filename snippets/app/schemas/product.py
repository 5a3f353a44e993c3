"""Products as clients send and see them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.schemas.text import Text
from app.schemas.user import UserSummary


def two_places(price: Decimal) -> Decimal:
    """Write 5, 5.0 and 5E0 as 5.00, and -0 as 0.00."""
    return price.quantize(Decimal("0.01")) + 0


Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2), AfterValidator(two_places)]


class ProductCreate(BaseModel):
    """A new product."""

    name: Text = Field(min_length=1, max_length=100)
    price: Price


class ProductOut(BaseModel):
    """A product with its owner; the price is a JSON string, which keeps it exact."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: Decimal
    owner: UserSummary
    created_at: datetime
