"""Products: create, list."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError
from app.models import Product
from app.schemas.product import ProductCreate, ProductOut
from app.services import products

router = APIRouter(prefix="/products", tags=["products"])


@router.post(
    "",
    response_model=ProductOut,
    status_code=201,
    responses=documented(NotAuthenticatedError, products.OwnerGoneError),
)
async def create_product(data: ProductCreate, session: SessionDep, owner: CurrentUser) -> Product:
    """Create a product."""
    return await products.create_product(session, data, owner)


@router.get("", response_model=list[ProductOut])
async def list_products(
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Sequence[Product]:
    """List products, newest first."""
    return await products.list_products(session, limit, offset)
