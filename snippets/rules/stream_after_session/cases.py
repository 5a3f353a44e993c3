"""Responses that are streamed from a closed session: which generator, and whose session."""

BAD = ['return StreamingResponse(lines(), media_type="text/csv")']

_DEPS = """
#= deps.py
from collections.abc import AsyncIterator
from typing import Annotated
from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_db():
    async with maker() as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
async def lines(session: AsyncSession) -> AsyncIterator[str]:
    async for row in await session.stream(text("SELECT 1")):
        yield str(row)
"""

_ANY_SCOPE = """
#= main.py
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db, lines
app = FastAPI()
@app.get("/")
async def export(session: AsyncSession = Depends(get_db)) -> StreamingResponse:
    return StreamingResponse(lines(session))"""

FOUND = {
    "any scope, FastAPI 0.112": _DEPS
    + "#= requirements.txt\nfastapi==0.112.*\n"
    + _ANY_SCOPE
    + "  # !\n",
    "a generator of another module is given the session": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from starlette.responses import StreamingResponse as Stream
import deps
app = FastAPI()
@app.get("/")
async def export(db: deps.SessionDep) -> Stream:
    return Stream(content=deps.lines(session=db))  # !
""",
    "through a variable, as events": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from sse_starlette.sse import EventSourceResponse
from deps import SessionDep, lines
app = FastAPI()
@app.get("/")
async def export(session: SessionDep):
    events = lines(session)
    return EventSourceResponse(events)  # !
""",
    "a plain closure of a plain session": """
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
app = FastAPI()
def get_db():
    with Session(create_engine("postgresql://db/app")) as session:
        yield session
@app.get("/")
def export(db: Session = Depends(get_db, scope="function")):
    def rows():
        for row in db.execute(text("SELECT 1")):
            yield str(row)
    return StreamingResponse(rows())  # !
""",
    "opened by the endpoint": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from deps import lines, maker
app = FastAPI()
@app.get("/")
async def export() -> StreamingResponse:
    async with maker() as session:
        return StreamingResponse(lines(session))  # !
""",
    "a service that makes the response": _DEPS
    + """
#= service.py
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from deps import lines
def export(session: AsyncSession) -> StreamingResponse:
    return StreamingResponse(lines(session))  # !
#= main.py
from fastapi import FastAPI
import service
from deps import SessionDep
app = FastAPI()
@app.get("/")
async def export(session: SessionDep):
    return service.export(session)
""",
    "a generator expression": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from deps import SessionDep
app = FastAPI()
@app.get("/")
async def export(session: SessionDep, statements: str) -> StreamingResponse:
    return StreamingResponse(await session.scalar(s) async for s in statements)  # !
""",
    "what is around it, or in it, ends nothing, or not all": _DEPS
    + """
#= main.py
from functools import wraps
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep
app = FastAPI()
def logged(session: AsyncSession):
    def decorate(generate):
        @wraps(generate)
        async def inner():
            with open("log") as log:
                async for item in generate():
                    log.write(str(session))
                    yield item
        return inner
    return decorate
@app.get("/a")
async def a(session: SessionDep) -> StreamingResponse:
    @logged(session)
    async def rows():
        async for row in await session.stream(text("SELECT 1")):
            yield str(row)
    return StreamingResponse(rows())  # !
@app.get("/b")
async def b(session: SessionDep) -> StreamingResponse:
    async def rows():
        async with session.begin():
            await session.execute(text("SELECT 1"))
        async for row in await session.stream(text("SELECT 1")):
            yield str(row)
    return StreamingResponse(rows())  # !
@app.get("/c")
async def c(session: SessionDep) -> StreamingResponse:
    async def rows():
        async for row in await session.stream(text("SELECT 1")):
            yield str(row)
        await session.close()
    return StreamingResponse(rows())  # !
""",
}

LOOK_ALIKES = {
    "any scope, FastAPI 0.105": _DEPS + "#= requirements.txt\nfastapi==0.105.0\n" + _ANY_SCOPE,
    "the scope of the request": _DEPS
    + """
#= main.py
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db, lines
app = FastAPI()
@app.get("/")
async def export(session: AsyncSession = Depends(get_db)) -> StreamingResponse:
    return StreamingResponse(lines(session))
""",
    "a session of the generator's own": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from deps import SessionDep, maker
app = FastAPI()
@app.get("/")
async def export(session: SessionDep) -> StreamingResponse:
    await session.execute(text("SELECT 1"))
    async def rows():
        async with maker() as session:
            async for row in await session.stream(text("SELECT 1")):
                yield str(row)
    return StreamingResponse(rows())
""",
    "read before, streamed from memory": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from deps import SessionDep
app = FastAPI()
@app.get("/")
async def export(session: SessionDep) -> StreamingResponse:
    names = (await session.scalars(text("SELECT name"))).all()
    return StreamingResponse(f"{name}" for name in names)
""",
    "made by a function that is done when it returns": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep
app = FastAPI()
async def build(session: AsyncSession) -> list[str]:
    return list(await session.scalars(text("SELECT name")))
@app.get("/")
async def export(session: SessionDep) -> StreamingResponse:
    return StreamingResponse(await build(session))
""",
    "another response": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from reports import StreamingResponse
from deps import SessionDep, lines
app = FastAPI()
@app.get("/")
async def export(session: SessionDep):
    return StreamingResponse(lines(session))
""",
    "a session of another library": """
import aiohttp
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
async def lines(session: aiohttp.ClientSession):
    yield await session.get("https://example.org")
@app.get("/")
async def export() -> StreamingResponse:
    async with aiohttp.ClientSession() as session:
        return StreamingResponse(lines(session))
""",
    "the generator gives the connection back": _DEPS
    + """
#= transactions.py
from collections.abc import Callable
from functools import wraps
import wrapt
from sqlalchemy.ext.asyncio import AsyncSession
def in_transaction(session: AsyncSession):
    @wrapt.decorator
    async def inner(generate, instance, args, kwargs):
        async with session.begin():
            async for item in generate(*args, **kwargs):
                yield item
    return inner
def closing(*, session: AsyncSession) -> Callable:
    def decorate(generate):
        @wraps(generate)
        async def inner(*args):
            try:
                async for item in generate(*args):
                    yield item
            finally:
                await session.close()
        return inner
    return decorate
#= main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep
from transactions import closing, in_transaction
app = FastAPI()
@app.get("/a")
async def a(session: SessionDep) -> StreamingResponse:
    @in_transaction(session)
    async def rows():
        async for row in await session.stream(text("SELECT 1")):
            yield str(row)
    return StreamingResponse(rows())
@app.get("/b")
async def b(db: SessionDep) -> StreamingResponse:
    @closing(session=db)
    async def rows(limit: int):
        async for row in await db.stream(text("SELECT 1")):
            yield str(row)
    return StreamingResponse(rows(3))
@app.get("/c")
async def c(session: SessionDep) -> StreamingResponse:
    async def rows():
        async with session.begin():
            async for row in await session.stream(text("SELECT 1")):
                yield str(row)
    return StreamingResponse(rows())
async def shared(db: AsyncSession):
    async with db:
        async for row in await db.stream(text("SELECT 1")):
            yield str(row)
async def closed(db: AsyncSession):
    try:
        async for row in await db.stream(text("SELECT 1")):
            yield str(row)
    finally:
        await db.close()
@app.get("/d")
async def d(session: SessionDep) -> StreamingResponse:
    return StreamingResponse(shared(session))
@app.get("/e")
async def e(session: SessionDep) -> StreamingResponse:
    return StreamingResponse(closed(db=session))
""",
}

_SERVICE = (
    _DEPS
    + """
#= service.py
from dataclasses import dataclass
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
class Repository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
    async def page(self, number: int) -> list[str]:
        found = await self._session.scalars(text("SELECT name"))
        return list(found)
    async def rows(self):
        async for row in await self._session.stream(text("SELECT name")):
            yield str(row)
    async def names(self):
        async with self._session:
            async for row in await self._session.stream(text("SELECT name")):
                yield str(row)
@dataclass
class Service:
    repository: Repository
    title: str = ""
    async def lines(self):
        number = 0
        while names := await self.repository.page(number):
            for name in names:
                yield name
            number += 1
    async def header(self):
        yield self.title
class Rows:
    def __init__(self, session: AsyncSession, kind: str):
        self.session = session
        self.kind = kind
    def __aiter__(self):
        return self._rows()
    async def _rows(self):
        async for row in await self.session.stream(text("SELECT name")):
            yield str(row)
class Kinds:
    def __init__(self, session: AsyncSession, kind: str):
        self.session = session
        self.kind = kind
    async def __aiter__(self):
        yield self.kind
"""
)
FOUND["a method of a service, whose repository keeps the session"] = (
    _SERVICE
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from deps import SessionDep
from service import Repository, Rows, Service
app = FastAPI()
def get_service(session: SessionDep) -> Service:
    return Service(Repository(session))
def get_rows(session: SessionDep) -> Rows:
    rows = Rows(session, "all")
    return rows
class Exports:
    def __init__(self, session: SessionDep):
        self.repository = Repository(session)
    def answer(self) -> StreamingResponse:
        return StreamingResponse(self.repository.rows())  # !
@app.get("/a")
async def a(service: Annotated[Service, Depends(get_service)]):
    return StreamingResponse(service.lines())  # !
@app.get("/b")
async def b(session: SessionDep):
    repository = Repository(session=session)
    lines = repository.rows()
    return StreamingResponse(content=lines)  # !
@app.get("/c")
async def c(session: SessionDep):
    return StreamingResponse(Rows(session, kind="all"))  # !
@app.get("/d")
async def d(rows: Rows = Depends(get_rows)):
    return StreamingResponse(rows)  # !
@app.get("/f")
async def f(exports: Annotated[Exports, Depends()]):
    return exports.answer()
def respond(service: Service) -> StreamingResponse:
    return StreamingResponse(service.lines(), media_type="text/csv")  # !
@app.get("/e")
async def e(service: Service = Depends(get_service)):
    return respond(service)
"""
)
FOUND["a class that Depends fills keeps a plain session"] = """
from typing import Annotated
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker
app = FastAPI()
SessionLocal = sessionmaker(create_engine("postgresql://db/app"))
def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
class Exporter:
    def __init__(self, db: Annotated[Session, Depends(get_db, scope="function")]):
        self.db = db
    def __iter__(self):
        for row in self.db.execute(text("SELECT name")):
            yield str(row)
    def rows(self):
        yield from self.db.scalars(text("SELECT name"))
class Report:
    def __init__(self, exporter: Exporter = Depends()):
        self.exporter = exporter
    def lines(self):
        yield "name"
        yield from self.exporter.rows()
@app.get("/r")
def report(report: Annotated[Report, Depends(Report)]):
    return StreamingResponse(report.lines())  # !
@app.get("/a")
def a(exporter: Annotated[Exporter, Depends()]):
    return StreamingResponse(exporter)  # !
@app.get("/b")
def b(exporter: Exporter = Depends(Exporter)):
    return StreamingResponse(exporter.rows())  # !
@app.get("/c")
def c():
    with SessionLocal() as db:
        exporter = Exporter(db)
        return StreamingResponse(iter(exporter))  # !
"""
LOOK_ALIKES["a service whose session outlives the answer, or which uses none"] = (
    _SERVICE
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep, get_db, maker
from service import Kinds, Repository, Rows, Service
app = FastAPI()
def get_service(session: Annotated[AsyncSession, Depends(get_db)]) -> Service:
    return Service(Repository(session))
def get_short(session: SessionDep) -> Service:
    return Service(Repository(session), title="name")
async def fresh():
    async with maker() as session:
        async for row in Repository(session).rows():
            yield row
@app.get("/a")
async def a(service: Annotated[Service, Depends(get_service)]):
    return StreamingResponse(service.lines())
@app.get("/b")
async def b(service: Annotated[Service, Depends(get_short)]):
    return StreamingResponse(service.header())
@app.get("/c")
async def c(session: SessionDep):
    return StreamingResponse(Repository(session).names())
@app.get("/d")
async def d(session: SessionDep):
    return StreamingResponse(Kinds(session, "all"))
@app.get("/e")
async def e(session: SessionDep):
    return StreamingResponse(iter(await Repository(session).page(1)))
@app.get("/f")
async def f():
    return StreamingResponse(fresh())
@app.get("/g")
async def g(session: SessionDep):
    return StreamingResponse([row async for row in Repository(session).rows()])
"""
)
