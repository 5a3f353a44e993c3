"""Queries in loops over rows: how the rows are loaded, and how each turn asks."""

BAD = ["author = await session.get_one(Author, book.author_id)"]

_MODELS = """
#= models.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
"""
_MAIN = (
    _MODELS
    + """
#= main.py
import asyncio
from fastapi import APIRouter, Depends
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from models import Author, Book
router = APIRouter()
"""
)

FOUND = {
    "in the inner of two loops, once for each of its rows": """
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
class Term(Base):
    __tablename__ = "terms"
    id: Mapped[int] = mapped_column(primary_key=True)
class Grade(Base):
    __tablename__ = "grades"
    user_id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(primary_key=True)
app = FastAPI()
@app.get("/grades")
def read(db: Session):
    users = db.query(User).all()
    terms = db.query(Term).all()
    for user in users:
        for term in terms:
            grades = db.query(Grade).join(Term).filter(Grade.user_id == user.id, Grade.term_id == term.id).all()  # !
            first = db.query(Grade).filter(Grade.user_id == user.id).first()
""",
    "a synchronous query": _MAIN
    + """
@router.get("/books")
def read(session: Session = Depends()):
    found = []
    for book in session.query(Book).filter(Book.id > 3).all():
        author = session.query(Author).filter(Author.id == book.author_id).first()  # !
        found.append((book.id, author.name))
    return found
""",
    "a statement in a variable": _MAIN
    + """
@router.get("/authors")
async def read(session: AsyncSession = Depends()):
    result = await session.execute(select(Author).limit(50))
    authors = result.scalars().all()
    counts = {}
    for author in authors:
        query = select(func.count()).select_from(Book).where(Book.author_id == author.id)
        counts[author.id] = await session.scalar(query)  # !
    return counts
""",
    "a comprehension, and a function that asks": _MAIN
    + """
async def name_of(session: AsyncSession, key: int) -> str:
    author = await session.get_one(Author, key)
    return author.name
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    return [await name_of(session, book.author_id) for book in books]  # !
""",
    "repositories": _MAIN
    + """
class Books:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def all(self) -> list[Book]:
        return list((await self.session.scalars(select(Book))).all())
    async def author(self, book: Book) -> Author | None:
        return await self.session.get(Author, book.author_id)
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = Books(session)
    found = []
    for book in await books.all():
        found.append(await books.author(book))  # !
    return found
""",
    "refreshed one by one": _MAIN
    + """
@router.post("/books")
async def touch(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    await session.commit()
    for book in books:
        await session.refresh(book)  # !
    return len(books)
""",
    "a stream": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    found = {}
    async for book in await session.stream_scalars(select(Book)):
        found[book.id] = (await session.execute(select(Author).where(Author.id == book.author_id))).one()  # !
    return found
""",
    "many rows, through the result in a variable": """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Achievement, Unlocked
app = FastAPI()
@app.get("/recent")
async def recent(db: AsyncSession):
    statement = select(Unlocked).limit(500)
    result = await db.execute(statement)
    rows = list(result.scalars().all())
    found = []
    for row in rows:
        found.append(await db.get(Achievement, row.achievement_id))  # !
    return found
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Unlocked(Base):
    __tablename__ = "unlocked"
    id: Mapped[int] = mapped_column(primary_key=True)
    achievement_id: Mapped[int]
class Achievement(Base):
    __tablename__ = "achievements"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "functions whose session has no type": _MAIN
    + """
async def name_of(db, key):
    return (await db.get_one(Author, key)).name
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book).limit(50))).all()
    return [await name_of(db=session, key=book.author_id) for book in books]  # !
@router.get("/names/{key}")
async def read_name(key: int, session: AsyncSession = Depends()):
    return await name_of(session, key)
""",
    "rows of a driver, and SQL for each": """
#= store.py
import asyncpg
class Store:
    pool: asyncpg.Pool
    async def one(self, sql: str, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)
    async def many(self, statement, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetch(statement, *args)
store = Store()
async def run(query: str, *values):
    return await store.pool.execute(query, *values)
#= main.py
import asyncpg
from fastapi import FastAPI
from store import store
app = FastAPI()
@app.get("/links")
async def links(connection: asyncpg.Connection):
    found = []
    for link in await connection.fetch("SELECT id FROM links LIMIT 100"):
        clicks = await connection.fetchval("SELECT count(*) FROM clicks WHERE link_id = $1", link["id"])  # !
        found.append((link["id"], clicks))
    return found
@app.get("/names")
async def names():
    rows = await store.many("SELECT id, owner_id FROM links LIMIT 50")
    return [await store.one("SELECT name FROM owners WHERE id = $1", row["owner_id"]) for row in rows]  # !
""",
}
# what follows is searched to its end
_SEARCHED = (
    _MAIN
    + """
@router.get("/author")
async def read(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        author = await session.get(Author, book.author_id)  # !
        if author is None:
            continue
        return author.name
"""
)
FOUND["searched until one fits"] = _SEARCHED
FOUND["a function that somebody asks for more than six"] = (
    _MAIN
    + """
async def newest(session: AsyncSession, *, limit: int) -> list[Book]:
    return (await session.scalars(select(Book).limit(limit))).all()
async def build(session: AsyncSession, count: int = 6):
    books = await newest(session, limit=count)
    return [await session.get(Author, book.author_id) for book in books]  # !
@router.get("/books")
async def read(count: int, session: AsyncSession = Depends()):
    return await build(session, count)
"""
)

LOOK_ALIKES = {
    "a function that is asked for six": _MAIN
    + """
async def newest(session: AsyncSession, *, limit: int) -> list[Book]:
    return (await session.scalars(select(Book).limit(limit))).all()
async def build(session: AsyncSession, count: int = 6):
    books = await newest(session, limit=count)
    return [await session.get(Author, book.author_id) for book in books]
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    return await build(session)
@router.get("/news")
async def news(session: AsyncSession = Depends()):
    for book in await newest(session, limit=3):
        await session.get(Author, book.author_id)
""",
    "one query with in_": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    ids = {book.author_id for book in books}
    authors = await session.scalars(select(Author).where(Author.id.in_(ids)))
    return [author.name for author in authors]
""",
    "rows of a join": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    rows = await session.execute(select(Book, Author).join(Author))
    return [(book.id, author.name) for book, author in rows]
""",
    "each turn writes": _MAIN
    + """
@router.post("/books")
async def move(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        await session.execute(update(Book).where(Book.id == book.id).values(author_id=1))
        await session.delete(book)
""",
    "what was sent, not rows": _MAIN
    + """
@router.post("/books")
async def create(keys: list[int], session: AsyncSession = Depends()):
    for key in keys:
        author = await session.get(Author, key)
    books = (await session.scalars(select(Book))).all()
    for book in books:
        print(book.id)
    return author
""",
    "a short list": _MAIN
    + """
@router.get("/top")
async def top(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book).limit(3))).all():
        await session.get(Author, book.author_id)
""",
    "not for a request": _MAIN
    + """
async def nightly(session: AsyncSession):
    for book in (await session.scalars(select(Book))).all():
        await session.get(Author, book.author_id)
""",
    "kept once it is known": _MAIN
    + """
known: dict[int, str] = {}
async def name_of(session: AsyncSession, key: int) -> str:
    if key not in known:
        known[key] = (await session.get_one(Author, key)).name
    return known[key]
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    return [await name_of(session, book.author_id) for book in books]
""",
    "a function that writes": _MAIN
    + """
async def move(session: AsyncSession, book: Book) -> None:
    author = (await session.scalars(select(Author).where(Author.id == book.author_id))).one()
    author.name = "x"
    await session.commit()
@router.post("/books")
async def move_all(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        await move(session, book)
""",
    "the first that fits, and no more": _MAIN
    + """
@router.get("/author")
async def read(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        if book.author_id < 3:
            continue
        try:
            author = await session.get_one(Author, book.author_id)
        except LookupError:
            raise
        return author.name
@router.get("/other")
async def other(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        if book.author_id == 3:
            return await session.get_one(Author, book.author_id)
@router.get("/third")
async def third(session: AsyncSession = Depends()):
    author = None
    for book in (await session.scalars(select(Book))).all():
        if book.author_id == 3:
            author = await session.get(Author, book.author_id)
            break
    return author
""",
    "kept in the loop, once for each author": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    names: dict[int, Author | None] = {}
    for book in (await session.scalars(select(Book))).all():
        if book.author_id not in names:
            names[book.author_id] = await session.get(Author, book.author_id)
@router.get("/others")
async def others(session: AsyncSession = Depends()):
    known: dict[int, Author | None] = {}
    for book in (await session.scalars(select(Book))).all():
        author = known.get(book.author_id)
        if author is None and book.author_id not in known:
            author = await session.get(Author, book.author_id)
            known[book.author_id] = author
""",
    "a few rows, through the result in a variable": """
from fastapi import FastAPI
from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Achievement, Unlocked
app = FastAPI()
@app.get("/recent")
async def recent(db: AsyncSession):
    statement = select(Unlocked).order_by(desc(Unlocked.at)).limit(5)
    result = await db.execute(statement)
    rows = list(result.scalars().all())
    found = []
    for row in rows:
        found.append(await db.get(Achievement, row.achievement_id))
    return found
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Unlocked(Base):
    __tablename__ = "unlocked"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    achievement_id: Mapped[int]
class Achievement(Base):
    __tablename__ = "achievements"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "functions that get sessions of two kinds, or a cache": _MAIN
    + """
from cache import Cache
def name_of(store, key):
    return store.get_one(Author, key)
@router.get("/books")
def read(session: Session = Depends(), cache: Cache = Depends()):
    names = [name_of(cache, book.author_id) for book in session.query(Book).limit(50).all()]
    return names
@router.get("/names/{key}")
async def read_name(key: int, session: AsyncSession = Depends()):
    return await name_of(session, key)
@router.get("/authors/{key}")
def read_author(key: int, session: Session = Depends()):
    return name_of(session, key)
""",
    "rows of a driver that are few, or are changed": """
import asyncpg
from fastapi import FastAPI
app = FastAPI()
@app.get("/links")
async def links(connection: asyncpg.Connection):
    for link in await connection.fetch("SELECT id FROM links ORDER BY id LIMIT 5"):
        await connection.fetchval("SELECT count(*) FROM clicks WHERE link_id = $1", link["id"])
@app.post("/links")
async def touch(connection: asyncpg.Connection):
    for link in await connection.fetch("SELECT id FROM links"):
        await connection.execute("UPDATE links SET seen = true WHERE id = $1", link["id"])
@app.get("/all")
async def everything(connection: asyncpg.Connection):
    rows = await connection.fetch("SELECT id FROM links LIMIT 100")
    return await connection.fetch("SELECT * FROM clicks WHERE link_id = any($1)", [row["id"] for row in rows])
""",
}

_SHOP = """
#= models.py
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()
class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    orders = relationship("Order", back_populates="customer")
    cards = relationship("Card", lazy="selectin")
class Card(Base):
    __tablename__ = "cards"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"))
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"))
    customer = relationship("Customer", back_populates="orders")
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from models import Card, Customer, Order
app = FastAPI()
"""
FOUND["a relationship that the query does not load, by a plain session"] = (
    _SHOP
    + """
@app.get("/a")
def a(db: Session = Depends()):
    orders = db.query(Order).filter(Order.id > 3).order_by(Order.id).all()
    return [{"id": order.id, "customer": order.customer.name} for order in orders]  # !
@app.get("/b")
def b(db: Session = Depends()):
    found = []
    for customer in db.scalars(select(Customer).limit(100)):
        found.append({"name": customer.name, "orders": len(customer.orders)})  # !
    return found
class Customers:
    def __init__(self, db: Session):
        self.db = db
    def totals(self):
        statement = select(Customer).options(selectinload(Customer.cards))
        customers = self.db.execute(statement).scalars().all()
        return {c.name: [order.id for order in c.orders] for c in customers}  # !
@app.get("/c")
def c(db: Session = Depends()):
    return Customers(db).totals()
"""
)
LOOK_ALIKES["a relationship that is loaded, or set, or of one row"] = (
    _SHOP
    + """
@app.get("/a")
def a(db: Session = Depends()):
    orders = db.query(Order).options(joinedload(Order.customer)).all()
    return [{"id": order.id, "customer": order.customer.name} for order in orders]
@app.get("/b")
def b(db: Session = Depends()):
    statement = select(Customer).options(selectinload("*"))
    return [len(customer.orders) for customer in db.scalars(statement)]
@app.get("/c")
def c(db: Session = Depends()):
    return [len(customer.cards) for customer in db.scalars(select(Customer))]
@app.get("/d")
def d(db: Session = Depends()):
    customers = {customer.id: customer for customer in db.query(Customer).all()}
    return [order.customer.name for order in db.query(Order).all()], len(customers)
@app.get("/e")
def e(key: int, db: Session = Depends()):
    order = db.get(Order, key)
    return {"customer": order.customer.name, "ids": [o.customer_id for o in db.query(Order)]}
@app.post("/f")
def f(key: int, db: Session = Depends()):
    owner = db.get(Customer, key)
    for order in db.query(Order).all():
        order.customer = owner
@app.get("/g")
def g(options: list, db: Session = Depends()):
    return [order.customer.name for order in db.query(Order).options(*options).all()]
@app.post("/i")
def i(db: Session = Depends()):
    for customer in db.query(Customer).all():
        for order in customer.orders:
            db.delete(order)
@app.get("/h")
def h(db: Session = Depends()):
    return [order.customer.name for order in db.query(Order).limit(5).all()]
"""
)
