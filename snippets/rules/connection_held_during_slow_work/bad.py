"""A payment provider that is asked in the middle of a transaction."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"], pool_size=5, max_overflow=0, pool_timeout=1
)
sessionmaker = async_sessionmaker(engine)
payments = httpx.AsyncClient(base_url=os.environ.get("PAYMENTS_URL", "https://payments.example"))
app = FastAPI()


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/orders/{order_id}")
async def read_order(order_id: int, session: SessionDep) -> dict[str, int]:
    """Return what an order costs."""
    statement = text("SELECT price FROM orders WHERE id = :id")
    return {"price": await session.scalar(statement, {"id": order_id})}


@app.post("/orders/{order_id}/payment", status_code=201)
async def pay_order(order_id: int, session: SessionDep) -> dict[str, str]:
    """Charge the customer, and note the receipt."""
    statement = text("SELECT price FROM orders WHERE id = :id")
    price = await session.scalar(statement, {"id": order_id})
    response = await payments.post("/charges", json={"amount": price})
    receipt = response.json()["receipt"]
    statement = text("UPDATE orders SET receipt = :receipt WHERE id = :id")
    await session.execute(statement, {"receipt": receipt, "id": order_id})
    await session.commit()
    return {"receipt": receipt}
