"""Relationships in a response: how the objects are read, and what loads them."""

BAD = ["return (await session.scalars(statement)).all()"]

_MODELS = """
#= models.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped["Order"] = relationship(back_populates="items")
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list[Item]] = relationship(back_populates="order")
    notes: Mapped[list[Item]] = relationship(lazy="selectin")
#= schemas.py
from pydantic import BaseModel
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel, from_attributes=True):
    id: int
    items: list[ItemOut]
class Plain(BaseModel):
    id: int
    notes: list[ItemOut] = []
#= deps.py
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
app = FastAPI()
async def get_db() -> AsyncSession: ...
SessionDep = Annotated[AsyncSession, Depends(get_db)]
"""

FOUND = {
    "by get, with a return annotation": _MODELS
    + """
#= main.py
import models as m
from deps import SessionDep, app
from schemas import OrderOut as Out
@app.get("/orders/{order_id}")
async def read(order_id: int, db: SessionDep) -> Out:
    order = await db.get(m.Order, order_id)  # !
    if order is None:
        raise LookupError
    return order
""",
    "in a service, through a result": _MODELS
    + """
#= service.py
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Order
class Orders:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def all(self):
        result = await self.session.execute(select(Order).order_by(Order.id))  # !
        return result.scalars().all()
#= main.py
from deps import SessionDep, app
from schemas import OrderOut
from service import Orders
@app.get("/orders", response_model=list[OrderOut])
async def read(session: SessionDep):
    orders = Orders(session)
    return await orders.all()
""",
    "one, by a scalar": _MODELS
    + """
#= main.py
from sqlalchemy import select
from deps import SessionDep, app
from models import Order
from schemas import OrderOut
@app.get("/orders/first", response_model=OrderOut | None)
async def read(session: SessionDep):
    return await session.scalar(select(Order).limit(1))  # !
""",
    "another relationship is loaded": _MODELS
    + """
#= main.py
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from deps import SessionDep, app
from models import Order
from schemas import OrderOut
@app.get("/orders", response_model=list[OrderOut])
async def read(session: SessionDep):
    statement = select(Order).options(selectinload(Order.notes))
    return list(await session.scalars(statement))  # !
""",
    "validated in the endpoint": _MODELS
    + """
#= main.py
from sqlalchemy import select
from deps import SessionDep, app
from models import Order
from schemas import OrderOut
@app.get("/orders")
async def read(session: SessionDep) -> list[OrderOut]:
    orders = (await session.scalars(select(Order))).all()  # !
    return [OrderOut.model_validate(order) for order in orders]
""",
    "of SQLModel": """
from fastapi import APIRouter, Depends
from sqlmodel import Field, Relationship, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
router = APIRouter()
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team: Team | None = Relationship(back_populates="heroes")
class HeroOut(SQLModel):
    id: int
class TeamOut(SQLModel):
    heroes: list[HeroOut] = []
async def get_session() -> AsyncSession: ...
@router.get("/", response_model=list[TeamOut])
async def teams(session: AsyncSession = Depends(get_session)):
    result = await session.exec(select(Team))  # !
    return result.all()
""",
}

_MAIN = """
#= main.py
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from deps import SessionDep, app
from models import Order
from schemas import OrderOut, Plain
"""

LOOK_ALIKES = {
    "loaded in the query": _MODELS
    + _MAIN
    + """
@app.get("/a", response_model=list[OrderOut])
async def a(session: SessionDep):
    return (await session.scalars(select(Order).options(selectinload(Order.items)))).all()
@app.get("/b", response_model=OrderOut)
async def b(session: SessionDep):
    return await session.get(Order, 1, options=[joinedload(Order.items)])
""",
    "loaded in a later step": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=list[OrderOut])
async def read(session: SessionDep):
    statement = select(Order)
    statement = statement.options(joinedload(Order.items))
    return (await session.scalars(statement)).unique().all()
""",
    "options that cannot be read": _MODELS
    + _MAIN
    + """
from options import of_order
@app.get("/", response_model=list[OrderOut])
async def read(session: SessionDep):
    return (await session.scalars(select(Order).options(*of_order))).all()
""",
    "the schema has no relationship, or an eager one": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=list[Plain])
async def read(session: SessionDep):
    return (await session.scalars(select(Order))).all()
""",
    "refreshed with the relationship": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=OrderOut)
async def read(session: SessionDep):
    order = await session.get_one(Order, 1)
    await session.refresh(order, ["items"])
    return order
""",
    "awaited before": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=OrderOut)
async def read(session: SessionDep):
    order = await session.get_one(Order, 1)
    await order.awaitable_attrs.items
    return order
""",
    "a session that is not async": _MODELS
    + _MAIN
    + """
from sqlalchemy.orm import Session
@app.get("/", response_model=list[OrderOut])
def read(session: Session):
    return session.scalars(select(Order)).all()
""",
    "left out of the response": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=OrderOut, response_model_exclude={"items"})
async def read(session: SessionDep):
    return await session.get(Order, 1)
""",
    "another schema is made of it": _MODELS
    + _MAIN
    + """
@app.get("/", response_model=OrderOut)
async def read(session: SessionDep):
    order = await session.get_one(Order, 1)
    return OrderOut(id=order.id, items=[])
""",
}
