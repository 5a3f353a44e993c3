"""How many of a product are left, which another service knows."""

from app.core.http import call
from app.schemas.stock import Stock
from httpx import AsyncClient, HTTPStatusError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core.errors import AppError
from app.models import Product

logger = get_logger()


async def read_stock(session: AsyncSession, client: AsyncClient, product_id: int) -> Stock:
    """Return the stock of a product; raise `AppError` 404, 502 or 504."""
    if await session.get(Product, product_id) is None:
        raise AppError("Product not found", 404)
    await session.close()  # give the connection back before the slow part
    response = await call(client, client.build_request("GET", f"products/{product_id}"))
    if response.status_code == 404:
        return Stock(left=0)
    try:
        return Stock.model_validate_json(response.raise_for_status().content)
    except (HTTPStatusError, ValidationError) as exc:
        logger.warning("upstream_misunderstood", reason=type(exc).__name__)
        raise AppError("Another service failed", 502) from exc
