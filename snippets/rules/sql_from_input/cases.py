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

FOUND = {
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
