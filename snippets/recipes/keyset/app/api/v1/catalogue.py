"""The catalogue, page by page."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import SessionDep
from app.api.errors import documented
from app.schemas.catalogue import BadCursorError, CataloguePage, Cursor
from app.schemas.product import ProductOut
from app.services import catalogue

router = APIRouter(prefix="/catalogue", tags=["catalogue"])


@router.get("", responses=documented(BadCursorError))
async def list_catalogue(
    session: SessionDep,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CataloguePage:
    """List products, cheapest first; `after` is the `next` of the page before."""
    cursor = Cursor.decode(after) if after is not None else None
    products, following = await catalogue.list_catalogue(session, cursor, limit)
    return CataloguePage(
        items=[ProductOut.model_validate(product) for product in products],
        next=following.encode() if following else None,
    )
