"""The first page of products, which most clients ask for."""

from pydantic import TypeAdapter
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import ORMExecuteState, Session

from app.core.cache import Cache, mark_changed
from app.models import Product, User
from app.schemas.product import ProductOut
from app.services import products

_TOPIC = "products"
_page = TypeAdapter(list[ProductOut])


async def first_page(
    sessionmaker: async_sessionmaker[AsyncSession], cache: Cache, limit: int
) -> bytes:
    """Return the newest products as JSON, from the cache or else from the database."""

    async def read() -> bytes:
        async with sessionmaker() as session:  # ends before the store is asked again
            page = _page.validate_python(await products.list_products(session, limit, 0))
        return _page.dump_json(page, by_alias=True)  # as FastAPI does

    # Another shape of ProductOut, another number: old and new workers share the store.
    return await cache.get_or_make(_TOPIC, f"1:{limit}", read)


# Whoever writes a product changes the page, or a user, whose name it shows: not one of them has to
# remember it. A statement in plain SQL is not seen.
@event.listens_for(Session, "after_flush")
def mark_flushed(session: Session, _flush: object) -> None:
    """Mark the page as changed by what a session adds, changes or deletes."""
    changed = (*session.dirty, *session.deleted)
    if any(isinstance(row, Product) for row in (*session.new, *changed)) or any(
        isinstance(row, User) for row in changed
    ):
        mark_changed(session, _TOPIC)


@event.listens_for(Session, "do_orm_execute")
def mark_executed(state: ORMExecuteState) -> None:
    """Mark the page as changed by `insert`, `update` and `delete`."""
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and state.bind_mapper and state.bind_mapper.class_ in {Product, User}:
        mark_changed(state.session, _TOPIC)
