"""The first page of products, which most clients ask for."""

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.cache import Cache
from app.models import PRODUCTS
from app.schemas.product import ProductOut
from app.services import products

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
    return await cache.get_or_make(PRODUCTS, f"1:{limit}", read)
