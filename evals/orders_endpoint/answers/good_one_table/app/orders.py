from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, EmailStr, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import SessionLocal
from app.models import Order, Product

router = APIRouter(prefix="/orders")


async def transaction() -> AsyncIterator[AsyncSession]:
    async with SessionLocal.begin() as session:
        yield session


Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]


class Line(BaseModel):
    product_id: int = Field(gt=0, lt=2**31)
    quantity: int = Field(gt=0, le=999)


class NewOrder(BaseModel):
    customer: EmailStr
    lines: list[Line] = Field(min_length=1, max_length=50)


@router.post("", status_code=201)
async def place(new: NewOrder, session: Transaction) -> dict[str, Any]:
    lines, cents = [], 0
    for line in new.lines:
        product = await session.get(Product, line.product_id)
        if product is None:
            raise HTTPException(404, f"there is no product {line.product_id}")
        cents += int(product.price * 100) * line.quantity
        lines.append({**line.model_dump(), "price": str(product.price)})
    order = Order(customer=new.customer, lines=lines, cents=cents)
    session.add(order)
    await session.flush()
    return shown(order)


@router.get("/{number}")
async def show(number: int, session: Transaction) -> dict[str, Any]:
    order = await session.get(Order, number) if 0 < number < 2**31 else None
    if order is None:
        raise HTTPException(404)
    return shown(order)


def shown(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "customer": order.customer,
        "lines": order.lines,
        "total": order.cents / 100,
    }
