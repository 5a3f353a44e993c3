"""Numbers that are changed in Python: how the row is loaded, and how it is changed."""

BAD = ["account.balance += amount"]

_MODELS = """
#= models.py
from decimal import Decimal
from sqlalchemy import Column, Integer, Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    stock = Column(Integer, default=0)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    view_count: Mapped[int | None]
    position: Mapped[int]
"""
_MAIN = (
    _MODELS
    + """
#= main.py
from decimal import Decimal
from fastapi import Depends, FastAPI
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from models import Item
app = FastAPI()
"""
)

FOUND = {
    "a row that is made where there was none, two returns or none": _MAIN
    + """
def found_or_made(session: Session, key: int) -> Item:
    if item := session.get(Item, key):
        return item
    return Item(id=key)
@app.post("/items/{key}/sales")
def sell(key: int, session: Session = Depends()):
    item = found_or_made(session, key)
    item.stock += 1  # !
    session.commit()
@app.post("/items/{key}/views")
def view(key: int, session: Session = Depends()):
    item = session.get(Item, key)
    if not item:
        item = Item(id=key)
        session.add(item)
    item.view_count += 1  # !
    session.commit()
""",
    "a helper that gets the row or creates it": _MAIN
    + """
def stock_of(session: Session, key: int) -> Item:
    item = session.get(Item, key)
    if item is None:
        item = Item(id=key)
        session.add(item)
    return item
@app.post("/items/{key}/sales")
def sell(key: int, session: Session = Depends()):
    stock_of(session, key).id
    item = stock_of(session, key)
    item.stock -= 1  # !
    session.commit()
""",
    "written out, with a default": _MAIN
    + """
@app.post("/items/{key}/views")
async def view(key: int, session: AsyncSession = Depends()):
    item = (await session.execute(select(Item).where(Item.id == key))).scalar_one()
    item.view_count = (item.view_count or 0) + 1  # !
    await session.commit()
""",
    "through names": _MAIN
    + """
@app.post("/items/{key}/sales")
def sell(key: int, number: int, session: Session = Depends()):
    item = session.query(Item).filter(Item.id == key).first()
    stock = item.stock
    left = stock - number
    if left < 0:
        raise ValueError
    item.stock = left  # !
    session.commit()
""",
    "in a service, the row a parameter": _MAIN
    + """
class Shop:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def take(self, item: Item, number: int) -> None:
        item.stock -= number  # !
        await self.session.flush()
@app.post("/items/{key}/sales")
async def sell(key: int, number: int, session: AsyncSession = Depends()):
    await Shop(session).take(await session.get_one(Item, key), number)
""",
    "a method of the model": """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel
app = FastAPI()
class Wallet(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    credits: float = 0
    def charge(self, amount: float) -> None:
        self.credits -= amount  # !
@app.post("/wallets/{key}/charges")
def charge(key: int, amount: float, session: Session = Depends()):
    wallet = session.get(Wallet, key)
    wallet.charge(amount)
    session.commit()
""",
    "rows of a loop": _MAIN
    + """
@app.post("/orders")
async def order(keys: list[int], session: AsyncSession = Depends()):
    items = (await session.scalars(select(Item).where(Item.id.in_(keys)))).all()
    for item in items:
        item.stock = item.stock - 1  # !
    await session.commit()
""",
    "a factor": _MAIN
    + """
@app.post("/items/{key}/raise")
async def dearer(key: int, session: AsyncSession = Depends()):
    item = await session.scalar(select(Item).where(Item.id == key))
    item.price *= Decimal("1.1")  # !
""",
    "a row that match captures, setattr, and what a call writes": """
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]

@app.post("/a/{key}")
async def a(key: int, session: AsyncSession):
    match await session.get(Item, key):
        case None:
            raise HTTPException(404)
        case found:
            found.stock -= 1  # !
    await session.commit()
@app.post("/b/{key}")
async def b(key: int, session: AsyncSession):
    item = await session.get(Item, key)
    left = item.stock - 1
    setattr(item, "stock", left)  # !
    await session.commit()
@app.post("/c/{key}")
async def c(key: int, session: AsyncSession):
    item = await session.get(Item, key)
    change = update(Item).where(Item.id == key)
    await session.execute(change.values(stock=item.stock - 1))  # !
    await session.commit()
@app.post("/d/{key}")
def d(key: int, session: Session):
    item = session.query(Item).get(key)
    items.update(key, {"stock": item.stock + 1})  # !
    session.commit()
""",
    "SQL in a text, by functions of another module": """
#= queries.py
async def wallet(conn, key):
    return await conn.fetchrow("SELECT id, coins FROM wallets WHERE id = $1", key)
async def store(conn, key, coins):
    await conn.execute("UPDATE wallets SET coins = $2 WHERE id = $1", key, coins)
def put(db, key, coins):
    db.execute("UPDATE wallets SET coins = %s WHERE id = %s", (coins, key))
#= main.py
from fastapi import FastAPI
import queries
app = FastAPI()
@app.post("/a/{key}")
async def a(key: int, conn):
    row = await queries.wallet(conn, key)
    await queries.store(conn, key, row["coins"] + 5)  # !
@app.post("/b/{key}")
def b(key: int, db):
    db.execute("SELECT coins FROM wallets WHERE id = %s", (key,))
    row = db.fetchone()
    coins = row["coins"] - 1
    queries.put(db, key, coins)  # !
""",
    "documents of MongoDB and of Beanie, rows of Tortoise": """
#= models.py
from beanie import Document
from tortoise import fields
from tortoise.models import Model
class Wallet(Document):
    owner: str
    coins: int = 0
class Ticket(Model):
    id = fields.IntField(primary_key=True)
    seats = fields.IntField(default=0)
#= main.py
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from models import Ticket, Wallet
app = FastAPI()
wallets = AsyncIOMotorClient("mongodb://db").shop.wallets
@app.post("/a/{owner}")
async def a(owner: str):
    wallet = await Wallet.find_one(Wallet.owner == owner)
    wallet.coins += 1  # !
    await wallet.save()
@app.post("/b/{key}")
async def b(key: int):
    ticket = await Ticket.get(id=key)
    ticket.seats -= 1  # !
    await ticket.save()
@app.post("/c/{owner}")
async def c(owner: str):
    found = await wallets.find_one({"owner": owner})
    await wallets.update_one({"owner": owner}, {"$set": {"coins": found["coins"] - 1}})  # !
""",
    "a value that a driver fetches alone": """
import asyncpg
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.post("/pay")
async def pay(amount: int, owner: int, connection: asyncpg.Connection):
    balance = await connection.fetchval("SELECT balance FROM wallets WHERE owner = $1", owner)
    if balance < amount:
        raise HTTPException(402)
    await connection.execute("UPDATE wallets SET balance = $1 WHERE owner = $2", balance - amount, owner)  # !
@app.post("/earn")
async def earn(points: int, owner: int, database):
    before = await database.fetch_val("select points from wallets where owner = :owner", {"owner": owner})
    after = (before or 0) + points
    await database.execute("UPDATE wallets SET points = :points WHERE owner = :owner", {"points": after})
@app.post("/take")
async def take(key: int, connection: asyncpg.Connection):
    stock = await connection.fetchval('SELECT "stock" FROM items WHERE id = $1', key)
    left = stock - 1
    await connection.execute("UPDATE items SET stock = $2 WHERE id = $1", key, left)  # !
""",
    "never below zero, and rounded": _MAIN
    + """
@app.post("/{key}/take")
async def take(key: int, amount: int, session: AsyncSession = Depends()):
    item = await session.get_one(Item, key)
    item.stock = max(0, item.stock - amount)  # !
    item.price = round(item.price * Decimal("1.1"), 2)  # !
    item.view_count = int(item.view_count + 1)  # !
    await session.commit()
""",
    "a row of Tortoise that gets its own value": """
from fastapi import FastAPI
from tortoise import fields
from tortoise.models import Model
app = FastAPI()
class Ticket(Model):
    id = fields.IntField(primary_key=True)
    seats = fields.IntField(default=0)
    name = fields.TextField()
@app.post("/take/{key}")
async def take(key: int, count: int):
    ticket = await Ticket.get(id=key)
    ticket.seats = ticket.seats - count  # !
    ticket.name = "taken"
    await ticket.save()
@app.post("/free/{key}")
async def free(key: int):
    ticket = await Ticket.get_or_none(id=key)
    if ticket:
        ticket.seats = max(0, ticket.seats + 1)  # !
        await ticket.save(update_fields=["seats"])
""",
}

LOOK_ALIKES = {
    "a row that is new in each case": _MAIN
    + """
@app.post("/items/{key}/views")
def view(key: int, session: Session = Depends()):
    item = session.get(Item, key)
    if item is None:
        item = Item(id=key, stock=0)
        item.stock += 1
        session.add(item)
    session.commit()
def made(key: int) -> Item:
    item = Item(id=key)
    return item
@app.post("/items/{key}")
def make(key: int, session: Session = Depends()):
    item = made(key)
    item.stock += 5
    session.add(item)
    session.commit()
""",
    "the row is locked": _MAIN
    + """
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    item = (await session.scalars(select(Item).where(Item.id == key).with_for_update())).one()
    item.stock -= 1
@app.post("/items/{key}/returns")
async def take_back(key: int, session: AsyncSession = Depends()):
    item = await session.get(Item, key, with_for_update=True)
    item.stock += 1
""",
    "locked in a function, or where it is loaded": _MAIN
    + """
async def locked(session: AsyncSession, key: int) -> Item:
    return await session.get_one(Item, key, with_for_update={"nowait": True})
def take(item: Item) -> None:
    item.stock -= 1
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    item = await locked(session, key)
    take(item)
""",
    "the database adds": _MAIN
    + """
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    item = await session.get_one(Item, key)
    item.stock = Item.stock - 1
    await session.execute(update(Item).where(Item.id == key).values(stock=Item.stock + 1))
""",
    "an advisory lock": _MAIN
    + """
async def advisory_lock(session: AsyncSession, key: int) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    await advisory_lock(session, key)
    item = await session.get_one(Item, key)
    item.stock -= 1
""",
    "a version": _MAIN.replace(
        "    title: Mapped[str]",
        '    version: Mapped[int]\n    __mapper_args__ = {"version_id_col": version}',
    )
    + """
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    item = await session.get_one(Item, key)
    item.stock -= 1
""",
    "a new row, another value, another column": _MAIN
    + """
@app.post("/items")
async def create(number: int, session: AsyncSession = Depends()):
    item = Item(title="x", stock=0)
    item.stock += number
    other = await session.get_one(Item, 1)
    other.stock = number + 1
    other.view_count = other.stock + 1
    other.title = other.title + "x"
    other.position += 1
    session.add(item)
""",
    "not for a request": _MAIN
    + """
def recount(session: Session) -> None:
    item = session.get(Item, 1)
    item.stock += 1
    session.commit()
""",
    "a stricter isolation": _MAIN
    + """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", isolation_level="REPEATABLE READ")
@app.post("/items/{key}/sales")
async def sell(key: int, session: AsyncSession = Depends()):
    item = await session.get_one(Item, key)
    item.stock -= 1
""",
    "the database counts, or the row is locked, or nothing is written": """
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]

from beanie import Document
class Wallet(Document):
    coins: int = 0
class Shown:
    def __init__(self, stock: int) -> None: ...
@app.post("/a/{key}")
async def a(key: int, conn):
    row = await conn.fetchrow("SELECT stock FROM items WHERE id = $1 FOR UPDATE", key)
    await conn.execute("UPDATE items SET stock = $2 WHERE id = $1", key, row["stock"] - 1)
@app.get("/b/{key}")
async def b(key: int, session: AsyncSession):
    item = await session.get(Item, key)
    return Shown(stock=item.stock - 1)
@app.post("/c/{key}")
async def c(key: str):
    await Wallet.find_one(Wallet.id == key).update({"$inc": {"coins": -1}})
@app.post("/d/{key}")
async def d(key: int, conn):
    row = await conn.fetchrow("SELECT price FROM prices WHERE id = $1", key)
    await conn.execute("UPDATE items SET price = $2 WHERE id = $1", key, row["price"] + 1)
""",
    "a value that is compared with what it was, or locked": """
import asyncpg
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.post("/pay")
async def pay(amount: int, owner: int, connection: asyncpg.Connection):
    balance = await connection.fetchval("SELECT balance FROM wallets WHERE owner = $1", owner)
    await connection.execute("UPDATE wallets SET balance = $1 WHERE owner = $2 AND balance = $3", balance - amount, owner, balance)
@app.post("/take")
async def take(key: int, connection: asyncpg.Connection):
    stock = await connection.fetchval("SELECT stock FROM items WHERE id = $1 FOR UPDATE", key)
    await connection.execute("UPDATE items SET stock = $2 WHERE id = $1", key, stock - 1)
@app.get("/rest")
async def rest(key: int, connection: asyncpg.Connection):
    stock = await connection.fetchval("SELECT stock FROM items WHERE id = $1", key)
    await connection.execute("UPDATE visits SET items = $1", stock - 1)
    return stock - 1
""",
    "the largest of two": _MAIN
    + """
@app.post("/{key}/price")
async def change(key: int, price: int, session: AsyncSession = Depends()):
    item = await session.get_one(Item, key)
    item.price = max(item.price, price)
    item.stock = round(price * 2)
    await session.commit()
""",
}

FOUND["a row, and rows, of a generic repository"] = (
    _MODELS
    + """
#= repository.py
from collections.abc import Sequence
from typing import Generic, TypeVar
from sqlalchemy.ext.asyncio import AsyncSession
from models import Base, Item
Key = TypeVar("Key")
Row = TypeVar("Row", bound=Base)
class Repository(Generic[Key, Row]):
    def __init__(self, session: AsyncSession):
        self.session = session
    async def find(self, key: Key) -> "Row | None": ...
    async def all(self) -> Sequence[Row]: ...
class Numbered(Repository[int, Row]): ...
class Items(Numbered[Item]): ...
#= main.py
from fastapi import FastAPI
from repository import Items
app = FastAPI()
@app.post("/sell")
async def sell(key: int, session):
    item = await Items(session).find(key)
    item.stock -= 1  # !
@app.post("/raise")
async def raise_all(session):
    for item in await Items(session).all():
        item.price = item.price * 2  # !
"""
)
LOOK_ALIKES["a generic repository of what is no model"] = (
    _MODELS
    + """
#= repository.py
from typing import Generic, TypeVar
Row = TypeVar("Row")
class Repository(Generic[Row]):
    async def find(self, key: int) -> Row | None: ...
class Count:
    stock: int = 0
class Counts(Repository[Count]): ...
#= main.py
from fastapi import FastAPI
from repository import Counts, Repository
app = FastAPI()
@app.post("/sell")
async def sell(key: int):
    count = await Counts().find(key)
    count.stock -= 1
    other = await Repository().find(key)
    other.stock -= 1
"""
)

_CART = """
#= base.py
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
#= products.py
from sqlalchemy.orm import Mapped, mapped_column, relationship
from base import Base
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]
    lines: Mapped[list["Line"]] = relationship(back_populates="product")
#= lines.py
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship
from base import Base
class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int]
    quantity: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped["Product"] = relationship("Product", back_populates="lines")
class OldLine(Base):
    __tablename__ = "old_lines"
    id = Column(Integer, primary_key=True)
    cart_id = Column(Integer)
    quantity = Column(Integer)
    product_id = Column(Integer, ForeignKey("products.id"))
    product = relationship("Product")
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from lines import Line, OldLine
app = FastAPI()
class Orders:
    def __init__(self, db: Session) -> None:
        self.db = db
    def lines_of(self, cart_id: int):
        lines = self.db.scalars(select(Line).where(Line.cart_id == cart_id)LOCK).all()
        if not lines:
            raise LookupError
        return lines
    def place(self, cart_id: int) -> None:
        for line in self.lines_of(cart_id):
            line.product.stock -= line.quantity  # !
        self.db.commit()
    def place_old(self, cart_id: int) -> None:
        for line in self.db.query(OldLine).filter_by(cart_id=cart_id)LOCK.all():
            product = line.product
            product.stock = product.stock - line.quantity  # !
        self.db.commit()
@app.post("/carts/{cart_id}/order")
def order(cart_id: int, db: Session = Depends()):
    Orders(db).place(cart_id)
    Orders(db).place_old(cart_id)
"""
FOUND["rows to which a relationship leads"] = _CART.replace("LOCK", "")
LOOK_ALIKES["rows to which a relationship leads, locked"] = _CART.replace(
    "LOCK", ".with_for_update(of=Product)"
).replace("  # !", "")

_SHOP = """
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
app = FastAPI()
class Base(DeclarativeBase): ...
class Client(Base):
    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    lines: Mapped[list["Line"]] = relationship(lazy="selectin")
    total: Mapped[int]
class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    product: Mapped["Product"] = relationship(lazy="selectin")
class Clients:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def get_with_lock(self, key: int) -> Client:
        statement = select(Client).where(Client.id == key).with_for_update()
        return (await self.session.scalars(statement)).one()
"""
FOUND["a lock on the row of another table, which others do not take"] = (
    _SHOP
    + """
@app.post("/orders/{key}/checkout")
async def checkout(key: int, session: AsyncSession = Depends()):
    order = await session.get_one(Order, key)
    client = await Clients(session).get_with_lock(order.client_id)
    client.balance -= order.total
    for line in order.lines:
        line.product.stock -= line.quantity  # !
    await session.commit()
@app.post("/orders/{key}/again")
async def again(key: int, session: AsyncSession = Depends()):
    order = await session.get(Order, key, with_for_update=True)
    order.total += 1
    for line in order.lines:
        line.product.stock -= line.quantity  # !
    await session.commit()
"""
)
LOOK_ALIKES["a lock on the row that it belongs to"] = (
    _SHOP
    + """
@app.post("/orders/{key}/double")
async def double(key: int, session: AsyncSession = Depends()):
    order = await session.get(Order, key, with_for_update=True)
    for line in order.lines:
        line.quantity += 1
    await session.commit()
@app.post("/orders/{key}/total")
async def total(key: int, session: AsyncSession = Depends()):
    order = await session.get_one(Order, key)
    await Clients(session).get_with_lock(order.client_id)
    order.total += 1
    await session.commit()
"""
)
LOOK_ALIKES["a lock that is no row, beside that of another table"] = (
    _SHOP
    + """
import asyncio
stocks = asyncio.Lock()
@app.post("/orders/{key}/checkout")
async def checkout(key: int, session: AsyncSession = Depends()):
    order = await session.get(Order, key, with_for_update=True)
    async with stocks.lock():
        for line in order.lines:
            line.product.stock -= line.quantity
        await session.commit()
"""
)

LOOK_ALIKES["a row that a dependency has locked"] = (
    _SHOP
    + """
from typing import Annotated
async def locked(key: int, session: AsyncSession = Depends()):
    yield await session.get(Client, key, with_for_update=True)
    await session.commit()
ClientDep = Annotated[Client, Depends(locked)]
@app.post("/clients/{key}/deposit")
async def deposit(client: ClientDep, amount: int):
    client.balance += amount
@app.post("/clients/{key}/withdraw")
async def withdraw(amount: int, client: Client = Depends(locked)):
    client.balance -= amount
"""
)
