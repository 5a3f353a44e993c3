"""The catalogue: products by price."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.models import Product
from app.schemas.catalogue import Cursor


def catalogue(after: Cursor | None, limit: int) -> Select[Any]:
    """Return the query of a page. The id makes the order total: prices are not unique."""
    statement = (
        select(Product)
        .options(joinedload(Product.owner, innerjoin=True))
        .order_by(Product.price, Product.id)
        .limit(limit)
    )
    if after is None:
        return statement
    # One row comparison, which an index on (price, id) answers by a jump to the place. Written as
    # `price > x OR (price = x AND id > y)` it reads all that comes before.
    return statement.where(tuple_(Product.price, Product.id) > (after.price, after.id))


async def list_catalogue(
    session: AsyncSession, after: Cursor | None, limit: int
) -> tuple[Sequence[Product], Cursor | None]:
    """Return a page, cheapest first, and the cursor of the next one, if there is one."""
    found: Sequence[Product] = (await session.scalars(catalogue(after, limit + 1))).all()
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    return page, Cursor(price=page[-1].price, id=page[-1].id)
