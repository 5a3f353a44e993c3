"""One listing, faster step by step: each answers what `/api/v1/products` does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

import asyncpg
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic_core import to_json
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.api.deps import SessionDep
from app.core.config import get_settings
from app.models import Product, User
from app.schemas.product import ProductOut


class State(TypedDict):
    """What step 5 finds in `request.state`."""

    pool: asyncpg.Pool


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    """Connect for step 5."""
    url = make_url(get_settings().database_url.get_secret_value()).set(drivername="postgresql")
    dsn = url.render_as_string(hide_password=False)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=5, command_timeout=10) as pool:
        yield {"pool": pool}


router = APIRouter(prefix="/hot", lifespan=lifespan)
Limit = Annotated[int, Query(ge=1, le=100)]


async def read_rows(session: AsyncSession, limit: int) -> Sequence[dict[str, Any]]:
    """Return what the answer shows, in its shape."""
    statement = (
        select(Product.id, Product.name, Product.price, User.id, User.full_name, Product.created_at)
        .join(User, User.id == Product.owner_id)
        .order_by(Product.id.desc())
        .limit(limit)
    )
    return [
        {
            "id": id_,
            "name": name,
            "price": price,
            "owner": {"id": owner_id, "full_name": full_name},
            "created_at": created_at,
        }
        for id_, name, price, owner_id, full_name, created_at in await session.execute(statement)
    ]


@router.get("/columns", response_model=list[ProductOut])
async def list_columns(session: SessionDep, limit: Limit = 20) -> Sequence[dict[str, Any]]:
    """Step 1: columns, no objects."""
    return await read_rows(session, limit)


@router.get("/bytes", response_model=list[ProductOut])
async def list_bytes(session: SessionDep, limit: Limit = 20) -> Response:
    """Step 2: Pydantic's serialiser, without its validation."""
    return Response(to_json(await read_rows(session, limit)), media_type="application/json")


# As Pydantic writes it: without microseconds that are 0.
JSON = """
SELECT coalesce(json_agg(json_build_object(
    'id', id, 'name', name, 'price', price::text,
    'owner', json_build_object('id', owner_id, 'full_name', full_name),
    'created_at', replace(to_char(created_at AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24"\\:"MI"\\:"SS.US"Z"'), '.000000', '')
)), '[]')::text
FROM (
    SELECT products.*, full_name FROM products JOIN users ON users.id = owner_id
    ORDER BY products.id DESC LIMIT :limit
) AS page
"""


@router.get("/database", response_model=list[ProductOut])
async def list_database(session: SessionDep, limit: Limit = 20) -> Response:
    """Step 3: PostgreSQL writes the JSON."""
    made = await session.scalar(text(JSON), {"limit": limit})
    return Response(made, media_type="application/json")


PREPARED = JSON.replace(":limit", "\N{DOLLAR SIGN}1").replace("\\:", ":")


@router.get("/driver", response_model=list[ProductOut])
async def list_driver(request: Request, limit: Limit = 20) -> Response:
    """Step 4: no session; asyncpg prepares the statement once for each connection."""
    engine: AsyncEngine = request.state.sessionmaker.kw["bind"]
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        made = await driver.fetchval(PREPARED, limit)
    return Response(made, media_type="application/json")


@router.get("/pool", response_model=list[ProductOut])
async def list_pool(request: Request, limit: Limit = 20) -> Response:
    """Step 5: a pool of asyncpg's own."""
    pool: asyncpg.Pool = request.state.pool
    async with pool.acquire(timeout=10) as connection:
        made = await connection.fetchval(PREPARED, limit)
    return Response(made, media_type="application/json")
