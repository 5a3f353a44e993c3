"""Rows that are locked one after the other: whether a client chooses the order."""

BAD = ["await add(session, target, 1)"]

_TABLES = """
from typing import Annotated
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from db import get_db
class Base(DeclarativeBase): ...
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stock: Mapped[int]
class Line(BaseModel):
    product_id: int
    quantity: int
class Order(BaseModel):
    lines: list[Line]
class Transfer(BaseModel):
    source: int
    target: int
    amount: int
router = APIRouter()
SessionDep = Annotated[AsyncSession, Depends(get_db)]
"""

FOUND = {
    "each line of an order": _TABLES
    + """
@router.post("/orders")
async def create_order(order: Order, session: SessionDep) -> None:
    for line in order.lines:  # !
        product = await session.get(Product, line.product_id, with_for_update=True)
        product.stock -= line.quantity
    await session.commit()
""",
    "by statements": _TABLES
    + """
@router.post("/a")
async def a(order: Order, session: SessionDep) -> None:
    for number, line in enumerate(order.lines):  # !
        statement = select(Product).where(Product.id == line.product_id).with_for_update()
        product = (await session.execute(statement)).scalar_one()
        product.stock -= line.quantity
    await session.commit()
@router.post("/b")
async def b(ids: list[int], session: SessionDep) -> None:
    for product_id in ids:  # !
        await session.execute(update(Product).where(Product.id == product_id).values(stock=0))
    await session.commit()
""",
    "by a query, with a variable of its own": _TABLES
    + """
from sqlalchemy.orm import Session
@router.post("/a")
def a(order: Order, session: Annotated[Session, Depends(get_db)]) -> None:
    for line in order.lines:  # !
        wanted = line.product_id
        product = session.query(Product).filter_by(id=wanted).with_for_update().one()
        product.stock -= line.quantity
    session.commit()
""",
    "in a service": _TABLES
    + """
class Orders:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def take(self, product_id: int, quantity: int) -> None:
        product = await self.session.scalar(
            select(Product).where(Product.id == product_id).with_for_update()
        )
        product.stock -= quantity
    async def create(self, order: Order) -> None:
        for line in order.lines:  # !
            await self.take(line.product_id, line.quantity)
@router.post("/orders")
async def create_order(order: Order, session: SessionDep) -> None:
    await Orders(session).create(order)
    await session.commit()
""",
    "two rows that the body names": _TABLES
    + """
@router.post("/transfers")
async def transfer(data: Transfer, session: SessionDep) -> None:
    source = await session.get(Product, data.source, with_for_update=True)
    target = await session.get(Product, data.target, with_for_update={"key_share": True})  # !
    source.stock -= data.amount
    target.stock += data.amount
    await session.commit()
""",
    "rows of a cart, which nothing sorts": _TABLES
    + """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import relationship
class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship(lazy="selectin")
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"), index=True)
    product_id: Mapped[int]
@router.post("/a")
async def a(cart_id: int, session: SessionDep) -> None:
    cart = await session.get_one(Cart, cart_id)
    for item in cart.items:  # !
        await session.get(Product, item.product_id, with_for_update=True)
@router.post("/b")
async def b(cart_id: int, session: SessionDep) -> None:
    items = (await session.scalars(select(Item).where(Item.cart_id == cart_id))).all()
    for item in items:  # !
        product = await session.get(Product, item.product_id, with_for_update=True)
""",
    "two rows, by SQL in a text": """
import asyncpg
from fastapi import APIRouter, Request
router = APIRouter()
@router.post("/{a}/{b}")
async def move(a: int, b: int, request: Request) -> None:
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE accounts SET coins = coins - $1 WHERE id = $2", 1, a)
        await connection.execute("UPDATE accounts SET coins = coins + $1 WHERE id = $2", 1, b)  # !
""",
    "a loop, by SQL in a text": _TABLES
    + """
from sqlalchemy import text
@router.post("/orders")
async def create_order(order: Order, session: SessionDep) -> None:
    for line in order.lines:  # !
        await session.execute(
            text("SELECT stock FROM products WHERE id = :id FOR UPDATE"), {"id": line.product_id}
        )
    await session.commit()
""",
}

LOOK_ALIKES = {
    "sorted": _TABLES
    + """
@router.post("/a")
async def a(order: Order, session: SessionDep) -> None:
    for line in sorted(order.lines, key=lambda line: line.product_id):
        await session.get(Product, line.product_id, with_for_update=True)
    await session.commit()
@router.post("/b")
async def b(order: Order, session: SessionDep) -> None:
    order.lines.sort(key=lambda line: line.product_id)
    for line in order.lines:
        await session.get(Product, line.product_id, with_for_update=True)
    await session.commit()
@router.post("/c")
async def c(ids: list[int], session: SessionDep) -> None:
    ordered = sorted(set(ids))
    for product_id in ordered:
        await session.execute(update(Product).where(Product.id == product_id).values(stock=0))
    await session.commit()
""",
    "rows that a query or a relationship sorts": _TABLES
    + """
from sqlalchemy.orm import relationship
class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship(lazy="selectin", order_by="Item.product_id")
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int]
    product_id: Mapped[int]
@router.post("/a")
async def a(cart_id: int, session: SessionDep) -> None:
    cart = await session.get_one(Cart, cart_id)
    for item in cart.items:
        await session.get(Product, item.product_id, with_for_update=True)
@router.post("/b")
async def b(cart_id: int, session: SessionDep) -> None:
    statement = select(Item).where(Item.cart_id == cart_id).order_by(Item.product_id)
    for item in (await session.scalars(statement)).all():
        await session.get(Product, item.product_id, with_for_update=True)
""",
    "the smaller first": _TABLES
    + """
@router.post("/a")
async def a(data: Transfer, session: SessionDep) -> None:
    first, second = sorted((data.source, data.target))
    await session.get(Product, first, with_for_update=True)
    await session.get(Product, second, with_for_update=True)
@router.post("/b")
async def b(data: Transfer, session: SessionDep) -> None:
    if data.source < data.target:
        await session.get(Product, data.source, with_for_update=True)
        await session.get(Product, data.target, with_for_update=True)
    else:
        await session.get(Product, data.target, with_for_update=True)
        await session.get(Product, data.source, with_for_update=True)
""",
    "a transaction for each row": _TABLES
    + """
@router.post("/a")
async def a(ids: list[int], session: SessionDep) -> None:
    for product_id in ids:
        await session.execute(update(Product).where(Product.id == product_id).values(stock=0))
        await session.commit()
@router.post("/b")
async def b(data: Transfer, session: SessionDep) -> None:
    await session.get(Product, data.source, with_for_update=True)
    await session.commit()
    await session.get(Product, data.target, with_for_update=True)
""",
    "one row, or one statement in order": _TABLES
    + """
@router.post("/a")
async def a(product_id: int, session: SessionDep) -> None:
    await session.get(Product, product_id, with_for_update=True)
    await session.execute(update(Product).where(Product.id == product_id).values(stock=0))
@router.post("/b")
async def b(order: Order, session: SessionDep) -> None:
    ids = [line.product_id for line in order.lines]
    statement = select(Product).where(Product.id.in_(ids)).order_by(Product.id).with_for_update()
    products = {p.id: p for p in await session.scalars(statement)}
    for line in order.lines:
        products[line.product_id].stock -= line.quantity
""",
    "no lock": _TABLES
    + """
@router.post("/a")
async def a(order: Order, session: SessionDep) -> None:
    for line in order.lines:
        await session.get(Product, line.product_id)
        await session.get(Product, line.product_id, with_for_update=False)
""",
    "what the transaction has already": _TABLES
    + """
@router.post("/a")
async def a(data: Transfer, session: SessionDep) -> None:
    source = await session.get(Product, data.source, with_for_update=True)
    await session.get(Product, source.stock, with_for_update=True)
""",
    "somebody runs it again": _TABLES
    + """
from tenacity import retry, stop_after_attempt
@retry(stop=stop_after_attempt(3))
async def store(order: Order, session: AsyncSession) -> None:
    for line in order.lines:
        await session.get(Product, line.product_id, with_for_update=True)
    await session.commit()
@router.post("/a")
async def a(order: Order, session: SessionDep) -> None:
    await store(order, session)
""",
    "SQLite has one writer": _TABLES
    + """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db")
@router.post("/a")
async def a(order: Order, session: SessionDep) -> None:
    for line in order.lines:
        await session.execute(update(Product).where(Product.id == line.product_id).values(stock=0))
    await session.commit()
""",
}
