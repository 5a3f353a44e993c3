"""Products."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.db import is_our_fault
from app.core.errors import AppError
from app.models import Product, User
from app.schemas.product import ProductCreate


class OwnerGoneError(AppError):
    """The owner was deleted meanwhile."""

    status_code = 409
    msg = "Owner no longer exists"


async def create_product(session: AsyncSession, data: ProductCreate, owner: User) -> Product:
    """Add a product of this owner; raise `OwnerGoneError` if they were deleted meanwhile."""
    product = Product(name=data.name, price=data.price, owner=owner)
    session.add(product)
    try:
        await session.flush()
    except IntegrityError as exc:
        if is_our_fault(exc):
            raise
        raise OwnerGoneError from exc
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
