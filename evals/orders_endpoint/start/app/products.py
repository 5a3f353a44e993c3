from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db import SessionDep
from app.models import Product
from app.schemas import Price, ProductIn, ProductOut

router = APIRouter(prefix="/products", tags=["products"])
ProductId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("", status_code=201, response_model=ProductOut)
async def create_product(data: ProductIn, session: SessionDep) -> Product:
    product = Product(**data.model_dump())
    session.add(product)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "there is such a product") from None
    return product


@router.get("", response_model=list[ProductOut])
async def list_products(
    session: SessionDep, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> list[Product]:
    return list(await session.scalars(select(Product).order_by(Product.id).limit(limit)))


@router.put("/{product_id}/price", response_model=ProductOut)
async def set_price(product_id: ProductId, price: Price, session: SessionDep) -> Product:
    product = await session.get(Product, product_id)
    if product is None:
        raise HTTPException(404, "no such product")
    product.price = price
    await session.commit()
    return product
