"""Lists: which of them read a whole table that grows."""

BAD = ["return (await session.scalars(select(Order).order_by(Order.id))).all()"]

_MODELS = """
#= models.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
async def get_db():
    async with maker() as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
"""
_MAIN = (
    _MODELS
    + """
#= main.py
from fastapi import APIRouter, FastAPI, Depends
from sqlalchemy.orm import selectinload
from models import AsyncSession, Order, Role, Session, SessionDep, User, get_db, select
app = FastAPI()
router = APIRouter()
@app.post("/users")
async def create_user(session: SessionDep, email: str):
    session.add(User(email=email))
    session.add(Role())
    await session.commit()
@app.post("/orders")
async def create_order(session: SessionDep):
    session.add(Order(user_id=1))
    await session.commit()
"""
)

FOUND = {
    "rows of SQLModel that validation makes": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select
class OrderIn(SQLModel):
    title: str
class Order(OrderIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
engine = create_engine("postgresql://db/x")
app = FastAPI()
def stored(data, session):
    session.add(Order.model_validate(data, update={"user_id": 1}))
    session.commit()
@app.post("/orders")
def create(data: OrderIn):
    with Session(engine) as session:
        stored(data, session)
@app.get("/orders")
def orders():
    with Session(engine) as session:
        return session.exec(select(Order)).all()  # !
""",
    "scalars": _MAIN
    + """
@app.get("/orders")
async def list_orders(session: SessionDep):
    return (await session.scalars(select(Order).order_by(Order.id))).all()  # !
""",
    "execute, in steps": _MAIN
    + """
@router.get("/users")
async def list_users(session: SessionDep):
    statement = select(User).order_by(User.email)
    result = await session.execute(statement)
    return result.scalars().all()  # !
""",
    "a query": _MAIN
    + """
def open_session() -> Session: ...
@app.get("/orders")
def list_orders(db: Session = Depends(open_session)):
    return db.query(Order).order_by(Order.id.desc()).all()  # !
""",
    "a repository": _MAIN
    + """
class Orders:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def list(self):
        result = await self.session.execute(select(Order).options(selectinload(Order.user)))
        return result.unique().scalars().all()  # !
@app.get("/orders")
async def list_orders(session: SessionDep):
    return await Orders(session).list()
""",
    "SQLModel": """
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select
app = FastAPI()
engine = create_engine("postgresql://db/app")
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
def get_session():
    with Session(engine) as session:
        yield session
@app.post("/heroes")
def create(session: Session = Depends(get_session)):
    session.add(Hero(user_id=1))
    session.commit()
@app.get("/heroes")
def read(session: Session = Depends(get_session)):
    heroes = session.exec(select(Hero)).all()  # !
    return heroes
""",
    "all of them, as a caller asks for it": _MAIN
    + """
def find(session: Session, limit: int = 20, everything: bool = False):
    query = session.query(Order)
    if everything:
        return query.all()  # !
    return query.limit(limit).all()
@app.get("/orders")
def list_orders(session: Session = Depends(get_db)):
    return find(session, everything=True)
""",
    "a result that is iterated over": """
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
@app.post("/orders")
async def add(session: AsyncSession):
    session.add(Order(user_id=1))
@app.post("/users")
async def join(session: AsyncSession):
    session.add(User(email="a"))

@app.get("/a")
async def a(session: AsyncSession):
    return [order.id for order in await session.scalars(select(Order))]  # !
@app.get("/b")
async def b(session: AsyncSession):
    found = await session.scalars(select(User).order_by(User.id))  # !
    return [user.id for user in found]
@app.get("/c")
async def c(session: AsyncSession):
    return list(await session.scalars(select(Order)))  # !
""",
    "a generic repository": """
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
@app.post("/orders")
async def add(session: AsyncSession):
    session.add(Order(user_id=1))
@app.post("/users")
async def join(session: AsyncSession):
    session.add(User(email="a"))

class Repository:
    model: type
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def everything(self):
        return list(await self.session.scalars(select(self.model)))
class Orders(Repository):
    model = Order
def get_orders(session: AsyncSession) -> Orders:
    return Orders(session)
@app.get("/a")
async def a(orders: Orders = Depends(get_orders)):
    return [order.id for order in await orders.everything()]  # !
""",
    "MongoDB, Beanie and Tortoise": """
from beanie import Document
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from tortoise import fields
from tortoise.models import Model
app = FastAPI()
db = AsyncIOMotorClient("mongodb://db").shop
class Customer(Document):
    email: str
class Member(Model):
    email = fields.CharField(max_length=200)
@app.post("/a")
async def add(email: str):
    await db.purchases.insert_one({"email": email})
    await Customer(email=email).insert()
    await Member.create(email=email)
@app.get("/a")
async def a():
    return [str(found["_id"]) async for found in db.purchases.find()]  # !
@app.get("/b")
async def b():
    cursor = db["purchases"].find({}).sort("_id")  # !
    return await cursor.to_list(length=None)
@app.get("/c")
async def c():
    stages = [{"$sort": {"n": -1}}, {"$group": {"_id": "$email", "n": {"$sum": 1}}}]
    return [row async for row in db.purchases.aggregate(stages)]  # !
@app.get("/d")
async def d():
    return [c.email for c in await Customer.find_all().to_list()]  # !
@app.get("/e")
async def e():
    return [m.email for m in await Member.all().order_by("id")]  # !
""",
}

LOOK_ALIKES = {
    "all of them only for a caller that does not exist": _MAIN
    + """
def find(session: Session, limit: int = 20, everything: bool = False):
    query = session.query(Order)
    if everything:
        return query.all()
    return query.limit(limit).all()
@app.get("/orders")
def list_orders(session: Session = Depends(get_db)):
    return find(session, limit=50)
""",
    "with a limit": _MAIN
    + """
@app.get("/orders")
async def list_orders(session: SessionDep):
    return (await session.scalars(select(Order).order_by(Order.id).limit(20))).all()
""",
    "the limit in another step": _MAIN
    + """
@app.get("/orders")
async def list_orders(session: SessionDep, limit: int = 20):
    statement = select(Order)
    statement = statement.limit(limit)
    return (await session.scalars(statement)).all()
""",
    "of one user": _MAIN
    + """
@app.get("/orders")
async def list_orders(session: SessionDep, user_id: int):
    return (await session.scalars(select(Order).where(Order.user_id == user_id))).all()
""",
    "a table that somebody fills by hand": _MAIN
    + """
@app.get("/roles")
async def list_roles(session: SessionDep):
    return (await session.scalars(select(Role))).all()
""",
    "it belongs to no account": _MAIN
    + """
from models import Base, ForeignKey, Mapped, mapped_column
class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
@app.post("/shelves")
async def create_shelf(session: SessionDep):
    session.add(Shelf(room_id=1))
@app.get("/shelves")
async def list_shelves(session: SessionDep):
    return (await session.scalars(select(Shelf))).all()
""",
    "nothing creates them": _MODELS
    + """
#= main.py
from fastapi import FastAPI
from models import Order, SessionDep, select
app = FastAPI()
@app.get("/orders")
async def list_orders(session: SessionDep):
    return (await session.scalars(select(Order))).all()
""",
    "a job": _MAIN
    + """
async def send_all(session: AsyncSession):
    return (await session.scalars(select(Order))).all()
""",
    "a number": _MAIN
    + """
from sqlalchemy import func
@app.get("/orders/count")
async def count(session: SessionDep):
    return (await session.scalars(select(func.count(Order.id)))).all()
""",
    "a part of a collection, or of a result": """
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
@app.post("/orders")
async def add(session: AsyncSession):
    session.add(Order(user_id=1))
@app.post("/users")
async def join(session: AsyncSession):
    session.add(User(email="a"))

from beanie import Document
from motor.motor_asyncio import AsyncIOMotorClient
db = AsyncIOMotorClient("mongodb://db").shop
class Customer(Document):
    email: str
@app.post("/a")
async def create(email: str):
    await db.purchases.insert_one({"email": email})
    await Customer(email=email).insert()
@app.get("/a")
async def a():
    return await db.purchases.find().to_list(length=100)
@app.get("/b")
async def b(email: str):
    return [found async for found in db.purchases.find({"email": email})]
@app.get("/c")
async def c():
    return [row async for row in db.purchases.aggregate([{"$sort": {"n": 1}}, {"$limit": 5}])]
@app.get("/d")
async def d():
    return await Customer.find_all().limit(50).to_list()
@app.get("/e")
async def e(session: AsyncSession):
    found = await session.scalars(select(Order))
    return found.first()
@app.get("/f")
async def f():
    return [row async for row in db.purchases.aggregate([{"$group": {"_id": None}}])]
""",
}
