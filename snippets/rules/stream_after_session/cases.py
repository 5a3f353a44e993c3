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
