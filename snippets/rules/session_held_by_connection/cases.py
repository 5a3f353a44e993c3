"""Sessions of endpoints that last: which of them keep a connection."""

BAD = ["async def tell_count(websocket: WebSocket, session: SessionDep) -> None:"]

_DEPS = """
#= deps.py
from typing import Annotated
from fastapi import Depends, WebSocket
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
async def get_db():
    async with maker() as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db)]
ShortDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
async def get_user(session: SessionDep, token: str):
    return await session.get(User, int(token))
UserDep = Annotated[User, Depends(get_user)]
"""
_MAIN = (
    _DEPS
    + """
#= main.py
import asyncio
from fastapi import APIRouter, FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse
from sse_starlette.sse import EventSourceResponse
from deps import AsyncSession, SessionDep, ShortDep, User, UserDep, maker, select
app = FastAPI()
"""
)

FOUND = {
    "the user's dependency asks": _MAIN
    + """
@app.websocket("/ws")
async def ws(websocket: WebSocket, user: UserDep):  # !
    await websocket.accept()
    while True:
        await websocket.send_text(await websocket.receive_text())
""",
    "of a short scope, asked once": _MAIN
    + """
router = APIRouter()
@router.websocket("/ws/{number}")
async def ws(websocket: WebSocket, number: int, db: ShortDep):  # !
    user = await db.get(User, number)
    await websocket.accept()
    while user is not None:
        await websocket.receive_text()
""",
    "the loop is in a helper": _MAIN
    + """
async def serve(socket: WebSocket, user):
    async for text in socket.iter_text():
        await socket.send_text(text)
@app.websocket("/ws")
async def ws(websocket: WebSocket, db: SessionDep):  # !
    await serve(websocket, await db.scalar(select(User)))
""",
    "events": _MAIN
    + """
@app.get("/events")
async def events(db: SessionDep, number: int):  # !
    user = await db.get(User, number)
    async def rows():
        while True:
            yield {"data": str(user)}
            await asyncio.sleep(1)
    return EventSourceResponse(rows())
""",
    "a stream until the client leaves, in another function": _MAIN
    + """
async def rows(request: Request):
    while not await request.is_disconnected():
        yield "data"
        await asyncio.sleep(1)
@app.get("/events")
async def events(request: Request, user: UserDep):  # !
    return StreamingResponse(rows(request), media_type="text/event-stream")
""",
    "a repository, a plain session": """
from fastapi import Depends, FastAPI, WebSocket
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker
Local = sessionmaker(create_engine("postgresql://db/app"))
app = FastAPI()
def get_db():
    db = Local()
    try:
        yield db
    finally:
        db.close()
class Users:
    def __init__(self, db: Session = Depends(get_db)):
        self.db = db
    def count(self):
        return self.db.query(text("1")).count()
@app.websocket("/ws")
async def ws(websocket: WebSocket, users: Users = Depends()):  # !
    await websocket.accept()
    while True:
        await websocket.receive_text()
        await websocket.send_json(users.count())
""",
    "a block around the loop": """
from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from models import Note
app = FastAPI()
engine = create_engine("postgresql+psycopg://db/app")
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
@app.websocket("/notes")
async def notes(socket: WebSocket):
    await socket.accept()
    async with maker() as session:  # !
        while True:
            key = await socket.receive_text()
            await socket.send_text(str(await session.scalar(select(Note).where(Note.id == key))))
@app.websocket("/first")
async def first(socket: WebSocket):
    with Session(engine) as held:  # !
        note = held.scalar(select(Note).limit(1))
        async for text in socket.iter_text():
            await socket.send_text(f"{text} {note}")
@app.get("/events")
async def events():
    async def lines():
        async with maker() as session:  # !
            while True:
                yield str(await session.scalar(select(Note).limit(1)))
    return StreamingResponse(lines())
""",
}

LOOK_ALIKES = {
    "a stream on a FastAPI that ends sessions before the answer": _MAIN
    + """
@app.get("/events")
async def events(request: Request, db: SessionDep):
    await db.get(User, 1)
    async def rows():
        while not await request.is_disconnected():
            yield {"data": "x"}
    return EventSourceResponse(rows())
#= requirements.txt
fastapi==0.112.4
""",
    "a session for each message": _MAIN
    + """
@app.websocket("/ws")
async def ws(websocket: WebSocket):
    await websocket.accept()
    while True:
        await websocket.receive_text()
        async with maker() as session:
            await session.get(User, 1)
""",
    "ended after each query": _MAIN
    + """
@app.websocket("/ws")
async def ws(websocket: WebSocket, db: SessionDep):
    await websocket.accept()
    while True:
        await websocket.receive_text()
        await db.get(User, 1)
        await db.commit()
""",
    "closed before the stream": _MAIN
    + """
@app.get("/events")
async def events(db: ShortDep):
    user = await db.get(User, 1)
    async def rows():
        while True:
            yield {"data": str(user)}
            await asyncio.sleep(1)
    return EventSourceResponse(rows())
""",
    "a stream that ends": _MAIN
    + """
@app.get("/export")
async def export(db: SessionDep):
    users = (await db.scalars(select(User))).all()
    async def rows():
        for user in users:
            yield str(user)
    return StreamingResponse(rows())
""",
    "never asked": _MAIN
    + """
@app.websocket("/ws")
async def ws(websocket: WebSocket, db: SessionDep):
    await websocket.accept()
    while True:
        await websocket.receive_text()
""",
    "one message": _MAIN
    + """
@app.websocket("/ws")
async def ws(websocket: WebSocket, db: SessionDep):
    await websocket.accept()
    await websocket.send_text(str(await db.get(User, 1)))
    await websocket.close()
""",
    "pages until the last": _MAIN
    + """
@app.get("/export")
async def export(db: SessionDep):
    async def rows():
        last = 0
        while True:
            page = (await db.scalars(select(User).where(User.id > last).limit(100))).all()
            if not page:
                break
            yield str(page)
            last = page[-1].id
    return StreamingResponse(rows())
""",
    "a block in the loop, before it, or that commits": """
from fastapi import FastAPI, WebSocket
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from models import Note
app = FastAPI()
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
@app.websocket("/a")
async def a(socket: WebSocket):
    while True:
        key = await socket.receive_text()
        async with maker() as session:
            await socket.send_text(str(await session.scalar(select(Note).where(Note.id == key))))
@app.websocket("/b")
async def b(socket: WebSocket):
    async with maker() as session:
        note = await session.scalar(select(Note).limit(1))
    while True:
        await socket.send_text(await socket.receive_text() + str(note))
@app.websocket("/c")
async def c(socket: WebSocket):
    async with maker() as session:
        while True:
            session.add(Note(text=await socket.receive_text()))
            await session.commit()
""",
}
