"""Integers of a request that reach an integer column: bounded or not, and by which way."""

BAD = ["async def get_user(user_id: UserId, session: SessionDep) -> dict[str, str]:"]

_DB = """
#= db.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy import BigInteger, Integer, Column, Numeric, String
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int]
    code = Column(Numeric)
    name = Column(String)
async def get_db():
    async with maker() as session:
        yield session
Db = Annotated[AsyncSession, Depends(get_db)]
"""

_MODELS_ONLY = """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
app = FastAPI()
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

_SYNC = """
def get_db():
    with Session(engine) as session:
        yield session
@app.get("/{row_id}")
def read(row_id: int, session: Session = Depends(get_db)):%
    return session.scalar(select(Row).where(Row.id == row_id))
"""

_ASYNC = """
maker = async_sessionmaker(engine)
async def get_db():
    async with maker() as session:
        yield session
@app.get("/{row_id}")
async def read(row_id: int, session: AsyncSession = Depends(get_db)):%
    return await session.scalar(select(Row).where(Row.id == row_id))
"""


def _program(engine: str, use: str, requirements: str = "", *, is_found: bool = False) -> str:
    """Return a program whose engine is made so, and that declares these requirements."""
    listed = f"#= requirements.txt\n{requirements}\n" if requirements else ""
    return f"#= main.py\n{_MODELS_ONLY}{engine}\n{use.replace('%', '  # !' if is_found else '')}{listed}"


_KINDS = """
from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
class Tool(Base):
    __tablename__ = "tools"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int]
    shelf: Mapped[int]
SHELVES = {3: "left", 4: "right"}
def get_db():
    with Session(engine) as session:
        yield session
def refuse_outside(number: int, low: int, high: int):
    if not (low <= int(number) <= high):
        raise HTTPException(422)
def refuse_below(number: int, low: int):
    if not (int(number) > low):
        raise HTTPException(422)
def a_kind(kind: int):
    refuse_outside(number=kind, low=1, high=9)
def a_shelf(shelf: int):
    if shelf not in SHELVES:
        raise HTTPException(404)
def an_id(tool_id: int):
    refuse_below(tool_id, 0)
def a_rank(rank: int):
    if rank < 1 or rank > 5:
        raise HTTPException(422)
"""

_MEMBERS = """
#= main.py
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from db import Db, User
app = FastAPI()
class Member(BaseModel):
    group_id: int | None
    is_staff: bool = False
class Place(BaseModel):
    group_id: int
async def member(db: Db, token: str = Header()):
    return Member.model_validate(await ask(token), from_attributes=True)
async def of_group(group_id: int, viewer: Member = Depends(member)):
    if not (viewer.group_id and group_id == viewer.group_id):
        raise HTTPException(403)
async def of_group_or_none(group_id: int, viewer: Member = Depends(member)):
    if viewer.group_id is None or viewer.group_id != group_id:
        raise HTTPException(404)
async def of_group_or_staff(group_id: int, viewer: Member = Depends(member)):
    if group_id != viewer.group_id and not viewer.is_staff:
        raise HTTPException(403)
async def of_two(group_id: int, place: Place):
    if group_id != place.group_id:
        raise HTTPException(422)
@app.post("/{group_id}/users", dependencies=[Depends(DEPENDENCY)])
async def listed(group_id: int, db: Db):MARK
    return [u.name for u in await db.scalars(select(User).where(User.group_id == group_id))]
"""


_CAUGHT = (
    _DB
    + """
#= main.py
from db import Db, User
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import CAUGHT
app = FastAPI()
@app.get("/{user_id}")
async def read(user_id: int, db: Db) -> str:MARK
    try:
        return await db.scalar(select(User.name).where(User.id == user_id))
    except CAUGHT as error:
        raise HTTPException(STATUS) from error
"""
)

_FURTHER_OUT = (
    _DB
    + """
#= errors.py
import functools
from contextlib import asynccontextmanager
from fastapi import HTTPException
from sqlalchemy.exc import DBAPIError
class NotThere(Exception):
    status_code = 404
class Broken(Exception): ...
@asynccontextmanager
async def refusing():
    try:
        yield
    except DBAPIError:
        raise HTTPException(422)
def refuses(function):
    @functools.wraps(function)
    async def called(*args, **options):
        try:
            return await function(*args, **options)
        except DBAPIError:
            raise HTTPException(422) from None
    return called
#= service.py
from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from db import User
from errors import Broken, NotThere, refuses
async def find(db, key: int):
    FOUND
#= main.py
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from db import Db
from errors import Broken, NotThere, refuses, refusing
from service import find
app = FastAPI()
BESIDES
DECORATOR
@app.get("/users/{user_id}")
async def read(user_id: int, db: Db) -> str:MARK
    CALL
"""
)
_PARTS = {
    "FOUND": "return (await db.get(User, key)).name",
    "BESIDES": "",
    "DECORATOR\n": "",
    "CALL": "return await find(db, user_id)",
}


def _further_out(*, is_found: bool, **parts: str) -> str:
    """Return a program that looks a row up in a service, with these parts instead of the plain."""
    source = _FURTHER_OUT.replace("MARK", "  # !" if is_found else "")
    for name, plain in _PARTS.items():
        given = parts.get(name.strip(), plain)
        source = source.replace(name, f"{given}\n" if name.endswith("\n") and given else given)
    return source


def _tried(kind: str, answer: str, call: str = "return await find(db, user_id)") -> str:
    return f"try:\n        {call}\n    except {kind} as error:\n        {answer}"


_GET = "return (await db.get(User, key)).name"
_HANDLER = """
@app.exception_handler({kind})
async def handle(request: Request, error: Exception):
    return JSONResponse({{}}, status_code={status})
"""
_CAUGHT_OUTSIDE = {
    "the endpoint catches": {"CALL": _tried("DBAPIError", "raise HTTPException(404) from error")},
    "the endpoint catches what the service raises for it": {
        "FOUND": _tried("SQLAlchemyError", "raise Broken from error", _GET),
        "CALL": _tried("Broken", "raise HTTPException(404) from error"),
    },
    "the service raises what has a status": {
        "FOUND": _tried("SQLAlchemyError", "raise NotThere from error", _GET)
    },
    "the endpoint catches and has a helper answer 400": {
        "BESIDES": "from fastapi import status\nfrom answers import failed",
        "CALL": _tried("Exception", "return failed(status.HTTP_400_BAD_REQUEST)"),
    },
    "the service gives nothing back": {"FOUND": _tried("Exception", "return None", _GET)},
    "the service logs and raises, the endpoint catches": {
        "FOUND": _tried("Exception", "print(error)\n        raise", _GET),
        "CALL": _tried("Exception", "raise HTTPException(400)"),
    },
    "a decorator catches": {"DECORATOR": "@refuses"},
    "a with catches": {"CALL": "async with refusing():\n        return await find(db, user_id)"},
    "the application has a handler": {"BESIDES": _HANDLER.format(kind="DBAPIError", status=422)},
    "the application has one for all of SQLAlchemy": {
        "BESIDES": _HANDLER.format(kind="SQLAlchemyError", status=400)
    },
    "the application has one for what the service raises": {
        "FOUND": _tried("DBAPIError", "raise Broken from error", _GET),
        "BESIDES": _HANDLER.format(kind="Broken", status=404),
    },
}
_CAUGHT_TOO_LATE = {
    "the application's handler answers 500": {
        "BESIDES": _HANDLER.format(kind="Exception", status=500)
    },
    "the application has a handler for another error": {
        "BESIDES": _HANDLER.format(kind="Broken", status=404)
    },
    "the endpoint catches another error": {
        "CALL": _tried("ValueError", "raise HTTPException(404) from error")
    },
    "the endpoint catches and answers 500": {
        "CALL": _tried("Exception", "raise HTTPException(500) from error")
    },
    "the endpoint catches and has a helper answer 500": {
        "BESIDES": "from answers import failed",
        "CALL": _tried("Exception", "return failed(500, str(error))"),
    },
    "the endpoint catches and raises again": {
        "CALL": _tried("Exception", "print(1)\n        raise")
    },
    "the service raises what nobody catches": {
        "FOUND": _tried("SQLAlchemyError", "raise Broken from error", _GET)
    },
    "another endpoint catches": {
        "BESIDES": """
@app.get("/others/{key}")
async def other(key: str, db: Db):
    try:
        return await find(db, 1)
    except DBAPIError:
        raise HTTPException(404)
"""
    },
}
FOUND = {
    "asyncpg, in the endpoint and in a service": """
import asyncpg
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
app = FastAPI()
class Move(BaseModel):
    target_id: int  # !
    amount: int
async def get_conn(request: Request):
    async with request.app.state.pool.acquire() as conn:
        yield conn
class Items:
    def __init__(self, conn):
        self.conn = conn
    async def read(self, item_id: int):
        query = "SELECT * FROM items i WHERE i.id = $1"
        return await self.conn.fetchrow(query, item_id)
@app.get("/items/{item_id}")
async def read(item_id: int, conn=Depends(get_conn)):  # !
    return await Items(conn).read(item_id)
@app.post("/owners/{owner}")
async def move(owner: int, data: Move, conn=Depends(get_conn)):  # !
    await conn.execute(
        "UPDATE items SET amount = $1 WHERE owner_id = $2 AND target_id = $3",
        data.amount, owner, data.target_id,
    )
""",
    **{name: _further_out(is_found=True, **parts) for name, parts in _CAUGHT_TOO_LATE.items()},
    "a helper refuses a banned member": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from db import Db, User
app = FastAPI()
def viewer() -> User: ...
def own_or_404(user_id: int, viewer: User) -> None:
    if viewer.name == 'banned':
        raise HTTPException(404)
@app.get("/users/{user_id}")
async def read(user_id: int, db: Db, viewer: User = Depends(viewer)) -> str:  # !
    own_or_404(user_id, viewer)
    return await db.scalar(select(User.name).where(User.id == user_id))
""",
    "an error of the database that is answered by a 500": _CAUGHT.replace(
        "CAUGHT", "SQLAlchemyError"
    )
    .replace("STATUS", "500")
    .replace("MARK", "  # !"),
    "another error that is answered by a 400": _CAUGHT.replace("CAUGHT", "NoResultFound")
    .replace("STATUS", "400")
    .replace("MARK", "  # !"),
    "the id of a body that a helper and a dependency hand on": _DB
    + """
#= main.py
from db import Db, User
from fastapi import Depends, FastAPI
from pydantic import BaseModel
app = FastAPI()
class Wanted(BaseModel):
    id: int  # !
def wanted(body: Wanted) -> Wanted:
    return body
@app.post("/")
async def read(db: Db, given: Wanted = Depends(wanted)) -> str:
    return (await db.get(User, given.id)).name
""",
    "a dependency refuses other groups to all but the staff": _DB
    + _MEMBERS.replace("DEPENDENCY", "of_group_or_staff").replace("MARK", "  # !"),
    "a dependency compares two numbers of the client": _DB
    + _MEMBERS.replace("DEPENDENCY", "of_two").replace("MARK", "  # !"),
    "a dependency refuses small ones alone": _KINDS
    + """
@app.get("/tools/{tool_id}")
def read(tool_id: int, checked=Depends(an_id), session: Session = Depends(get_db)):  # !
    return session.scalar(select(Tool).where(Tool.id == tool_id))
""",
    "a dependency bounds what is sent under another name": _KINDS
    + """
@app.get("/tools")
def find(
    kind: int = Query(alias="type"),  # !
    checked=Depends(a_kind),
    session: Session = Depends(get_db),
):
    return session.scalar(select(Tool.id).where(Tool.kind == kind))
""",
    "through FastCRUD": """
from fastapi import FastAPI
from fastcrud import FastCRUD
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_async_engine("postgresql+asyncpg://db/app")
class Base(DeclarativeBase): ...
class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
teams = FastCRUD(Team)
app = FastAPI()
@app.get("/teams/{id}")
async def read(id: int, db: AsyncSession) -> dict:  # !
    return await teams.get(db=db, id=id)
@app.get("/teams")
async def find(name: str, db: AsyncSession) -> dict:
    return await teams.get(db=db, name=name)
""",
    "a URL of a function": _program(
        """
def url() -> str:
    return "postgresql+asyncpg://" + "db/app"
engine = create_async_engine(url())""",
        _ASYNC,
        "asyncpg\naiomysql",
        is_found=True,
    ),
    "asyncpg where the URL is set, else SQLite": _program(
        """
import os
if os.getenv("DATABASE_URL"):
    engine = create_async_engine(os.environ["DATABASE_URL"])
else:
    engine = create_async_engine("sqlite+aiosqlite:///app.db")""",
        _ASYNC,
        "asyncpg\naiosqlite",
        is_found=True,
    ),
    "SQLite, synchronous": _program(
        'engine = create_engine("sqlite:///app.db")', _SYNC, is_found=True
    ),
    "asyncpg is declared, aiosqlite for tests": _program(
        "import os\nengine = create_async_engine(os.environ['URL'])",
        _ASYNC,
        "asyncpg\naiosqlite",
        is_found=True,
    ),
    "the async engine of two": _program(
        """
other = create_engine("postgresql+psycopg2://db/app")
engine = create_async_engine("postgresql+asyncpg://db/app")""",
        _ASYNC,
        "asyncpg\npsycopg2",
        is_found=True,
    ),
    "psycopg 3, synchronous": _program(
        'engine = create_engine("postgresql+psycopg://db/app")', _SYNC, is_found=True
    ),
    "a default call that has only a lower bound, and where()": _DB
    + """
#= main.py
from fastapi import APIRouter, Path as P
from sqlalchemy import select
from db import Db, User
router = APIRouter()
@router.get("/{number}")
async def read(session: Db, number: int = P(ge=1)):  # !
    return (await session.scalars(select(User).where(User.id == number))).one()
""",
    "through a service and a repository": _DB
    + """
#= repo.py
from sqlalchemy import select
from db import User
class Users:
    def __init__(self, session):
        self.session = session
    async def by_id(self, key):
        return await self.session.scalar(select(User).filter(key == User.id))
async def find(session, *, user_id=None):
    return await Users(session).by_id(user_id)
#= main.py
import fastapi
import repo
from db import Db
app = fastapi.FastAPI()
@app.get("/{user_id}")
async def read(user_id: int, session: Db):  # !
    return await repo.find(session, user_id=user_id)
""",
    "a dependency of an endpoint, found once": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, Header
from db import Db, User
app = FastAPI()
async def current(
    session: Db,
    x_user: int = Header(),  # !
) -> User:
    return await session.get_one(User, x_user)
@app.get("/a")
async def a(user=Depends(current)): ...
@app.get("/b")
async def b(user=Depends(current)): ...
""",
    "handlers of what comes before the lookup": _DB
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from db import Db, User
app = FastAPI()
@app.get("/a/{user_id}")
async def failed(user_id: int, session: Db):  # !
    try:
        return await cached(user_id)
    except LookupError:
        return await session.get(User, user_id)
@app.get("/b/{group_id}")
async def others(group_id: int, name: str, session: Db):  # !
    try:
        return await add(name)
    except DuplicateError:
        return await session.scalar(select(User).where(User.group_id == group_id))
""",
    "an id in a body": _DB
    + """
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import select
from db import Db, User
app = FastAPI()
class Move(BaseModel):
    user_id: int  # !
    group_id: int = Field(ge=1, le=2**31 - 1)
    name: str
@app.post("/moves")
async def move(data: Move, session: Db):
    user = await session.get(User, data.user_id)
    return (await session.scalars(select(User).filter_by(group_id=data.group_id))).all()
""",
    "filter_by of a legacy query, an optional parameter": """
from typing import Optional
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker
Local = sessionmaker(bind=create_engine("sqlite:///app.db"))
Base = declarative_base()
class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
app = FastAPI()
def get_db():
    db = Local()
    try:
        yield db
    finally:
        db.close()
@app.get("/items")
def items(item_id: Optional[int] = None, db: Session = Depends(get_db)):  # !
    return db.query(Item).filter_by(id=item_id).first()
""",
    "a generic repository, called by a subclass": _DB
    + """
#= crud.py
from typing import Generic, TypeVar
from sqlalchemy.ext.asyncio import AsyncSession
from db import User
M = TypeVar("M")
class Crud(Generic[M]):
    def __init__(self, model: type[M]) -> None:
        self.model = model
    async def get(self, db: AsyncSession, id: int):
        return await db.get(self.model, id)
class UserCrud(Crud[User]):
    pass
users = UserCrud(User)
#= main.py
from fastapi import FastAPI
import crud
from db import Db
app = FastAPI()
@app.get("/{user_id}")
async def read(user_id: int, session: Db):  # !
    return await crud.users.get(session, id=user_id)
""",
    "the same column twice in one module: the first": _DB
    + """
#= main.py
from fastapi import FastAPI
from pydantic import PositiveInt
from db import Db, User
app = FastAPI()
@app.get("/{user_id}")
async def read(user_id: PositiveInt, session: Db):  # !
    return await session.get(User, user_id)
@app.delete("/{user_id}")
async def delete(user_id: PositiveInt, session: Db):
    return await session.get(User, user_id)
""",
    "a class that sends SQL to asyncpg": """
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
@app.get("/notes/{key}")
async def read(key: int):  # !
    return await store.one("SELECT title FROM notes WHERE id = $1", key)
""",
}

LOOK_ALIKES = {
    "asyncpg, with a bound, a text, a caught error, and another driver's text": """
from typing import Annotated
from uuid import UUID
import asyncpg
import aiosqlite
from fastapi import Depends, FastAPI, HTTPException, Path, Request
app = FastAPI()
async def get_conn(request: Request):
    async with request.app.state.pool.acquire() as conn:
        yield conn
@app.get("/a/{key}")
async def a(key: Annotated[int, Path(le=2**31 - 1)], conn=Depends(get_conn)):
    return await conn.fetchrow("SELECT * FROM items WHERE id = $1", key)
@app.get("/b/{key}/{name}")
async def b(key: UUID, name: str, conn=Depends(get_conn)):
    return await conn.fetchrow("SELECT * FROM items WHERE id = $1 AND parent_id = $2", key, name)
@app.get("/c/{key}")
async def c(key: int, conn=Depends(get_conn)):
    try:
        return await conn.fetchrow("SELECT * FROM items WHERE id = $1", key)
    except Exception:
        raise HTTPException(404)
@app.get("/d/{key}")
async def d(key: int, conn=Depends(get_conn)):
    return await conn.fetchrow("SELECT * FROM items WHERE id = $1::text", key)
@app.get("/f/{key}")
async def f(key: int, conn=Depends(get_conn)):
    try:
        return await conn.fetchrow("SELECT * FROM items WHERE id = $1", key)
    except ValueError as exc:
        raise HTTPException(400) from exc
    except Exception as exc:
        raise HTTPException(500) from exc
@app.get("/e/{key}")
async def e(key: int):
    async with aiosqlite.connect("app.db") as db:
        return await db.execute("SELECT * FROM items WHERE id = ?", (key,))
""",
    **{name: _further_out(is_found=False, **parts) for name, parts in _CAUGHT_OUTSIDE.items()},
    "a helper refuses each number but the member's own": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from db import Db, User
app = FastAPI()
def viewer() -> User: ...
def own_or_404(user_id: int, viewer: User) -> None:
    if user_id != viewer.id:
        raise HTTPException(404)
@app.get("/users/{user_id}")
async def read(user_id: int, db: Db, viewer: User = Depends(viewer)) -> str:
    own_or_404(user_id, viewer)
    return await db.scalar(select(User.name).where(User.id == user_id))
""",
    "an error of the database that is answered by a returned 422": _CAUGHT.replace(
        "raise HTTPException(STATUS) from error", "return JSONResponse({}, status_code=422)"
    )
    .replace("HTTPException", "Response")
    .replace(
        "from sqlalchemy import",
        "from fastapi.responses import JSONResponse\nfrom sqlalchemy import",
    )
    .replace("CAUGHT", "Exception")
    .replace("MARK", ""),
    "an error of the database that is answered by a 400": _CAUGHT.replace("CAUGHT", "DBAPIError")
    .replace("STATUS", "400")
    .replace("MARK", ""),
    "the id of a schema that is made from a row": _DB
    + """
#= main.py
from db import Db, User
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
app = FastAPI()
class UserRead(BaseModel):
    id: int
    name: str
async def current(name: str, db: Db) -> UserRead:
    row = await db.scalar(select(User).where(User.name == name))
    return UserRead.model_validate(row)
@app.post("/preview")
async def preview(user: UserRead) -> str:
    return user.name
@app.get("/me")
async def me(db: Db, user: UserRead = Depends(current)) -> str:
    return (await db.get(User, user.id)).name
@app.get("/again")
async def again(name: str, db: Db) -> str:
    user = await current(name, db)
    return (await db.get(User, user.id)).name
""",
    "a dependency refuses each group but the member's own": _DB
    + _MEMBERS.replace("DEPENDENCY", "of_group").replace("MARK", ""),
    "a dependency of a variable refuses other groups": _DB
    + _MEMBERS.replace("@app", "own = Depends(of_group)\n@app")
    .replace("Depends(DEPENDENCY)", "own")
    .replace("MARK", ""),
    "a dependency refuses members of other groups and of none": _DB
    + _MEMBERS.replace("DEPENDENCY", "of_group_or_none").replace("MARK", ""),
    "a dependency asks a helper for the range": _KINDS
    + """
@app.get("/tools/kind/{kind}")
def find(kind: int, checked=Depends(a_kind), session: Session = Depends(get_db)):
    return session.scalar(select(Tool.id).where(Tool.kind == kind))
""",
    "a dependency of the route knows all values": _KINDS
    + """
@app.get("/shelves/{shelf}", dependencies=[Depends(a_shelf)])
def find(shelf: int, session: Session = Depends(get_db)):
    return session.scalar(select(Tool.id).where(Tool.shelf == shelf))
""",
    "a dependency refuses both ends": _KINDS
    + """
@app.get("/ranks/{rank}")
def find(rank: int, checked=Depends(a_rank), session: Session = Depends(get_db)):
    return session.scalar(select(Tool.id).where(Tool.kind == rank))
""",
    "one of two databases: nobody knows which": _program(
        "import os\nengine = create_async_engine(os.environ['URL'])",
        _ASYNC,
        "asyncpg\naiomysql",
    ),
    "MySQL by an attribute that a method sets": _program(
        """
import os
class Store:
    def __init__(self):
        self.url = f"mysql+aiomysql://{os.environ['HOST']}/app"
        self.engine = create_async_engine(self.url)
store = Store()
engine = store.engine""",
        _ASYNC,
        "aiomysql\naiosqlite",
    ),
    "MySQL with a driver that is chosen": _program(
        """
from config import driver
engine = create_async_engine(f"mysql+{driver}://db/app")""",
        _ASYNC,
        "aiosqlite",
    ),
    "MySQL by a default": _program(
        """
from starlette.config import Config
engine = create_async_engine(Config()("DATABASE_URL", default="mysql+asyncmy://db/app"))""",
        _ASYNC,
        "aiosqlite",
    ),
    "MySQL by URL.create, aiosqlite declared": _program(
        """
from sqlalchemy import URL
engine = create_async_engine(URL.create("mysql+asyncmy", host="db"))""",
        _ASYNC,
        "asyncmy\naiosqlite",
    ),
    "MySQL by a property": _program(
        """
class Settings:
    scheme = "mysql+aiomysql"
    @property
    def url(self) -> str:
        return f"{self.scheme}://db/app"
settings = Settings()
engine = create_async_engine(settings.url)""",
        _ASYNC,
        "aiomysql\naiosqlite",
    ),
    "MySQL by a computed URL, SQLite in the tests": _program(
        "import os\nengine = create_async_engine(os.environ['URL'])",
        _ASYNC,
        "aiomysql\n#= requirements-test.txt\naiosqlite",
    ),
    "psycopg2 where the URL is set, else SQLite": _program(
        """
import os
URL = os.getenv("DATABASE_URL")
if URL and URL.startswith(("postgres://", "postgresql://")):
    if URL.startswith("postgres://"):
        URL = URL.replace("postgres://", "postgresql://", 1)
    engine = create_engine(URL, pool_pre_ping=True)
else:
    engine = create_engine("sqlite:///./app.db", connect_args={"check_same_thread": False})""",
        _SYNC,
        "psycopg2-binary",
    ),
    "a MySQL URL of the settings, SQLite where there is none": _program(
        """
from config import settings
if settings.url is not None:
    engine = create_engine(settings.url)
else:
    engine = create_engine("sqlite:///app.db")""",
        _SYNC,
        "pymysql",
    ),
    "the synchronous engine of two": _program(
        """
other = create_async_engine("postgresql+asyncpg://db/app")
engine = create_engine("postgresql+psycopg2://db/app")""",
        _SYNC,
        "asyncpg\npsycopg2-binary",
    ),
    "a synchronous engine that cannot be read": _program(
        """
import os
other = create_async_engine(os.environ["ASYNC_URL"])
engine = create_engine(os.environ["URL"])""",
        _SYNC,
        "asyncpg\npsycopg2-binary",
    ),
    "a sessionmaker with psycopg2": _program(
        """
other = create_async_engine("postgresql+asyncpg://db/app")
engine = create_engine("postgresql+psycopg2://db/app")
Local = sessionmaker(bind=engine)""",
        _SYNC.replace("with Session(engine) as session:", "with Local() as session:"),
        "asyncpg",
    ),
    "bounds in every spelling": _DB
    + """
#= main.py
from typing import Annotated
import annotated_types as at
from fastapi import FastAPI, Path
from pydantic import conint
from db import Db, User
app = FastAPI()
MAX = 2**31 - 1
Id = Annotated[int, Path(ge=1, le=MAX)]
@app.get("/a/{key}")
async def a(key: Id, session: Db): return await session.get(User, key)
@app.get("/b/{key}")
async def b(key: Annotated[int, at.Lt(2**31)], session: Db): return await session.get(User, key)
@app.get("/c/{key}")
async def c(key: conint(gt=0, lt=2147483648), session: Db): return await session.get(User, key)
@app.get("/d/{key}")
async def d(session: Db, key: int = Path(le=MAX)): return await session.get(User, key)
@app.get("/e/{key}")
async def e(key: Annotated[int, at.Interval(ge=1, le=MAX)], session: Db):
    return await session.get(User, key)
""",
    "a column that holds any number, or text": _DB
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from db import Db, User
app = FastAPI()
@app.get("/{code}")
async def read(code: int, session: Db):
    return (await session.scalars(select(User).where(User.code == code, User.name == code))).one()
""",
    "the code checks it": _DB
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from db import Db, User
app = FastAPI()
@app.get("/{user_id}")
async def read(user_id: int, session: Db):
    if user_id > 2147483647:
        raise HTTPException(404)
    return await session.get(User, user_id)
@app.get("/me/{user_id}")
async def me(user_id: int, viewer_id: str, session: Db):
    if user_id != int(viewer_id):
        raise HTTPException(403)
    return await session.get(User, user_id)
""",
    "a validator that nobody can read": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI
from pydantic import AfterValidator
from db import Db, User
from ids import fits
app = FastAPI()
@app.get("/{user_id}")
async def read(user_id: Annotated[int, AfterValidator(fits)], session: Db):
    return await session.get(User, user_id)
""",
    "a number that no client sends": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import Db, User
app = FastAPI()
def the_id() -> int:
    return 7
@app.get("/me")
async def me(session: Db, user_id: int = Depends(the_id)):
    return await session.get(User, user_id)
async def job(session: Db, user_id: int):
    return await session.get(User, user_id)
""",
    "get() of a dict, and a number that is only shown": _DB
    + """
#= main.py
from fastapi import FastAPI
from db import Db, User
app = FastAPI()
names = {}
@app.get("/{user_id}")
async def read(user_id: int, session: Db):
    return names.get(User, user_id), user_id == 5
""",
    "psycopg2 finds no row": """
#= requirements.txt
psycopg2-binary>=2.9
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base
import settings
engine = create_engine(settings.URL)
Base = declarative_base()
class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
app = FastAPI()
def get_db():
    with Session(engine) as session:
        yield session
@app.get("/items/{item_id}")
def item(item_id: int, db: Session = Depends(get_db)):
    return db.get(Item, item_id)
""",
    "what the handler of a duplicate looks up was inserted before": _DB
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from db import Db, User
app = FastAPI()
async def by_group(session, number):
    return await session.scalar(select(User).where(User.group_id == number))
@app.put("/groups/{group_id}")
async def put(group_id: int, session: Db):
    try:
        async with session.begin_nested():
            session.add(User(group_id=group_id))
    except IntegrityError:
        return await session.scalar(select(User).where(User.group_id == group_id))
@app.post("/groups/{number}")
async def post(number: int, session: Db):
    try:
        return await add(number)
    except errors.AlreadyExists:
        return await by_group(session, number=number)
""",
    "a line that fails with any number": _DB
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from db import Db, User
app = FastAPI()
@app.get("/users/{user_id}")
async def read(user_id: int, session: Db):
    return session.query(User).filter(User.id == user_id).first()
@app.get("/names/{user_id}")
async def name(user_id: int, session: Db):
    return (await select(User).get(user_id)).name
@app.get("/groups/{group_id}")
async def group(group_id: int, session: Db):
    users = session.query(User)
    return await session.scalar(select(User).where(User.group_id == group_id))
""",
}
