"""The caller's own products."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError
from app.models import Product
from app.models.base import MAX_ID
from app.schemas.own_product import ProductChange
from app.schemas.product import ProductOut
from app.services import own_products

router = APIRouter(prefix="/products", tags=["products"])
ProductId = Annotated[int, Path(ge=1, le=MAX_ID)]
ERRORS = documented(NotAuthenticatedError, own_products.ProductNotFoundError)


@router.get("/own", response_model=list[ProductOut], responses=documented(NotAuthenticatedError))
async def list_own(
    session: SessionDep, viewer: CurrentUser, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Sequence[Product]:
    """List the caller's products, newest first; an admin's list has all."""
    return await own_products.list_own(session, viewer, limit)


@router.get("/{product_id}", response_model=ProductOut, responses=ERRORS)
async def get_product(product_id: ProductId, session: SessionDep, viewer: CurrentUser) -> Product:
    """Return one of the caller's products."""
    return await own_products.get_own(session, viewer, product_id)


@router.patch("/{product_id}", response_model=ProductOut, responses=ERRORS)
async def change_product(
    product_id: ProductId, change: ProductChange, session: SessionDep, viewer: CurrentUser
) -> Product:
    """Change one of the caller's products."""
    return await own_products.change_own(session, viewer, product_id, change)


@router.delete("/{product_id}", status_code=204, responses=ERRORS)
async def delete_product(product_id: ProductId, session: SessionDep, viewer: CurrentUser) -> None:
    """Delete one of the caller's products."""
    await own_products.delete_own(session, viewer, product_id)
