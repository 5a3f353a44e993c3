"""Products, read by sessions that stay open after a 404."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

url = os.environ["APP_DATABASE_URL"].replace("+aiosqlite", "")
engine = create_engine(url, pool_size=2, max_overflow=0, pool_timeout=0.2)
new_session = sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Product(Base):
    """A product."""

    __tablename__ = "products"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)


def get_db() -> Iterator[Session]:
    """Open a session."""
    session = new_session()
    yield session
    session.close()


SessionDep = Annotated[Session, Depends(get_db, scope="function")]


@app.get("/products/count")
def count_products() -> int:
    """Return how many products there are."""
    session = next(get_db())
    return session.scalar(select(func.count()).select_from(Product)) or 0


@app.get("/products/{name}")
def read_product(name: str, session: SessionDep) -> str:
    """Return a product; 404 if there is none."""
    product = session.get(Product, name)
    if product is None:
        raise HTTPException(404)
    return product.name
