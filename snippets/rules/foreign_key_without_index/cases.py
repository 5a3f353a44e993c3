"""Foreign keys, and what finds rows by them."""

BAD = ['user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))']

_APP = """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/x"))
async def get_db():
    async with maker() as session:
        yield session
Db = Annotated[AsyncSession, Depends(get_db)]
app = FastAPI()
"""
_CREATE = """
@app.post("/orders")
async def create(user_id: int, session: Db):
    session.add(Order(user_id=user_id))
    await session.commit()
"""
_READ = """
@app.get("/users/{user_id}/orders")
async def read(user_id: int, session: Db):
    return (await session.scalars(select(Order).where(Order.user_id == user_id))).all()
"""

FOUND = {
    "in the style of SQLAlchemy 1": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)  # !
def sync_db() -> Session: ...
@app.get("/users/{user_id}/orders")
def read(user_id: int, db: Session = Depends(sync_db)):
    return db.query(Order).filter_by(user_id=user_id).all()
"""
    + _CREATE,
    "an index that begins with another column": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("ix", "state", "user_id"), UniqueConstraint("number", "user_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    state: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))  # !
"""
    + _CREATE
    + _READ,
    "SQLModel": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id")  # !
engine = create_engine("postgresql://db/x")
app = FastAPI()
@app.post("/orders")
def create(order: Order):
    with Session(engine) as session:
        session.add(Order(user_id=order.user_id))
        session.commit()
@app.get("/users/{user_id}/orders")
def read(user_id: int):
    with Session(engine) as session:
        return session.exec(select(Order).where(Order.user_id == user_id)).all()
""",
    "a statement in steps, in a repository": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    paid: Mapped[bool]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # !
class Orders:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def of(self, user_id: int):
        statement = select(Order)
        statement = statement.where(Order.user_id == user_id).where(Order.paid == True)
        return (await self.session.scalars(statement.limit(100))).all()
@app.get("/users/{user_id}/orders")
async def read(user_id: int, session: Db):
    return await Orders(session).of(user_id)
"""
    + _CREATE,
    "a key to a table that is named after one of few rows": _APP
    + """
class Shift(Base):
    __tablename__ = "shifts"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_role_id: Mapped[int] = mapped_column(ForeignKey("team_roles.id"))  # !
@app.post("/shifts")
async def create(team_role_id: int, session: Db):
    session.add(Shift(team_role_id=team_role_id))
    await session.commit()
@app.get("/members/{team_role_id}/shifts")
async def read(team_role_id: int, session: Db):
    wanted = select(Shift).where(Shift.team_role_id == team_role_id)
    return (await session.scalars(wanted)).all()
""",
    "a collection that is loaded": _APP
    + """
from sqlalchemy.orm import relationship, selectinload
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship()
    visits: Mapped[list["Visit"]] = relationship(back_populates="user")
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))  # !
class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # !
    user: Mapped[User] = relationship(back_populates="visits")
@app.post("/visits")
async def visit(user_id: int, session: Db):
    session.add(Visit(user_id=user_id))
    await session.commit()
@app.get("/users/{user_id}")
async def read(user_id: int, session: Db):
    wanted = select(User).options(selectinload(User.orders)).where(User.id == user_id)
    return await session.scalar(wanted)
def sync_db() -> Session: ...
@app.get("/users/{user_id}/visits")
def visits(user_id: int, db: Session = Depends(sync_db)):
    user = db.get_one(User, user_id)
    return len(user.visits)
"""
    + _CREATE,
    "rows that are deleted": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # !
@app.delete("/users/{user_id}/orders")
async def clear(user_id: int, session: Db):
    await session.execute(delete(Order).where(Order.user_id == user_id))
    await session.commit()
"""
    + _CREATE,
}

_BARE = """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""

LOOK_ALIKES = {
    "an index, or unique": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
@app.get("/orders/{order_id}/invoice")
async def invoice(order_id: int, session: Db):
    return await session.scalar(select(Invoice).where(Invoice.order_id == order_id))
@app.post("/invoices")
async def bill(order_id: int, session: Db):
    session.add(Invoice(order_id=order_id))
    await session.commit()
"""
    + _CREATE
    + _READ,
    "first of another index": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("ix", "user_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
    + _CREATE
    + _READ,
    "first of a constraint, of the primary key, of an index beside the class": _APP
    + """
class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("user_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
class Line(Base):
    __tablename__ = "lines"
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
Index("ix_lines", Line.product_id.desc())
@app.get("/lines")
async def lines(order_id: int, product_id: int, session: Db):
    of_order = (await session.scalars(select(Line).where(Line.order_id == order_id))).all()
    of_product = await session.scalars(select(Line).where(Line.product_id == product_id))
    return of_order, of_product.all()
@app.post("/lines")
async def add(order_id: int, session: Db):
    session.add(Line(order_id=order_id, number=1, product_id=1))
    await session.commit()
"""
    + _CREATE
    + _READ,
    "an index that a migration creates": """
#= migrations/versions/0001_orders.py
from alembic import op
def upgrade():
    op.create_index(op.f("ix_orders_user_id"), "orders", ["user_id"], unique=False)
#= app/main.py
"""
    + _APP.lstrip()
    + _BARE
    + _CREATE
    + _READ,
    "another condition has an index": _APP
    + _BARE
    + _CREATE
    + """
@app.get("/users/{user_id}/orders/{order_id}")
async def read(user_id: int, order_id: int, session: Db):
    mine = select(Order).where(Order.id == order_id, Order.user_id == user_id)
    return await session.scalar(mine)
@app.get("/first/{order_id}")
async def first(user_id: int, order_id: int, session: Db):
    found = select(Order).where(Order.id == order_id)
    return await session.scalar(found.where(Order.user_id == user_id))
""",
    "nothing looks rows up by it": _APP
    + _BARE
    + _CREATE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
@app.get("/orders/{order_id}")
async def read(order_id: int, session: Db):
    both = select(Order).join(User, Order.user_id == User.id).where(Order.id == order_id)
    return await session.scalar(both)
@app.get("/orders")
async def others(user_id: int, session: Db):
    return (await session.scalars(select(Order).where(Order.user_id != user_id))).all()
""",
    "MySQL makes the index itself": _APP.replace("postgresql+asyncpg", "mysql+asyncmy")
    + _BARE
    + _CREATE
    + _READ,
    "the other way round, or of a new row": _APP
    + """
from sqlalchemy.orm import relationship, selectinload
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="user")
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")
@app.post("/users")
async def register(session: Db):
    user = User()
    user.orders.append(Order())
    session.add(user)
    await session.commit()
@app.get("/orders/{order_id}")
async def read(order_id: int, session: Db):
    wanted = select(Order).options(selectinload(Order.user)).where(Order.id == order_id)
    return await session.scalar(wanted)
"""
    + _CREATE,
    "a key with few values": _APP
    + """
class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    country: Mapped[str] = mapped_column(ForeignKey("country.code"))
@app.post("/members")
async def create(role_id: int, country: str, session: Db):
    session.add(Member(role_id=role_id, country=country))
    await session.commit()
@app.get("/roles/{role_id}/members")
async def of_role(role_id: int, session: Db):
    return (await session.scalars(select(Member).where(Member.role_id == role_id))).all()
@app.get("/countries/{code}/members")
async def of_country(code: str, session: Db):
    return (await session.scalars(select(Member).filter_by(country=code))).all()
""",
    "a table that nobody adds to": _APP + _BARE + _READ,
    "tables that somebody fills by hand": _APP
    + _BARE.replace("Order", "Role")
    + _CREATE.replace("Order", "Role")
    + _READ.replace("Order", "Role"),
}
