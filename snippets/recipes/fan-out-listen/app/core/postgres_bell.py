"""A bell between processes: NOTIFY at the commit."""

from collections.abc import Callable

from sqlalchemy import AdaptedConnection, event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

CHANNEL = "products"


def notify(session: Session) -> None:
    """Ring in all processes when this transaction commits.

    Without content: a payload of 8,000 bytes fails the transaction, and one that nobody hears, as
    its connection is broken, is gone.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, "")))


def listen(engine: AsyncEngine, ring: Callable[[], None]) -> None:
    """Ring for what is told to a connection of this engine, and so to each that replaces it."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: AdaptedConnection, _record: object) -> None:
        # Before the connection's first transaction: inside one, LISTEN would wait for its commit.
        if engine.dialect.name == "postgresql":
            connection.run_async(lambda driver: driver.add_listener(CHANNEL, lambda *_: ring()))
