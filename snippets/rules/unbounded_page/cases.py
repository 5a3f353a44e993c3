"""LIMITs that a client chooses: bounded or not, and by which way they reach the query."""

BAD = ["session: SessionDep, after: ProductId = 0, limit: Limit = 100"]

_TABLE = """
#= tables.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

_UNIQUE = """
#= tables.py
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
class Wallet(Base):
    __tablename__ = "wallets"
    __table_args__ = (
        UniqueConstraint("owner"),
        UniqueConstraint("shop", "number"),
        Index("one_open", "label", unique=True, postgresql_where="open"),
        Index("one_code", "code", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    shop: Mapped[int]
    number: Mapped[int]
    label: Mapped[str]
    code: Mapped[str]
class Line(Base):
    __tablename__ = "lines"
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from tables import Cart, Line, Wallet
app = FastAPI()
def get_session(): ...
"""

FOUND = {
    "a column that is unique only with another, another table's, or sometimes": _UNIQUE
    + """
@app.get("/a/{shop}")
def a(
    shop: int,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    return session.scalars(select(Wallet).where(Wallet.shop == shop).limit(limit)).all()
@app.get("/b/{cart}")
def b(
    cart: int,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    return session.scalars(select(Line).where(Line.cart_id == cart).limit(limit)).all()
@app.get("/c/{user}")
def c(
    user: int,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    lines = select(Line).join(Cart, Cart.id == Line.cart_id).where(Cart.user_id == user)
    return session.scalars(lines.limit(limit)).all()
@app.get("/d")
def d(
    user: int | None = None,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    carts = select(Cart)
    if user is not None:
        carts = carts.where(Cart.user_id == user)
    return session.scalars(carts.limit(limit)).all()
@app.get("/e/{user}")
def e(
    user: int,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    return session.scalars(select(Cart).where(Cart.user_id != user).limit(limit)).all()
@app.get("/f/{label}")
def f(
    label: str,
    limit: int = 20,  # !
    session: Session = Depends(get_session),
):
    return session.scalars(select(Wallet).where(Wallet.label == label).limit(limit)).all()
""",
    "a field whose default is a query parameter without a bound": _TABLE
    + """
#= main.py
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Page(BaseModel):
    size: int = Field(Query(default=50, ge=10))  # !
@app.get("/")
async def rows(session, page: Page = Depends()):
    return await session.scalars(select(Row).limit(page.size))
""",
    "in SQL, from dependencies": """
import asyncpg
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session
app = FastAPI()
class Filters(BaseModel):
    limit: int = 20
    offset: int = 0
def filters(
    limit: int = Query(20, ge=1),  # !
    offset: int = Query(0, ge=0),
) -> Filters:
    return Filters(limit=limit, offset=offset)
class Page:
    def __init__(
        self,
        size: int = 20,  # !
    ) -> None:
        self.size = size
@app.get("/a")
async def a(given: Filters = Depends(filters)) -> list:
    connection = await asyncpg.connect("postgresql://db/app")
    return await connection.fetch("select * from a limit $1 offset $2", given.limit, given.offset)
@app.get("/b")
def b(db: Session, page: Page = Depends()) -> list:
    return db.execute(text("SELECT * FROM b LIMIT :size"), {"size": page.size}).all()
@app.get("/c")
def c(db: Session, count: int = 10) -> list:  # !
    statement = text(f"SELECT * FROM c LIMIT {count}")
    return db.execute(statement).all()
@app.get("/d")
def d(cursor, top: int = 10) -> list:  # !
    sql = "SELECT * FROM d WHERE a = %s LIMIT %s"
    cursor.execute(sql, (1, top))
    return cursor.fetchall()
@app.get("/e")
def e(db: Session, most: int = 10) -> list:  # !
    return db.execute(text("SELECT * FROM e LIMIT :most").bindparams(most=most)).all()
""",
    "as a slice, and through FastCRUD": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from fastcrud import FastCRUD
from sqlalchemy import select
from sqlalchemy.orm import Session
from tables import Row
app = FastAPI()
rows = FastCRUD(Row)
@app.get("/a")
def a(
    db: Session,
    skip: int = 0,
    size: int = 10,  # !
):
    return db.scalars(select(Row).slice(skip, skip + size)).all()
@app.get("/b")
async def b(db: Session, page: int = 1, count: int = 10):  # !
    return await rows.get_multi(db=db, offset=(page - 1) * count, limit=count)
""",
    "a bare integer, sync": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy.orm import Session
from tables import Row
app = FastAPI()
@app.get("/rows")
def rows(db: Session, limit: int = 100):  # !
    return db.query(Row).limit(limit).all()
""",
    "a lower bound only, one row more than asked": _TABLE
    + """
#= main.py
import fastapi as fa
import sqlalchemy as sa
from tables import Row
router = fa.APIRouter()
@router.get("/rows")
async def rows(session, size: int = fa.Query(20, gt=0)):  # !
    statement = sa.select(Row)
    statement = statement.limit(size + 1)
    return await session.scalars(statement)
""",
    "through a generic repository": _TABLE
    + """
#= crud.py
from sqlalchemy import select
class Crud:
    def __init__(self, model): self.model = model
    async def get_multi(self, db, *, skip: int = 0, limit: int = 100):
        return (await db.scalars(select(self.model).limit(limit))).all()
#= main.py
from fastapi import FastAPI
from crud import Crud
from tables import Row
app = FastAPI()
rows = Crud(Row)
@app.get("/rows")
async def read(db, limit: int | None = None):  # !
    return await rows.get_multi(db, limit=limit or 50)
""",
    "a class of parameters": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Page:
    def __init__(self, page: int = Query(1, ge=1, le=1000), size: int = Query(10, ge=1)):  # !
        self.page = page
        self.size = size
@app.get("/a")
async def a(session, p: Annotated[Page, Depends()]):
    return await session.scalars(select(Row).limit(p.size))
@app.get("/b")
async def b(session, p: Page = Depends(Page)):
    return await session.scalars(select(Row).limit(p.size))
""",
    "a dict of a dependency": _TABLE
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlmodel import select
from tables import Row
app = FastAPI()
def common(q: str = "", limit: int = 100):  # !
    return {"q": q, "limit": limit}
@app.get("/rows")
def rows(session, commons: dict = Depends(common)):
    return session.exec(select(Row).limit(commons["limit"])).all()
""",
    "a schema of query parameters": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Filters(BaseModel):
    limit: int = Field(100, gt=0)  # !
@app.get("/rows")
async def rows(session, filters: Annotated[Filters, Query()]):
    return await session.scalars(select(Row).limit(filters.limit))
""",
    "one alias in many endpoints, and a bound that is none": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from sqlalchemy import select
from tables import Row
app = FastAPI()
Limit = Annotated[int, Query(ge=1, le=2**31 - 1)]
@app.get("/a")
async def a(session, limit: Limit = 10):  # !
    return await session.scalars(select(Row).limit(limit))
@app.get("/b")
async def b(session, limit: Limit = 10):
    if limit is None:
        limit = 10
    return await session.scalars(select(Row).limit(limit))
""",
    "in an f-string, beside other parts": """
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
from fastapi import FastAPI
from store import store
app = FastAPI()
COLUMNS = {"title": "title"}
@app.get("/notes")
async def read(owner: int, sort: str = "title", limit: int = 50):  # !
    return await store.many(f"SELECT title FROM notes WHERE owner = $1 ORDER BY {COLUMNS[sort]} LIMIT $2", owner, limit)
""",
}

LOOK_ALIKES = {
    "a field whose default is a query parameter with a bound": _TABLE
    + """
#= main.py
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Page(BaseModel):
    size: int = Field(Query(default=50, ge=10, le=100))
@app.get("/")
async def rows(session, page: Page = Depends()):
    return await session.scalars(select(Row).limit(page.size))
""",
    "in SQL, with a bound": """
from fastapi import Depends, FastAPI, Query
from sqlalchemy import text
from sqlalchemy.orm import Session
app = FastAPI()
@app.get("/a")
def a(db: Session, size: int = Query(20, le=100)) -> list:
    return db.execute(text("SELECT * FROM b LIMIT :size"), {"size": size}).all()
@app.get("/b")
def b(db: Session, count: int = 10) -> list:
    return db.execute(text(f"SELECT * FROM c LIMIT {min(count, 100)}")).all()
@app.get("/c")
def c(db: Session, kind: int = 10) -> list:
    return db.execute(text("SELECT * FROM c WHERE a = :kind LIMIT 10"), {"kind": kind}).all()
@app.get("/d")
def d(names: str, start: int, stop: int) -> str:
    return names[slice(start, stop)]
@app.get("/e")
def e(count: int) -> str:
    return f"the limit {count}"
""",
    "bounded by the parameter": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from sqlalchemy import select
from tables import Row
app = FastAPI()
MOST = 100
@app.get("/a")
async def a(session, limit: Annotated[int, Query(ge=1, le=MOST)] = 10):
    return await session.scalars(select(Row).limit(limit))
@app.get("/b")
async def b(session, limit: int = Query(10, ge=1, lt=101)):
    return await session.scalars(select(Row).limit(limit))
""",
    "bounded by min()": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/a")
async def a(session, limit: int = 10):
    return await session.scalars(select(Row).limit(min(limit, 100)))
@app.get("/b")
async def b(session, limit: int = 10):
    limit = min(limit, 100)
    return await session.scalars(select(Row).limit(limit))
""",
    "bounded by a comparison": _TABLE
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/a")
async def a(session, limit: int = 10):
    if not 0 < limit <= 100:
        raise HTTPException(422)
    return await session.scalars(select(Row).limit(limit))
@app.get("/b")
async def b(session, limit: int = 10):
    if limit > 100:
        limit = 100
    return await session.scalars(select(Row).limit(limit))
""",
    "bounded by a bound of the settings": _TABLE
    + """
#= main.py
from fastapi import FastAPI, Query
from sqlalchemy import select
from settings import settings
from tables import Row
app = FastAPI()
@app.get("/a")
async def a(session, limit: int = Query(10, le=settings.most)):
    return await session.scalars(select(Row).limit(limit))
""",
    "a validator of the schema": _TABLE
    + """
#= main.py
from fastapi import Depends, FastAPI
from pydantic import BaseModel, field_validator
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Page(BaseModel):
    limit: int = 10
    @field_validator("limit")
    @classmethod
    def small(cls, value: int) -> int:
        return min(value, 100)
@app.get("/a")
async def a(session, page: Page = Depends()):
    return await session.scalars(select(Row).limit(page.limit))
""",
    "at most one row, by a column that is unique": _UNIQUE
    + """
@app.get("/a/{user}")
def a(user: int, skip: int = 0, limit: int = 20, session: Session = Depends(get_session)):
    mine = select(Cart).where(Cart.user_id == user)
    return session.scalars(mine.offset(skip).limit(limit)).all()
@app.get("/b/{owner}")
def b(owner: str, limit: int = 20, session: Session = Depends(get_session)):
    return session.query(Wallet).filter(Wallet.shop > 3, Wallet.owner == owner).limit(limit).all()
@app.get("/c/{number}")
def c(number: int, limit: int = 20, session: Session = Depends(get_session)):
    return session.query(Wallet).filter_by(id=number).limit(limit).all()
@app.get("/d/{code}")
def d(code: str, limit: int = 20, session: Session = Depends(get_session)):
    return session.scalars(select(Wallet).where(Wallet.code == code).limit(limit)).all()
""",
    "limit() of something else": """
from fastapi import FastAPI
from slowapi import Limiter
from motor.motor_asyncio import AsyncIOMotorClient
app = FastAPI()
limiter = Limiter()
client = AsyncIOMotorClient()
@app.get("/a")
async def a(limit: int = 10):
    limiter.limit(limit)
    return await client.find().limit(limit).to_list()
""",
    "a job's own number": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
async def batch(session, limit: int = 1000):
    return await session.scalars(select(Row).limit(limit))
@app.post("/run")
async def run(session):
    return await batch(session, limit=500)
""",
    "a line that fails with any number": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from tables import Row
app = FastAPI()
@app.get("/a")
async def a(session: AsyncSession, limit: int = 100):
    return session.query(Row).limit(limit).all()
""",
}
