"""Queries that join what a relationship leads to: one row or many, and how the rows are taken."""

BAD = ["return (await session.scalars(statement)).all()"]

_TABLES = """
from fastapi import APIRouter, Depends
from sqlalchemy import Column, ForeignKey, Integer, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, Session, contains_eager, joinedload, mapped_column, relationship,
    selectinload,
)
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="user")
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped["User"] = relationship(back_populates="orders")
    lines: Mapped[list["Line"]] = relationship(lazy="joined")
class Line(Base):
    __tablename__ = "lines"
    id = Column(Integer, primary_key=True)
    order_id = Column(Integer, ForeignKey("orders.id"))
    order = relationship("Order", lazy="joined", viewonly=True)
    notes = relationship("Note")
class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    line_id = Column(Integer, ForeignKey("lines.id"))
router = APIRouter()
"""

FOUND = {
    "all, by an option": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    return (await session.scalars(select(User).options(joinedload(User.orders)))).all()  # !
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    statement = select(User).where(User.id > 1)
    statement = statement.options(joinedload(User.orders)).limit(20)
    result = await session.execute(statement)
    return result.scalars().all()  # !
""",
    "one row": _TABLES
    + """
@router.get("/a/{key}")
def a(key: int, session: Session = Depends()):
    statement = select(User).options(joinedload(User.orders)).where(User.id == key)
    return session.execute(statement).scalar_one_or_none()  # !
@router.get("/b/{key}")
def b(key: int, session: Session = Depends()):
    statement = select(User).options(joinedload(User.orders)).where(User.id == key)
    return session.scalars(statement).one()  # !
""",
    "joined by the model": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    rows = await session.scalars(select(Order).options(joinedload(Order.user)))
    return rows.all()  # !
""",
    "through another relationship": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    statement = select(Note).join(Line).options(joinedload(Line.notes))
    return (await session.scalars(statement)).all()  # !
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    option = joinedload(Order.user).joinedload(User.orders)
    orders = select(Order).options(joinedload(Order.user).joinedload(User.orders), selectinload(Order.lines))
    return (await session.execute(orders)).scalars().all()  # !
""",
    "a loop, and contains_eager": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    statement = select(User).join(User.orders).options(contains_eager(User.orders))
    return [user.id for user in await session.scalars(statement)]  # !
""",
}

LOOK_ALIKES = {
    "one row": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    orders = select(Order).options(joinedload(Order.user), selectinload(Order.lines))
    return (await session.scalars(orders)).all()
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    return (await session.scalars(select(Line))).all()
""",
    "the copies are dropped": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    return (await session.scalars(select(Order))).unique().all()
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    result = await session.execute(select(User).options(joinedload(User.orders)))
    return result.unique().scalars().all()
""",
    "the first row alone": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    return await session.scalar(select(User).options(joinedload(User.orders)))
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    return (await session.scalars(select(Order))).first()
""",
    "loaded by another query": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    return (await session.scalars(select(User).options(selectinload(User.orders)))).all()
@router.get("/b")
async def b(session: AsyncSession = Depends()):
    return (await session.scalars(select(Order).options(selectinload(Order.lines)))).all()
@router.get("/c")
async def c(session: AsyncSession = Depends()):
    option = selectinload(Line.order).joinedload(Order.lines)
    return (await session.scalars(select(Line).options(selectinload(Line.order).joinedload(Order.lines)))).all()
""",
    "Query drops them itself": _TABLES
    + """
@router.get("/a")
def a(session: Session = Depends()):
    return session.query(User).options(joinedload(User.orders)).all()
@router.get("/b/{key}")
def b(key: int, session: Session = Depends()):
    return session.get(User, key, options=[joinedload(User.orders)])
""",
    "columns": _TABLES
    + """
@router.get("/a")
async def a(session: AsyncSession = Depends()):
    return (await session.execute(select(Order.id, Order.user_id))).all()
""",
}
