"""Products."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.errors import AppError
from app.models import Product, User
from app.schemas.product import ProductCreate


async def create_product(session: AsyncSession, data: ProductCreate, owner: User) -> Product:
    """Add a product of this owner; raise `AppError` 409 if they are gone by now."""
    product = Product(name=data.name, price=data.price, owner=owner)
    session.add(product)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise AppError("Owner no longer exists", 409) from exc
    return product


async def list_products(session: AsyncSession, limit: int, offset: int) -> Sequence[Product]:
    """Return a page, newest first, in one query whatever its size."""
    statement = (
        select(Product)
        .options(joinedload(Product.owner, innerjoin=True))
        .order_by(Product.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return (await session.scalars(statement)).all()
