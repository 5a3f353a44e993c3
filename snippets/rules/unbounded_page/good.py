"""Pages of products, of at most 100."""

import os
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()

Limit = Annotated[int, Query(ge=1, le=100)]
ProductId = Annotated[int, Query(ge=0, le=2**31 - 1)]


class ProductOut(BaseModel):
    """What a client gets."""

    id: int
    name: str


class Base(DeclarativeBase):
    """All tables."""


class Product(Base):
    """A product."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/products", response_model=list[ProductOut])
async def list_products(
    session: SessionDep, after: ProductId = 0, limit: Limit = 100
) -> Sequence[Any]:
    """Return the products that follow one."""
    statement = select(Product).where(Product.id > after).order_by(Product.id).limit(limit)
    return (await session.scalars(statement)).all()
