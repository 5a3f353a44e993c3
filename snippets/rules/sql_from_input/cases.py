"""SQL with and without a text of the request."""

BAD = ['statement = text(f"SELECT name FROM products ORDER BY {sort} LIMIT 100")']

_APP = """
import os
from typing import Annotated, Literal
from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel
from sqlalchemy import desc, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""

_LOOKUP = "SELECT column_name FROM information_schema.columns WHERE table_name = :name"

FOUND = {
    "columns looked up, and nobody asks whether there are some": _APP
    + f"""
@app.get("/tables/{{name}}")
async def browse(name: str, session):
    found = await session.execute(text("{_LOOKUP}"), {{"name": name}})
    columns = [row.column_name for row in found.fetchall()]
    count = await session.execute(text(f"SELECT COUNT(*) FROM {{name}}"))  # !
    return {{"columns": columns, "count": count.scalar()}}
""",
    "columns of another table looked up": _APP
    + f"""
@app.get("/tables/{{name}}")
async def browse(name: str, other: str, session):
    found = await session.execute(text("{_LOOKUP}"), {{"name": other}})
    columns = [row.column_name for row in found.fetchall()]
    if not columns:
        raise KeyError(other)
    return await session.execute(text(f"SELECT COUNT(*) FROM {{name}}"))  # !
""",
    "words of the name": _APP
    + """
@app.get("/tables/{name}")
async def browse(name: str, session):
    words = [word for word in name.split()]
    if not words:
        raise KeyError(name)
    return await session.execute(text(f"SELECT COUNT(*) FROM {name}"))  # !
""",
    "columns that are split from a text, and Tortoise": """
from fastapi import FastAPI
from tortoise import connections
app = FastAPI()
async def search(conn, columns: list[str]):
    return await conn.fetch("SELECT {} FROM notes".format(", ".join(columns)))  # !
@app.get("/a")
async def a(conn, fields: str = "id,memo"):
    return await search(conn, fields.split(","))
@app.get("/b")
async def b(order: str):
    connection = connections.get("default")
    return await connection.execute_query_dict(f"SELECT * FROM notes ORDER BY {order}")  # !
""",
    "a class and a function that send what they are given": """
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
from store import run, store
app = FastAPI()
@app.get("/notes")
async def notes(sort: str):
    return await store.many(f"SELECT id FROM notes ORDER BY {sort} LIMIT 20")  # !
@app.get("/note")
async def note(title: str):
    return await store.one("SELECT id FROM notes WHERE title = '" + title + "'")  # !
@app.post("/touch")
async def touch(table: str):
    await run("UPDATE %s SET seen = true" % table)  # !
""",
}
FOUND |= {
    "concatenated, in a method of a repository in another module": """
#= repository.py
from sqlalchemy import text
class Items:
    def __init__(self, session): self.session = session
    async def find(self, name: str):
        return await self.session.execute(text("SELECT * FROM items WHERE name = '" + name + "'"))  # !
#= main.py
from fastapi import FastAPI
from repository import Items
app = FastAPI()
@app.get("/items")
async def find(name: str, session=None):
    return await Items(session).find(name)
""",
    "asyncpg, a field of the body, format": _APP
    + """
class Search(BaseModel):
    term: str
    limit: int = 10
@app.post("/search")
async def search(body: Search, request: Request):
    query = "SELECT id FROM items WHERE name ILIKE '%{}%' LIMIT {}".format(body.term, body.limit)
    return await request.app.state.pool.fetch(query)  # !
""",
    "sqlite3, a percent sign, a query parameter of the request": _APP
    + """
import sqlite3
@app.get("/items")
def items(request: Request):
    order = request.query_params.get("order", "id")
    with sqlite3.connect("a.db") as db:
        return db.execute("SELECT * FROM items ORDER BY %s" % order).fetchall()  # !
""",
    "conditions collected in a list": _APP
    + """
@app.get("/items")
def items(session: Session, name: str | None = None, kind: Annotated[str | None, Query()] = None):
    conditions = ["1 = 1"]
    if name:
        conditions.append(f"name = '{name}'")
    where = " AND ".join(conditions)
    return session.execute(text(f"SELECT * FROM items WHERE {where}")).all()  # !
""",
    "a statement that grows": _APP
    + """
@app.get("/items")
def items(session: Session, order: str = "id", direction: str = "asc"):
    sql = "SELECT * FROM items"
    sql += f" ORDER BY {order} {direction}"
    return session.execute(text(sql)).all()  # !
""",
    "psycopg, a function that builds the SQL": _APP
    + """
import psycopg
def build(sort):
    return f"SELECT * FROM items ORDER BY {sort}"
@app.get("/items")
def items(sort: str = "id"):
    with psycopg.connect("") as connection, connection.cursor() as cursor:
        cursor.execute(build(sort.strip()))  # !
        return cursor.fetchall()
@app.get("/more")
def more(sort: str = "id"):
    with psycopg.connect("") as connection:
        return connection.execute(f"SELECT * FROM items ORDER BY {sort}").fetchall()  # !
""",
    "order_by(text(...))": _APP
    + """
@app.get("/items")
def items(session: Session, sort: Annotated[str, Query(max_length=200)] = "id"):
    return session.scalars(select(Item).order_by(text(sort))).all()  # !
""",
    "a dict for a body": _APP
    + """
@app.post("/items")
async def items(session: Session, filters: dict):
    name = filters["name"]
    if not name:
        return []
    return session.execute(text(f"SELECT * FROM items WHERE name = '{name}'")).all()  # !
""",
    "a class that Depends fills, a keyword of databases": _APP
    + """
class Page:
    def __init__(self, sort: str = "id", limit: int = 10):
        self.sort = sort
        self.limit = limit
@app.get("/items")
async def items(page: Annotated[Page, Depends()], database=None):
    return await database.fetch_all(query=f"SELECT * FROM items ORDER BY {page.sort}")  # !
""",
    "any attribute of the model": _APP
    + """
@app.get("/items")
def items(session: Session, sort: str = "id", order: str = "asc"):
    column = getattr(Item, sort)  # !
    return session.scalars(select(Item).order_by(column.desc())).all()
""",
    "any attribute, or else the id": _APP
    + """
@app.get("/items")
def items(session: Session, sort: str = "id"):
    return session.scalars(select(Item).order_by(desc(getattr(Item, sort, Item.id)))).all()  # !
""",
}

LOOK_ALIKES = {
    "a table whose columns a query has found": _APP
    + f"""
@app.get("/tables/{{name}}")
async def browse(name: str, session):
    found = await session.execute(text("{_LOOKUP}"), {{"name": name}})
    columns = [row.column_name for row in found.fetchall()]
    if not columns:
        raise KeyError(name)
    query = f"SELECT * FROM {{name}} LIMIT :limit"
    return await session.execute(text(query), {{"limit": 10}})
""",
    "a set of columns, counted": _APP
    + f"""
@app.get("/tables/{{name}}")
async def browse(name: str, session):
    columns = {{row[0] for row in await session.execute(text("{_LOOKUP}"), {{"name": name}})}}
    if len(columns) == 0:
        raise KeyError(name)
    return await session.execute(text(f"SELECT COUNT(*) FROM {{name}}"))
""",
    "a table that a query has found, by asyncpg": _APP
    + """
@app.get("/tables/{name}")
async def browse(name: str, request: Request):
    pool = request.app.state.pool
    is_known = await pool.fetchval("SELECT 1 FROM pg_tables WHERE tablename = $1", name)
    if not is_known:
        raise KeyError(name)
    return await pool.fetch(f"SELECT COUNT(*) FROM {name}")
""",
    "a class that sends what it is given, and chosen columns": """
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
from store import run, store
app = FastAPI()
COLUMNS = {"title": "title", "age": "created_at"}
@app.get("/notes")
async def notes(sort: str):
    return await store.many(f"SELECT id FROM notes ORDER BY {COLUMNS[sort]} LIMIT 20")
@app.get("/note")
async def note(title: str):
    return await store.one("SELECT id FROM notes WHERE title = $1", title)
@app.post("/touch")
async def touch(seen: bool):
    await run(f"UPDATE notes SET seen = {seen}")
""",
}
LOOK_ALIKES |= {
    "bound": _APP
    + """
@app.get("/items")
def items(session: Session, name: str):
    return session.execute(text("SELECT * FROM items WHERE name = :name"), {"name": name}).all()
""",
    "a Literal, an Enum, a pattern": _APP
    + """
from enum import Enum
class Sort(str, Enum):
    id = "id"
@app.get("/items")
def items(
    session: Session,
    sort: Sort,
    direction: Literal["asc", "desc"],
    column: Annotated[str, Query(pattern="^(id|name)$")],
    limit: int = 10,
):
    sql = f"SELECT * FROM items ORDER BY {sort.value}, {column} {direction} LIMIT {limit}"
    return session.execute(text(sql)).all()
""",
    "compared with a list, else an error": _APP
    + """
from fastapi import HTTPException
SORTS = {"id", "name"}
@app.get("/items")
def items(session: Session, sort: str = "id"):
    if sort not in SORTS:
        raise HTTPException(422)
    return session.execute(text(f"SELECT * FROM items ORDER BY {sort}")).all()
""",
    "a conditional expression": _APP
    + """
@app.get("/items")
def items(session: Session, sort: str = "id", order: str = "asc"):
    column = sort if sort in ("id", "name") else "id"
    direction = "DESC" if order == "desc" else "ASC"
    return session.execute(text(f"SELECT * FROM items ORDER BY {column} {direction}")).all()
""",
    "looked up in a dict": _APP
    + """
SORTS = {"id": "id", "name": "lower(name)"}
@app.get("/items")
def items(session: Session, sort: str = "id"):
    return session.execute(text(f"SELECT * FROM items ORDER BY {SORTS.get(sort, 'id')}")).all()
""",
    "checked by a function": _APP
    + """
#= checks.py
from fastapi import HTTPException
def known(column):
    if column not in ("id", "name"):
        raise HTTPException(422)
    return column
#= other.py
from fastapi import APIRouter
from sqlalchemy import text
from checks import known
router = APIRouter()
@router.get("/items")
def items(session, sort: str = "id"):
    sort = known(sort)
    return session.execute(text(f"SELECT * FROM items ORDER BY {sort}")).all()
@router.get("/more")
def more(session, sort: str = "id"):
    known(sort)
    return session.execute(text(f"SELECT * FROM items ORDER BY {sort}")).all()
""",
    "placeholders made of the number of values": _APP
    + """
@app.post("/items")
def items(session: Session, names: list[str]):
    marks = ", ".join(f":n{number}" for number in range(len(names)))
    given = {f"n{number}": name for number, name in enumerate(names)}
    return session.execute(text(f"SELECT * FROM items WHERE name IN ({marks})"), given).all()
""",
    "conditions without values": _APP
    + """
@app.get("/items")
def items(session: Session, name: str | None = None):
    conditions, values = ["1 = 1"], {}
    if name:
        conditions.append("name = :name")
        values["name"] = name
    where = " AND ".join(conditions)
    return session.execute(text(f"SELECT * FROM items WHERE {where}"), values).all()
""",
    "no SQL at all": _APP
    + """
@app.post("/run")
def run(name: str, executor, api):
    executor.execute(f"say {name}")
    return api.fetch(f"https://api.example.com/{name}")
""",
    "a validator of the schema": _APP
    + """
from pydantic import field_validator
class Search(BaseModel):
    sort: str
    @field_validator("sort")
    @classmethod
    def known(cls, value):
        assert value in ("id", "name")
        return value
@app.post("/items")
def items(session: Session, body: Search):
    return session.execute(text(f"SELECT * FROM items ORDER BY {body.sort}")).all()
""",
    "an attribute of another object, or of a list": _APP
    + """
@app.get("/items")
def items(session: Session, sort: str = "id"):
    if sort not in ("id", "name"):
        sort = "id"
    rows = session.scalars(select(Item).order_by(getattr(Item, sort))).all()
    return [getattr(row, "name") for row in rows]
""",
    "settings and constants": _APP
    + """
SCHEMA = os.environ["APP_SCHEMA"]
@app.get("/items")
def items(session: Session):
    return session.execute(text(f"SELECT * FROM {SCHEMA}.items")).all()
""",
}

FOUND["LIMIT, OFFSET and ORDER BY of texts, put in each way"] = (
    _APP
    + """
from sqlmodel import text as sql
class Paging(BaseModel):
    limit: str = "10"
    order: str = "id"
class Sort:
    def __init__(self, sort: str = "id", direction: str = Query("asc")):
        self.sort = sort
        self.direction = direction
    def clause(self) -> str:
        return f"{self.sort} {self.direction}"
def paged(limit, offset):
    return "SELECT * FROM items LIMIT {} OFFSET {}".format(limit, offset)
@app.get("/a")
def a(session: Session, limit: str, offset: int = 0):
    return session.execute(text(f"SELECT * FROM items LIMIT {limit} OFFSET {offset}")).all()  # !
@app.get("/b")
def b(session: Session, limit: int, offset: str = "0"):
    statement = "SELECT * FROM items LIMIT %d OFFSET %s" % (limit, offset)
    query = text(statement)  # !
    return session.execute(query).all()
@app.get("/c")
def c(session: Session, page: Annotated[str, Query()] = "10"):
    return session.execute(text(paged(page, 0))).all()  # !
@app.get("/d")
def d(session: Session, sort: Annotated[Sort, Depends()]):
    base = "SELECT * FROM items"
    order = " ORDER BY " + sort.clause()
    return session.execute(text(base + order)).all()  # !
@app.post("/e")
def e(session: Session, paging: Paging):
    statement = "SELECT * FROM items ORDER BY {order} LIMIT {limit}"
    return session.execute(text(statement.format(order=paging.order, limit=5))).all()  # !
@app.post("/f")
def f(session: Session, paging: Paging):
    return session.exec(sql("SELECT * FROM items LIMIT " + paging.limit)).all()  # !
@app.get("/g")
def g(session: Session, request: Request):
    limit = request.query_params.get("limit", "10")
    connection = session.connection()
    return connection.exec_driver_sql(f"SELECT * FROM items LIMIT {limit}").all()  # !
@app.get("/h")
def h(session: Session, order: str = "id"):
    template = "SELECT * FROM items ORDER BY %(order)s"
    return session.execute(text(template % {"order": order})).all()  # !
@app.get("/i")
def i(session: Session, order: str = "id"):
    values = {"order": order}
    return session.execute(text("SELECT * FROM items ORDER BY {order}".format(**values))).all()  # !
@app.get("/j")
def j(session: Session, order: str = "id"):
    parts = ["SELECT * FROM items"]
    parts += [f"ORDER BY {order}"]
    return session.execute(text(" ".join(parts))).all()  # !
"""
)
FOUND["a dependency gives the text, a repository runs it"] = """
#= deps.py
from fastapi import Depends, Query
def ordering(sort: str = Query("id"), desc: bool = False):
    return f"{sort} {'DESC' if desc else 'ASC'}"
def paging(limit: str = "10", offset: str = "0") -> dict:
    return {"limit": limit, "offset": offset}
#= repository.py
from sqlalchemy import text
from sqlalchemy.orm import Session
class Items:
    def __init__(self, db: Session):
        self.db = db
    def sorted(self, order):
        query = "SELECT * FROM items ORDER BY " + order
        return self.db.execute(text(query)).all()  # !
    def paged(self, page: dict):
        query = f"SELECT * FROM items LIMIT {page['limit']}"
        return self.db.execute(text(query)).all()  # !
#= main.py
from fastapi import Depends, FastAPI
from deps import ordering, paging
from repository import Items
app = FastAPI()
@app.get("/a")
def a(db, order: str = Depends(ordering)):
    return Items(db).sorted(order)
@app.get("/b")
def b(db, page: dict = Depends(paging)):
    return Items(db).paged(page)
"""
LOOK_ALIKES["numbers, and texts of one's own, in each way"] = (
    _APP
    + """
class Paging(BaseModel):
    limit: int = 10
    order: Literal["id", "name"] = "id"
class Page:
    def __init__(self, limit: int = 10, offset: int = 0, desc: bool = False):
        self.limit = limit
        self.offset = offset
        self.order = "id DESC" if desc else "id"
def page(limit: int = 10, sort: str = "id") -> dict:
    return {"limit": limit, "sort": "name" if sort == "name" else "id"}
ORDERS = {"new": "id DESC", "old": "id"}
@app.get("/a")
def a(session: Session, limit: int = 10, offset: Annotated[int, Query(ge=0)] = 0):
    return session.execute(text(f"SELECT * FROM items LIMIT {limit} OFFSET {offset}")).all()
@app.get("/b")
def b(session: Session, limit: str = "10"):
    statement = "SELECT * FROM items LIMIT {}".format(int(limit))
    return session.execute(text(statement)).all()
@app.post("/c")
def c(session: Session, paging: Paging, page: Annotated[Page, Depends()]):
    query = "SELECT * FROM items ORDER BY %s LIMIT %s" % (paging.order, paging.limit)
    return session.execute(text(query + f" OFFSET {page.offset} LIMIT {page.limit}")).all()
@app.get("/d")
def d(session: Session, given: Annotated[dict, Depends(page)]):
    query = f"SELECT * FROM items ORDER BY {given['sort']} LIMIT {given['limit']}"
    return session.execute(text(query)).all()
@app.get("/e")
def e(session: Session, order: str = "new"):
    return session.execute(text("SELECT * FROM items ORDER BY " + ORDERS[order])).all()
@app.get("/f")
def f(session: Session, page: Annotated[Page, Depends()]):
    return session.execute(text("SELECT * FROM items ORDER BY {}".format(page.order))).all()
@app.get("/g")
def g(session: Session, limit: str = "10"):
    query = "SELECT * FROM items LIMIT %d" % int(limit)
    return session.execute(text(query)).all()
"""
)
