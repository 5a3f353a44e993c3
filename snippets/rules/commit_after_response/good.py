"""A session that commits before the response is sent."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/orders", status_code=201)
async def create_order(customer_id: int, session: SessionDep) -> dict[str, int]:
    """Store an order."""
    statement = text("INSERT INTO orders (customer_id) VALUES (:customer_id)")
    await session.execute(statement, {"customer_id": customer_id})
    return {"customer_id": customer_id}
