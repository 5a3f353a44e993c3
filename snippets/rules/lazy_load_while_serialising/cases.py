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

_HEROES = """
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
"""

FOUND = {
    "read in the endpoint": _MODELS
    + """
#= main.py
from sqlalchemy import select
from deps import SessionDep, app
from models import Item, Order
@app.get("/a/{id}")
async def a(id: int, db: SessionDep) -> dict[str, int]:
    order = await db.get_one(Order, id)  # !
    return {"items": len(order.items)}
@app.get("/b")
async def b(db: SessionDep) -> list[int]:
    found = []
    items = await db.scalars(select(Item).limit(10))  # !
    for item in items:
        found.append(item.order.id)
    return found
@app.get("/c/{id}")
async def c(id: int, db: SessionDep) -> int:
    result = await db.execute(select(Item).where(Item.id == id))  # !
    item = result.scalar_one()
    return item.order.id
""",
    "a new row, and a page": _MODELS
    + """
#= main.py
from pydantic import BaseModel
from sqlalchemy import select
from deps import SessionDep, app
from models import Order
from schemas import OrderOut
class Page(BaseModel):
    items: list[OrderOut]
    total: int
class New(BaseModel):
    id: int
@app.post("/a", response_model=OrderOut)
async def a(db: SessionDep):
    order = Order(id=1)
    db.add(order)
    await db.commit()
    await db.refresh(order)  # !
    return order
@app.post("/b", response_model=OrderOut)
async def b(new: New, db: SessionDep):
    order = Order(**new.model_dump())  # !
    db.add(order)
    await db.flush()
    return order
@app.get("/c", response_model=Page)
async def c(db: SessionDep):
    orders = (await db.scalars(select(Order).limit(10))).all()  # !
    return {"items": orders, "total": 10}
@app.get("/d")
async def d(db: SessionDep) -> Page:
    rows = await db.execute(select(Order).limit(10))  # !
    return Page(items=rows.scalars().all(), total=10)
""",
    "in a property": """
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from fastapi import Depends, FastAPI
class Base(DeclarativeBase): ...
class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship()
    @property
    def author_name(self) -> str:
        return self.author.name
class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    author_name: str
async def get_db() -> AsyncSession: ...
app = FastAPI()
@app.get("/books/{id}", response_model=BookOut)
async def read(id: int, db: AsyncSession = Depends(get_db)):
    book = await db.get(Book, id)  # !
    return book
""",
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
    "of SQLModel": _HEROES
    + """class HeroOut(SQLModel):
    id: int
class TeamOut(SQLModel):
    heroes: list[HeroOut] = []
async def get_session() -> AsyncSession: ...
@router.get("/", response_model=list[TeamOut])
async def teams(session: AsyncSession = Depends(get_session)):
    result = await session.exec(select(Team))  # !
    return result.all()
""",
    "dictionaries of options that leave it lazy": """
from typing import Annotated
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, Relationship, SQLModel, select
app = FastAPI()
async def get_db() -> AsyncSession: ...
SessionDep = Annotated[AsyncSession, Depends(get_db)]
EAGER = {"lazy": "selectin"}
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="order.id")
class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    items: list[Item] = Relationship(sa_relationship_kwargs=dict(cascade="all"))
class Bill(SQLModel, table=True):
    id: int = Field(primary_key=True)
    items: list[Item] = Relationship(sa_relationship_kwargs=EAGER | {"lazy": "select"})
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel, from_attributes=True):
    items: list[ItemOut]
@app.get("/orders", response_model=list[OrderOut])
async def orders(session: SessionDep):
    return (await session.execute(select(Order))).scalars().all()  # !
@app.get("/bills", response_model=list[OrderOut])
async def bills(session: SessionDep):
    return (await session.execute(select(Bill))).scalars().all()  # !
""",
    "of SQLModel, of a new row": """
from fastapi import APIRouter, Depends
from sqlmodel import Field, Relationship, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
router = APIRouter()
class TeamIn(SQLModel):
    name: str
class HeroIn(SQLModel):
    team_id: int | None = None
class Team(TeamIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")
class Hero(HeroIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team: Team | None = Relationship(back_populates="heroes")
class HeroOut(HeroIn):
    id: int
class TeamOut(TeamIn):
    heroes: list[HeroOut] = []
class HeroWithTeam(HeroOut):
    team: TeamIn | None
async def get_session() -> AsyncSession: ...
@router.post("/teams", response_model=TeamOut)
async def add_team(body: TeamIn, session: AsyncSession = Depends(get_session)):
    team = Team.model_validate(body)
    session.add(team)
    await session.commit()
    await session.refresh(team)  # !
    return team
@router.post("/heroes", response_model=HeroWithTeam)
async def add_hero(body: HeroIn, session: AsyncSession = Depends(get_session)):
    hero = Hero.model_validate(body)  # !
    session.add(hero)
    await session.flush()
    return hero
""",
    "a row that a dependency loads": _MODELS
    + """
#= main.py
from fastapi import Depends, HTTPException
from sqlalchemy import select
from deps import SessionDep, app
from models import Order
from schemas import OrderOut, Plain
async def own_order(key: int, session: SessionDep) -> Order:
    found = await session.scalar(select(Order).where(Order.id == key))  # !
    if found is None:
        raise HTTPException(404)
    return found
@app.get("/orders/{key}", response_model=OrderOut)
async def read(order: Order = Depends(own_order)):
    return order
@app.get("/plain/{key}", response_model=Plain)
async def read_plain(order: Order = Depends(own_order)):
    return order
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
    "a table of SQLModel as the schema: a relationship is no field": _HEROES
    + """class TeamIn(SQLModel):
    name: str
class HeroIn(SQLModel):
    name: str
class HeroOut(HeroIn):
    team: TeamIn | None
async def get_session() -> AsyncSession: ...
@router.get("/{number}", response_model=Team)
async def one(number: int, session: AsyncSession = Depends(get_session)):
    return await session.get(Team, number)
@router.get("/")
async def teams(session: AsyncSession = Depends(get_session)) -> list[Team]:
    return (await session.exec(select(Team).limit(10))).all()
@router.post("/heroes", response_model=HeroOut)
async def add(body: HeroIn, session: AsyncSession = Depends(get_session)):
    hero = Hero.model_validate(body)  # without a team there is none to load
    session.add(hero)
    await session.flush()
    return hero
""",
    "read where it was loaded, or awaited": _MODELS
    + """
#= main.py
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from deps import SessionDep, app
from models import Item, Order
@app.get("/a/{id}")
async def a(id: int, db: SessionDep) -> dict[str, int]:
    order = await db.get_one(Order, id, options=[selectinload(Order.items)])
    return {"items": len(order.items)}
@app.get("/b/{id}")
async def b(id: int, db: SessionDep) -> int:
    item = await db.get_one(Item, id)
    return (await item.awaitable_attrs.order).id
@app.get("/c/{id}")
async def c(id: int, db: SessionDep) -> int:
    order = await db.get_one(Order, id)
    item = await db.get_one(Item, 1)
    return item.order.id + order.id
@app.get("/d/{id}")
async def d(id: int, db: SessionDep) -> int:
    item = await db.get_one(Item, id)
    await db.refresh(item, attribute_names=["order"])
    return item.order.id
@app.get("/e/{id}")
async def e(id: int, db: SessionDep) -> int:
    return (await db.scalars(select(Item).join(Item.order).where(Item.id == id))).one().id
""",
    "a new row whose relationship is set": _MODELS
    + """
#= main.py
from deps import SessionDep, app
from models import Order
from schemas import OrderOut
@app.post("/a", response_model=OrderOut)
async def a(db: SessionDep):
    order = Order(id=1, items=[])
    db.add(order)
    await db.commit()
    return order
@app.post("/b", response_model=OrderOut)
async def b(db: SessionDep):
    order = Order(id=1)
    order.items = []
    db.add(order)
    await db.flush()
    return order
@app.post("/c", response_model=OrderOut)
async def c(db: SessionDep):
    order = Order(id=1)
    db.add(order)
    await db.commit()
    await db.refresh(order, ["items"])
    return order
""",
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
    "options of a relationship in a dictionary, however it is written": """
from typing import Annotated
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlmodel import Field, Relationship, SQLModel, select
app = FastAPI()
async def get_db() -> AsyncSession: ...
SessionDep = Annotated[AsyncSession, Depends(get_db)]
EAGER = {"lazy": "selectin"}
JOINED = dict(lazy="joined")
CASCADE = {"cascade": "all, delete-orphan"}
class Base(DeclarativeBase): ...
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="order.id")
class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    called: list[Item] = Relationship(sa_relationship_kwargs=dict(lazy="selectin"))
    named: list[Item] = Relationship(sa_relationship_kwargs=EAGER)
    named_call: list[Item] = Relationship(sa_relationship_kwargs=JOINED)
    added: list[Item] = Relationship(sa_relationship_kwargs=EAGER | {"order_by": "Item.id"})
    added_last: list[Item] = Relationship(sa_relationship_kwargs=CASCADE | dict(lazy="selectin"))
    unpacked: list[Item] = Relationship(sa_relationship_kwargs={**EAGER, **CASCADE})
    in_call: list[Item] = Relationship(sa_relationship_kwargs=dict(EAGER, uselist=True))
    in_call_too: list[Item] = Relationship(sa_relationship_kwargs=dict(**CASCADE, **JOINED))
class Part(Base):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    whole_id: Mapped[int] = mapped_column(ForeignKey("wholes.id"))
class Whole(Base):
    __tablename__ = "wholes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parts: Mapped[list[Part]] = relationship(**EAGER)
    others: Mapped[list[Part]] = relationship(viewonly=True, **{"lazy": "selectin"})
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel, from_attributes=True):
    called: list[ItemOut]
    named: list[ItemOut]
    named_call: list[ItemOut]
    added: list[ItemOut]
    added_last: list[ItemOut]
    unpacked: list[ItemOut]
    in_call: list[ItemOut]
    in_call_too: list[ItemOut]
class WholeOut(BaseModel, from_attributes=True):
    parts: list[ItemOut]
    others: list[ItemOut]
@app.get("/orders", response_model=list[OrderOut])
async def orders(session: SessionDep):
    return (await session.execute(select(Order))).scalars().all()
@app.get("/wholes", response_model=list[WholeOut])
async def wholes(session: SessionDep):
    return (await session.scalars(select(Whole))).all()
""",
    "options of a relationship that a function makes": """
from typing import Annotated
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, Relationship, SQLModel, select
from options import eager
app = FastAPI()
async def get_db() -> AsyncSession: ...
SessionDep = Annotated[AsyncSession, Depends(get_db)]
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="order.id")
class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    items: list[Item] = Relationship(sa_relationship_kwargs=eager())
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel, from_attributes=True):
    items: list[ItemOut]
@app.get("/orders", response_model=list[OrderOut])
async def orders(session: SessionDep):
    return (await session.execute(select(Order))).scalars().all()
""",
    "a row that a dependency loads whole": _MODELS
    + """
#= main.py
from fastapi import Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from deps import SessionDep, app
from models import Order
from schemas import OrderOut, Plain
async def own_order(key: int, session: SessionDep) -> Order:
    statement = select(Order).where(Order.id == key).options(selectinload(Order.items))
    return await session.scalar(statement)
async def bare_order(key: int, session: SessionDep) -> Order:
    return await session.get_one(Order, key)
@app.get("/orders/{key}", response_model=OrderOut)
async def read(order: Order = Depends(own_order)):
    return order
@app.get("/fresh/{key}", response_model=OrderOut)
async def read_fresh(session: SessionDep, order: Order = Depends(bare_order)):
    await session.refresh(order, ["items"])
    return order
@app.get("/plain/{key}", response_model=Plain)
async def read_plain(order: Order = Depends(bare_order)):
    return order
""",
}

_REPOSITORY = (
    _MODELS
    + """
#= repository.py
from typing import Generic, TypeVar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Base, Item, Order
Row = TypeVar("Row", bound=Base)
class Repository(Generic[Row]):
    model: type[Row]
    def __init__(self, session: AsyncSession):
        self.session = session
    async def get(self, key: int) -> Row | None:
        return await self.session.get(self.model, key)
    async def all(self) -> list[Row]:
        found = await self.session.scalars(select(self.model).order_by(self.model.id).limit(10))
        return list(found.all())
    async def first(self, *options):
        statement = select(self.model).options(*options)
        return (await self.session.scalars(statement)).first()
    async def add(self, row: Row) -> Row:
        self.session.add(row)
        await self.session.flush()
        return row
    async def keep(self, row: Row) -> Row:
        self.session.add(row)
        return row
class Orders(Repository[Order]):
    model = Order
    async def need(self, key: int):
        return await self.get(key)
class Items(Repository[Item]):
    model = Item
def get_orders(session: AsyncSession) -> Orders:
    return Orders(session)
"""
)
FOUND["a generic repository, and a service before it"] = (
    _REPOSITORY
    + """
#= main.py
from fastapi import Depends
from deps import SessionDep, app
from models import Order
from repository import Orders
from schemas import OrderOut
class Service:
    def __init__(self, orders: Orders):
        self.orders = orders
    async def read(self, key: int):
        return await self.orders.need(key)  # !
def get_orders(session: SessionDep) -> Orders:
    return Orders(session)
def get_service(orders: Orders = Depends(get_orders)) -> Service:
    return Service(orders)
@app.get("/a", response_model=list[OrderOut])
async def a(orders: Orders = Depends(get_orders)):
    return await orders.all()  # !
@app.get("/b", response_model=OrderOut)
async def b(key: int, orders: Orders = Depends(get_orders)):
    order = await orders.get(key)  # !
    return order
@app.post("/d", response_model=OrderOut)
async def d(key: int, orders: Orders = Depends(get_orders)):
    return await orders.add(Order(id=key))  # !
@app.post("/e", response_model=OrderOut)
async def e(orders: Orders = Depends(get_orders)):
    order = Order()  # !
    stored = await orders.add(order)
    return stored
@app.get("/c", response_model=OrderOut)
async def c(key: int, service: Service = Depends(get_service)):
    return await service.read(key)
"""
)
LOOK_ALIKES["a generic repository, of plain schemas, or with options"] = (
    _REPOSITORY
    + """
#= main.py
from fastapi import Depends
from sqlalchemy.orm import selectinload
from deps import SessionDep, app
from models import Order
from repository import Items, Orders
from schemas import ItemOut, OrderOut, Plain
def get_orders(session: SessionDep) -> Orders:
    return Orders(session)
@app.get("/a", response_model=list[Plain])
async def a(orders: Orders = Depends(get_orders)):
    return await orders.all()
@app.get("/b", response_model=OrderOut)
async def b(key: int, orders: Orders = Depends(get_orders)):
    return await orders.first(selectinload(Order.items))
@app.post("/d", response_model=OrderOut)
async def d(orders: Orders = Depends(get_orders)):
    return await orders.add(Order(items=[]))
@app.post("/e", response_model=OrderOut)
async def e(orders: Orders = Depends(get_orders)):
    return await orders.keep(Order())
@app.get("/c", response_model=ItemOut)
async def c(key: int, session: SessionDep):
    return await Items(session).get(key)
"""
)

_BY_NAME = (
    _MODELS
    + """
#= repository.py
from typing import Generic, TypeVar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload
from models import Base, Order
Row = TypeVar("Row", bound=Base)
def with_relations(statement, model, names):
    return statement.options(*[selectinload(getattr(model, name)) for name in names])
class Repository(Generic[Row]):
    model: type[Row]
    def __init__(self, session: AsyncSession):
        self.session = session
    async def get_by_id(self, key: int, load: list[str] | None = None) -> Row | None:
        query = select(self.model)
        if load:
            for name in load:
                if hasattr(self.model, name):
                    query = query.options(selectinload(getattr(self.model, name)))
        query = query.where(self.model.id == key)
        return (await self.session.execute(query)).scalar_one_or_none()
    async def get_with(self, key: int, relations: list) -> Row | None:
        query = select(self.model).where(self.model.id == key)
        for relation in relations:
            query = query.options(joinedload(relation))
        return (await self.session.execute(query)).scalar_one_or_none()
    async def get_named(self, key: int, names: list[str]) -> Row | None:
        query = with_relations(select(self.model), self.model, names)
        return (await self.session.execute(query)).scalar_one_or_none()
    async def get_noted(self, key: int) -> Row | None:
        query = select(self.model).options(selectinload(getattr(self.model, "notes")))
        return (await self.session.execute(query)).scalar_one_or_none()
class Orders(Repository[Order]):
    model = Order
    names = ["items"]
#= main.py
from deps import SessionDep, app
from models import Order
from repository import Orders
from schemas import OrderOut
"""
)
FOUND["a repository that loads by names, which this endpoint does not give"] = (
    _BY_NAME
    + """
@app.get("/a", response_model=OrderOut)
async def a(key: int, session: SessionDep):
    return await Orders(session).get_by_id(key)  # !
@app.get("/b", response_model=OrderOut)
async def b(key: int, session: SessionDep):
    return await Orders(session).get_noted(key)  # !
"""
)
LOOK_ALIKES["a repository that loads by names, which the endpoint gives"] = (
    _BY_NAME
    + """
@app.get("/a", response_model=OrderOut)
async def a(key: int, session: SessionDep):
    return await Orders(session).get_by_id(key, load=Orders.names)
@app.get("/b", response_model=OrderOut)
async def b(key: int, session: SessionDep):
    return await Orders(session).get_with(key, [Order.notes, *Orders.extra])
@app.get("/c", response_model=OrderOut)
async def c(key: int, session: SessionDep):
    return await Orders(session).get_named(key, Orders.names)
@app.get("/d", response_model=OrderOut)
async def d(key: int, session: SessionDep):
    return await Orders(session).get_by_id(key, Orders.names)
"""
)
