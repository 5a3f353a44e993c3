"""Changes of a product."""

from decimal import Decimal

from pydantic import BaseModel, Field

from app.schemas.product import Price
from app.schemas.text import Text


class ProductChange(BaseModel):
    """What is left out stays; null is no name and no price."""

    name: Text = Field(default="", min_length=1, max_length=100)
    price: Price = Field(default=Decimal(0))
