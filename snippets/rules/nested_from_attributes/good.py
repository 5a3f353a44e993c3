"""An order with its customer, as clients see them."""

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All tables."""


class Customer(Base):
    """Who orders."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship()


class CustomerOut(BaseModel):
    """What a client sees of a customer."""

    model_config = ConfigDict(from_attributes=True)

    name: str


class OrderOut(BaseModel):
    """What a client sees of an order."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    customer: CustomerOut


def to_response(order: Order) -> OrderOut:
    """Return what a client sees."""
    return OrderOut.model_validate(order)
