"""The stock of a product."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Request
from httpx import AsyncClient

from app.api.deps import SessionDep
from app.api.errors import documented
from app.core.config import get_settings
from app.core.http import UpstreamFailedError, UpstreamTimeoutError, create_client
from app.models.base import MAX_ID
from app.schemas.stock import Stock
from app.services import stock


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, AsyncClient]]:
    """Make the client, which connects at the first request."""
    async with create_client(get_settings().stock_url) as client:
        yield {"stock_client": client}


router = APIRouter(prefix="/products", tags=["products"], lifespan=lifespan)


async def get_stock_client(request: Request) -> AsyncClient:
    """Return the client that the lifespan made."""
    client: AsyncClient = request.state.stock_client
    return client


@router.get(
    "/{product_id}/stock",
    responses=documented(stock.NoSuchProductError, UpstreamFailedError, UpstreamTimeoutError),
)
async def read_stock(
    product_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    session: SessionDep,
    client: Annotated[AsyncClient, Depends(get_stock_client)],
) -> Stock:
    """Return how many are left."""
    await stock.require_product(session, product_id)
    await session.commit()  # give the connection back before the slow part
    return await stock.read_stock(client, product_id)
