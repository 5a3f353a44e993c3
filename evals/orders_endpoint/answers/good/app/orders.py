from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import SessionDep
from app.models import Order, OrderLine, Product

router = APIRouter(prefix="/orders", tags=["orders"])
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class LineIn(BaseModel):
    product_id: Id
    quantity: int = Field(ge=1, le=10_000)


class OrderIn(BaseModel):
    customer: str = Field(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")
    lines: list[LineIn] = Field(min_length=1, max_length=100)


class LineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    product_id: int
    quantity: int
    price: Decimal


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    customer: str
    lines: list[LineOut]
    total: Decimal


@router.post("", status_code=201, response_model=OrderOut)
async def create_order(data: OrderIn, session: SessionDep) -> Order:
    ids = {line.product_id for line in data.lines}
    found = await session.scalars(select(Product).where(Product.id.in_(ids)))
    prices = {product.id: product.price for product in found}
    if missing := ids - prices.keys():
        raise HTTPException(404, f"no such product: {min(missing)}")
    order = Order(customer=data.customer)
    order.lines = [
        OrderLine(
            product_id=line.product_id, quantity=line.quantity, price=prices[line.product_id]
        )
        for line in data.lines
    ]
    session.add(order)
    await session.commit()
    return order


@router.get("/{order_id}", response_model=OrderOut)
async def get_order(
    order_id: Annotated[int, Path(ge=1, le=2**31 - 1)], session: SessionDep
) -> Order:
    query = select(Order).where(Order.id == order_id).options(selectinload(Order.lines))
    order = await session.scalar(query)
    if order is None:
        raise HTTPException(404, "no such order")
    return order
