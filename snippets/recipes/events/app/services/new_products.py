"""What was offered since."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Product


async def last_id(session: AsyncSession) -> int:
    """Return the id of the newest product, 0 where there is none."""
    return await session.scalar(select(func.max(Product.id))) or 0


async def products_after(session: AsyncSession, product_id: int) -> Sequence[Product]:
    """Return at most 100 products that are newer, oldest first."""
    statement = select(Product).where(Product.id > product_id).order_by(Product.id).limit(100)
    return (await session.scalars(statement)).all()
