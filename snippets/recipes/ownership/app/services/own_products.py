"""Products, as far as their viewer may see them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.errors import AppError
from app.models import Product, User
from app.schemas.own_product import ProductChange


class ProductNotFoundError(AppError):
    """There is none, or it is somebody else's: the answer does not say which."""

    status_code = 404
    msg = "Product not found"


def visible_to(viewer: User) -> ColumnElement[bool]:
    """Return the one condition that every query for this viewer carries."""
    return true() if viewer.is_admin else Product.owner_id == viewer.id


async def list_own(session: AsyncSession, viewer: User, limit: int) -> Sequence[Product]:
    """Return the newest products that the viewer may see."""
    statement = (
        select(Product)
        .where(visible_to(viewer))
        .options(joinedload(Product.owner, innerjoin=True))
        .order_by(Product.id.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def get_own(session: AsyncSession, viewer: User, product_id: int) -> Product:
    """Return a product; raise `ProductNotFoundError`."""
    statement = (
        select(Product)
        .where(Product.id == product_id, visible_to(viewer))
        .options(joinedload(Product.owner, innerjoin=True))
    )
    product = await session.scalar(statement)
    if product is None:
        raise ProductNotFoundError
    return product


async def change_own(
    session: AsyncSession, viewer: User, product_id: int, change: ProductChange
) -> Product:
    """Change what was sent; raise `ProductNotFoundError`, also if it is deleted meanwhile."""
    if values := change.model_dump(exclude_unset=True):
        this = (Product.id == product_id, visible_to(viewer))
        await session.execute(update(Product).where(*this).values(values))
    return await get_own(session, viewer, product_id)


async def delete_own(session: AsyncSession, viewer: User, product_id: int) -> None:
    """Delete a product, in one statement; raise `ProductNotFoundError`."""
    statement = delete(Product).where(Product.id == product_id, visible_to(viewer))
    if await session.scalar(statement.returning(Product.id)) is None:
        raise ProductNotFoundError
