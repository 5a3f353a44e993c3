"""How many of a product are left, which another service knows."""

from httpx import AsyncClient, HTTPStatusError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core.errors import AppError
from app.core.http import UpstreamFailedError, call
from app.models import Product
from app.schemas.stock import Stock

logger = get_logger()


class NoSuchProductError(AppError):
    """There is no such product."""

    status_code = 404
    msg = "Product not found"


async def require_product(session: AsyncSession, product_id: int) -> None:
    """Raise `NoSuchProductError` unless the product is there."""
    if await session.get(Product, product_id) is None:
        raise NoSuchProductError


async def read_stock(client: AsyncClient, product_id: int) -> Stock:
    """Return the stock of a product; raise `UpstreamFailedError` or `UpstreamTimeoutError`."""
    response = await call(client, client.build_request("GET", f"products/{product_id}"))
    if response.status_code == 404:
        return Stock(left=0)
    try:
        return Stock.model_validate_json(response.raise_for_status().content)
    except (HTTPStatusError, ValidationError) as exc:
        logger.warning("upstream_misunderstood", reason=type(exc).__name__)
        raise UpstreamFailedError from exc
