"""What a new account gets, as an example of work for a job."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Product, User


async def welcome(session: AsyncSession, user_id: int) -> None:
    """Give the user a first product to look at; do nothing if they are gone."""
    if user := await session.get(User, user_id):
        session.add(Product(name="Your first product", price=Decimal(0), owner=user))
        await session.flush()
