"""Products created since a position."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.models import Product
from app.models.base import MAX_ID
from app.models.commit_order import FirstOpenTransaction


class BadPositionError(AppError):
    """The id of the event is not one of ours."""

    status_code = 422
    msg = "Bad Last-Event-ID"


class Position(BaseModel):
    """The place of a product among all that can be seen."""

    transaction_id: Annotated[int, Field(ge=0, lt=2**63)] = 0
    product_id: Annotated[int, Field(ge=0, le=MAX_ID)] = 0

    def __lt__(self, other: "Position") -> bool:
        mine = (self.transaction_id, self.product_id)
        return mine < (other.transaction_id, other.product_id)

    def encode(self) -> str:
        """Return the position as the id of an event."""
        return f"{self.transaction_id}-{self.product_id}"

    @classmethod
    def decode(cls, text: str) -> "Position":
        """Return the position that a client sends back; raise `BadPositionError`."""
        transaction_id, _, product_id = text.partition("-")
        try:
            return cls.model_validate({"transaction_id": transaction_id, "product_id": product_id})
        except ValueError as exc:
            raise BadPositionError from exc


async def last_position(session: AsyncSession) -> Position:
    """Return the position of the newest product."""
    statement = (
        select(Product.transaction_id, Product.id)
        .where(Product.transaction_id < FirstOpenTransaction())
        .order_by(Product.transaction_id.desc(), Product.id.desc())
        .limit(1)
    )
    found = (await session.execute(statement)).first()
    return Position(transaction_id=found[0], product_id=found[1]) if found else Position()


async def require_past(session: AsyncSession, position: Position) -> None:
    """Raise `BadPositionError` for a position that nothing here has had yet.

    It is of another cluster, before a dump of it was restored here: nothing would ever follow it.
    """
    first_open = await session.scalar(select(FirstOpenTransaction()))
    if first_open is None or position.transaction_id >= first_open:
        raise BadPositionError


async def products_after(session: AsyncSession, position: Position) -> Sequence[Product]:
    """Return at most 100 products that are newer, oldest first."""
    statement = (
        select(Product)
        .where(
            tuple_(Product.transaction_id, Product.id)
            > (position.transaction_id, position.product_id),
            Product.transaction_id < FirstOpenTransaction(),
        )
        .order_by(Product.transaction_id, Product.id)
        .limit(100)
    )
    return (await session.scalars(statement)).all()


def position_of(product: Product) -> Position:
    """Return the position of a product."""
    return Position(transaction_id=product.transaction_id, product_id=product.id)
