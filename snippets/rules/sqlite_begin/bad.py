"""SQLite with transactions that begin as readers."""

import os

from fastapi import FastAPI
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"], connect_args={"timeout": 30})
app = FastAPI()


@event.listens_for(engine.sync_engine, "begin")
def on_begin(connection: Connection) -> None:
    """Begin the transaction."""
    connection.exec_driver_sql("BEGIN")


@app.post("/tickets/{event_id}")
async def sell_ticket(event_id: int) -> int:
    """Sell a ticket, and return how many are left."""
    parameters = {"id": event_id}
    async with engine.begin() as connection:
        statement = text("SELECT tickets FROM events WHERE id = :id")
        left = (await connection.execute(statement, parameters)).scalar_one() - 1
        statement = text("UPDATE events SET tickets = :left WHERE id = :id")
        await connection.execute(statement, parameters | {"left": left})
    return left
